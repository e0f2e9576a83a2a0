"""From hearings to red lines: one tempo, changing tempos, meters, and hearings full of errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.errors import Cancelled, DegenerateOutput
from model_core.timing.average import average
from model_core.timing.bars import first_beats, with_bars
from model_core.timing.marks import BEAT, MEASURE, TIMING_POINT, Mark, marks_of
from model_core.timing.path import beat_path
from model_core.timing.song import SongTiming, TimingOptions, timing_of
from model_core.timing.steady import steady
from model_core.timing.votes import count, peaks
from model_core.tokens.events import Event, EventType, TimedEvents

KINDS = (BEAT, MEASURE, TIMING_POINT)


def hearing(
    seed: int,
    beats: list[float],
    meter: int = 4,
    jitter_ms: float = 3.0,
    missing: float = 0.1,
    stray: float = 0.02,
) -> list[Mark]:
    """What a model would hear of beats: in steps of 10 ms, some left out, some made up."""
    random = np.random.default_rng(seed)
    phase = random.uniform(0, 10)
    marks = []
    for index, time in enumerate(beats):
        if random.random() < missing:
            continue
        said = time + random.normal(0, jitter_ms)
        said = (said - phase) // 10 * 10 + 5 + phase
        if random.random() < stray:
            said += random.uniform(-200, 200)
        marks.append(Mark(MEASURE if index % meter == 0 else BEAT, said))
    return marks


def heard(beats: list[float], times: int = 8, **how: float) -> list[list[Mark]]:
    return [hearing(seed, beats, **how) for seed in range(times)]  # type: ignore[arg-type]


def timed(hearings: list[list[Mark]], length_ms: int, **options: object) -> SongTiming:
    return timing_of(hearings, length_ms, 20, TimingOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("bpm", [60, 92.5, 113.56, 128, 174, 200, 255])
@pytest.mark.parametrize("times", [1, 8])
def test_one_tempo_becomes_one_red_line(bpm: float, times: int) -> None:
    length = 60000 / bpm
    beats = [437 + number * length for number in range(int(150_000 / length))]
    found = timed(heard(beats, times), 151_000)
    (line,) = found.red_lines
    assert 60000 / line.beat_length == pytest.approx(bpm, abs=0.011)
    assert line.meter == 4
    assert abs((line.time - 437 + length / 2) % (4 * length) - length / 2) < 5
    last = round((beats[-1] - line.time) / line.beat_length)
    assert abs(line.time + last * line.beat_length - beats[-1]) < 8


def test_the_reference_has_no_such_line_and_neither_has_who_asks_for_none() -> None:
    beats = [500 + number * 60000 / 130 for number in range(300)]
    found = timed(heard(beats), 140_000, one_tempo=False)
    assert found.steady is None
    assert found.red_lines[0].beat_length == pytest.approx(60000 / 130, rel=0.01)


@pytest.mark.parametrize("meter", [2, 3, 4, 5, 6, 7])
def test_meters(meter: int) -> None:
    beats = [1000 + number * 400.0 for number in range(40 * meter)]
    (line,) = timed(heard(beats, meter=meter), 400 * 40 * meter + 2000).red_lines
    assert line.meter == meter
    assert abs((line.time - 1000) % (400 * meter)) < 5


def test_a_meter_that_changes() -> None:
    times = [500 + number * 500.0 for number in range(96)]
    firsts = {*range(0, 48, 4), *range(48, 96, 3)}
    hearings = [
        [Mark(MEASURE if index in firsts else BEAT, time) for index, time in enumerate(times)]
    ]
    found = first_beats(times, count(hearings, 50_000))
    assert found == sorted(firsts)


def test_bars_that_are_never_named_are_of_four_beats_from_the_first_line_on() -> None:
    times = [700 + number * 500.0 for number in range(60)]
    hearings = [[Mark(TIMING_POINT, times[0]), *(Mark(BEAT, time) for time in times[1:])]]
    assert first_beats(times, count(hearings, 32_000)) == list(range(0, 60, 4))
    (line,) = timed(hearings, 32_000).red_lines
    assert (line.time, line.beat_length, line.meter) == (700, 500, 4)


@pytest.mark.parametrize(("first", "second"), [(100, 140), (128, 120), (180, 184)])
def test_a_tempo_that_changes(first: float, second: float) -> None:
    beats = [400 + number * 60000 / first for number in range(128)]
    beats += [beats[-1] + number * 60000 / second for number in range(1, 129)]
    found = timed(heard(beats), int(beats[-1]) + 1000)
    assert len(found.red_lines) > 1
    opening = found.red_lines[0]
    closing = found.red_lines[-1]
    assert 60000 / opening.beat_length == pytest.approx(first, rel=0.01)
    assert 60000 / closing.beat_length == pytest.approx(second, rel=0.01)
    # Wherever a beat is, the lines have one near it.
    errors = []
    for time in beats[4:-4]:
        line = max((x for x in found.red_lines if x.time <= time + 20), key=lambda x: x.time)
        away = (time - line.time) / line.beat_length
        errors.append(abs(away * 2 - round(away * 2)) / 2 * line.beat_length)
    assert np.median(errors) < 15


def test_half_the_tempo_lies_on_the_same_line() -> None:
    beats = [400 + number * 350.0 for number in range(128)]
    beats += [beats[-1] + number * 700.0 for number in range(1, 64)]
    (line,) = timed(heard(beats), 91_000).red_lines
    assert line.beat_length == pytest.approx(350, abs=0.2)


def test_song_that_goes_on_after_a_pause_keeps_its_beat() -> None:
    beats = [500 + number * 400.0 for number in range(250)]
    sounding = [time for time in beats if not 30_000 < time < 42_000]
    (line,) = timed(heard(sounding), 101_000).red_lines
    assert line.beat_length == 400
    path = beat_path(count(heard(sounding), 101_000), heard(sounding))
    assert len([time for time in path if 30_000 < time < 42_000]) == 30


def test_a_few_knocks_before_the_music_are_no_beats() -> None:
    beats = [4500 + number * 400.0 for number in range(200)]
    hearings = heard(beats, 8)
    hearings[3] = [Mark(TIMING_POINT, 210.0), Mark(BEAT, 3700.0), *hearings[3]]
    (line,) = timed(hearings, 86_000).red_lines
    assert line.time == pytest.approx(4500, abs=4)


def test_a_hearing_that_is_off_by_half_a_beat_is_outvoted() -> None:
    beats = [500 + number * 400.0 for number in range(200)]
    hearings = [*heard(beats, 6), [Mark(BEAT, time + 200) for time in beats]]
    (line,) = timed(hearings, 82_000).red_lines
    assert line.beat_length == 400
    assert abs((line.time - 500 + 200) % 400 - 200) < 5


def test_nothing_heard_says_so() -> None:
    assert average([], 10_000) == []
    assert average([[]], 10_000, as_reference=True) == []
    for hearings in ([], [[]], [[Mark(BEAT, -5.0)]], [[Mark(BEAT, 10_000.0)]]):
        with pytest.raises(DegenerateOutput, match="No beat"):
            timed(hearings, 10_000)


def test_a_cancel_is_noticed() -> None:
    marks = [[Mark(BEAT, 500.0 * number) for number in range(100)]]
    with pytest.raises(Cancelled):
        timing_of(marks, 60_000, 20, TimingOptions(), cancelled=lambda: True)


def test_marks_without_a_time_beside_them() -> None:
    events = (
        Event(BEAT), Event(EventType.TIME, 400), Event(MEASURE), Event(BEAT),
        Event(EventType.TIME, 800),
    )  # fmt: skip
    timed_events = TimedEvents(events, (0.0,) * 5)
    first = marks_of(timed_events, types_first=True, shift_ms=7)
    assert first == [(BEAT, 407), (BEAT, 807)]
    as_reference = marks_of(timed_events, types_first=True, shift_ms=7, as_reference=True)
    assert as_reference == [(BEAT, 407), (MEASURE, 7), (BEAT, 807)]
    assert marks_of(timed_events, types_first=False) == [(MEASURE, 400)]


anything = st.lists(
    st.lists(
        st.builds(
            Mark,
            st.sampled_from(KINDS),
            st.integers(-3000, 33_000) | st.floats(-3000, 33_000, width=32),
        ),
        max_size=60,
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(anything, st.integers(1, 32_000), st.booleans(), st.booleans())
def test_any_marks_give_red_lines_or_say_that_there_is_no_beat(
    hearings: list[list[Mark]], length_ms: int, one_tempo: bool, walk: bool
) -> None:
    options = TimingOptions(one_tempo=one_tempo, walk_as_reference=walk)
    try:
        found = timing_of(hearings, length_ms, 20, options)
    except DegenerateOutput:
        return
    assert found.red_lines
    times = [line.time for line in found.red_lines]
    assert times == sorted(set(times))
    assert all(0 < line.beat_length <= 60000 and line.meter >= 1 for line in found.red_lines)
    assert [mark.time for mark in found.marks] == sorted(mark.time for mark in found.marks)
    assert timing_of(hearings, length_ms, 20, options) == found


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.floats(55, 250), st.floats(0, 3000), st.integers(0, 10_000), st.floats(0, 0.3),
    st.floats(0, 0.1),
)  # fmt: skip
def test_any_tempo_is_found_through_errors(
    bpm: float, offset: float, seed: int, missing: float, stray: float
) -> None:
    length = 60000 / bpm
    beats = [offset + number * length for number in range(int(90_000 / length))]
    hearings = [hearing(seed + number, beats, missing=missing, stray=stray) for number in range(6)]
    found = timed(hearings, 94_000)
    (line,) = found.red_lines
    assert line.beat_length == pytest.approx(length, rel=0.002)


@given(st.lists(st.floats(0, 1e6), max_size=40))
def test_a_line_through_any_beats(times: list[float]) -> None:
    found = steady(sorted(times))
    assert found is None or (found.beat_length > 0 and np.isfinite(found.offset))


def test_peaks_lie_apart_and_bars_are_beats() -> None:
    hearings = heard([100 + 333.3 * number for number in range(100)])
    votes = count(hearings, 35_000)
    found = peaks(votes.all)
    assert (np.diff(found) >= 50).all()
    marks = with_bars(beat_path(votes, hearings).tolist(), votes)
    assert {mark.kind for mark in marks} == {BEAT, MEASURE}


def test_each_section_of_its_own_tempo_has_one_line_where_it_begins() -> None:
    beats = [500 + number * 400.0 for number in range(121)]
    beats += [beats[-1] + number * 480.0 for number in range(1, 101)]
    beats += [beats[-1] + number * 375.0 for number in range(1, 101)]
    found = timed(heard(beats), int(beats[-1]) + 1000).red_lines
    assert [line.beat_length for line in found] == [
        pytest.approx(400, abs=0.3), pytest.approx(480, abs=0.3), pytest.approx(375, abs=0.3),
    ]  # fmt: skip
    for line, begin in zip(found, (500, beats[120], beats[220]), strict=True):
        assert line.time == pytest.approx(begin, abs=12)


def test_a_tempo_that_never_rests_is_timed_line_by_line() -> None:
    beats = [500.0]
    while beats[-1] < 60_000:
        beats.append(beats[-1] + 400 + 150 * np.sin(beats[-1] / 4000))
    found = timed(heard(beats), 61_000).red_lines
    assert len(found) > 4
