"""What a checkpoint may be saved as, and that nothing in a pickled one is ever run."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from model_core.checkpoints.formats import StoredWeights, read_tokenizer, read_weights
from model_core.checkpoints.resolve import STARTER
from model_core.checkpoints.summary import summarise
from model_core.errors import CheckpointError
from model_core.model import load_model

pytestmark = pytest.mark.skipif(
    not (STARTER / "model.safetensors").is_file(), reason="no starter in this checkout"
)


@pytest.fixture
def tensors() -> dict[str, Tensor]:
    torch.manual_seed(2)
    return {
        "a.weight": torch.randn(4, 3),
        "b.weight": torch.randn(5).to(torch.bfloat16),
        "c": torch.randn(2, 2, 2).half(),
        "d": torch.tensor(3.5),
        "e": torch.arange(6),
        "f": torch.zeros(0, 4),
        "g": torch.tensor([True, False]),
        "h": torch.randn(3).double(),
    }


def assert_same(found: StoredWeights, wanted: dict[str, Tensor]) -> None:
    assert set(found) == set(wanted) and len(found) == len(wanted)
    for name, tensor in wanted.items():
        assert found.shapes[name] == tuple(tensor.shape)
        assert found[name].dtype == tensor.dtype and torch.equal(found[name], tensor)


def test_safetensors_are_read_as_the_library_reads_them(
    tensors: dict[str, Tensor], tmp_path: Path
) -> None:
    save_file(tensors, tmp_path / "model.safetensors")
    assert_same(read_weights(tmp_path), load_file(tmp_path / "model.safetensors"))
    starter = load_file(STARTER / "model.safetensors")
    assert_same(read_weights(STARTER), starter)


def test_shards_are_one_checkpoint(tensors: dict[str, Tensor], tmp_path: Path) -> None:
    names = list(tensors)
    for number, part in enumerate((names[:3], names[3:]), 1):
        shard = tmp_path / f"model-{number:05}-of-00002.safetensors"
        save_file({name: tensors[name] for name in part}, shard)
    assert_same(read_weights(tmp_path), tensors)
    shard.unlink()
    with pytest.raises(CheckpointError, match=r"model-00002-of-00002\.safetensors is missing"):
        read_weights(tmp_path)


def test_a_file_that_is_cut_off_while_it_is_read(
    tensors: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    save_file(tensors, path)
    weights = read_weights(tmp_path)
    with path.open("r+b") as opened:
        opened.truncate(path.stat().st_size - 60)
    with pytest.raises(CheckpointError, match="cut off"):
        [weights[name] for name in weights]
    path.unlink()
    with pytest.raises(CheckpointError, match="cannot be read"):
        weights["a.weight"]


@pytest.mark.parametrize("new_format", [True, False], ids=["zip", "before-1.6"])
def test_pickled_weights(tensors: dict[str, Tensor], tmp_path: Path, new_format: bool) -> None:
    path = tmp_path / "pytorch_model.bin"
    torch.save(tensors, path, _use_new_zipfile_serialization=new_format)
    assert_same(read_weights(tmp_path), tensors)
    wrapped = {f"_orig_mod.{name}": tensor for name, tensor in tensors.items()}
    torch.save(wrapped, path)
    assert_same(read_weights(tmp_path), tensors)


class Harmful:
    """Runs a command when a free unpickler meets it."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.proof),)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "custom_checkpoint_0.pkl"])
def test_nothing_in_a_pickle_is_run(tmp_path: Path, name: str) -> None:
    proof = tmp_path / "proof"
    torch.save({"weight": Harmful(proof)}, tmp_path / name)
    with pytest.raises(CheckpointError, match="was not opened"):
        read_weights(tmp_path) if name.endswith(".bin") else read_tokenizer(tmp_path)
    assert not proof.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02}q\x00", b"text\n" * 100])
def test_a_damaged_pickle_is_described(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"pytorch_model\.bin"):
        read_weights(tmp_path)
    (tmp_path / "custom_checkpoint_0.pkl").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"custom_checkpoint_0\.pkl"):
        read_tokenizer(tmp_path)


def test_other_things_than_weights_are_said(tmp_path: Path) -> None:
    torch.save({"epoch": 3}, tmp_path / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="other things than a network's weights"):
        read_weights(tmp_path)
    torch.save([1, 2], tmp_path / "custom_checkpoint_0.pkl")
    with pytest.raises(CheckpointError, match="no event_ranges"):
        read_tokenizer(tmp_path)


def test_a_checkpoint_saved_during_training_loads(tmp_path: Path) -> None:
    """Weights and vocabulary as the trainer saves them, beside the model's config.json."""
    shutil.copyfile(STARTER / "config.json", tmp_path / "config.json")
    torch.save(load_file(STARTER / "model.safetensors"), tmp_path / "pytorch_model.bin")
    vocabulary = json.loads((STARTER / "tokenizer.json").read_text(encoding="utf-8"))
    # Tables are keyed by numbers there, which JSON cannot say.
    vocabulary["mapper_idx"] = {int(key): row for key, row in vocabulary["mapper_idx"].items()}
    torch.save(vocabulary, tmp_path / "custom_checkpoint_0.pkl")

    trained, starter = load_model(tmp_path, "cpu", "float32"), load_model(STARTER, "cpu", "float32")
    assert trained.vocabulary.mappers == starter.vocabulary.mappers
    for name, weight in starter.network.state_dict().items():
        assert torch.equal(trained.network.state_dict()[name], weight)
    assert summarise(tmp_path).parameters is None and summarise(tmp_path).weights_files == 1


def test_a_loaded_network_owns_its_memory(tmp_path: Path) -> None:
    for name in ("config.json", "generation_config.json", "tokenizer.json", "model.safetensors"):
        shutil.copyfile(STARTER / name, tmp_path / name)
    model = load_model(tmp_path, "cpu", "float16")
    before = model.network.head.weight.clone()
    with (tmp_path / "model.safetensors").open("r+b") as opened:
        opened.truncate(100)
    assert torch.equal(model.network.head.weight, before)
