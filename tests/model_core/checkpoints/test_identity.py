"""Which weights a folder holds."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from model_core.checkpoints.identity import Identifying, Identity, identify
from model_core.checkpoints.resolve import STARTER
from tests.tiny_adapter import write_adapter


def test_one_file_is_its_hash_and_several_are_listed(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    one = hashlib.sha256(b"one").hexdigest()
    assert identify(tmp_path) == Identity("", one)
    (tmp_path / "model-2.safetensors").write_bytes(b"two")
    two = hashlib.sha256(b"two").hexdigest()
    listed = f"{two} model-2.safetensors\n{one} model.safetensors\n"
    assert identify(tmp_path).weights_sha256 == hashlib.sha256(listed.encode()).hexdigest()


def test_an_adapter_is_its_weights_and_how_they_are_merged(tmp_path: Path) -> None:
    write_adapter(tmp_path, 16)
    one = identify(tmp_path)
    assert len(one.weights_sha256) == 64 and identify(tmp_path) == one
    config = tmp_path / "adapter_config.json"
    config.write_text(config.read_text().replace('"lora_alpha": 4', '"lora_alpha": 8'))
    assert identify(tmp_path) != one


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_the_hubs_cache_says_it_without_reading(tmp_path: Path) -> None:
    commit, sha256 = "0a" * 20, "0b" * 32
    blob = tmp_path / "blobs" / sha256
    folder = tmp_path / "snapshots" / commit / "gamemode=0"
    blob.parent.mkdir()
    folder.mkdir(parents=True)
    blob.write_bytes(b"not that hash")
    (folder / "model.safetensors").symlink_to(blob)
    assert identify(folder) == Identity(commit, sha256)


def test_it_is_found_beside_other_work_and_never_fails(tmp_path: Path) -> None:
    weights = hashlib.sha256((STARTER / "model.safetensors").read_bytes()).hexdigest()
    assert Identifying(STARTER).result() == Identity("", weights)
    (tmp_path / "model.safetensors").mkdir()
    assert Identifying(tmp_path).result() == Identity()
