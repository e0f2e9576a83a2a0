"""Options that are right one by one and exclude each other: named before anything is queued."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.daemon.conftest import Mapset, RunningDaemon
from tests.daemon.errors import details, reason
from tests.daemon.test_contract_parameters import put, refused, sound


@pytest.mark.parametrize(
    ("name", "options", "wrong"),
    [
        ("HitsoundBeatmap", {"additions_only": True, "volumes": True}, {"volumes"}),
        (
            "HitsoundBeatmap",
            {"additions_only": True, "sample_sets": True, "volumes": True},
            {"sample_sets", "volumes"},
        ),
        (
            "RemapBeatmap",
            {"descriptors": ["style/messy"], "negative_descriptors": ["style/messy"]},
            {"negative_descriptors"},
        ),
        ("MakeGuestDifficulty", {"lookback": 0.5, "lookahead": 0.5}, {"lookahead"}),
    ],
)
def test_they_are_refused_by_name(
    shared_daemon: RunningDaemon,
    shared_mapset: Mapset,
    name: str,
    options: dict[str, Any],
    wrong: set[str],
) -> None:
    request = sound(name, shared_mapset)
    for option, value in options.items():
        put(request.options, option, value)
    status = refused(shared_daemon, name, request)
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert reason(status) == "OPTION_INVALID"
    fields = {violation.field for violation in details(status)["BadRequest"].field_violations}
    assert fields == {f"options.{option}" for option in wrong}
