"""Timing lines: one red line a tempo, greens only where something changes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model_core.training.mapper import map_song
from model_core.training.mapper.timing_lines import Change, timing_lines
from model_core.training.songs import Part, compose

from .figures import parsed
from .plans import line, song, tempo_row


def _fields(text: str) -> list[float]:
    return [float(field) for field in text.split(",")]


def _state(fields: list[float]) -> tuple[float, ...]:
    """What holds after a line: velocity, set, volume, kiai."""
    velocity = 1.0 if fields[6] else round(-100 / fields[1], 6)
    return velocity, fields[3], fields[5], fields[7]


def _assert_tidy(rows: list[list[float]], tempos: int) -> None:
    assert rows[0][6] == 1
    assert rows[0][7] == 0
    assert sum(row[6] == 1 for row in rows) == tempos
    kinds = [(row[0], row[6]) for row in rows]
    assert len(set(kinds)) == len(kinds)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    for before, after in pairwise(rows):
        if after[6] == 0:
            assert _state(after) != _state(before)  # no green line without effect
        if before[0] == after[0]:
            assert (before[6], after[6]) == (1, 0)


_CHANGES = st.lists(
    st.builds(
        Change,
        time=st.integers(0, 9000),
        velocity=st.none() | st.sampled_from([0.5, 1.0, 1.25]),
        volume=st.none() | st.sampled_from([40, 60]),
        sample_set=st.none() | st.sampled_from([1, 2]),
        kiai=st.none() | st.booleans(),
    ),
    max_size=12,
)


@given(changes=_CHANGES, bars=st.integers(1, 5))
def test_lines_are_tidy_and_say_what_was_asked(changes: list[Change], bars: int) -> None:
    plan = song([], tempos=tempo_row([140 + number for number in range(bars)]))
    rows = [_fields(text) for text in timing_lines(plan, changes)]
    _assert_tidy(rows, bars)
    wanted = (1.0, 1, 70, 0)
    for change in sorted(changes, key=lambda change: change.time):
        wanted = tuple(
            old if new is None else float(new)
            for old, new in zip(
                wanted,
                (change.velocity, change.sample_set, change.volume, change.kiai),
                strict=True,
            )
        )
    assert _state(rows[-1]) == wanted or rows[-1][6] == 1


def test_a_red_line_is_followed_by_the_velocity_that_held() -> None:
    plan = song([], tempos=tempo_row([150, 151, 152]))
    rows = [_fields(text) for text in timing_lines(plan, [Change(500, velocity=1.25)])]
    assert [row[6] for row in rows] == [1, 0, 1, 0, 1, 0]
    assert all(row[1] == -80 for row in rows if row[6] == 0)


def test_lines_of_mapped_songs_are_tidy() -> None:
    notes = [*line(Part.LEAD, 0, 8 * 96, 12), *[(Part.VOCAL, b * 96, 40, True) for b in range(8)]]
    drifting = song(notes, tempos=tempo_row([150, 151.5, 149, 150.5, 152, 148, 150, 149.5]))
    plans = [drifting, *(compose(seed) for seed in range(6))]
    for number, plan in enumerate(plans):
        for style in (number % 12 + 1, (number + 6) % 12 + 1):
            data = map_song(plan, style=style, level=0.75, seed=number).osu_bytes.decode()
            block = data.split("[TimingPoints]\r\n")[1].split("\r\n\r\n")[0]
            _assert_tidy([_fields(text) for text in block.split("\r\n")], len(plan.tempos))


def test_velocities_in_the_file_are_those_of_the_sliders() -> None:
    for seed in range(6):
        mapped = map_song(compose(seed), style=7, level=0.7, seed=seed)
        timing = parsed(mapped).timing
        for item in mapped.objects:
            if item.slider_velocity is not None:
                assert abs(timing.slider_velocity_at(item.time) - item.slider_velocity) < 1e-6
