"""The older families: their weights' names, their parts, and Whisper against transformers' own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import WhisperConfig, WhisperModel

from model_core.checkpoints.weights import load_checkpoint
from model_core.errors import CheckpointError
from model_core.generation.decode_loop import Row, generate_window
from model_core.generation.sampling import Greedy
from model_core.network.conditions import Conditioning
from model_core.network.config import NetworkConfig
from model_core.network.model import Network
from model_core.network.step import Stepper
from model_core.network.weight_names import IGNORED, join, published_shapes, require_shapes

FAMILIES = ("v28", "v29", "v30", "v31", "v32", "v32-mini")
WIDTH, HEADS, LAYERS, BANDS, VOCABULARY = 32, 4, 2, 12, 50


@pytest.mark.parametrize("family", FAMILIES)
def test_real_sizes_have_the_published_names(conformance: Path, family: str) -> None:
    folder = conformance / family
    config = NetworkConfig.from_dict(json.loads((folder / "full_config.json").read_text()))
    with torch.device("meta"):
        own = {name: weight.shape for name, weight in Network(config).state_dict().items()}
    published = {}
    for row in (folder / "full_state_dict.tsv").read_text().splitlines()[1:]:
        name, shape, _ = row.split("\t")
        published[name] = tuple(int(size) for size in shape.split("x"))
    read = {name: shape for name, shape in published.items() if not name.startswith(IGNORED)}
    assert published_shapes(own, config.family) == read


def whisper_config(**changes: Any) -> dict[str, Any]:
    """A tiny checkpoint of the oldest family."""
    return {
        "backbone_model_name": "openai/whisper-tiny",
        "backbone_config": {
            "d_model": WIDTH,
            "encoder_layers": LAYERS,
            "decoder_layers": LAYERS,
            "encoder_attention_heads": HEADS,
            "decoder_attention_heads": HEADS,
            "encoder_ffn_dim": 2 * WIDTH,
            "decoder_ffn_dim": 2 * WIDTH,
            "max_source_positions": 16,
            "max_target_positions": 24,
        },
        "vocab_size": VOCABULARY,
        "vocab_size_in": VOCABULARY,
        "sample_rate": 16000,
        "hop_length": 128,
        "n_fft": 1024,
        "n_mels": BANDS,
        "f_min": 0,
        "f_max": 8000,
        "spectrogram_implementation": "nnAudio",
        "spectrogram_log_scale": False,
        "pad_mode": "constant",
        "project_encoder_input": True,
        **changes,
    }


@pytest.fixture
def pair() -> tuple[Network, WhisperModel]:
    """Our network and transformers' Whisper with the same random weights."""
    torch.manual_seed(3)
    reference = WhisperModel(
        WhisperConfig(
            d_model=WIDTH,
            encoder_layers=LAYERS,
            decoder_layers=LAYERS,
            encoder_attention_heads=HEADS,
            decoder_attention_heads=HEADS,
            encoder_ffn_dim=2 * WIDTH,
            decoder_ffn_dim=2 * WIDTH,
            max_source_positions=16,
            max_target_positions=24,
            num_mel_bins=WIDTH,
            vocab_size=VOCABULARY,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=1,
            suppress_tokens=None,
            begin_suppress_tokens=None,
        )
    ).eval()
    with torch.no_grad():
        for weight in reference.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
    network = Network(NetworkConfig.from_dict(whisper_config())).eval()
    given: dict[str, Tensor] = {
        f"transformer.model.{name}": value for name, value in reference.state_dict().items()
    }
    given["transformer.proj_out.weight"] = torch.eye(VOCABULARY, WIDTH)
    given["decoder_embedder.weight"] = reference.decoder.embed_tokens.weight.detach()
    given["encoder_embedder.weight"] = torch.randn(WIDTH, BANDS)
    given["encoder_embedder.bias"] = torch.randn(WIDTH)
    shapes = {name: weight.shape for name, weight in network.state_dict().items()}
    family = network.config.family
    require_shapes(shapes, {name: tuple(each.shape) for name, each in given.items()}, family, "it")
    network.load_state_dict({name: join(name, given, family) for name in shapes})
    return network, reference


