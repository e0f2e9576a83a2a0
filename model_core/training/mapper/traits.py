"""Traits: descriptors that are drawn for a map whatever its style is.

Each changes one figure of a map that can be measured, so that a model which is told the tag and
shown the map can learn what the tag means, apart from the style that it came with.
"""

from __future__ import annotations

import numpy as np

from model_core.training.mapper.levels import EASY, HARD, INSANE, Level

HIGH_SV = "sliders/high sv"
LOW_SV = "sliders/low sv"
COMPLEX_SV = "sliders/complex sv"
COMPLEX_SHAPES = "sliders/complex slidershapes"
CIRCLE_ONLY = "gimmick/circle only"
SPINNER_HEAVY = "gimmick/spinner-heavy"
SLIDER_TECH = "tech/slider tech"
SPACED_STREAMS = "streams/spaced streams"
PERFECT_STACKS = "reading/perfect stacks"
OVERLAPS = "reading/overlaps"
PRECISION = "skillset/precision"
GRID_SNAP = "style/grid snap"
HEXGRID = "style/hexgrid"
SYMMETRICAL = "style/symmetrical"
MESSY = "style/messy"
REPETITION = "expression/repetition"
SIMPLE = "expression/simple"
HIGH_CONTRAST = "expression/high contrast"
PROGRESSION = "expression/progression"
PLAYFIELD = "expression/playfield usage"

#: Each trait with its share of maps and the lowest level that has it.
_TRAITS: tuple[tuple[str, float, int], ...] = (
    (HIGH_SV, 0.14, EASY),
    (LOW_SV, 0.12, EASY),
    (COMPLEX_SV, 0.12, HARD),
    (COMPLEX_SHAPES, 0.12, HARD),
    (CIRCLE_ONLY, 0.08, EASY),
    (SPINNER_HEAVY, 0.07, EASY),
    (SLIDER_TECH, 0.12, INSANE),
    (SPACED_STREAMS, 0.15, INSANE),
    (PERFECT_STACKS, 0.12, HARD),
    (OVERLAPS, 0.12, HARD),
    (PRECISION, 0.12, HARD),
    (GRID_SNAP, 0.10, HARD),
    (HEXGRID, 0.10, HARD),
    (SYMMETRICAL, 0.12, HARD),
    (MESSY, 0.10, HARD),
    (REPETITION, 0.10, HARD),
    (SIMPLE, 0.10, EASY),
    (HIGH_CONTRAST, 0.12, HARD),
    (PROGRESSION, 0.10, HARD),
    (PLAYFIELD, 0.12, EASY),
)

#: Traits that contradict each other: of one group only the first that is drawn stays.
_EITHER: tuple[frozenset[str], ...] = (
    frozenset({HIGH_SV, LOW_SV, CIRCLE_ONLY}),
    frozenset({COMPLEX_SV, SIMPLE, CIRCLE_ONLY}),
    frozenset({COMPLEX_SHAPES, SIMPLE, CIRCLE_ONLY}),
    frozenset({SLIDER_TECH, CIRCLE_ONLY, SIMPLE}),
    frozenset({GRID_SNAP, HEXGRID, MESSY}),
    frozenset({SYMMETRICAL, REPETITION, OVERLAPS, MESSY}),
    frozenset({HIGH_CONTRAST, PROGRESSION}),
)
_LOWEST = {name: lowest for name, _, lowest in _TRAITS}
TRAITS = tuple(_LOWEST)


def draw(level: Level, seed: int) -> frozenset[str]:
    """The traits of a map, decided by its seed."""
    rng = np.random.default_rng([seed, 5])
    chances = rng.random(len(_TRAITS))
    wanted = [
        name
        for (name, share, lowest), chance in zip(_TRAITS, chances, strict=True)
        if chance < share and level.index >= lowest
    ]
    rng.shuffle(wanted)
    return compatible(wanted)


def compatible(wanted: list[str]) -> frozenset[str]:
    """Those of ``wanted`` that go together; earlier ones win."""
    kept: list[str] = []
    for name in wanted:
        if not any(name in group and group & set(kept) for group in _EITHER):
            kept.append(name)
    return frozenset(kept)


def checked(wanted: frozenset[str], level: Level) -> frozenset[str]:
    """The wanted traits that a level has.

    Raises:
        ValueError: there is no such trait.
    """
    unknown = sorted(wanted - set(TRAITS))
    if unknown:
        known = ", ".join(TRAITS)
        raise ValueError(f"There is no trait {unknown[0]!r}. Known traits: {known}.")
    return frozenset(name for name in wanted if level.index >= _LOWEST[name])
