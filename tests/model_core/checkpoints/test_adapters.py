"""LoRA adapters, saved by peft itself, in checkpoints of every family's names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import IA3Config, LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from model_core.checkpoints import merging
from model_core.checkpoints.adapters import Adapter, applies_to, find_adapter, why_not_for
from model_core.checkpoints.formats import StoredWeights
from model_core.checkpoints.merging import merged
from model_core.checkpoints.resolve import STARTER
from model_core.errors import CheckpointError, InputError, NotSupported
from model_core.model import load_model
from tests.tiny_adapter import MODULE, write_adapter

ENCODER = "transformer.model.encoder.layers.0.self_attn"
OTHER = "transformer.model.decoder.layers.1.cross_attn"


@pytest.fixture
def weights() -> StoredWeights:
    """A few of a checkpoint's matrices, one with a bias, one kept in half precision."""
    torch.manual_seed(5)
    tensors = {
        f"{ENCODER}.Wqkv.weight": torch.randn(36, 12),
        f"{ENCODER}.Wqkv.bias": torch.randn(36),
        f"{ENCODER}.Wo.weight": torch.randn(12, 12),
        f"{OTHER}.Wq.weight": torch.randn(12, 20).to(torch.bfloat16),
        "decoder_embedder.weight": torch.randn(30, 12),
        "transformer.model.encoder.layer_norm.weight": torch.randn(12),
    }
    return StoredWeights.of(tensors)


def trained(weights: StoredWeights, folder: Path, **settings: Any) -> tuple[Path, nn.Module]:
    """An adapter as a training leaves it: saved by peft, with random weights of its own."""
    config = LoraConfig(**{"r": 3, "lora_alpha": 6, **settings})
    names = {name.removesuffix(".weight") for name in weights if name.endswith(".weight")}
    model = get_peft_model(merging._tree(weights, names), config)
    torch.manual_seed(6)
    for name, weight in model.named_parameters():
        if "lora_" in name or "modules_to_save" in name:
            weight.data = torch.randn_like(weight) * 0.3
    model.save_pretrained(str(folder))
    return folder, model


def merged_by_peft(weights: StoredWeights, folder: Path) -> dict[str, Tensor]:
    names = {name.removesuffix(".weight") for name in weights if name.endswith(".weight")}
    tree = merging._tree(weights, names)
    whole: nn.Module = PeftModel.from_pretrained(tree, str(folder)).merge_and_unload()
    return whole.state_dict()


def assert_as_peft(weights: StoredWeights, folder: Path) -> StoredWeights:
    found, wanted = merged(weights, folder), merged_by_peft(weights, folder)
    assert set(found) == set(weights)
    for name in weights:
        torch.testing.assert_close(found[name].float(), wanted[name], atol=2e-6, rtol=1e-5)
    return found


def test_a_plain_adapter_adds_its_product(weights: StoredWeights, tmp_path: Path) -> None:
    folder, _ = trained(weights, tmp_path, target_modules=["Wqkv", "Wq"])
    found = assert_as_peft(weights, folder)
    stored = load_file(folder / "adapter_model.safetensors")
    for module in (f"{ENCODER}.Wqkv", f"{OTHER}.Wq"):
        a = stored[f"base_model.model.{module}.lora_A.weight"]
        b = stored[f"base_model.model.{module}.lora_B.weight"]
        wanted = weights[f"{module}.weight"].float() + 2.0 * b @ a
        torch.testing.assert_close(found[f"{module}.weight"], wanted)
    # What the adapter does not touch is handed on as it was stored.
    assert torch.equal(found[f"{ENCODER}.Wo.weight"], weights[f"{ENCODER}.Wo.weight"])
    assert found[f"{OTHER}.Wq.weight"].dtype == torch.float32


@pytest.mark.parametrize(
    "settings",
    [
        {"target_modules": ["Wqkv", "Wo", "Wq"], "init_lora_weights": "pissa"},
        {"target_modules": ["Wo", "Wq"], "init_lora_weights": "pissa", "rank_pattern": {"Wo": 5}},
        {"target_modules": ["Wo"], "init_lora_weights": "pissa", "use_rslora": True},
        {"target_modules": ["Wo"], "init_lora_weights": "olora"},
        {"target_modules": ["Wo", "Wqkv"], "use_dora": True},
        {"target_modules": r".*\.self_attn\.W.*", "alpha_pattern": {"Wo": 1}},
        {"target_modules": ["Wq"], "modules_to_save": ["decoder_embedder"]},
        {"target_modules": ["decoder_embedder"]},
    ],
    ids=["pissa", "pissa-ranks", "pissa-rs", "olora", "dora", "pattern", "saved", "embedding"],
)
def test_every_kind_is_as_peft_has_it(
    weights: StoredWeights, tmp_path: Path, settings: dict[str, Any]
) -> None:
    folder, _ = trained(weights, tmp_path, **settings)
    assert_as_peft(weights, folder)


