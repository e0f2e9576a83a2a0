"""What the journal keeps of where a change comes from."""

from __future__ import annotations

import json

from osu_companion.v1 import patches_pb2, provenance_pb2

from clients.remapping import origin_of


def test_an_adapter_is_recorded_beside_its_model() -> None:
    about = provenance_pb2.Provenance(model="v32 + me/style")
    about.checkpoint.parameters = 210_639_490
    about.checkpoint.adapter.name = "me/style"
    about.checkpoint.adapter.weights_sha256 = "ab" * 32
    about.checkpoint.adapter.left_out = True
    detail = json.loads(origin_of("1", about, patches_pb2.BeatmapVariant(number=1)).detail)
    assert detail["model"] == "v32 + me/style"
    assert detail["checkpoint"] == {
        "parameters": 210_639_490,
        "adapter": {"name": "me/style", "weights_sha256": "ab" * 32, "left_out": True},
    }
    plain = provenance_pb2.Provenance(model="starter")
    detail = json.loads(origin_of("1", plain, patches_pb2.BeatmapVariant()).detail)
    assert "checkpoint" not in detail
