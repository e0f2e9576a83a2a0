"""The reference's reading of maps and its suggestions, as part of the ordinary tests."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import modding_rows


def test_readings_and_suggestions(conformance: Path) -> None:
    rows = list(modding_rows.rows(conformance))
    assert [str(row) for row in rows if row.status == "mismatch"] == []
    assert sum(row.status == "ok" for row in rows) >= 30
