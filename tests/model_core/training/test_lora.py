"""Adapters: trained for real on tiny networks, saved as peft does, merged by inference's code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import cross_entropy

from model_core import load
from model_core.checkpoints.formats import StoredWeights
from model_core.checkpoints.merging import merged
from model_core.errors import InputError, NotSupported
from model_core.model import Model
from model_core.network.model import Network
from model_core.network.weight_names import published_names
from model_core.tokens import Layout, Vocabulary
from model_core.training.augment import Augmentation
from model_core.training.corpus import build_corpus
from model_core.training.dataset import Batch, WindowStream, batches_of
from model_core.training.lora import LoraOptions, adapter_writer, add_adapters, mode_of_corpus, tune
from model_core.training.options import TrainingOptions
from model_core.training.recipe import checkpoint_writer, starter_network

SIZES = {"d_model": 64, "layers": 1, "heads": 2}
FAST = TrainingOptions(
    steps=16,
    batch=2,
    learning_rate=3e-2,
    warmup_steps=2,
    ema=0.5,
    log_steps=4,
    lengths=(320,),
    compile=False,
    workers=0,
    precision="no",
    device="cpu",
    augmentation=Augmentation(tempo=0.0),
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    list(build_corpus(folder, [3], maps=1))
    return folder


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small untrained checkpoint of the starter's kind."""
    folder = tmp_path_factory.mktemp("checkpoint")
    network, vocabulary, layout, config = starter_network(**SIZES)
    checkpoint_writer(folder, vocabulary, layout, config)(network)
    return folder


def windows(corpus: Path, vocabulary: Vocabulary, layout: Layout) -> list[Batch]:
    stream = WindowStream(corpus, vocabulary, layout, size=2, lengths=(320,), seeds=(9,))
    drawn = batches_of(stream, 0)
    return [next(drawn) for _ in range(3)]


@torch.no_grad()
def loss_of(model: Model, batches: list[Batch]) -> float:
    total = 0.0
    for batch in batches:
        states = model.network.encode(model.network.spectrogram(batch.audio))
        hidden = model.network.hidden(batch.ids[:, :-1], states)
        wanted = batch.weights[:, 1:] > 0
        scores = model.network.head(hidden[wanted])
        total += float(cross_entropy(scores, batch.ids[:, 1:][wanted]))
    return total / len(batches)


@pytest.mark.slow
def test_an_adapter_is_learned_and_loads(corpus: Path, checkpoint: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in checkpoint.iterdir()}
    plain = load(str(checkpoint), "cpu", "float32")
    rows: list[dict[str, Any]] = []
    lora = LoraOptions(rank=4, alpha=8, dropout=0.0)
    tuned = tune(str(checkpoint), corpus, tmp_path, lora, FAST, report=rows.append)
    assert tuned.steps == 16 and [row["step"] for row in rows] == [4, 8, 12, 16]
    assert {path.name: path.read_bytes() for path in checkpoint.iterdir()} == before

    model = load(f"{checkpoint} + {tuned.adapter}", "cpu", "float32")
    assert model.warnings == ()
    batches = windows(corpus, model.vocabulary, model.layout)
    assert loss_of(model, batches) < 0.98 * loss_of(plain, batches)
    # Only what was adapted differs, by the product of what was saved.
    stored = load_file(tuned.adapter / "adapter_model.safetensors")
    for name, weight in model.network.state_dict().items():
        key = f"base_model.model.{name.removesuffix('.weight')}.lora_"
        own = plain.network.state_dict()[name]
        if f"{key}A.weight" in stored:
            change = 2.0 * stored[f"{key}B.weight"] @ stored[f"{key}A.weight"]
            assert change.abs().max() > 0
            torch.testing.assert_close(weight, own + change)
        else:
            assert torch.equal(weight, own)
    assert tuned.parameters == sum(value.numel() for value in stored.values())
    told = json.loads((tuned.adapter / "mapperatorinator_lora_metadata.json").read_text())
    assert told == {"format_version": 1, "ckpt_subfolders": [""]}

    # The same command goes on; with the steps done there is nothing left to do.
    again = tune(str(checkpoint), corpus, tmp_path, lora, FAST)
    assert again.steps == 16
    now = load_file(tuned.adapter / "adapter_model.safetensors")
    assert all(torch.equal(now[name], value) for name, value in stored.items())


