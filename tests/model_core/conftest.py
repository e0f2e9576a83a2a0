"""A model of a few thousand random weights that spells as the starter does."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch

from model_core.audio.decode import Audio
from model_core.audio.mel import MelConfig
from model_core.model import Model
from model_core.network import Network, NetworkConfig
from model_core.tokens.starter_layout import starter_layout, starter_vocabulary


@pytest.fixture(scope="session")
def tiny_model() -> Model:
    vocabulary, layout = starter_vocabulary([1, 2, 3]), starter_layout()
    torch.manual_seed(11)
    config = NetworkConfig(
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_heads=2,
        decoder_heads=2,
        encoder_ffn=32,
        decoder_ffn=32,
        vocab_in=vocabulary.size_in,
        vocab_out=vocabulary.size_out,
        mel=MelConfig(n_mels=8, n_fft=256),
        source_positions=layout.src_frames // 2,
        target_positions=layout.tgt_len,
    )
    network = Network(config).eval().requires_grad_(False)
    return Model("tiny", network, vocabulary, layout, "as asked")


@pytest.fixture(scope="session")
def noise() -> Audio:
    """Twenty seconds of noise."""
    samples = np.random.default_rng(0).uniform(-1, 1, 20 * 16000).astype(np.float32)
    return Audio(samples, hashlib.sha256(samples.tobytes()).hexdigest())
