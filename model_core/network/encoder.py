"""The encoder: a strided convolutional front end, then pre-norm attention layers."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from model_core.network.attention import RotaryTable, SelfAttention, Turns, norm
from model_core.network.config import NetworkConfig


class EncoderLayer(nn.Module):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        d = config.d_model
        self.dropout = config.dropout
        self.self_attn = SelfAttention(d, config.encoder_heads)
        self.self_attn_layer_norm = norm(config)
        self.fc1 = nn.Linear(d, config.encoder_ffn)
        self.fc2 = nn.Linear(config.encoder_ffn, d)
        self.final_layer_norm = norm(config)

    def forward(self, x: Tensor, turns: Turns | None) -> Tensor:
        q, k, v = self.self_attn.project(self.self_attn_layer_norm(x), turns)
        mixed = self.self_attn.attend(q, k, v, None, causal=False)
        x = x + F.dropout(mixed, self.dropout, self.training)
        mixed = self.fc2(F.gelu(self.fc1(self.final_layer_norm(x))))
        return x + F.dropout(mixed, self.dropout, self.training)


class Encoder(nn.Module):
    """Frames ``[B, 2S, channels]`` to states ``[B, S, d]``."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        d = config.d_model
        self.conv1 = nn.Conv1d(config.encoder_channels, d, 3, padding=1)
        self.conv2 = nn.Conv1d(d, d, 3, stride=2, padding=1)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.layer_norm = norm(config)
        self.rotary: RotaryTable | None = None
        self.embed_positions: nn.Embedding | None = None
        if config.rotary:
            head_dim = d // config.encoder_heads
            self.rotary = RotaryTable(config.source_positions, head_dim, config.rope_theta)
        else:
            self.embed_positions = nn.Embedding(config.source_positions, d)
        self.sinusoidal = config.encoder_positions is not None
        self.sinusoidal_output = config.encoder_positions == "sinusoidal-twice"

    def forward(self, frames: Tensor) -> Tensor:
        x = F.gelu(self.conv1(frames.transpose(1, 2)))
        x = F.gelu(self.conv2(x)).transpose(1, 2)
        # Autocast leaves the convolutions' output in half precision; sums between layers stay full.
        x = x.to(self.conv1.weight.dtype)
        length = x.shape[1]
        if self.sinusoidal:
            x = x + sinusoids(length, x.shape[2]).to(x)
        if self.embed_positions is not None:
            x = x + self.embed_positions.weight[:length]
        turns = None
        if self.rotary is not None:
            cos, sin = self.rotary.on(x.device)
            turns = (cos[:length], sin[:length])
        for layer in self.layers:
            x = layer(x, turns)
        normed: Tensor = self.layer_norm(x)
        if self.sinusoidal_output:
            normed = normed + sinusoids(length, x.shape[2]).to(normed)
        return normed


@lru_cache(maxsize=4)
def sinusoids(length: int, channels: int) -> Tensor:
    """Whisper's fixed positions ``[length, channels]``: sines first, then cosines."""
    half = channels // 2
    scales = torch.exp(-math.log(10000) / (half - 1) * torch.arange(half, dtype=torch.float32))
    angles = torch.arange(length, dtype=torch.float32)[:, None] * scales[None, :]
    return torch.cat((angles.sin(), angles.cos()), dim=1)
