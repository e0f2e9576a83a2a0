"""The network against the reference's numbers for the small published-format checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model_core.checkpoints.weights import load_checkpoint
from model_core.network import Network

STRIDE, WINDOW = 26201, 2047 * 128


@pytest.fixture(scope="module")
def tensors(conformance: Path) -> Any:
    return np.load(conformance / "v32" / "tensors.npz")


@pytest.fixture(scope="module")
def network(conformance: Path) -> Network:
    return load_checkpoint(conformance / "v32" / "checkpoint")


@pytest.fixture(scope="module")
def samples(tensors: Any) -> torch.Tensor:
    raw = tensors["raw_audio_a.wav"].astype(np.float32)
    raw /= np.abs(raw).max()
    return torch.from_numpy(raw[3 * STRIDE : 3 * STRIDE + WINDOW])[None]


@torch.inference_mode()
def test_mel_and_encoder(network: Network, tensors: Any, samples: torch.Tensor) -> None:
    mel = network.spectrogram(samples)[0].numpy()
    assert mel.shape == (2048, 128)
    np.testing.assert_allclose(mel[tensors["mel_rows"]], tensors["mel"], rtol=1e-5, atol=1e-4)
    states = network.encode(samples)[0].numpy()
    np.testing.assert_allclose(states, tensors["encoder_last_hidden"], rtol=0, atol=1e-4)


@torch.inference_mode()
def test_logits_whole_padded_and_cached(
    network: Network, tensors: Any, samples: torch.Tensor
) -> None:
    states = network.encode(samples)
    ids = torch.from_numpy(tensors["prompt"])[None]
    at = tensors["logit_positions"]
    logits = network.decode(ids, states)[0].numpy()
    np.testing.assert_allclose(logits[at], tensors["logits"], rtol=0, atol=2e-3)
    assert (logits.argmax(1) == tensors["argmax_all"]).all()

    padded = torch.cat((torch.zeros(1, 7, dtype=torch.long), ids), dim=1)
    logits = network.decode(padded, states, mask=padded != 0)[0, 7:].numpy()
    np.testing.assert_allclose(logits[at], tensors["logits_leftpad7"], rtol=0, atol=2e-3)

    # In three pieces of different sizes, as prefill and single steps do.
    cache = network.new_cache(states, 490)
    pieces = [ids[:, :300], ids[:, 300:301], ids[:, 301:]]
    logits = torch.cat([network.decode(piece, cache=cache) for piece in pieces], 1)[0].numpy()
    np.testing.assert_allclose(logits[at], tensors["logits"], rtol=0, atol=2e-3)
