"""Each trait changes the figure that it names, in whatever style it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pytest

from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.tokens.starter_layout import DESCRIPTORS
from model_core.training.mapper import STYLES, TRAITS, MappedSong, level_of, map_song
from model_core.training.mapper import traits as trait
from model_core.training.mapper.traits import compatible, draw
from model_core.training.songs import Part, SongPlan

from .figures import end_of, moves, parsed, slider_share, speeds, tail_of, tick_of, turns
from .plans import BAR, line, mixed_song, song

LEVEL = 0.7
STYLES_TRIED = (1, 3, 8, 10)


@cache
def _plan() -> SongPlan:
    return mixed_song()


@cache
def _even_plan() -> SongPlan:
    """Sixteen bars that are all alike."""
    notes = [*line(Part.LEAD, 0, 16 * BAR, 24), *line(Part.KICK, 0, 16 * BAR, 24)]
    return song(notes, bars=16)


def _pace(mapped: MappedSong) -> float:
    """Osu! pixels a beat of sliders, without the map's own multiplier."""
    return float(np.median([item.slider_velocity or 0.0 for item in _sliders(mapped.objects)]))


def _sliders(objects: Sequence[NewObject]) -> list[NewObject]:
    return [item for item in objects if item.kind is ObjectKind.SLIDER]


def _velocities(mapped: MappedSong) -> float:
    return float(len({item.slider_velocity for item in _sliders(mapped.objects)}))


def _anchors(mapped: MappedSong) -> float:
    """Red anchors a slider."""
    counts = [
        sum(a == b for a, b in zip(item.curve_points, item.curve_points[1:], strict=False))
        for item in _sliders(mapped.objects)
    ]
    return float(np.mean(counts))


def _straight(mapped: MappedSong) -> float:
    return float(np.mean([item.curve_letter == "L" for item in _sliders(mapped.objects)]))


def _spinners(mapped: MappedSong) -> float:
    return float(sum(item.kind is ObjectKind.SPINNER for item in mapped.objects))


def _short_sliders(mapped: MappedSong) -> float:
    short = [item for item in _sliders(mapped.objects) if end_of(item) - item.time <= 110]
    return len(short) / len(mapped.objects)


def _stream_spacing(mapped: MappedSong) -> float:
    """Distance in streams, as a multiple of the map's usual speed."""
    inner = [d / rest for rest, d, _ in moves(mapped.objects) if rest <= 132]
    return float(np.median(inner) / np.median(speeds(mapped.objects)))


def _stacked(mapped: MappedSong) -> float:
    return float(np.mean([d < 1 for _, d, _ in moves(mapped.objects)]))


def _overlapping(mapped: MappedSong) -> float:
    """Objects half over the one before the last."""
    radius = 54.4 - 4.48 * mapped.circle_size
    items = mapped.objects
    apart = [np.hypot(c.x - a.x, c.y - a.y) for a, c in zip(items, items[2:], strict=False)]
    return float(np.mean([0.5 * radius < d < 1.5 * radius for d in apart]))


def _on_grid(step: float) -> Callable[[MappedSong], float]:
    def share(mapped: MappedSong) -> float:
        return float(np.mean([i.x % step == 0 and i.y % step == 0 for i in mapped.objects]))

    return share


def _on_rows(mapped: MappedSong) -> float:
    """Objects whose height is a row of the lattice of 40 pixels."""
    row = 20 * 3**0.5
    return float(np.mean([abs(i.y / row - round(i.y / row)) * row < 1 for i in mapped.objects]))


def _unsteady(mapped: MappedSong) -> float:
    """Spread of speeds, as a part of their mean."""
    found = [d / rest for rest, d, _ in moves(mapped.objects) if rest in (199, 200, 201)]
    return float(np.std(found) / np.mean(found))