def test_a_random_approximation_is_the_same_every_time(
    weights: StoredWeights, tmp_path: Path
) -> None:
    start = {"init_lora_weights": "pissa_niter_4"}
    folder, _ = trained(weights, tmp_path, target_modules=["Wo"], **start)
    state = torch.random.get_rng_state()
    first = merged(weights, folder)[f"{ENCODER}.Wo.weight"]
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(99)
    assert torch.equal(merged(weights, folder)[f"{ENCODER}.Wo.weight"], first)


def test_wrong_modules_are_listed(weights: StoredWeights, tmp_path: Path) -> None:
    folder, _ = trained(weights, tmp_path, target_modules=["Wqkv", "Wo"])
    fewer = StoredWeights.of({n: weights[n] for n in weights if ".Wo." not in n})
    with pytest.raises(CheckpointError, match=rf"parts for {ENCODER}\.Wo, not in the checkpoint"):
        merged(fewer, folder)
    file = folder / "adapter_model.safetensors"
    stored = load_file(file)
    save_file({name: each for name, each in stored.items() if ".Wqkv." not in name}, file)
    with pytest.raises(CheckpointError, match=rf"has none for {ENCODER}\.Wqkv"):
        merged(weights, folder)
    half = {name: each for name, each in stored.items() if "Wqkv.lora_A" not in name}
    save_file(half, file)
    with pytest.raises(CheckpointError, match=r"missing .*Wqkv.*lora_A"):
        merged(weights, folder)
    name = next(iter(stored))
    save_file({**stored, name: torch.zeros(7, 7)}, file)
    with pytest.raises(CheckpointError, match="cannot be put into this checkpoint"):
        merged(weights, folder)
    file.write_bytes(b"no such thing")
    with pytest.raises(CheckpointError, match=r"adapter_model\.safetensors cannot be read"):
        merged(weights, folder)


def test_what_cannot_be_repeated_is_refused(weights: StoredWeights, tmp_path: Path) -> None:
    folder, _ = trained(weights, tmp_path, target_modules=["Wo"])
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(
        json.dumps({**config, "init_lora_weights": "corda"})
    )
    with pytest.raises(NotSupported, match="cannot be repeated"):
        merged(weights, folder)
    IA3Config(target_modules=["Wo"], feedforward_modules=[]).save_pretrained(str(folder))
    with pytest.raises(NotSupported, match="only LoRA"):
        merged(weights, folder)
    (folder / "adapter_config.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"adapter_config\.json cannot be read"):
        merged(weights, folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target_modules", 5),
        ("target_modules", "("),
        ("layers_to_transform", "x"),
        ("init_lora_weights", 5),
        ("rank_pattern", 7),
        ("r", "x"),
    ],
)
def test_values_of_another_kind_are_a_damaged_adapter(
    weights: StoredWeights, tmp_path: Path, key: str, value: object
) -> None:
    folder, _ = trained(weights, tmp_path, target_modules=["Wo"])
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**config, key: value}))
    with pytest.raises(CheckpointError, match=str(folder)):
        merged(weights, folder)


def test_which_part_of_a_checkpoint_an_adapter_is_for(tmp_path: Path) -> None:
    assert applies_to({}, "gamemode=0") and applies_to({"ckpt_subfolders": None}, "")
    assert applies_to({"ckpt_subfolders": [" /gamemode=0/ "]}, "gamemode=0")
    assert not applies_to({"ckpt_subfolders": []}, "")
    with pytest.raises(CheckpointError, match="ckpt_subfolders"):
        applies_to({"ckpt_subfolders": "gamemode=0"}, "")
    assert why_not_for(Adapter("mine", tmp_path), "gamemode=1") is None
    metadata = tmp_path / "mapperatorinator_lora_metadata.json"
    metadata.write_text('{"format_version": 1, "ckpt_subfolders": ["", "gamemode=0"]}')
    assert why_not_for(Adapter("mine", tmp_path), "") is None
    reason = why_not_for(Adapter("mine", tmp_path), "gamemode=1")
    assert reason is not None and "the base model or gamemode=0, not on gamemode=1" in reason
    metadata.write_text('{"format_version": 2}')
    with pytest.raises(NotSupported, match="format_version 2"):
        why_not_for(Adapter("mine", tmp_path), "")


