"""``draw`` of both clients: what is asked for, and what makes no request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from osu_companion.v1 import patches_pb2, pictures_pb2

from clients.client import AsyncClient, Client, Variant
from clients.client.errors import UsageError
from tests.clients.fake_daemon import PICTURE, FakeDaemon


def test_a_map_its_content_and_a_variant_are_asked_for(daemon: FakeDaemon, map_path: Path) -> None:
    patch = patches_pb2.BeatmapPatch(base_sha256="ab", start_ms=5)
    with Client(daemon.endpoint) as client:
        answer = client.draw(map_path, start_ms=0, end_ms=9, width=900, patch=patch)
        assert answer.picture == PICTURE and answer.width == 900
        client.draw(content=b"osu file format v14", path_beside=map_path, form="svg")
        client.draw(variant=Variant("job-1", 2, map=3), range_text="00:01:000 (1) - ")
    first, second, third = daemon.asked
    assert (first.path, first.start_ms, first.end_ms) == (str(map_path), 0, 9)
    assert first.HasField("start_ms") and first.patch == patch
    assert first.format == pictures_pb2.PICTURE_FORMAT_PNG
    assert second.content == b"osu file format v14" and second.path_beside == str(map_path)
    assert second.format == pictures_pb2.PICTURE_FORMAT_SVG and not second.HasField("start_ms")
    assert (third.variant.job_id, third.variant.number, third.variant.map) == ("job-1", 2, 3)
    assert third.range_text == "00:01:000 (1) - "


async def test_the_asynchronous_client_draws_as_well(daemon: FakeDaemon, map_path: Path) -> None:
    async with AsyncClient(daemon.endpoint) as client:
        answer = await client.draw(map_path, playfield=False)
    assert answer.picture == PICTURE and daemon.asked[0].without_playfield


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"path": "a.osu", "content": b""},
        {"path": "a.osu", "form": "gif"},
        {"path": "a.osu", "width": 2**31},
        {"path": "a.osu", "start_ms": -(2**31) - 1},
        {"variant": Variant("job-1", -1)},
    ],
)
def test_what_the_contract_cannot_carry_is_a_usage_error(
    daemon: FakeDaemon, wrong: dict[str, Any]
) -> None:
    with Client(daemon.endpoint) as client, pytest.raises(UsageError):
        client.draw(**wrong)
    assert not daemon.asked
