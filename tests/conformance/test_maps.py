"""What is read out of reference maps, as part of the ordinary tests."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import map_rows


def test_derived_parameters(conformance: Path) -> None:
    rows = list(map_rows.rows(conformance))
    assert [str(row) for row in rows if row.status not in ("ok", "skipped")] == []
    assert sum(row.status == "ok" for row in rows) >= 15
