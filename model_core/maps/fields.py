"""What a request's parameters may be: one declaration for checks, clients, help and documents.

A parameter is a field of a frozen dataclass, declared with :func:`number`, :func:`whole`,
:func:`flag` or :func:`names`. From the declarations come :func:`table`, which any program can
read (a message's fields, a command's options, a settings page), and :func:`problems`, which
finds everything that is wrong at once.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Field", "Kind", "Problem", "flag", "names", "number", "problems", "table", "whole"]

Kind = Literal["number", "whole number", "flag", "names"]

_SPEC = "parameter"
_MOST_NAMES = 64
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request's parameters: the field, and a full sentence."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter, as a program reads it.

    low, high: limits of a number, both included unless ``above_low``; None where there is none.
    default: what it is unless given; where that is None, ``otherwise`` says what is taken.
    modes: the game modes in which it means something.
    """

    name: str
    kind: Kind
    help: str
    default: Any = None
    optional: bool = True
    otherwise: str = ""
    low: float | None = None
    high: float | None = None
    above_low: bool = False
    unit: str = ""
    modes: tuple[int, ...] = (0, 1, 2, 3)

    @property
    def limits(self) -> str:
        """The limits in words; empty without any."""
        if self.low is None and self.high is None:
            return ""
        if self.high is None:
            return f"above {self.low:g}" if self.above_low else f"{self.low:g} or more"
        if self.low is None:
            return f"at most {self.high:g}"
        if self.above_low:
            return f"above {self.low:g} and at most {self.high:g}"
        return f"{self.low:g} to {self.high:g}"

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return dataclasses.asdict(self) | {"limits": self.limits, "modes": list(self.modes)}

    def problem(self, value: object) -> str | None:
        """What is wrong with a value, as a sentence; None if nothing is."""
        if value is None:
            return None if self.optional else f"{self.name} must be given."
        match self.kind:
            case "flag":
                wrong = None if isinstance(value, bool) else "yes or no"
            case "names":
                wrong = _wrong_names(value)
            case _:
                wrong = self._wrong_number(value)
        if wrong is None:
            return None
        unit = f" {self.unit}" if self.unit and self.kind != "names" else ""
        return f"{self.name} must be {wrong}{unit}, not {_shown(value)}."

    def _wrong_number(self, value: object) -> str | None:
        whole = self.kind == "whole number"
        right = isinstance(value, int) if whole else isinstance(value, int | float)
        wanted = f"a {self.kind}" + (f", {self.limits}" if self.limits else "")
        if not right or isinstance(value, bool):
            return wanted
        assert isinstance(value, int | float)
        if not whole and not math.isfinite(value):
            return self.limits or wanted
        low_enough = self.high is None or value <= self.high
        high_enough = self.low is None or (
            value > self.low if self.above_low else value >= self.low
        )
        return None if low_enough and high_enough else self.limits


def number(
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above_low: bool = False,
    default: float | None = None,
    otherwise: str = "",
    unit: str = "",
    modes: tuple[int, ...] = (0, 1, 2, 3),
) -> Any:
    """Declares a parameter that is any number within limits."""
    return _declared(
        "number", help, default, low=low, high=high, above_low=above_low, otherwise=otherwise,
        unit=unit, modes=modes,
    )  # fmt: skip


def whole(
    help: str,
    *,
    low: int | None = None,
    high: int | None = None,
    default: int | None = None,
    otherwise: str = "",
    unit: str = "",
    modes: tuple[int, ...] = (0, 1, 2, 3),
) -> Any:
    """Declares a parameter that is a whole number within limits."""
    return _declared(
        "whole number", help, default, low=low, high=high, otherwise=otherwise, unit=unit,
        modes=modes,
    )  # fmt: skip


def flag(help: str, *, default: bool | None = None, otherwise: str = "") -> Any:
    """Declares a parameter that is yes or no."""
    return _declared("flag", help, default, otherwise=otherwise)


def names(help: str, *, otherwise: str = "") -> Any:
    """Declares a parameter that is a tuple of names; none unless given."""
    return _declared("names", help, (), otherwise=otherwise)


def _declared(kind: Kind, help: str, default: Any, **rest: Any) -> Any:
    spec = {"kind": kind, "help": help, **rest}
    return dataclasses.field(default=default, metadata={_SPEC: spec})


def table(parameters: type[Any]) -> tuple[Field, ...]:
    """All parameters of a dataclass, in the order of their declaration."""
    found = []
    for declared in dataclasses.fields(parameters):
        spec = declared.metadata.get(_SPEC)
        if spec is None:
            raise TypeError(f"{parameters.__name__}.{declared.name} is not declared as a parameter")
        optional = declared.default is None
        found.append(Field(declared.name, default=declared.default, optional=optional, **spec))
    return tuple(found)


def problems(parameters: Any) -> Iterator[Problem]:
    """Every value that is no value of its field."""
    for each in table(type(parameters)):
        message = each.problem(getattr(parameters, each.name))
        if message is not None:
            yield Problem(each.name, message)


def _wrong_names(value: object) -> str | None:
    wanted = f"names, at most {_MOST_NAMES} of at most {_LONGEST_NAME} letters"
    if isinstance(value, str) or not isinstance(value, tuple | list):
        return wanted
    for name in value:
        # A number is a row of the model's own table.
        if isinstance(name, bool) or not isinstance(name, str | int):
            return wanted
        if isinstance(name, str) and not 0 < len(name.strip()) <= _LONGEST_NAME:
            return wanted
    return wanted if len(value) > _MOST_NAMES else None


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
