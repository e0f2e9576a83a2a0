"""The networks', rules' and flows' reference values, as part of the ordinary tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import checkpoint_rows, flow_rows, network_rows


def test_networks_and_rules(conformance: Path) -> None:
    rows = list(network_rows.rows(conformance))
    assert [str(row) for row in rows if row.status == "mismatch"] == []
    assert sum(row.status == "ok" for row in rows) >= 60


def test_adapters(conformance: Path) -> None:
    rows = list(checkpoint_rows.rows(conformance))
    assert [str(row) for row in rows if row.status == "mismatch"] == []
    assert sum(row.status == "ok" for row in rows) >= 5


@pytest.mark.slow
def test_flows_call_by_call(conformance: Path) -> None:
    rows = list(flow_rows.rows(conformance))
    assert [str(row) for row in rows if row.status == "mismatch"] == []
    assert sum(row.status == "ok" for row in rows) >= 400