def test_peft_itself_reads_what_is_saved(checkpoint: Path, tmp_path: Path) -> None:
    from peft import PeftConfig, PeftModel

    model = load(str(checkpoint), "cpu", "float32")
    folder = tmp_path / "adapter"
    adapted = _adapted(model.network, folder)
    bare = load(str(checkpoint), "cpu", "float32").network
    config = PeftConfig.from_pretrained(str(folder))
    assert (config.r, config.lora_alpha) == (3, 6) and config.inference_mode
    PeftModel.from_pretrained(bare, str(folder)).merge_and_unload()
    ours = merged(StoredWeights.of(dict(_weights(checkpoint))), folder)
    for name, value in bare.state_dict().items():
        torch.testing.assert_close(ours[name].float(), value, atol=1e-6, rtol=1e-5)
    assert any("lora_A" in name for name in adapted)


def _weights(checkpoint: Path) -> dict[str, Tensor]:
    return load_file(checkpoint / "model.safetensors")


def _adapted(network: Network, folder: Path) -> dict[str, Tensor]:
    """Adapters with values of their own, in the network and on disk."""
    config, names = add_adapters(network, LoraOptions(rank=3, alpha=6, dropout=0.0))
    torch.manual_seed(8)
    for name, weight in network.named_parameters():
        if "lora_" in name:
            weight.data = torch.randn_like(weight) * 0.2
    told = {"format_version": 1, "ckpt_subfolders": None}
    adapter_writer(folder, config, names, told, "some model")(network)
    return load_file(folder / "adapter_model.safetensors")


@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
def test_every_familys_weights_are_adapted_by_their_names(
    conformance: Path, tmp_path: Path, family: str
) -> None:
    """What the adapted network computes is what the merged checkpoint computes."""
    checkpoint = conformance / family / "checkpoint"
    if not checkpoint.is_dir():
        pytest.skip(f"the reference data have no checkpoint of {family}")
    model = load(str(checkpoint), "cpu", "float32")
    stored = _adapted(model.network, tmp_path / "adapter")
    parts = {name.rpartition(".lora_")[0].rpartition(".")[2] for name in stored}
    apart = {"q_proj", "k_proj", "v_proj", "out_proj"}
    assert parts == ({"Wqkv", "Wq", "Wkv", "Wo"} if family == "v32" else apart)

    whole = load(str(checkpoint), "cpu", "float32", lora=tmp_path / "adapter")
    width = model.network.config.d_model
    states = torch.randn(1, 12, width, generator=torch.Generator().manual_seed(1))
    ids = torch.arange(3, 13)[None]
    with torch.no_grad():
        ours = model.network.eval().hidden(ids, states)
        theirs = whole.network.hidden(ids, states)
        plain = load(str(checkpoint), "cpu", "float32").network.hidden(ids, states)
    torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=1e-3)
    assert (ours - plain).abs().max() > 1e-2


def test_names_of_parts_agree_with_the_table_of_weights() -> None:
    network, *_ = starter_network(**SIZES)
    _, names = add_adapters(network, LoraOptions())
    for own, theirs in names.items():
        assert published_names(f"{own}.weight", network.config.family) == (f"{theirs}.weight",)


def test_what_cannot_be_tuned_is_refused(corpus: Path, checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "style").mkdir()
    with pytest.raises(InputError, match="has an adapter already"):
        tune(f"{checkpoint} + {tmp_path / 'style'}", corpus, tmp_path, LoraOptions(), FAST)
    with pytest.raises(InputError, match="count from 1"):
        LoraOptions(rank=0)
    with pytest.raises((InputError, NotSupported), match="holds no songs"):
        tune(str(checkpoint), tmp_path, tmp_path / "out", LoraOptions(), FAST)


def test_the_mode_of_a_corpus(corpus: Path, tmp_path: Path) -> None:
    assert mode_of_corpus(corpus) == 0
    assert mode_of_corpus(tmp_path) is None
    list(build_corpus(tmp_path, [4], maps=(1, 1, 0, 0)))
    assert mode_of_corpus(tmp_path) is None
