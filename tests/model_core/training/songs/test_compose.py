"""Plans: the same seed gives the same song, and what a plan says agrees with itself."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from model_core.training.songs import (
    TICKS_PER_BEAT,
    Part,
    SectionKind,
    SongPlan,
    Tempo,
    compose,
)
from model_core.training.songs.genres import GENRES
from model_core.training.songs.plan import tick_time

SEEDS = range(100)
NAMES = [genre.name for genre in GENRES]
DRUMS = {Part.KICK, Part.SNARE, Part.CLAP, Part.HAT, Part.RIDE, Part.CRASH, Part.TOM}


@cache
def plans() -> tuple[SongPlan, ...]:
    return tuple(compose(seed) for seed in SEEDS)


def test_the_same_seed_gives_the_same_plan() -> None:
    assert compose(11) == compose(11)
    assert compose(12) != compose(11)


@pytest.mark.parametrize("genre", NAMES)
def test_every_genre_makes_a_sane_plan(genre: str) -> None:
    for seed in range(3):
        plan = compose(seed, genre=genre)
        assert plan.genre == genre
        assert 15_000 < plan.length_ms < 140_000
        for note in plan.notes:
            assert note.ticks > 0
            assert note.onset_ms >= 0
            assert 0 < note.velocity <= 1
            assert note.onset_ms + note.duration_ms < plan.length_ms
        ticks = [note.tick for note in plan.notes]
        assert ticks == sorted(ticks)
        for part in (Part.LEAD, Part.VOCAL):
            tune = [note for note in plan.notes if note.part is part]
            for one, two in pairwise(tune):
                assert one.tick + one.ticks <= two.tick, "the melody has one voice"


def test_an_unknown_genre_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"polka.*rock"):
        compose(1, genre="polka")


def test_a_length_that_is_asked_for_is_kept_to() -> None:
    lengths = [compose(seed, length_seconds=(20, 26)).length_ms for seed in range(30)]
    assert 18_000 < np.median(lengths) < 36_000
    longer = [compose(seed, length_seconds=(100, 120)).length_ms for seed in range(30)]
    assert 85_000 < np.median(longer) < 140_000


def test_songs_differ_as_widely_as_they_should() -> None:
    tempos = [tempo for plan in plans() for tempo in plan.tempos]
    assert min(tempo.bpm for tempo in tempos) < 75
    assert max(tempo.bpm for tempo in tempos) > 225
    assert all(49.9 <= tempo.bpm <= 260.1 for tempo in tempos)
    assert {tempo.meter for tempo in tempos} == {3, 4, 5, 6, 7}
    assert {note.part for plan in plans() for note in plan.notes} == set(Part)
    assert len({plan.kit for plan in plans()}) >= 12
    assert len({plan.genre for plan in plans()}) >= 20
    some = {
        "tempo changes": [len(p.tempos) > 1 and not p.drifting for p in plans()],
        "drift": [p.drifting for p in plans()],
        "no drums": [not any(n.part in DRUMS for n in p.notes) for p in plans()],
        "no bass": [all(n.part is not Part.BASS for n in p.notes) for p in plans()],
        "pick-up": [p.notes[0].tick < 0 for p in plans()],
        "fade": [p.fade_in_ms + p.fade_out_ms > 0 for p in plans()],
        "voice": [any(n.part is Part.VOCAL for n in p.notes) for p in plans()],
        "build-up": [any(s.kind is SectionKind.BUILD for s in p.sections) for p in plans()],
        "late start": [p.tempos[0].start_ms > 1500 for p in plans()],
    }
    for what, found in some.items():
        assert 0.01 < np.mean(found) < 0.6, what


def test_sections_tile_the_song_on_bar_lines() -> None:
    for plan in plans():
        assert plan.sections[0].first_tick == 0
        for before, after in pairwise(plan.sections):
            assert before.end_tick == after.first_tick
        for section in plan.sections:
            tempo = plan.tempo_at(section.first_tick)
            assert (section.first_tick - tempo.tick) % (tempo.meter * TICKS_PER_BEAT) == 0
            assert section.end_tick > section.first_tick
            assert 0 <= section.energy <= 1


def test_tempos_ascend_on_bar_lines_without_a_jump_in_time() -> None:
    for plan in plans():
        assert plan.tempos[0].tick == 0
        for before, after in pairwise(plan.tempos):
            assert after.tick > before.tick
            assert (after.tick - before.tick) % (before.meter * TICKS_PER_BEAT) == 0
            assert isinstance(after.start_ms, int)
            assert abs(tick_time((before,), after.tick) - after.start_ms) <= 0.5


def test_a_song_that_drifts_has_a_tempo_every_bar_or_two_near_its_first() -> None:
    drifting = [plan for plan in plans() if plan.drifting]
    assert drifting
    for plan in drifting:
        bar = plan.tempos[0].meter * TICKS_PER_BEAT
        bars = plan.sections[-1].end_tick / bar
        assert len(plan.tempos) >= bars / 2 - 2
        bpms = np.array([tempo.bpm for tempo in plan.tempos])
        assert 0 < np.std(bpms) / np.mean(bpms) < 0.05


def test_people_play_off_the_grid_a_little_and_machines_do_not() -> None:
    away: list[float] = []
    for plan in plans():
        errors = [note.onset_ms - plan.milliseconds(note.tick) for note in plan.notes]
        if plan.jitter_ms:
            assert abs(np.mean(errors)) < 0.5
            away += errors
        else:
            assert np.max(np.abs(errors)) < 1e-6
        assert not (plan.electronic and plan.jitter_ms)
    assert np.mean(np.abs(away) < 8) > 0.95
    assert np.max(np.abs(away)) < 14


def test_what_sections_say_is_what_plays_in_them() -> None:
    breaks = 0
    for plan in plans():
        for section in plan.sections:
            parts = {
                note.part
                for note in plan.notes
                if section.first_tick <= note.tick < section.end_tick
            }
            assert bool(parts & DRUMS) == section.has_drums
            assert bool(parts & {Part.LEAD, Part.VOCAL}) == section.has_lead
            if section.kind is SectionKind.BREAK:
                breaks += 1
                assert parts == {Part.CHORD}
            else:
                assert section.has_drums or section.has_lead
    assert breaks > 10


def test_tempo_changes_keep_time_continuous() -> None:
    tempos = (Tempo(0, 100, 500.0, 4), Tempo(48, 1100, 250.0, 4))
    assert tick_time(tempos, 47) < 1100 == tick_time(tempos, 48)
    assert tick_time(tempos, 60) == 1225
