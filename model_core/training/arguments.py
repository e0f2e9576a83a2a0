"""Types of the command line's options: what can make no sense is refused before anything runs."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["Parser", "count", "counts", "minutes", "modes", "number", "shares"]

_USAGE = 2


class Parser(argparse.ArgumentParser):
    """Tells programs (``--json``) of a usage error as of every other: by an object, last."""

    def error(self, message: str) -> NoReturn:
        if "--json" in sys.argv:
            row = {"type": "error", "exit_code": _USAGE, "reason": "USAGE", "message": message}
            print(json.dumps(row), flush=True)
        super().error(message)


def count(least: int = 0, most: int | None = None) -> Callable[[str], int]:
    """A whole number from ``least`` on, to ``most`` where there is a limit."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least or (most is not None and value > most):
            upto = "" if most is None else f" to {most}"
            raise argparse.ArgumentTypeError(f"a whole number from {least}{upto}, not {text}")
        return value

    return read


def number(low: float, high: float = math.inf, *, open_low: bool = False) -> Callable[[str], float]:
    """A number from ``low`` (above it, if ``open_low``) to below ``high``."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (low < value if open_low else low <= value) or not value < high:
            begins = f"above {low:g}" if open_low else f"from {low:g}"
            ends = "" if high == math.inf else f" to below {high:g}"
            raise argparse.ArgumentTypeError(f"a number {begins}{ends}, not {text}")
        return value

    return read


#: A time in minutes; 0 is none.
minutes: Callable[[str], float] = number(0.0)


def _several(text: str, kind: Callable[[str], Any], what: str) -> list[Any]:
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{what}, not {text}") from None


def counts(text: str) -> int | tuple[int, ...]:
    """How many maps: of osu!standard, or of all modes."""
    what = "one number, or one for each of the four modes, as 3,1,1,1"
    numbers = tuple(_several(text, int, what))
    if len(numbers) > 4 or min(numbers) < 0 or not any(numbers):
        raise argparse.ArgumentTypeError(f"{what}, not {text}")
    return numbers[0] if len(numbers) == 1 else numbers


def shares(text: str) -> tuple[float, float, float, float]:
    """Shares of the four tasks."""
    what = "four shares, as 0.48,0.17,0.15,0.2"
    numbers = _several(text, float, what)
    wrong = not all(0.0 <= each < math.inf for each in numbers)
    if len(numbers) != 4 or wrong or sum(numbers) <= 0:
        raise argparse.ArgumentTypeError(f"{what}, not {text}")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def modes(text: str) -> tuple[int, ...]:
    """Game modes by number."""
    what = "modes from 0 to 3, as 0,1,2,3"
    found = tuple(sorted(set(_several(text, int, what))))
    if not set(found) <= {0, 1, 2, 3}:
        raise argparse.ArgumentTypeError(f"{what}, not {text}")
    return found
