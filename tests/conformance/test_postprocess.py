"""The reference's post-processing, as part of the ordinary test run."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import postprocess_rows


def test_no_stage_of_any_case_differs_from_the_reference(conformance: Path) -> None:
    found = list(postprocess_rows.rows(conformance))
    assert [str(row) for row in found if row.status == "mismatch"] == []
    assert sum(row.status == "ok" for row in found) > 150
