"""A map as hard as was asked for: written again, asking for more or less, until it is near.

What a model is told of the difficulty and how the game rates what it writes differ from song to
song: the same wish gives more stars where the music is dense. The map is therefore rated, and
where it is too far off it is written again with another wish, found as a root is: by the miss at
first, by a line through the wishes on either side later. Each try draws anew, since chance moves
the stars about as much as a wish does. The nearest map is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from model_core.errors import DegenerateOutput, EditRefused

__all__ = ["NEAR_STARS", "next_wish", "seek_stars"]

#: A map this near to what was asked for is not written again.
NEAR_STARS = 0.25
_EASIEST = 0.5  # no map is easier, and no model was shown one


class Rated(Protocol):
    """What is sought: anything that the game can rate."""

    @property
    def stars(self) -> float | None: ...


Map = TypeVar("Map", bound=Rated)


def seek_stars(
    write: Callable[[float | None], Map],
    asked: float | None,
    tries: int,
    hardest: float,
) -> Map:
    """The nearest to ``asked`` of up to ``tries`` maps.

    Args:
        write: writes a map, each time with other draws, given what the model is to be told, in
            stars; None for what it would be told anyway.
        asked: in stars; None where nothing was asked for, and one map is written.
        hardest: what a model can be told at most, in stars.

    Raises what ``write`` raises the first time. Later maps that cannot be used are passed over.
    """
    nearest = write(None)
    if asked is None or nearest.stars is None:
        return nearest
    tried = [(asked, nearest.stars)]
    for _ in range(tries - 1):
        if abs((nearest.stars or 0.0) - asked) <= NEAR_STARS:
            break
        wish = next_wish(asked, tried, hardest)
        try:
            written = write(wish)
        except (DegenerateOutput, EditRefused):
            continue
        if written.stars is None:
            continue
        tried.append((wish, written.stars))
        if abs(written.stars - asked) < abs((nearest.stars or 0.0) - asked):
            nearest = written
    return nearest


def next_wish(asked: float, tried: Sequence[tuple[float, float]], hardest: float) -> float:
    """What to tell the model next.

    Args:
        tried: pairs of what it was told and how many stars came out, at least one.
    """
    below = max((pair for pair in tried if pair[1] < asked), key=lambda p: p[1], default=None)
    above = min((pair for pair in tried if pair[1] >= asked), key=lambda p: p[1], default=None)
    if below is not None and above is not None:
        share = (asked - below[1]) / (above[1] - below[1])
        wish = below[0] + share * (above[0] - below[0])
    else:
        told, got = min(tried, key=lambda pair: abs(pair[1] - asked))
        wish = told + (asked - got)
    return min(max(wish, _EASIEST), hardest)
