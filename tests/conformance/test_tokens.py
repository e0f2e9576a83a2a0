"""The reference values of tokens and units, as part of the ordinary test run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import token_rows, unit_rows
from tests.conformance.__main__ import main


@pytest.mark.parametrize("kind", [token_rows, unit_rows], ids=["tokens", "units"])
def test_nothing_differs_from_the_reference(conformance: Path, kind: object) -> None:
    found = list(kind.rows(conformance))  # type: ignore[attr-defined]
    assert [str(row) for row in found if row.status == "mismatch"] == []
    assert sum(row.status == "ok" for row in found) > 100


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    assert main([str(tmp_path), "--only", "v32"]) == 2
    assert main([str(tmp_path / "missing")]) == 2
