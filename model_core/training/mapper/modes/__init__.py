"""The rule mappers of taiko, catch and mania: the same song, read for other hands.

All of them choose from one reading of the song (``mapper.accents``), follow the same grids
(``mapper.levels``) and take a style's habits where a mode has them. Rhythm follows what is heard
and the level, never dice.
"""

from __future__ import annotations

from model_core.beatmap.new_objects import NewObject
from model_core.training.mapper.levels import level_of
from model_core.training.mapper.modes.catch import map_catch
from model_core.training.mapper.modes.mania import map_mania
from model_core.training.mapper.modes.taiko import map_taiko
from model_core.training.mapper.styles import style_of
from model_core.training.songs import SongPlan

__all__ = ["MANIA_KEYS", "place"]

#: Column counts that mania maps have, most often the first.
MANIA_KEYS = (4, 7, 5, 6)
_DEFAULT_KEYS = 4
_TAIKO, _CATCH, _MANIA = 1, 2, 3


def place(
    plan: SongPlan, level: float, style: int, mode: int, seed: int, keys: int | None
) -> list[NewObject]:
    """The objects of a map in time order.

    Args:
        level: 0 (easiest) to 1.
        style: mapper id, one of those in ``STYLES``.
        mode: 1 taiko, 2 catch, 3 mania.
        seed: decides places only, never times.
        keys: columns of a mania map, 4 where None.

    Raises:
        ValueError: there is no such style, or the mode is not one of these.
    """
    grade, manner = level_of(level), style_of(style)
    if mode == _TAIKO:
        return map_taiko(plan, grade, manner)
    if mode == _CATCH:
        return map_catch(plan, grade, manner, seed)
    if mode == _MANIA:
        return map_mania(plan, grade, manner, seed, _DEFAULT_KEYS if keys is None else keys)
    raise ValueError(f"There is no mode {mode} here; modes are 1 to 3.")
