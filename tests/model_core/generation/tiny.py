"""A tiny network with random weights whose scores differ from token to token."""

from __future__ import annotations

import torch

from model_core.audio.mel import MelConfig
from model_core.network import Network, NetworkConfig
from model_core.network.step import Stepper

CONFIG = NetworkConfig(
    d_model=32,
    encoder_layers=1,
    decoder_layers=2,
    encoder_heads=2,
    decoder_heads=2,
    encoder_ffn=64,
    decoder_ffn=64,
    vocab_in=120,
    vocab_out=100,
    mel=MelConfig(n_mels=8, n_fft=256),
    source_positions=16,
    target_positions=512,
)


def tiny_stepper() -> Stepper:
    torch.manual_seed(7)
    network = Network(CONFIG).eval().requires_grad_(False)
    for weight in network.parameters():
        weight.mul_(2.5)
    return Stepper(network)


def windows_heard(stepper: Stepper, count: int) -> list[torch.Tensor]:
    """Encoder states of so many different windows, ``[1, S, d]`` each."""
    torch.manual_seed(count)
    with torch.inference_mode():
        return [stepper.network.encode(torch.rand(1, CONFIG.window_samples)) for _ in range(count)]
