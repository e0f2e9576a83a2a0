"""A map's red lines and what was heard: what is right stays, what is not is replaced, the rest
of a map keeps its beats and bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import Beatmap, RedLine, parse
from model_core.errors import EditRefused
from model_core.timing.likeness import beats_of
from model_core.timing.own_tempo import on_own_tempo
from model_core.timing.parameters import TimingParameters
from model_core.timing.retiming import Heard, Retimed, retimed

END_MS = 120_000
Lines = Sequence[tuple[float, float, int]]


def a_map(lines: Lines, every_ms: int = 1500, mode: int = 0, version: int = 14) -> Beatmap:
    """A map with these red lines (time, beat length, meter) and circles all along."""
    text = f"osu file format v{version}\n\n[General]\nAudioFilename: a.mp3\nMode: {mode}\n\n"
    text += "[Difficulty]\nSliderMultiplier:1.4\n\n[TimingPoints]\n"
    rows = [(time, f"{time},{length},{meter},2,1,60,1,0\n") for time, length, meter in lines]
    rows += [(20_010, "20010,-50,4,1,0,40,0,1\n"), (50_020, "50020,-200,4,2,0,70,0,0\n")]
    text += "".join(row for _, row in sorted(rows)) + "\n[HitObjects]\n"
    text += "".join(f"100,100,{time},1,0,0:0:0:0:\n" for time in range(600, END_MS, every_ms))
    return parse(text.encode())


def what_is_heard(lines: Lines, start: float = 0.0, end: float = END_MS) -> Heard:
    """A hearing without any error of these lines, in a part of the song."""
    ends = [*(line[0] for line in lines[1:]), end]
    beats: list[float] = []
    for (time, length, meter), last in zip(lines, ends, strict=True):
        beats += beats_of(RedLine(time, length, meter), max(start, time), min(last - 1, end))
    reds = tuple(RedLine(*line) for line in lines)
    return Heard(reds, tuple(beats), 0.0)


def asked(
    beatmap: Beatmap, heard: Heard, start: int | None = None, end: int | None = None, **how: object
) -> Retimed:
    return retimed(beatmap, heard, TimingParameters(**how), start, end)  # type: ignore[arg-type]


@pytest.mark.parametrize("away", [0.0, 1.0, -4.9, 5.9])
@pytest.mark.parametrize("version", [9, 14, 128])
def test_what_is_right_within_the_tolerance_stays_byte_for_byte(away: float, version: int) -> None:
    own = [(578.0, 368.098159509202, 4), (60_210.0, 500.0, 3)]
    beatmap = a_map(own, version=version)
    heard = what_is_heard([(time + away, length, meter) for time, length, meter in own])
    found = asked(beatmap, heard)
    assert not found.edit.patch.edits
    assert found.edit.result.to_bytes() == beatmap.to_bytes()
    assert "nothing changes" in found.text
    assert found.error_before_ms == pytest.approx(abs(away), abs=0.5)


@pytest.mark.parametrize("own", [[(578.0, 368.098159509202, 4)], [(-900.0, 400, 4)]])
def test_bars_that_were_heard_elsewhere_are_no_news(own: Lines) -> None:
    (time, length, _) = own[0]
    for beat in range(1, 4):
        found = asked(a_map(own), what_is_heard([(time + beat * length, length, 4)]))
        assert not found.edit.patch.edits


def test_a_line_that_is_beside_the_beats_is_moved_and_nothing_else() -> None:
    beatmap = a_map([(600, 368.098159509202, 3)])
    # Heard from a later beat on; the line stays on the beat of the bar on which it was.
    found = asked(beatmap, what_is_heard([(578 + 5 * 368.098, 368.09815950920245, 4)]))
    assert [line.time for line in found.red_lines] == [578]
    before, after = beatmap.to_bytes().splitlines(), found.edit.result.to_bytes().splitlines()
    (differing,) = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert differing == (b"600,368.098159509202,3,2,1,60,1,0", b"578,368.098159509202,3,2,1,60,1,0")
    assert found.edit.summary.lines == ("red line at 00:00:578 - moved from 00:00:600",)
    assert found.error_ms < 1 < 20 < (found.error_before_ms or 0)


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_twice_or_half_as_many_beats_are_the_mappers_to_choose(factor: float) -> None:
    found = asked(a_map([(578, 400, 4)]), what_is_heard([(578, 400 * factor, 4)]))
    assert not found.edit.patch.edits and found.counted
    assert "twice or half" in found.text


def test_a_passage_that_was_heard_on_the_off_beats_changes_nothing() -> None:
    heard = what_is_heard([(578, 400, 4), (40_778, 400, 4), (60_578, 400, 4)])
    found = asked(a_map([(578, 400, 4)]), heard)
    assert not found.edit.patch.edits and found.counted


@pytest.mark.parametrize("factor", [3.0, 1 / 3, 1.5, 0.75, 1.1])
def test_other_tempos_are_replaced(factor: float) -> None:
    heard = what_is_heard([(578, 400 * factor, 4)])
    found = asked(a_map([(578, 400, 4)]), heard)
    assert found.edit.summary.red_changed == 1
    assert found.red_lines[0].beat_length == pytest.approx(400 * factor)
    assert found.error_ms < 1


def test_sections_that_are_right_stay_beside_those_that_are_not() -> None:
    own = [(500, 400, 4), (40_500, 350, 4), (80_050, 500, 4)]
    beatmap = a_map(own)
    # The second one is 330 really.
    heard = what_is_heard([(502, 400, 4), (40_502, 330, 4), (80_052, 500, 4)])
    found = asked(beatmap, heard)
    assert found.edit.summary.red_changed == 1
    assert found.edit.summary.red_added == found.edit.summary.red_removed == 0
    assert [line.time for line in found.red_lines] == [500, 40_502, 80_050]


def test_the_maps_own_tempo_returns_where_another_one_ends() -> None:
    """One line for the whole song, and a passage of another tempo that it does not know."""
    own = [(500, 400, 4)]
    heard = what_is_heard([(500, 400, 4), (40_500, 330, 4), (80_900, 400, 4)])
    found = asked(a_map(own), heard)
    after = found.edit.result.timing
    for beat in heard.beats:
        red = after.red_line_at(beat)
        assert red is not None
        assert abs(math.remainder(beat - red.time, red.milliseconds_per_beat)) <= 1
    red = after.red_line_at(110_000)
    # Its bars are where the mapper put them, too.
    assert red is not None and math.remainder(red.time - 500, 1600) == pytest.approx(0, abs=1)


def test_maps_without_red_lines_get_them() -> None:
    beatmap = a_map([])
    found = asked(beatmap, what_is_heard([(578.4, 400, 3)]))
    assert [(line.time, line.meter) for line in found.red_lines] == [(578, 3)]
    assert found.error_before_ms is None
    bare = parse(b"osu file format v14\n\n[General]\nMode: 1\n")
    assert asked(bare, what_is_heard([(578, 400, 4)])).red_lines == (RedLine(578.0, 400, 4),)


@pytest.mark.parametrize("own", [[(500, "NaN", 4)], [(500, -1, 4)], [(500, 0, 0)], [(500, 1e9, 9)]])
def test_odd_lines_are_put_right(own: list[tuple[float, float, int]]) -> None:
    beatmap = a_map(own)
    try:
        found = asked(beatmap, what_is_heard([(578, 400, 4)]))
    except EditRefused:
        return  # said, not done
    assert [line.beat_length for line in found.red_lines] == [400]


def test_objects_move_only_when_asked() -> None:
    beatmap = a_map([(600, 500, 4)], every_ms=500)
    heard = what_is_heard([(630, 500, 4)])
    still, moved = asked(beatmap, heard), asked(beatmap, heard, resnap=True)
    times = [item.time for item in beatmap.hit_objects]
    assert [item.time for item in still.edit.result.hit_objects] == times
    assert [item.time for item in moved.edit.result.hit_objects] == [t + 30 for t in times]
    assert moved.edit.summary.moved == len(times) and moved.edit.scope.resnap


def test_a_part_without_a_bar_of_the_maps_own_is_refused() -> None:
    beatmap = a_map([(600, 1000, 4)])
    with pytest.raises(EditRefused, match="too short"):
        asked(beatmap, what_is_heard([(10_700, 330, 4)], 10_700, 12_500), 10_700, 12_500)


def test_a_part_of_the_first_lines_own_change() -> None:
    """The part begins before any red line, and holds the first."""
    found = asked(a_map([(600, 500, 4)]), what_is_heard([(640, 500, 4)], 0, 30_000), 0, 30_000)
    assert found.red_lines[0].time == 640
    assert same_grid(found.edit.result, a_map([(600, 500, 4)]), 30_000)


def test_what_the_first_red_line_ended_does_not_come_back() -> None:
    """Green lines before the first red one reach as far as that; it may come earlier only."""
    beatmap = a_map([(43_650, 200, 3)])
    found = asked(beatmap, what_is_heard([(0, 291, 4)]))
    assert found.red_lines[0].time == 43_068
    for moment in (43_000, 43_600, 44_100, 60_000):
        before, after = (b.timing.slider_velocity_at(moment) for b in (beatmap, found.edit.result))
        assert before == after


def test_what_stands_before_the_part_may_hang_on_its_first_line() -> None:
    """The map's first red line says the tempo of what is before it, too."""
    beatmap = a_map([(10_000, 500, 4)])
    heard = what_is_heard([(10_040, 500, 4)], 5000, 30_000)
    with pytest.raises(EditRefused, match="before the part"):
        asked(beatmap, heard, 5000, 30_000)
    assert asked(beatmap, heard, None, 30_000).edit.patch.edits


