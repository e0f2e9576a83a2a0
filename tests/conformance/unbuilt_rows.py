"""Cases whose subject is not built: named, so that the report never passes over them silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.conformance.report import Row

_SUBJECTS = {
    "*/super_timing*.json": "events",
}


def rows(folder: Path) -> Iterator[Row]:
    """A row for every stored case of those subjects."""
    for pattern, stage in _SUBJECTS.items():
        for path in sorted(folder.glob(pattern)):
            family = path.relative_to(folder).parts[0]
            yield Row(f"{family}/{path.stem}/{stage}", "not built yet")