def test_what_is_no_adapter_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="neither a folder nor a hub repository"):
        find_adapter("no such thing")
    with pytest.raises(CheckpointError, match=r"adapter_config\.json is missing"):
        find_adapter(tmp_path)


@pytest.mark.skipif(not (STARTER / "config.json").is_file(), reason="no starter in this checkout")
def test_a_model_takes_an_adapter_or_says_why_not(tmp_path: Path) -> None:
    plain = load_model(STARTER, "cpu", "float32")
    checkpoint = tmp_path / "checkpoint"
    for folder in (checkpoint, checkpoint / "gamemode=3"):
        folder.mkdir()
        for name in ("config.json", "generation_config.json", "tokenizer.json"):
            shutil.copyfile(STARTER / name, folder / name)
        shutil.copyfile(STARTER / "model.safetensors", folder / "model.safetensors")
    weights = StoredWeights.of(dict(plain.network.state_dict()))
    adapter, _ = trained(weights, tmp_path / "adapter", target_modules=["Wqkv"])
    name = "transformer.model.decoder.layers.0.self_attn.Wqkv.weight"
    (adapter / "mapperatorinator_lora_metadata.json").write_text(
        '{"ckpt_subfolders": ["gamemode=3"]}'
    )

    base = load_model(checkpoint, "cpu", "float32", gamemode=0, lora=adapter)
    assert "left out" in base.warnings[0]
    assert torch.equal(base.network.state_dict()[name], plain.network.state_dict()[name])
    assert base.timing_model is base

    tuned = load_model(checkpoint, "cpu", "float32", gamemode=3, lora=adapter)
    changed = tuned.network.state_dict()[name]
    assert tuned.warnings == () and not torch.equal(changed, plain.network.state_dict()[name])
    # Timing is asked of the base, into which this adapter does not go.
    timing = tuned.timing_model
    assert timing is tuned.timing_model and timing.folder == checkpoint and timing.warnings
    assert torch.equal(timing.network.state_dict()[name], plain.network.state_dict()[name])

    # Merged in float32 and rounded once.
    half = load_model(checkpoint, "cpu", "bfloat16", gamemode=3, lora=adapter)
    assert torch.equal(half.network.state_dict()[name], changed.to(torch.bfloat16))


@pytest.mark.skipif(not (STARTER / "config.json").is_file(), reason="no starter in this checkout")
def test_an_adapter_in_a_name_is_the_one_beside_it(tmp_path: Path) -> None:
    plain = load_model("starter", "cpu", "float32").network.state_dict()[f"{MODULE}.weight"]
    adapter = write_adapter(tmp_path / "my + style", plain.shape[1])
    named = load_model(f"starter+{adapter}", "cpu", "float32")
    beside = load_model("starter", "cpu", "float32", lora=adapter)
    assert named.name == beside.name == f"starter + {adapter}"
    assert named.adapter == beside.adapter == find_adapter(adapter)
    stored = load_file(adapter / "adapter_model.safetensors")
    part = f"base_model.model.{MODULE}.lora_"
    wanted = plain + 2.0 * stored[f"{part}B.weight"] @ stored[f"{part}A.weight"]
    for model in (named, beside):
        torch.testing.assert_close(model.network.state_dict()[f"{MODULE}.weight"], wanted)
    with pytest.raises(InputError, match="has an adapter already"):
        load_model(f"starter + {adapter}", "cpu", lora=adapter)
    with pytest.raises(CheckpointError, match="neither a folder nor a hub repository"):
        load_model("starter + no-such-style", "cpu")


@pytest.mark.parametrize("adapter", ["lora", "lora_pissa"])
def test_published_adapters_by_name(conformance: Path, adapter: str) -> None:
    base, style = conformance / "v32" / "checkpoint", conformance / "v32" / adapter
    if not style.is_dir():
        pytest.skip(f"the reference data have no v32/{adapter}")
    named = load_model(f"{base} + {style}", "cpu", "float32").network.state_dict()
    beside = load_model(base, "cpu", "float32", lora=style).network.state_dict()
    plain = load_model(base, "cpu", "float32").network.state_dict()
    for name, weight in named.items():
        torch.testing.assert_close(weight, beside[name])
    assert any(not torch.equal(weight, plain[name]) for name, weight in named.items())
