"""Styles: each moves, draws and speeds in its own way, and can be told from the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from model_core.beatmap.new_objects import ObjectKind
from model_core.training.mapper import STYLES, MappedSong, map_song
from model_core.training.mapper.fitting import LEAST, MOST, fitted
from model_core.training.mapper.styles import Turn, style_of
from model_core.training.songs import Part, SongPlan

from .figures import end_of, moves, slider_share, turns
from .plans import BAR, line, mixed_song, song

SEEDS = (0, 1, 2, 3)


@cache
def _maps(style: int, level: float = 0.7) -> tuple[MappedSong, ...]:
    return tuple(
        map_song(mixed_song(seed), style=style, level=level, seed=seed, traits=()) for seed in SEEDS
    )


def _all_turns(style: int) -> list[float]:
    return [angle for mapped in _maps(style) for angle in turns(mapped.objects)]


def test_mapper_ids_are_one_to_twelve() -> None:
    assert [style.mapper_id for style in STYLES] == list(range(1, 13))
    assert [style_of(number).mapper_id for number in range(1, 13)] == list(range(1, 13))


@pytest.mark.parametrize(
    ("turn", "least", "most"),
    [
        (Turn.FLOW, 0, 70),
        (Turn.SHARP, 110, 180),
        (Turn.SQUARE, 60, 120),
        (Turn.TRIANGLE, 90, 150),
        (Turn.BACK, 140, 180),
        (Turn.WIDE, 20, 105),
    ],
)
def test_turns_are_those_of_the_style(turn: Turn, least: float, most: float) -> None:
    for style in STYLES:
        if style.turn is turn:
            assert least < np.median(_all_turns(style.mapper_id)) < most


def test_straight_lines_are_kept_by_linear_styles() -> None:
    straight = [
        float(np.mean([angle < 20 for angle in turns(map_song(
            _even_song(), style=style, level=0.45, seed=4, traits=()).objects)]))
        for style in range(1, 13)
    ]  # fmt: skip
    assert int(np.argmax(straight)) + 1 == 5


def _even_song() -> SongPlan:
    return song(line(Part.KICK, 0, 32 * BAR, 12), bars=32, lead=False)


def test_curves_are_those_of_the_style() -> None:
    for style in STYLES:
        letters = {
            item.curve_letter
            for mapped in _maps(style.mapper_id)
            for item in mapped.objects
            if item.kind is ObjectKind.SLIDER and item.length > 60
        }
        wanted = {"B" if kind in "BSRM" else kind for kind in style.curves}
        assert wanted <= letters <= wanted | {"L", "P"}


def _figures(mapped: MappedSong) -> list[float]:
    """What a reader of the file can count, for telling styles apart."""
    items = mapped.objects
    sliders = [item for item in items if item.kind is ObjectKind.SLIDER]
    bits = [bit for item in items for bit in (item.sounds[0].additions,)]
    angles = turns(items) or [90.0]
    hits: list[Callable[[int], bool]] = [lambda b, m=mask: bool(b & m) for mask in (2, 4, 8)]
    return [
        float(np.median(angles)) / 60,
        float(np.std(angles)) / 40,
        3 * slider_share(items),
        *(float(np.mean([item.curve_letter == letter for item in sliders])) for letter in "LPB"),
        *(2 * float(np.mean([test(b) for b in bits])) for test in hits),
        float(items[0].sounds[0].sample_set),
        float(items[0].sounds[0].addition_set),
        float(items[-1].sounds[0].sample_set),
        4 * float(np.mean([item.new_combo for item in items])),
        mapped.slider_multiplier * 3,
        3 * float(np.std([item.slider_velocity or 1.0 for item in sliders])),
    ]


def test_maps_can_be_told_apart_by_style() -> None:
    """The nearest mean of other songs' figures names the style of most maps."""
    rows = {style: [_figures(m) for m in _maps(style)] for style in range(1, 13)}
    right = 0
    for style, own in rows.items():
        for index, row in enumerate(own):
            means = {
                other: np.mean([r for i, r in enumerate(found) if i != index], axis=0)
                for other, found in rows.items()
            }
            named = min(means, key=lambda other: float(np.linalg.norm(means[other] - row)))
            right += named == style
    assert right / (12 * len(SEEDS)) > 0.85


def test_easy_maps_keep_one_distance_for_one_time() -> None:
    for style in (1, 2, 5, 9):
        for level in (0.1, 0.28):
            for mapped in _maps(style, level):
                usual = np.quantile([rest for rest, _, _ in moves(mapped.objects)], 0.6)
                pace = [d / rest for rest, d, _ in moves(mapped.objects) if rest <= usual]
                middle = float(np.median(pace))
                near = np.mean([abs(value - middle) < 0.15 * middle for value in pace])
                assert near > 0.85, f"style {style}, level {level}"


def test_objects_are_not_nearer_in_easy_maps_than_a_player_can_tell() -> None:
    for mapped in _maps(1, 0.1):
        rests = [after - before for before, after in _rests(mapped)]
        assert min(rests) >= 150


def _rests(mapped: MappedSong) -> list[tuple[int, int]]:
    items = mapped.objects
    return [(end_of(a), b.time) for a, b in pairwise(items)]


@pytest.mark.parametrize("power", [0.3, 0.5, 0.7])
def test_fitting_finds_the_factor_in_few_tries(power: float) -> None:
    tries: list[float] = []

    def rate(scale: float) -> float:
        tries.append(scale)
        return 4.0 * scale**power

    found = fitted(4.6, rate)
    assert abs(4.0 * found**power - 4.6) <= 0.11
    assert len(tries) <= 4


def test_fitting_stops_at_its_limits() -> None:
    assert fitted(9.0, lambda scale: 1.0 + 0.1 * scale) == MOST
    assert fitted(0.5, lambda scale: 3.0 + 0.1 * scale) == LEAST
    assert fitted(2.0, lambda scale: 0.0) == 1.0  # nothing that could be fitted
