"""What a caller may choose of modding, declared once for every client."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from model_core.maps.fields import Problem, names, number, problems, whole
from model_core.maps.parameters import refuse

__all__ = ["ModOptions"]

_FINEST_DIVISOR = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class ModOptions:
    """Everything a caller may choose. Raises InvalidParameters.

    level, stars: some rules depend on how difficult a map counts as.
    least_relative: the measure of the published models' own modding.
    """

    level: int | None = whole(
        "How difficult the map counts as: 0 Easy, 1 Normal, 2 Hard, 3 Insane, 4 Expert, 5 Expert+.",
        low=0, high=5, otherwise="by stars, if given; else by its name in taiko and catch, or by"
        " its star rating",
    )  # fmt: skip
    stars: float | None = number(
        "The star rating by which the map's level is told.", low=0, high=20, unit="stars",
        otherwise="as the game rates it",
    )  # fmt: skip
    divisors: tuple[str | int, ...] = names(
        f"The beat divisions on which objects may stand, from 1 to {_FINEST_DIVISOR}; 4 and 1/4"
        " are the same.",
        otherwise="those that mappers use: up to 1/16 and 1/12, and what divides them",
    )
    rules: tuple[str, ...] = names(
        "Check these rules alone, by their names (unsnapped-object).", otherwise="all of them"
    )
    without_rules: tuple[str, ...] = names("Leave these rules out.")
    least_relative: float = number(
        "A model's surprise is told from so many times the entropy of what it thought possible on.",
        low=0, high=1000, default=20.0,
    )  # fmt: skip
    least_excess: float = number(
        "A model's surprise is also told from so many bits above that entropy on.",
        low=0, high=40, default=10.0, unit="bits",
    )  # fmt: skip

    def __post_init__(self) -> None:
        refuse(tuple(problems(self)) or tuple(self._unknown()))

    @property
    def beat_divisors(self) -> Sequence[int]:
        """The divisions as numbers; those that mappers use where none is given."""
        from model_core.beatmap.timing import TICK_DIVISORS

        return tuple(map(_divisor, self.divisors)) or TICK_DIVISORS

    @property
    def checked_rules(self) -> Collection[str] | None:
        """The names of the rules to run; None for all."""
        if not self.rules and not self.without_rules:
            return None
        return frozenset(self.rules or _known_rules()) - frozenset(self.without_rules)

    def _unknown(self) -> Iterator[Problem]:
        for given in self.divisors:
            if not 1 <= _divisor(given) <= _FINEST_DIVISOR:
                yield Problem(
                    "divisors",
                    f"divisors must be whole numbers from 1 to {_FINEST_DIVISOR}, as 4 or 1/4, not"
                    f" {str(given)!r}.",
                )
                break
        known = _known_rules() if self.rules or self.without_rules else ()
        for field in ("rules", "without_rules"):
            strange = [name for name in getattr(self, field) if name not in known]
            if strange:
                near = get_close_matches(strange[0], known, 3)
                hint = (
                    f"; did you mean {' or '.join(near)}?"
                    if near
                    else " (docs/modding.md has all)."
                )
                yield Problem(field, f"{field} must be names of rules, not {strange[0]!r}{hint}")


def _divisor(given: str | int) -> int:
    """The divisor in "1/4", "4" or 4; 0 where there is none."""
    text = str(given).strip().removeprefix("1/")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _known_rules() -> tuple[str, ...]:
    from model_core.modding.rules import map_rules, set_rules

    return tuple(rule.id for rule in (*map_rules(), *set_rules()))
