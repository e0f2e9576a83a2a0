"""Difficulty settings of a map: what stands in its file's [Difficulty] section, in every mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DEFAULT_KEYS = 4
MODE_NAMES = ("osu!standard", "osu!taiko", "osu!catch", "osu!mania")

# At levels 0, 0.2, ... 1: how settings usually grow from Easy to Extra.
_AT = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_CIRCLE_SIZE = (3.0, 3.3, 3.6, 4.0, 4.2, 4.4)
_APPROACH_RATE = (2.6, 4.6, 6.8, 8.6, 9.2, 9.6)
_OVERALL = (1.8, 3.6, 5.4, 7.4, 8.6, 9.4)
_DRAIN = (1.8, 3.6, 4.8, 5.4, 5.8, 6.2)
_MULTIPLIER = (0.9, 1.15, 1.35, 1.6, 1.8, 2.0)
_TAIKO_OVERALL = (2.5, 3.5, 4.5, 5.5, 6.0, 6.8)


@dataclass(frozen=True, slots=True)
class Settings:
    """One map's settings. In mania ``circle_size`` is the number of columns."""

    mode: int
    hp_drain_rate: float
    circle_size: float
    overall_difficulty: float
    approach_rate: float
    slider_multiplier: float
    tick_rate: int = 1


def settings_of(
    mode: int, level: float, *, keys: int | None = None, multiplier_change: float = 0.0
) -> Settings:
    """The settings of a level.

    Args:
        mode: 0 osu!standard, 1 taiko, 2 catch, 3 mania.
        level: 0 (Easy) to 1 (Extra).
        keys: columns of a mania map; ``DEFAULT_KEYS`` where None. Elsewhere of no meaning.
        multiplier_change: what a style adds to the slider multiplier, in modes 0 and 2; taiko and
            mania always have 1.4, so a slider of 140 osu! pixels lasts one beat there at
            velocity 1.
    """

    def at(row: tuple[float, ...], places: int = 1) -> float:
        return round(float(np.interp(level, _AT, row)), places)

    drain, overall = at(_DRAIN), at(_OVERALL)
    if mode == 1:
        return Settings(mode, drain, 5.0, at(_TAIKO_OVERALL), 5.0, 1.4)
    if mode == 3:
        columns = float(DEFAULT_KEYS if keys is None else keys)
        return Settings(mode, drain, columns, max(5.0, overall), 5.0, 1.4)
    multiplier = round(at(_MULTIPLIER, 2) + multiplier_change, 2)
    rate = at(_APPROACH_RATE)
    if mode == 2:
        return Settings(mode, drain, at(_CIRCLE_SIZE), rate, rate, multiplier)
    return Settings(mode, drain, at(_CIRCLE_SIZE), overall, rate, multiplier)
