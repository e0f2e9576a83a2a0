"""The walk from peak to peak of the votes, as the published models average their hearings."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.timing.marks import BEAT, MEASURE, TIMING_POINT, Mark
from model_core.timing.votes import count
from model_core.timing.walk import walk
from model_core.tokens.events import EventType

KINDS = (BEAT, MEASURE, TIMING_POINT)


def walked(marks: Sequence[tuple[EventType, float]], length_ms: int = 10_000) -> list[Mark]:
    return walk(count([[Mark(kind, time) for kind, time in marks]], length_ms))


def times(marks: list[Mark]) -> list[float]:
    return [mark.time for mark in marks]


def test_beats_go_on_where_nothing_was_heard() -> None:
    found = times(walked([(BEAT, time) for time in range(2000, 6000, 400)]))
    assert found == list(range(0, 10_000, 400))


def test_a_peak_may_come_much_earlier_than_expected_and_a_little_later() -> None:
    heard = [(BEAT, time) for time in range(2000, 5200, 400)]
    assert 5060 in times(walked([*heard, (BEAT, 5060.0)]))  # expected at 5200
    assert 5240 in times(walked([*heard, (BEAT, 5240.0)]))
    assert 5270 not in times(walked([*heard, (BEAT, 5270.0)]))
    assert 5040 not in times(walked([*heard, (BEAT, 5040.0)]))


def test_the_walk_begins_at_the_last_of_the_strongest_timing_points() -> None:
    """Two rows of beats 140 ms apart, the second with a timing point: its beats are taken."""
    one = [(BEAT, time) for time in range(1000, 9000, 400)]
    other = [(BEAT, time) for time in range(1140, 9000, 400)]
    found = times(walked([*one, *other, (TIMING_POINT, 5140)]))
    assert set(range(1140, 9000, 400)) <= set(found)


def test_a_bar_has_as_many_beats_as_there_are_peaks_between_votes_for_bars() -> None:
    for meter in (2, 3, 4, 5):
        heard = [(MEASURE if n % meter == 1 else BEAT, n * 400) for n in range(1, 24)]
        bars = [n for n, mark in enumerate(walked(heard)) if mark.kind is MEASURE]
        assert bars == list(range(1, 25, meter)), meter


def test_bars_that_are_heard_elsewhere_from_some_place_on_move_there() -> None:
    moved = [(MEASURE if n % 4 == (0 if n < 50 else 2) else BEAT, n * 400) for n in range(1, 100)]
    bars = [n for n, mark in enumerate(walked(moved, 40_000)) if mark.kind is MEASURE]
    assert all(n % 4 == 0 for n in bars if n < 40)
    assert all(n % 4 == 2 for n in bars if n > 60)


def test_a_timing_point_that_is_as_much_a_bar_is_no_timing_point() -> None:
    heard = [(BEAT, n * 400) for n in range(1, 24)]
    heard += [(TIMING_POINT, 2000), (TIMING_POINT, 4000), (MEASURE, 4000)]
    points = [mark.time for mark in walked(heard) if mark.kind is TIMING_POINT]
    assert points == [2000]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.floats(-500, 10_500)), max_size=60))
def test_any_hearing_is_walked_to_both_ends(marks: list[tuple[EventType, float]]) -> None:
    found = times(walked(marks))
    assert found == sorted(set(found))
    assert all(0 <= time < 10_000 for time in found)
    if found:
        assert found[0] < 550
        assert found[-1] >= 9_450
