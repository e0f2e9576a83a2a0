"""What a request's parameter may be, for programs that read the generated tables of it.

The tables themselves are ``osu_companion.v1.parameters``. Nothing is imported here, so that a
command can show its help at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a request.

    kind: ``number``, ``whole number``, ``flag`` or ``names``.
    low, high: limits of a number, both included unless ``above_low``; ``limits``: in words.
    default: what it is unless given; where that is None, ``otherwise`` says what is taken.
    modes: the game modes in which it means something.
    """

    name: str
    kind: str
    help: str
    default: Any = None
    optional: bool = True
    otherwise: str = ""
    low: float | None = None
    high: float | None = None
    above_low: bool = False
    unit: str = ""
    modes: tuple[int, ...] = (0, 1, 2, 3)
    limits: str = ""

    @property
    def unless_given(self) -> str:
        """What is taken where it is not given, in words."""
        if self.otherwise:
            return self.otherwise
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        if self.default in (None, ()):
            return "none"
        return f"{self.default:g}"

    @property
    def values(self) -> str:
        """What it may be, in words; empty for what its kind says already."""
        return f"{self.limits} {self.unit}".strip() if self.limits else self.unit

    @property
    def text(self) -> str:
        """Everything there is to say of it, in a sentence or two."""
        where = ""
        if len(self.modes) < len(_MODES):
            where = f" ({', '.join(_MODES[mode] for mode in self.modes)} only)"
        values = f" {self.values[0].upper()}{self.values[1:]}." if self.values else ""
        return f"{self.help.rstrip('.')}{where}.{values} Unless given: {self.unless_given}."


_MODES = ("osu!", "osu!taiko", "osu!catch", "osu!mania")
