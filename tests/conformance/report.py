"""One line of the conformance report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal["ok", "mismatch", "not built yet", "skipped"]


@dataclass(frozen=True, slots=True)
class Row:
    """The outcome of one check, named ``FAMILY/CASE/STAGE``."""

    name: str
    status: Status
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.status:<13} {self.name}" + (f"  ({self.detail})" if self.detail else "")


Rows = Callable[[Path], Iterator[Row]]


def check(name: str, compare: Callable[[], str | None]) -> Row:
    """Run one comparison: it returns None when equal, else what differs.

    An exception is a mismatch too, so that one broken check never hides the others.
    """
    try:
        difference = compare()
    except Exception as error:
        return Row(name, "mismatch", f"{type(error).__name__}: {error}")
    return Row(name, "ok") if difference is None else Row(name, "mismatch", difference)


def first_difference(expected: object, found: object, what: str = "") -> str | None:
    """None if two sequences are equal, else where they first differ."""
    if expected == found:
        return None
    if isinstance(expected, list | tuple) and isinstance(found, list | tuple):
        for index, (left, right) in enumerate(zip(expected, found, strict=False)):
            if left != right:
                return f"{what}[{index}]: expected {left}, found {right}"
        return f"{what}: expected {len(expected)} entries, found {len(found)}"
    return f"{what}: expected {expected}, found {found}"