def test_whisper_hears_and_speaks_as_in_transformers(pair: tuple[Network, WhisperModel]) -> None:
    network, reference = pair
    mel = torch.rand(2, 32, BANDS)
    ids = torch.randint(0, VOCABULARY, (2, 9))
    with torch.inference_mode():
        assert network.encoder_embedder is not None
        features = network.encoder_embedder(mel).transpose(1, 2)
        heard = reference.encoder(features).last_hidden_state
        wanted = reference.decoder(ids, encoder_hidden_states=heard).last_hidden_state
        states = network.encode(mel)
        torch.testing.assert_close(states, heard, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(network.hidden(ids, states), wanted, atol=1e-5, rtol=1e-5)
        # With a cache: a beginning at once, then one token after the other.
        cache = network.new_cache(states, 16)
        parts = [network.hidden(ids[:, :4], cache=cache)]
        parts += [network.hidden(ids[:, at : at + 1], cache=cache) for at in range(4, 9)]
        torch.testing.assert_close(torch.cat(parts, 1), wanted, atol=1e-5, rtol=1e-5)


def test_the_step_says_what_the_whole_pass_says(pair: tuple[Network, WhisperModel]) -> None:
    network, _ = pair
    with torch.inference_mode():
        states = network.encode(torch.rand(1, 32, BANDS))
        prompt = [1, 7, 9]
        (answer,) = generate_window(
            Stepper(network), states, [Row(prompt, [], Greedy(), frozenset(), 12)]
        )
        scores = network.decode(torch.tensor([prompt + answer]), states)[0]
    best = scores.argmax(1).tolist()
    assert len(answer) == 9
    assert best[len(prompt) - 1 : -1] == answer


def test_missing_and_unknown_weights_bear_the_published_names(
    conformance: Path, tmp_path: Path
) -> None:
    source = conformance / "v29" / "checkpoint"
    (tmp_path / "config.json").write_bytes((source / "config.json").read_bytes())
    weights = load_file(source / "model.safetensors")
    key = "transformer.model.decoder.layers.1.encoder_attn.k_proj.weight"
    weights["transformer.model.encoder.layers.0.self_attn.k_proj.bias"] = weights.pop(key)[0]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(tmp_path)
    assert f"missing {key}" in str(caught.value)
    assert "unknown transformer.model.encoder.layers.0.self_attn.k_proj.bias" in str(caught.value)


def test_a_conditioned_encoder_listens_to_its_conditions(conformance: Path) -> None:
    network = load_checkpoint(conformance / "v31" / "checkpoint")
    samples = torch.rand(1, network.config.window_samples)
    easy, hard, unknown = (
        Conditioning(1.5, -1, 0.0, 0.1),
        Conditioning(6.5, -1, 0.0, 0.1),
        Conditioning(6.5, 10_000, 0.0, 0.1),
    )
    with torch.inference_mode():
        states = [network.encode(samples, [each]) for each in (easy, hard, unknown)]
        assert not torch.allclose(states[0], states[1])
        assert torch.equal(states[1], states[2])  # no such mapper: as one that is not known
        with pytest.raises(ValueError, match="as many conditions"):
            network.encode(samples)


@pytest.mark.parametrize("family", ["v29", "v31"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_stays_close(conformance: Path, family: str, dtype: torch.dtype) -> None:
    folder = conformance / family / "checkpoint"
    torch.manual_seed(0)
    samples = torch.rand(1, load_checkpoint(folder).config.window_samples) * 0.1
    told = [Conditioning(4.0, 1, 0.2, 0.4)]
    ids = torch.tensor([[1, 20, 30, 40]])
    with torch.inference_mode():
        full, half = load_checkpoint(folder), load_checkpoint(folder, dtype=dtype)
        conditions = told if full.conditions is not None else []
        wanted = full.decode(ids, full.encode(samples, conditions))
        found = half.decode(ids, half.encode(samples, conditions)).float()
    assert found.isfinite().all()
    spread = wanted.std()
    assert (found - wanted).abs().mean() < 0.1 * spread
