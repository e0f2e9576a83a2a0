"""Starting weights that already know what a time is.

A decoder that names times has to learn that time token *i* speaks of the encoder state
``i * step / state_ms`` — from nothing, that alignment takes most of a small model's training.
Here the rows of the time tokens, in the input embedding and in the output head, start as the
same sinusoids that the encoder adds to its states, and one cross-attention layer starts with
queries and keys that compare them. Everything stays trainable; the rest is the usual
truncated normal.

The sinusoids are Whisper's (Radford et al. 2022, section 2.2), evaluated at fractional
positions.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from model_core.network.model import Network
from model_core.tokens import EventType, Vocabulary

__all__ = ["initialise", "sinusoids_at"]

TIME_STEP_MS = 10.0


def sinusoids_at(positions: Tensor, width: int) -> Tensor:
    """Whisper's sinusoids at real positions.

    Args:
        positions: ``[n]`` float, in encoder states.
        width: model width, even.

    Returns:
        ``[n, width]`` float32: sines, then cosines.
    """
    half = width // 2
    rates = torch.exp(-math.log(10000.0) / (half - 1) * torch.arange(half, dtype=torch.float32))
    angles = positions.to(torch.float32)[:, None] * rates[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _paired_projection(width: int, heads: int) -> Tensor:
    """A permutation ``[width, width]`` that keeps each sine with its cosine in one head."""
    half = width // 2
    per_head = half // heads
    order: list[int] = []
    for head in range(heads):
        pairs = [head + heads * k for k in range(per_head)]
        order += pairs + [half + p for p in pairs]
    matrix = torch.zeros(width, width)
    matrix[torch.arange(width), torch.tensor(order)] = 1.0
    return matrix


@torch.no_grad()
def initialise(
    network: Network,
    vocabulary: Vocabulary,
    *,
    seed: int = 0,
    std: float = 0.02,
    aligned: bool = True,
) -> None:
    """Fill the weights of ``network`` in place.

    Args:
        network: a VarWhisper network with sinusoidal encoder positions.
        vocabulary: names the time tokens' rows.
        seed: of the random part.
        std: of embeddings and head; residual outputs are scaled down by depth.
        aligned: whether to add the sinusoids; without, only the random part.
    """
    generator = torch.Generator().manual_seed(seed)
    config = network.config
    depth = config.decoder_layers + config.encoder_layers
    for name, parameter in network.named_parameters():
        if parameter.ndim < 2:
            nn.init.zeros_(parameter) if name.endswith("bias") else nn.init.ones_(parameter)
            continue
        fan_in = parameter[0].numel()
        scale = std if "embed" in name or "proj_out" in name else 1.0 / math.sqrt(fan_in)
        if name.endswith(("Wo.weight", "fc2.weight")):
            scale /= math.sqrt(2.0 * depth)
        parameter.normal_(0.0, scale, generator=generator)

    if not aligned:
        return
    width = config.d_model
    states_per_ms = config.mel.sample_rate / 1000.0 / (2.0 * config.mel.hop_length)
    times = vocabulary.id_range(EventType.TIME)
    positions = (torch.arange(len(times)) + 0.5) * TIME_STEP_MS * states_per_ms
    codes = sinusoids_at(positions, width)
    rows = slice(times.start, times.stop)
    network.decoder_embedder.weight[rows] += 0.5 * codes
    network.transformer.proj_out.weight[rows] += 0.08 * codes

    projection = _paired_projection(width, config.decoder_heads)
    for layer in network.transformer.model.decoder.layers:
        attention = layer.cross_attn
        attention.Wq.weight.mul_(0.3).add_(0.35 * projection)
        attention.Wkv.weight[:width].mul_(0.3).add_(0.35 * projection)
    carry_positions(network)


@torch.no_grad()
def carry_positions(network: Network, gain: float = 3.0) -> None:
    """Let the first head of the last cross-attention pass on where it looks, as a time's code.

    Its values are the sinusoids with periods from a tenth of a second to ten seconds; its output
    puts them back on the dimensions where the output head's time rows have them.
    """
    width = network.config.d_model
    size = width // network.config.decoder_heads
    half = width // 2
    useful = torch.linspace(0, half // 2 - 1, size // 2).round().long()
    dims = torch.cat([useful, half + useful])
    attention = network.decoder.layers[-1].cross_attn
    rows = torch.arange(size)
    values = torch.zeros(size, width)
    values[rows, dims] = 1.0
    attention.Wkv.weight[width : width + size] = values
    attention.Wkv.bias[width : width + size] = 0.0
    outputs = torch.zeros(width, size)
    outputs[dims, rows] = gain
    attention.Wo.weight[:, :size] = outputs
