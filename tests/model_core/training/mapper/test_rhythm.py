"""Rhythm follows what sounds: tunes first, drums where none is, holds as sliders."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from model_core.training.mapper import accents, level_of
from model_core.training.mapper.levels import EXTRA, LEVELS, Level, grid_at, step_for
from model_core.training.mapper.rhythm import Beat, rhythm
from model_core.training.mapper.styles import STYLES, style_of
from model_core.training.songs import Part, Section, SectionKind, SongPlan, Tempo, compose

from .plans import BAR, line, song

PLAIN = style_of(3)  # no habits of rhythm


def _level(index: int, within: float = 0.5) -> Level:
    return level_of((index + within) / len(LEVELS))


def _ticks(beats: list[Beat]) -> list[int]:
    return [beat.tick for beat in beats]


def test_accents_name_what_sounds() -> None:
    notes = [
        (Part.LEAD, 0, 12, False),
        (Part.VOCAL, 0, 40, True),
        (Part.KICK, 0, 3, False),
        (Part.CRASH, 0, 96, False),
        (Part.CLAP, 24, 3, False),
        (Part.ARP, 30, 3, False),
        (Part.LEAD, 96, 6, False),
        (Part.RISER, 120, 72, False),
    ]
    heard = accents(song(notes))
    assert list(heard) == [0, 24, 30, 96, 120]
    assert heard[0].melody is Part.VOCAL
    assert heard[0].held == heard[0].ticks == 40
    assert heard[0].phrase
    assert heard[0].kick
    assert heard[0].crash
    assert heard[24].snare
    assert heard[24].melody is None
    assert heard[30].parts == {Part.ARP}
    assert heard[96].phrase
    assert heard[96].held == 0
    assert heard[120].rise == 72
    assert heard[0].strength > heard[24].strength > heard[30].strength
    assert all(0 <= accent.strength <= 1 for accent in heard.values())


def test_a_phrase_begins_with_a_section_or_after_a_rest() -> None:
    sections = (
        Section(SectionKind.VERSE, 0, BAR, True, True),
        Section(SectionKind.CHORUS, BAR, 2 * BAR, True, True),
    )
    notes = [(Part.LEAD, tick, 12, False) for tick in (0, 12, 24, 84, 96, 108)]
    heard = accents(song(notes, bars=2, sections=sections))
    assert [tick for tick, accent in heard.items() if accent.phrase] == [0, 84, 96]


def test_grids_are_the_coarsest_that_a_tick_lies_on() -> None:
    straight = song([])
    assert [grid_at(straight, tick) for tick in (0, 24, 48, 12, 6, 8, 3, 4, 2, 1)] == [
        96, 24, 48, 12, 6, 8, 3, 4, 2, 1,
    ]  # fmt: skip
    swung = song([], triplets=True)
    assert [grid_at(swung, tick) for tick in (0, 24, 16, 8)] == [96, 24, 12, 8]
    assert step_for(10.0, 100.0, False) == 12
    assert step_for(10.0, 100.0, True) == 24
    assert step_for(10.0, 900.0, False) == 48


def test_levels_follow_finer_notes() -> None:
    plan = song(line(Part.LEAD, 0, 8 * BAR, 6))
    spacing = []
    for index in range(len(LEVELS)):
        beats = rhythm(plan, _level(index), PLAIN)
        spacing.append(min(after - before for before, after in pairwise(_ticks(beats))))
    assert spacing == sorted(spacing, reverse=True)
    assert spacing[0] >= 24
    assert spacing[-1] == 6


def test_a_level_asks_the_same_of_fast_and_slow_songs() -> None:
    for bpm in (52, 104, 208):
        plan = song(line(Part.LEAD, 0, 8 * BAR, 6), tempos=(Tempo(0, 500, 60000 / bpm, 4),))
        for index in range(len(LEVELS)):
            beats = rhythm(plan, _level(index), PLAIN)
            least = min(
                plan.milliseconds(after.tick) - plan.milliseconds(before.tick)
                for before, after in pairwise(beats)
            )
            assert least >= _level(index).melody_ms * 0.6


def test_drums_are_followed_as_finely_as_a_tune_where_there_is_none() -> None:
    notes = [*line(Part.LEAD, 0, 8 * BAR, BAR), *line(Part.KICK, 0, 8 * BAR, 12)]
    under = rhythm(song(notes), _level(2), PLAIN)
    alone = rhythm(song(notes[8:], lead=False), _level(2), PLAIN)
    assert len(alone) > len(under) > 8


def test_arpeggios_and_thirds_are_for_high_levels() -> None:
    notes = [*line(Part.KICK, 0, 8 * BAR, 48), *line(Part.ARP, 0, 8 * BAR, 8)]
    plan = song(notes, lead=False)
    low, high = rhythm(plan, _level(3), PLAIN), rhythm(plan, _level(EXTRA), PLAIN)
    assert all(tick % 48 == 0 for tick in _ticks(low))
    assert any(tick % 24 == 8 for tick in _ticks(high))


def test_eighths_are_followed_where_they_are_slow_enough() -> None:
    notes = line(Part.LEAD, 0, 4 * BAR, 3)
    slow = song(notes, tempos=(Tempo(0, 500, 1000.0, 4),))
    fast = song(notes, tempos=(Tempo(0, 500, 300.0, 4),))
    assert 3 in _ticks(rhythm(slow, _level(EXTRA), PLAIN))
    assert 3 not in _ticks(rhythm(fast, _level(EXTRA), PLAIN))


def test_held_notes_are_sliders_no_longer_than_they_sound() -> None:
    plan = song([(Part.VOCAL, tick, 42, True) for tick in range(0, 8 * BAR, 48)])
    for index in range(len(LEVELS)):
        beats = rhythm(plan, _level(index), PLAIN)
        assert all(beat.is_slider for beat in beats)
        assert all(24 <= beat.end_tick - beat.tick <= 42 for beat in beats)


def test_notes_too_fast_for_a_level_are_covered() -> None:
    pair = [(Part.LEAD, bar + tick, 6, False) for bar in range(0, 8 * BAR, BAR) for tick in (0, 12)]
    beats = rhythm(song(pair), _level(1), PLAIN)
    assert {(beat.end_tick - beat.tick, beat.slides) for beat in beats} == {(12, 1)}
    run = line(Part.LEAD, 0, 8 * BAR, 6)
    covered = rhythm(song(run), _level(2), PLAIN)
    assert any(beat.slides == 2 for beat in covered)


def test_a_rise_is_a_spinner_with_room_after_it() -> None:
    notes = [(Part.RISER, 0, 4 * BAR, False), *line(Part.LEAD, 4 * BAR, 8 * BAR, 24)]
    beats = rhythm(song(notes), _level(0), PLAIN)
    assert beats[0].is_spinner
    assert beats[0].end_tick == 4 * BAR - 24
    plan = song(notes)
    rest = plan.milliseconds(beats[1].tick) - plan.milliseconds(beats[0].end_tick)
    assert rest >= _level(0).recovery_ms
    assert not any(beat.is_spinner for beat in rhythm(song(notes[1:]), _level(0), PLAIN))


def test_silence_has_nothing_to_click() -> None:
    plan = song([*line(Part.CHORD, 0, 8 * BAR, BAR), *line(Part.LEAD, 0, BAR, 24)])
    beats = rhythm(plan, _level(4), PLAIN)
    assert max(_ticks(beats)) < BAR


@pytest.mark.parametrize(
    ("habit", "level"),
    [("pairs", 3), ("kick_sliders", 3), ("bounce", 3), ("long_sliders_only", 4)],
)
def test_habits_of_rhythm_belong_to_some_styles_and_change_it(habit: str, level: int) -> None:
    notes = []
    for bar in range(0, 8 * BAR, BAR):
        notes += [(Part.LEAD, bar + tick, 3, False) for tick in (0, 12, 30, 36, 48, 54, 60)]
        notes.append((Part.LEAD, bar + 72, 15, True))
    plan = song(notes, tempos=(Tempo(0, 500, 500.0, 4),))
    assert 2 <= sum(getattr(style, habit) for style in STYLES) <= 8
    with_habit = replace(PLAIN, **{habit: True})
    plain, changed = rhythm(plan, _level(level), PLAIN), rhythm(plan, _level(level), with_habit)
    share = [sum(beat.is_slider for beat in beats) for beats in (plain, changed)]
    assert share[0] != share[1]


def test_a_rhythm_is_the_same_in_styles_without_habits() -> None:
    plan: SongPlan = compose(5)
    rows = []
    for style in STYLES:
        bare = replace(
            style, drums=1.0, pairs=False, kick_sliders=False, bounce=False,
            long_sliders_only=False,
        )  # fmt: skip
        rows.append(rhythm(plan, _level(3), bare))
    assert all(row == rows[0] for row in rows)
