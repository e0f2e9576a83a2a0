"""Training behaviour, configuration and checkpoint errors, on tiny networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_core.checkpoints.weights import load_checkpoint, save_weights
from model_core.errors import CheckpointError, NotSupported
from model_core.network import Network, NetworkConfig


def config_dict(**changes: Any) -> dict[str, Any]:
    config: dict[str, Any] = {
        "backbone_model_name": "varwhisper",
        "vocab_size": 50,
        "vocab_size_in": 60,
        "sample_rate": 16000,
        "hop_length": 128,
        "n_fft": 256,
        "n_mels": 8,
        "f_min": 20,
        "f_max": 8000,
        "backbone_config": {
            "d_model": 16,
            "encoder_layers": 2,
            "decoder_layers": 2,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "encoder_ffn_dim": 32,
            "decoder_ffn_dim": 32,
            "max_source_positions": 16,
            "max_target_positions": 24,
            "encoder_positions": "sinusoidal",
        },
    }
    backbone = changes.pop("backbone_config", {})
    config.update(changes)
    config["backbone_config"].update(backbone)
    return config


def tiny() -> Network:
    torch.manual_seed(0)
    return Network(NetworkConfig.from_dict(config_dict()))


def test_gradients_reach_every_weight_in_mixed_precision() -> None:
    network = tiny().train()
    with torch.inference_mode():
        # Tables made here must still serve training.
        network.decode(torch.ones(1, 2, dtype=torch.long), network.encode(torch.rand(1, 31 * 128)))
    with torch.autocast("cpu", torch.bfloat16):
        states = network.encode(torch.rand(3, 31 * 128))
        assert states.shape == (3, 16, 16)
        logits = network.decode(torch.randint(1, 60, (3, 9)), states)
    assert logits.shape == (3, 9, 50)
    logits.float().square().mean().backward()
    assert all(weight.grad is not None for weight in network.parameters())


@torch.inference_mode()
def test_rows_of_a_padded_batch_equal_the_rows_alone() -> None:
    network = tiny()
    states = network.encode(torch.rand(3, 31 * 128))
    rows = [torch.randint(1, 60, (length,)) for length in (5, 9, 2)]
    ids = torch.zeros(3, 9, dtype=torch.long)
    for row, tokens in zip(ids, rows, strict=True):
        row[9 - len(tokens) :] = tokens
    batch = network.decode(ids, states, mask=ids != 0)
    cache = network.new_cache(states, 12)
    cached = torch.cat(
        [
            network.decode(ids[:, :6], cache=cache, mask=ids[:, :6] != 0),
            network.decode(ids[:, 6:], cache=cache, mask=ids != 0),
        ],
        dim=1,
    )
    for index, tokens in enumerate(rows):
        alone = network.decode(tokens[None], states[index : index + 1])
        torch.testing.assert_close(batch[index, 9 - len(tokens) :], alone[0])
        torch.testing.assert_close(cached[index, 9 - len(tokens) :], alone[0])


@torch.inference_mode()
def test_later_tokens_change_nothing_earlier() -> None:
    network = tiny()
    states = network.encode(torch.rand(1, 31 * 128))
    ids = torch.randint(1, 60, (1, 10))
    before = network.decode(ids, states)[:, :6]
    ids[:, 6:] = 7
    torch.testing.assert_close(network.decode(ids, states)[:, :6], before)


def save(folder: Path, network: Network, **changes: Any) -> None:
    save_weights(network, folder, torch.float16)
    (folder / "config.json").write_text(json.dumps(config_dict(**changes)))


def test_weights_survive_the_disk_in_half_precision(tmp_path: Path) -> None:
    network = tiny()
    save(tmp_path, network)
    again = load_checkpoint(tmp_path)
    assert again.dtype == torch.float32
    for name, value in network.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value.half().float())


def test_half_precision_keeps_its_angles() -> None:
    network = tiny().to(torch.bfloat16)
    cos, _ = network.decoder.rotary.on(torch.device("cpu"))
    assert cos.dtype == torch.float32


def test_wrong_weights_are_all_named(tmp_path: Path) -> None:
    save(tmp_path, tiny())
    path = tmp_path / "model.safetensors"
    weights = load_file(path)
    weights["surprise.weight"] = weights.pop("transformer.proj_out.weight")
    weights["decoder_embedder.weight"] = torch.zeros(3, 16)
    weights["loss_fn.weight"] = torch.zeros(50)
    weights["transformer.model.decoder.embed_tokens.weight"] = torch.zeros(50, 16)
    save_file(weights, path)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(tmp_path)
    text = str(caught.value)
    assert "missing transformer.proj_out.weight" in text
    assert "unknown surprise.weight" in text
    assert "decoder_embedder.weight is (3, 16)" in text
    assert "loss_fn" not in text
    assert "embed_tokens" not in text


def test_damaged_folders_are_described(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"config\.json is missing"):
        load_checkpoint(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config_dict()))
    with pytest.raises(CheckpointError, match="safetensors"):
        load_checkpoint(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not tensors")
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"backbone_model_name": "google/t5", "backbone_config": {"global_attn_every_n_layers": 2}},
        {"spectrogram_implementation": "librosa"},
        {"pad_mode": "symmetric"},
        {"do_mapper_embed": True},
        {"do_style_embed": True},
        {"backbone_config": {"activation_function": "relu"}},
        {"backbone_config": {"rope_scaling": {"factor": 2.0}}},
        {"backbone_config": {"global_attn_every_n_layers": 3}},
        {"backbone_config": {"encoder_positions": "learned"}},
    ],
)
def test_what_is_not_built_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotSupported):
        NetworkConfig.from_dict(config_dict(**changes))
