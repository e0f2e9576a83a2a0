"""Super timing's reference values, as part of the ordinary tests."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import timing_rows


def test_hearings_and_what_they_agree_on(conformance: Path) -> None:
    rows = list(timing_rows.rows(conformance))
    assert [str(row) for row in rows if row.status == "mismatch"] == []
    assert sum(row.status == "ok" for row in rows) >= 30
