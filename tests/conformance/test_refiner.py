"""The position refiner's reference values, as part of the ordinary tests."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import refiner_rows


def test_the_refiner_as_stored(conformance: Path) -> None:
    rows = list(refiner_rows.rows(conformance))
    assert [str(row) for row in rows if row.status != "ok"] == []
    assert len(rows) >= 15
