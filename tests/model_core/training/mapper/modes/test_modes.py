"""Maps of taiko, catch and mania: what every one of them must keep, over many songs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import spearmanr

from model_core.beatmap import Beatmap, ObjectKind, parse
from model_core.beatmap.columns import column_of
from model_core.beatmap.geometry.catch import catch_objects
from model_core.beatmap.new_objects import CLAP, FINISH, WHISTLE
from model_core.beatmap.stars import star_rating
from model_core.modding.rules import Severity, check
from model_core.training.mapper import accents, map_song
from model_core.training.mapper.modes import MANIA_KEYS, place
from model_core.training.songs import SongPlan, compose

SEEDS = range(6)
LEVELS = (0.05, 0.3, 0.7, 0.95)
TAIKO, CATCH, MANIA = 1, 2, 3
MODES = (TAIKO, CATCH, MANIA)


@lru_cache(maxsize=16)
def song(seed: int) -> SongPlan:
    return compose(seed)


@lru_cache(maxsize=256)
def mapped(seed: int, mode: int, level: float, keys: int | None = None) -> Beatmap:
    style = 1 + (seed + mode) % 12
    made = map_song(song(seed), style=style, level=level, mode=mode, seed=seed, keys=keys)
    return parse(made.osu_bytes)


def _maps(mode: int) -> list[tuple[int, float, Beatmap]]:
    return [
        (seed, level, mapped(seed, mode, level, MANIA_KEYS[seed % 4] if mode == MANIA else None))
        for seed in SEEDS
        for level in LEVELS
    ]


@pytest.mark.parametrize("mode", MODES)
def test_the_same_seed_gives_the_same_map(mode: int) -> None:
    for seed in list(SEEDS)[:3]:
        first = place(song(seed), 0.6, 3, mode, seed, None)
        assert first == place(compose(seed), 0.6, 3, mode, seed, None)
        assert first


@pytest.mark.parametrize("mode", MODES)
def test_objects_stand_on_the_grid_after_the_first_red_line(mode: int) -> None:
    for _, _, beatmap in _maps(mode):
        first = beatmap.timing.red_lines[0].time
        for item in beatmap.hit_objects:
            assert item.time >= first - 1
            assert abs(item.time - beatmap.timing.nearest_tick(item.time)) <= 2
            assert 0 <= item.x <= 512 and 0 <= item.y <= 384


@pytest.mark.parametrize("mode", (TAIKO, CATCH))
def test_no_object_begins_before_the_last_has_ended(mode: int) -> None:
    for _, _, beatmap in _maps(mode):
        ended = -1e9
        for item in beatmap.hit_objects:
            assert item.time > ended + 9
            ended = max(item.time, item.end_time)


@pytest.mark.parametrize("mode", MODES)
def test_harder_levels_have_more_stars(mode: int) -> None:
    levels = np.linspace(0.03, 0.97, 8)
    shares = []
    for seed in list(SEEDS)[:4]:
        maps = [map_song(song(seed), style=2, level=float(v), mode=mode) for v in levels]
        shares.append(spearmanr(levels, [star_rating(m.osu_bytes) for m in maps])[0])
    assert float(np.mean(shares)) > 0.9


@pytest.mark.parametrize("mode", MODES)
def test_styles_agree_in_when_most_things_happen(mode: int) -> None:
    for seed in list(SEEDS)[:4]:
        one, two = ({o.time for o in place(song(seed), 0.5, s, mode, 1, 4)} for s in (1, 5))
        assert len(one & two) > 0.75 * max(len(one), len(two))


def test_snares_are_kats_and_kicks_are_dons() -> None:
    checked = 0
    for seed in SEEDS:
        plan = song(seed)
        at = {round(plan.milliseconds(tick)): accent for tick, accent in accents(plan).items()}
        for item in place(plan, 0.7, 1, TAIKO, 0, None):
            accent = at[item.time]
            if item.kind is not ObjectKind.CIRCLE:
                continue
            kat = bool(item.sounds[0].additions & (WHISTLE | CLAP))
            if accent.snare:
                assert kat
                checked += 1
            elif accent.kick:
                assert not kat
                checked += 1
    assert checked > 150


def test_big_notes_have_room() -> None:
    found = 0
    for _, level, beatmap in _maps(TAIKO):
        items = beatmap.hit_objects
        for before, here, after in zip(items, items[1:], items[2:], strict=False):
            if here.kind is ObjectKind.CIRCLE and here.hit_sound & FINISH:
                found += 1
                room = 0.5 * beatmap.timing.beat_length_at(here.time)
                assert here.time - before.time > room and after.time - here.time > room
                assert level > 1 / 6
    assert found > 10


def test_easy_catch_needs_no_hyperdash_and_hard_catch_has_some() -> None:
    counts = dict.fromkeys(LEVELS, 0)
    for _, level, beatmap in _maps(CATCH):
        fruits = [part for parts in catch_objects(beatmap) for part in parts]
        counts[level] += sum(part.hyper for part in fruits)
    assert counts[0.05] == counts[0.3] == 0
    assert counts[0.7] + counts[0.95] > 10


def test_no_column_is_struck_while_it_is_held() -> None:
    for seed, _, beatmap in _maps(MANIA):
        keys = MANIA_KEYS[seed % 4]
        ended = [-1e9] * keys
        for item in beatmap.hit_objects:
            column = column_of(item.x, keys)
            assert item.time >= ended[column] + 30
            ended[column] = max(item.time, item.end_time)
            if item.kind is ObjectKind.HOLD:
                assert item.end_time - item.time >= 30


def test_chords_stay_small_on_low_levels_and_never_fill_the_keyboard() -> None:
    for seed, level, beatmap in _maps(MANIA):
        times = [item.time for item in beatmap.hit_objects]
        largest = max(np.unique(times, return_counts=True)[1])
        assert largest < MANIA_KEYS[seed % 4]
        if level < 1 / 6:
            assert largest == 1
        elif level < 1 / 2:
            assert largest <= 2


def test_all_columns_are_used_about_alike() -> None:
    for seed, level, beatmap in _maps(MANIA):
        if level < 0.4 or len(beatmap.hit_objects) < 60:
            continue
        keys = MANIA_KEYS[seed % 4]
        counts = np.bincount([column_of(o.x, keys) for o in beatmap.hit_objects], minlength=keys)
        assert counts.min() > 0.2 * counts.mean()
        assert counts.max() < 2.2 * counts.mean()


def test_held_notes_are_holds() -> None:
    holds = sum(
        item.kind is ObjectKind.HOLD
        for _, _, beatmap in _maps(MANIA)
        for item in beatmap.hit_objects
    )
    assert holds > 80


# About the song rather than the map: it is short, or nothing in it calls for more.
_OF_THE_SONG = {"short-drain", "hitsound-gap"}


@pytest.mark.parametrize("mode", MODES)
def test_the_published_rules_find_no_problem(mode: int) -> None:
    for seed, level, beatmap in _maps(mode):
        problems = [
            f"{finding.rule}: {finding.message}"
            for finding in check(beatmap)
            if finding.severity is Severity.PROBLEM and finding.rule not in _OF_THE_SONG
        ]
        assert not problems, (seed, level)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="no mode 0"):
        place(song(0), 0.5, 1, 0, 0, None)