def same_grid(one: Beatmap, other: Beatmap, start: float) -> bool:
    """Whether all beats and bars from ``start`` on are at the same places."""
    moments = {start, *(r.time for b in (one, other) for r in b.timing.red_lines if r.time > start)}
    for moment in moments:
        a, b = one.timing.red_line_at(moment), other.timing.red_line_at(moment)
        assert a is not None and b is not None
        if (a.milliseconds_per_beat, a.meter) != (b.milliseconds_per_beat, b.meter):
            return False
        bar = a.milliseconds_per_beat * a.meter
        if abs(math.remainder(a.time - b.time, bar)) > 0.01:
            return False
    return True


LENGTHS = st.floats(200, 700).map(lambda value: round(value, 3))
METERS = st.integers(3, 5)


@st.composite
def timings(draw: st.DrawFn, first: float, last: float) -> list[tuple[float, float, int]]:
    times = sorted(
        draw(st.lists(st.integers(int(first), int(last)), min_size=1, max_size=4, unique=True))
    )
    kept = [time for i, time in enumerate(times) if i == 0 or time - times[i - 1] > 3000]
    return [(float(time), draw(LENGTHS), draw(METERS)) for time in kept]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_beyond_a_part_every_line_beat_and_bar_is_where_it_was(data: st.DataObject) -> None:
    own = data.draw(timings(0, END_MS - 5000))
    beatmap = a_map(own, version=data.draw(st.sampled_from([9, 14, 128])))
    start = data.draw(st.integers(0, END_MS - 20_000))
    end = data.draw(st.integers(start + 8000, END_MS - 5000))
    truth = data.draw(timings(start, end - 4000))
    heard = what_is_heard(truth, start, end)
    tolerance = data.draw(st.sampled_from([0, 2, 6]))
    resnap = data.draw(st.booleans())
    try:
        found = asked(beatmap, heard, start, end, timing_tolerance=tolerance, resnap=resnap)
    except EditRefused:
        # With bars this long against the part, or objects that would collide, nothing is done.
        return
    after = found.edit.result
    outside = [
        [
            b.document.lines[p.line].strip()
            for p in b.timing_points
            if p.uninherited and not start <= p.time <= end
        ]
        for b in (beatmap, after)
    ]
    assert outside[0] == outside[1]
    assert same_grid(beatmap, after, end)
    # One that stood in the part may snap to a tick just behind it.
    for old, new in zip(beatmap.hit_objects, after.hit_objects, strict=True):
        if not start <= old.time <= end:
            assert beatmap.document.lines[old.line] == after.document.lines[new.line]
    if not resnap:
        assert [o.time for o in beatmap.hit_objects] == [o.time for o in after.hit_objects]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whole_songs_are_as_heard_and_stay_so(data: st.DataObject) -> None:
    beatmap = a_map(data.draw(timings(-500, END_MS - 5000)))
    truth = data.draw(timings(0, 30_000))
    heard = what_is_heard(truth)
    found = asked(beatmap, heard)
    assert found.error_ms <= 6 or found.counted
    assert not asked(found.edit.result, heard).edit.patch.edits or found.counted
    with_state = asked(beatmap, heard, keep_state=False)
    assert with_state.edit.summary.restoring == 0


def test_vague_beats_are_put_on_a_tempo_that_most_of_them_keep() -> None:
    beats = [137 + 400 * n + (n * 7919 % 300 if n % 3 == 0 else n % 5) for n in range(60)]
    found = on_own_tempo(sorted(beats), [333.0, 400.0])
    assert found is not None and found[1] == 400
    assert math.remainder(found[0] - 139, 400) == pytest.approx(0, abs=3)
    # Half of them at another tempo are not most of them everywhere.
    mixed = [400.0 * n for n in range(30)] + [12_000 + 333.0 * n for n in range(30)]
    assert on_own_tempo(mixed, [400.0]) is None
