"""A map as hard as was asked for: written again, asking for more or less, until it is near.

What a model is told of the difficulty and how the game rates what it writes differ from song to
song: the same wish gives more stars where the music is dense. The map is therefore rated, and
where it is too far off it is written again with another wish, found as a root is: by the miss at
first, by a line through the wishes on either side later. Beyond a star more or less than was asked
for, other numbers change little: there the wish is not for more stars but a stronger one, by
guidance away from what the model would write if it were told no difficulty. Each try draws anew,
since chance moves the stars about as much as a wish does. The nearest map is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from model_core.errors import DegenerateOutput, EditRefused

__all__ = ["NEAR_STARS", "Wish", "next_push", "seek_stars", "wish_of"]

#: A map this near to what was asked for is not written again.
NEAR_STARS = 0.25
_EASIEST = 0.5  # no map is easier, and no model was shown one
_BY_STARS = 1.0  # a push of up to this many stars tells the model another number
_STRONGEST = 4.0
_WEAKEST = 1.1  # guidance doubles the work, and less than this does nothing


@dataclass(frozen=True, slots=True)
class Wish:
    """What a model is told of the difficulty, in stars. guidance: 1 for none."""

    stars: float
    guidance: float = 1.0


class Rated(Protocol):
    """What is sought: anything that the game can rate."""

    @property
    def stars(self) -> float | None: ...


Map = TypeVar("Map", bound=Rated)


def seek_stars(
    write: Callable[[Wish | None], Map],
    asked: float | None,
    tries: int,
    hardest: float,
) -> Map:
    """The nearest to ``asked`` of up to ``tries`` maps.

    Args:
        write: writes a map, each time with other draws, given what the model is to be told; None
            for what it would be told anyway.
        asked: in stars; None where nothing was asked for, and one map is written.
        hardest: what a model can be told at most, in stars.

    Raises what ``write`` raises the first time. Later maps that cannot be used are passed over.
    """
    nearest = write(None)
    if asked is None or nearest.stars is None:
        return nearest
    tried = [(0.0, nearest.stars)]
    for _ in range(tries - 1):
        if abs((nearest.stars or 0.0) - asked) <= NEAR_STARS:
            break
        push = next_push(asked, tried)
        try:
            written = write(wish_of(asked, push, hardest))
        except (DegenerateOutput, EditRefused):
            continue
        if written.stars is None:
            continue
        tried.append((push, written.stars))
        if abs(written.stars - asked) < abs((nearest.stars or 0.0) - asked):
            nearest = written
    return nearest


def wish_of(asked: float, push: float, hardest: float) -> Wish:
    """What to tell the model for a push of so many stars towards harder or easier maps."""
    stars = asked + min(max(push, -_BY_STARS), _BY_STARS)
    guidance = min(1.0 + max(abs(push) - _BY_STARS, 0.0), _STRONGEST)
    return Wish(min(max(stars, _EASIEST), hardest), guidance if guidance >= _WEAKEST else 1.0)


def next_push(asked: float, tried: Sequence[tuple[float, float]]) -> float:
    """How hard to push next.

    Args:
        tried: pairs of a push and how many stars came out, at least one.
    """
    below = max((pair for pair in tried if pair[1] < asked), key=lambda p: p[1], default=None)
    above = min((pair for pair in tried if pair[1] >= asked), key=lambda p: p[1], default=None)
    if below is not None and above is not None:
        share = (asked - below[1]) / (above[1] - below[1])
        return below[0] + share * (above[0] - below[0])
    # From the furthest push: where that moved nothing, the same one again would not either.
    if below is not None:
        return max(push for push, _ in tried) + asked - below[1]
    assert above is not None
    return min(push for push, _ in tried) + asked - above[1]
