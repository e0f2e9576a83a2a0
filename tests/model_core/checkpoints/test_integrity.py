"""Damaged checkpoints: every damage is found, and the damaged file is the one that is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from model_core.checkpoints.files import missing_shards, read_header
from model_core.checkpoints.integrity import check, require_whole
from model_core.checkpoints.resolve import STARTER
from model_core.checkpoints.summary import summarise
from model_core.errors import CheckpointError
from model_core.model import load_model

FILES = ("config.json", "generation_config.json", "tokenizer.json", "model.safetensors")

pytestmark = pytest.mark.skipif(
    not (STARTER / "model.safetensors").is_file(), reason="no starter in this checkout"
)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A copy of the starter."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    for name in FILES:
        shutil.copyfile(STARTER / name, folder / name)
    return folder


def shorten(path: Path) -> None:
    with path.open("r+b") as opened:
        opened.truncate(path.stat().st_size - 100)


def lengthen(path: Path) -> None:
    with path.open("ab") as opened:
        opened.write(b"more")


def overwrite(path: Path) -> None:
    path.write_bytes(b"<html>not found</html>")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def test_a_whole_checkpoint_has_no_problems(whole: Path) -> None:
    assert check(whole) == check(whole, deep=True) == []
    require_whole(whole)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [Path.unlink, shorten, overwrite, empty])
def test_each_damage_names_its_file(whole: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(whole / name)
    assert {problem.file for problem in check(whole)} == {name}
    with pytest.raises(CheckpointError, match=name):
        require_whole(whole)


def test_what_is_wrong_is_said_without_the_folders_path(whole: Path) -> None:
    shorten(whole / "model.safetensors")
    (problem,) = check(whole)
    size = (STARTER / "model.safetensors").stat().st_size
    expected = f"model.safetensors is cut off: it has {size - 100} of its {size} bytes"
    assert str(problem) == expected
    shutil.copyfile(STARTER / "model.safetensors", whole / "model.safetensors")
    lengthen(whole / "model.safetensors")
    assert "4 bytes follow its end" in str(check(whole)[0])


def test_files_of_two_models_are_noticed(whole: Path) -> None:
    config = json.loads((whole / "config.json").read_text())
    config["vocab_size_in"] += 1
    (whole / "config.json").write_text(json.dumps(config))
    assert [problem.file for problem in check(whole)] == ["tokenizer.json", "config.json"]


def test_modes_are_checked_too_and_a_lone_mode_is_enough(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, whole / "gamemode=3")
    assert check(whole) == []
    shorten(whole / "gamemode=3" / "model.safetensors")
    assert [problem.file for problem in check(whole)] == ["gamemode=3/model.safetensors"]
    lone = tmp_path / "lone"
    shutil.copytree(STARTER, lone / "gamemode=0")
    assert check(lone) == []
    assert check(tmp_path / "nothing") and check(tmp_path)


def test_every_shard_must_be_there(whole: Path) -> None:
    (whole / "model.safetensors").unlink()
    for number in (1, 3):
        save_file({f"w{number}": np.ones(3)}, whole / f"model-{number:05}-of-00003.safetensors")
    assert missing_shards(whole) == ["model-00002-of-00003.safetensors"]
    assert [str(problem) for problem in check(whole)] == [
        "model-00002-of-00003.safetensors is missing"
    ]
    index = {"weight_map": {"w1": "model-00001-of-00003.safetensors", "w4": "other.safetensors"}}
    (whole / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "other.safetensors" in missing_shards(whole)
    (whole / "model.safetensors.index.json").write_text("{}")
    assert "model.safetensors.index.json" in {problem.file for problem in check(whole)}


def test_a_deep_check_reads_the_numbers(whole: Path) -> None:
    path = whole / "model.safetensors"
    tensor = read_header(path)["transformer.proj_out.weight"]
    with path.open("r+b") as opened:
        opened.seek(tensor.begin + 20)
        opened.write(b"\xff\xff")
    assert check(whole) == []
    (problem,) = check(whole, deep=True)
    assert "transformer.proj_out.weight holds values that are no numbers" in str(problem)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_the_hubs_cache_knows_the_bytes(whole: Path, tmp_path: Path) -> None:
    blobs = tmp_path / "models--a--b" / "blobs"
    snapshot = tmp_path / "models--a--b" / "snapshots" / ("0a" * 20)
    blobs.mkdir(parents=True)
    snapshot.mkdir(parents=True)
    for name in FILES:
        content = (whole / name).read_bytes()
        digest = (
            hashlib.sha256(content).hexdigest()
            if name.endswith(".safetensors")
            else hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        )
        (blobs / digest).write_bytes(content)
        (snapshot / name).symlink_to(blobs / digest)
    assert check(snapshot, deep=True) == []
    assert summarise(snapshot).revision == "0a" * 20

    # One bit of a weight, and of a text that is still valid.
    weights = (snapshot / "model.safetensors").resolve()
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    text = (snapshot / "generation_config.json").resolve()
    text.write_text(text.read_text() + " ")
    names = {problem.file for problem in check(snapshot, deep=True)}
    assert names == {"model.safetensors", "generation_config.json"}
    weights.unlink()
    assert "lost what it points to" in str(check(snapshot)[-1])


def test_saved_during_training(whole: Path) -> None:
    (whole / "model.safetensors").unlink()
    (whole / "tokenizer.json").unlink()
    (whole / "generation_config.json").unlink()
    torch.save({"w": torch.ones(2000)}, whole / "pytorch_model.bin")
    torch.save({"offset": 3}, whole / "custom_checkpoint_0.pkl")
    assert check(whole) == check(whole, deep=True) == []
    content = bytearray((whole / "pytorch_model.bin").read_bytes())
    content[len(content) // 2] ^= 1
    (whole / "pytorch_model.bin").write_bytes(content)
    assert [problem.file for problem in check(whole, deep=True)] == ["pytorch_model.bin"]
    shorten(whole / "custom_checkpoint_0.pkl")
    assert [problem.file for problem in check(whole)] == ["custom_checkpoint_0.pkl"]


def test_a_header_of_nonsense_never_breaks_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    headers = [
        b"[]",
        b"{}x",
        json.dumps({"w": {"dtype": "F32"}}).encode(),
        json.dumps({"w": {**entry, "data_offsets": [-8, 0]}}).encode(),
        json.dumps({"w": {**entry, "shape": [3]}}).encode(),
        json.dumps({"w": {**entry, "shape": "two"}}).encode(),
        json.dumps({"v": entry, "w": entry}).encode(),
        b"[" * 100_000,
    ]
    for header in headers:
        path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
        with pytest.raises(CheckpointError, match=r"model\.safetensors"):
            read_header(path)


def test_the_summary_says_what_the_starter_is() -> None:
    told = summarise(STARTER)
    assert told.family == "starter" and told.modes == (0,)  # as its card says
    assert told.weights_bytes == (STARTER / "model.safetensors").stat().st_size
    assert told.parameters and told.weights_dtype == "float16"
    assert "map" in told.contexts and told.revision == "" and told.mode_folders == ()


@pytest.mark.parametrize("name", ["config.json", "generation_config.json", "tokenizer.json"])
def test_values_of_another_kind_name_their_file(whole: Path, name: str) -> None:
    values = json.loads((whole / name).read_text())
    (whole / name).write_text(json.dumps({key: ["x"] for key in values} | {"lookback": "x"}))
    with pytest.raises(CheckpointError, match=name) as raised:
        load_model(whole)
    assert str(whole) in str(raised.value)
    (whole / name).write_text("[" * 100_000)
    assert name in [problem.file for problem in check(whole)]


def test_sizes_that_no_network_has_are_refused(whole: Path) -> None:
    config = json.loads((whole / "config.json").read_text())
    config["n_mels"] = -config["n_mels"]
    (whole / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=r"config\.json.*n_mels"):
        load_model(whole)


def test_the_summary_of_the_published_families(conformance: Path) -> None:
    modes = {}
    for config in sorted(conformance.glob("v*/checkpoint/config.json")):
        told = summarise(config.parent)
        assert told.family == config.parent.parent.name and told.parameters
        modes[told.family] = told.modes
    assert modes.get("v30") == (0,) and modes.get("v32") == (0, 1, 2, 3)


def test_none_of_it_needs_torch() -> None:
    code = (
        "import sys; from model_core.checkpoints import integrity, resolve, summary;"
        "summary.summarise(resolve.STARTER); assert not integrity.check(resolve.STARTER);"
        "assert not {'torch', 'huggingface_hub', 'safetensors'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