def _headings(mapped: MappedSong) -> list[tuple[float, float]]:
    """Pairs of directions at the same place of following combos, in which all are circles."""
    plan = _even_plan()
    rows: dict[int, dict[int, float]] = {}
    for before, after in zip(mapped.objects, mapped.objects[1:], strict=False):
        if ObjectKind.SPINNER in (before.kind, after.kind) or after.time - end_of(before) <= 132:
            continue
        x, y = tail_of(before)
        tick = tick_of(plan, after.time)
        rows.setdefault(tick // BAR, {})[tick % BAR] = float(np.arctan2(after.y - y, after.x - x))
    return [
        (angle, rows[bar + 1][place])
        for bar, row in rows.items()
        if bar + 1 in rows
        for place, angle in row.items()
        if place in rows[bar + 1]
    ]


def _repeated(mapped: MappedSong) -> float:
    return float(np.mean([np.cos(a - b) for a, b in _headings(mapped)]))


def _mirrored(mapped: MappedSong) -> float:
    return float(np.mean([np.cos(np.pi - a - b) for a, b in _headings(mapped)]))


def _contrast(mapped: MappedSong) -> float:
    half = _plan().milliseconds(8 * BAR)
    calm = [d / r for r, d, item in moves(mapped.objects) if item.time < half and 132 < r < 1000]
    loud = [d / r for r, d, item in moves(mapped.objects) if item.time > half and 132 < r < 1000]
    return float(np.mean(loud) / np.mean(calm))


def _outward(mapped: MappedSong) -> float:
    return float(np.mean([max(abs(i.x - 256) / 256, abs(i.y - 192) / 192) for i in mapped.objects]))


#: What each trait changes, and by how much at least: a factor, or for shares a difference.
_FIGURES: dict[str, tuple[Callable[[MappedSong], float], Callable[[float, float], bool]]] = {
    trait.HIGH_SV: (_pace, lambda plain, with_it: with_it > 1.3 * plain),
    trait.LOW_SV: (_pace, lambda plain, with_it: with_it < 0.75 * plain),
    trait.COMPLEX_SV: (_velocities, lambda plain, with_it: with_it > plain + 1),
    trait.COMPLEX_SHAPES: (_anchors, lambda plain, with_it: with_it > plain + 0.4),
    trait.CIRCLE_ONLY: (
        lambda mapped: slider_share(mapped.objects),
        lambda plain, with_it: with_it == 0 < plain,
    ),
    trait.SPINNER_HEAVY: (_spinners, lambda plain, with_it: with_it >= plain + 3),
    trait.SLIDER_TECH: (_short_sliders, lambda plain, with_it: with_it > plain + 0.05),
    trait.SPACED_STREAMS: (_stream_spacing, lambda plain, with_it: with_it > 1.3 * plain),
    trait.PERFECT_STACKS: (_stacked, lambda plain, with_it: with_it > plain + 0.1),
    trait.OVERLAPS: (_overlapping, lambda plain, with_it: with_it > plain + 0.08),
    trait.PRECISION: (
        lambda mapped: mapped.circle_size,
        lambda plain, with_it: with_it > plain + 1,
    ),
    trait.GRID_SNAP: (_on_grid(32), lambda plain, with_it: with_it > plain + 0.25),
    trait.HEXGRID: (_on_rows, lambda plain, with_it: with_it > plain + 0.25),
    trait.SYMMETRICAL: (_mirrored, lambda plain, with_it: with_it > plain + 0.15),
    trait.MESSY: (_unsteady, lambda plain, with_it: with_it > 1.25 * plain),
    trait.REPETITION: (_repeated, lambda plain, with_it: with_it > plain + 0.15),
    trait.SIMPLE: (_straight, lambda plain, with_it: with_it == 1.0 > plain),
    trait.HIGH_CONTRAST: (_contrast, lambda plain, with_it: with_it > 1.25 * plain),
    trait.PROGRESSION: (_contrast, lambda plain, with_it: with_it > 1.1 * plain),
    trait.PLAYFIELD: (_outward, lambda plain, with_it: with_it > plain + 0.04),
}


def _mean(
    plan: SongPlan,
    figure: Callable[[MappedSong], float],
    style: int,
    traits: tuple[str, ...],
    seeds: int = 4,
) -> float:
    return float(
        np.mean(
            [
                figure(map_song(plan, style=style, level=LEVEL, seed=seed, traits=traits))
                for seed in range(seeds)
            ]
        )
    )


def test_every_trait_has_a_figure() -> None:
    assert set(_FIGURES) == set(TRAITS)


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAITS)
def test_a_trait_changes_the_figure_it_names(name: str) -> None:
    figure, changed = _FIGURES[name]
    plan = _even_plan() if name in (trait.REPETITION, trait.SYMMETRICAL) else _plan()
    for style in STYLES_TRIED:
        plain, with_it = _mean(plan, figure, style, ()), _mean(plan, figure, style, (name,))
        assert changed(plain, with_it), f"style {style}: {plain:.3f} without, {with_it:.3f} with"


def test_descriptors_are_words_of_the_vocabulary() -> None:
    used = set(TRAITS) | {name for style in STYLES for name in style.descriptors}
    assert used <= set(DESCRIPTORS)
    assert len(used) >= 30


def test_traits_are_drawn_from_the_seed_whatever_the_style() -> None:
    level = level_of(0.9)
    drawn = [draw(level, seed) for seed in range(2000)]
    for name in TRAITS:
        assert 0.02 < np.mean([name in traits for traits in drawn]) < 0.2
    assert 0.5 < np.mean([len(traits) > 0 for traits in drawn]) < 0.98
    plan = _plan()
    for seed in range(6):
        named = [
            set(map_song(plan, style=style, level=0.9, seed=seed).descriptors)
            - set(STYLES[style - 1].descriptors)
            for style in (1, 5)
        ]
        assert named[0] == named[1] == draw(level, seed)


def test_contradicting_traits_do_not_come_together() -> None:
    assert compatible([trait.LOW_SV, trait.HIGH_SV, trait.MESSY]) == {trait.LOW_SV, trait.MESSY}
    assert compatible([trait.SIMPLE, trait.COMPLEX_SV, trait.COMPLEX_SHAPES]) == {trait.SIMPLE}


def test_easy_maps_keep_to_traits_that_do_not_change_how_they_are_read() -> None:
    allowed = {trait.HIGH_SV, trait.LOW_SV, trait.CIRCLE_ONLY, trait.SPINNER_HEAVY,
               trait.SIMPLE, trait.PLAYFIELD}  # fmt: skip
    assert set().union(*(draw(level_of(0.2), seed) for seed in range(500))) == allowed
    mapped = map_song(_plan(), style=1, level=0.1, traits=[trait.MESSY, trait.LOW_SV])
    assert trait.LOW_SV in mapped.descriptors
    assert trait.MESSY not in mapped.descriptors


def test_files_with_traits_are_read_back_whole() -> None:
    for name in TRAITS:
        mapped = map_song(_plan(), style=4, level=LEVEL, traits=[name])
        assert len(parsed(mapped).hit_objects) == len(mapped.objects)
        assert turns(mapped.objects) or name in (trait.SPINNER_HEAVY,)
