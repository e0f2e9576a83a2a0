"""The refiner's network: a transformer over the points of a map that predicts their noise.

A diffusion transformer as published (Peebles & Xie, "Scalable Diffusion Models with
Transformers", 2023: adaLN-Zero blocks, learned variance), for sequences instead of images: every
token is one point of a map (a circle, a slider's head, an anchor), a linear layer takes the place
of the patches, and time and distance stand beside each point in place of positional embeddings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from model_core.errors import CheckpointError

#: Channels that say what a point is: 128 of its time, 128 of its distance, 16 of its kind.
CONTEXT_CHANNELS = 272
#: Channels of one number written as sines and cosines.
WAVE_CHANNELS = 128
#: x and y; the network answers with as many of noise and of variance.
AXES = 2

_STEP_CHANNELS = 256  # of the diffusion step's number
_LONGEST_WAVE = 10000.0
# Coordinates of -1 to 1 are spread over so many units of the shortest wave.
_COORDINATE_SCALE = 512.0
_NORM_EPS = 1e-6
# Heads by width, as the published sizes have them (S, B, L, XL); no file says the number.
_HEADS = {384: 6, 768: 12, 1024: 16, 1152: 16}
_OTHER_HEADS = 4


@dataclass(frozen=True, slots=True)
class RefinerConfig:
    """Sizes, all of which the weights' own shapes tell, but for the number of heads."""

    width: int
    layers: int
    heads: int
    hidden: int
    classes: int

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor], source: str) -> RefinerConfig:
        """The sizes of a published checkpoint's weights."""
        try:
            width, inputs = weights["context_embedder.mlp.0.weight"].shape
            classes = weights["y_embedder.class_embedding.0.weight"].shape[1]
            hidden = weights["blocks.0.mlp.fc1.weight"].shape[0]
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            raise CheckpointError(
                f"{source} does not hold the weights of a position refiner ({error})."
            ) from error
        if inputs != AXES * WAVE_CHANNELS + CONTEXT_CHANNELS:
            raise CheckpointError(
                f"{source}: the refiner reads {inputs} channels of each point, where only"
                f" {AXES * WAVE_CHANNELS + CONTEXT_CHANNELS} are known."
            )
        numbers = [int(name.split(".")[1]) for name in weights if name.startswith("blocks.")]
        return cls(width, max(numbers) + 1, _HEADS.get(width, _OTHER_HEADS), hidden, classes)


def waves(values: Tensor, channels: int) -> Tensor:
    """Numbers ``[...]`` as ``[..., channels]``: cosines, then sines, of ever longer waves.

    Always float32: in half precision, times of minutes would all look alike.
    """
    half = channels // 2
    steps = torch.arange(half, dtype=torch.float32, device=values.device)
    angles = values.float()[..., None] * torch.exp(-math.log(_LONGEST_WAVE) / half * steps)
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def _dtype(module: nn.Module) -> torch.dtype:
    return next(module.parameters()).dtype


class _PointEmbedding(nn.Module):
    """Where a point is, and what, as one vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(AXES * WAVE_CHANNELS + CONTEXT_CHANNELS, width))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """``x`` [B, 2, N] and ``context`` [B, 272, N] become [B, N, width]."""
        places = waves(x.transpose(1, 2) * _COORDINATE_SCALE, WAVE_CHANNELS).flatten(-2)
        inputs = torch.cat([places, context.transpose(1, 2).float()], dim=-1)
        answer: Tensor = self.mlp(inputs.to(_dtype(self)))
        return answer


class _StepEmbedding(nn.Module):
    """How noisy the points are."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(_STEP_CHANNELS, width), nn.SiLU(), nn.Linear(width, width)
        )

    def forward(self, steps: Tensor) -> Tensor:
        answer: Tensor = self.mlp(waves(steps, _STEP_CHANNELS).to(_dtype(self)))
        return answer


class _ClassEmbedding(nn.Module):
    """What the map should be like, from a vector with a 1 for everything that holds."""

    def __init__(self, classes: int, width: int) -> None:
        super().__init__()
        self.class_embedding = nn.Sequential(
            nn.Linear(classes, width), nn.SiLU(), nn.Linear(width, width)
        )

    def forward(self, classes: Tensor) -> Tensor:
        answer: Tensor = self.class_embedding(classes.to(_dtype(self)))
        return answer


class _Attention(nn.Module):
    """Self-attention; the three projections are one matrix, as in the published files."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, x: Tensor, allowed: Tensor | None) -> Tensor:
        batch, points, width = x.shape
        projected = functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        split = projected.view(batch, points, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        heard = functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        answer: Tensor = self.out_proj(heard.transpose(1, 2).reshape(batch, points, width))
        return answer


class _Mlp(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.fc2(functional.gelu(self.fc1(x), approximate="tanh"))
        return answer


def _modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    normed = functional.layer_norm(x, (x.shape[-1],), eps=_NORM_EPS)
    return normed * (1 + scale) + shift


class _Block(nn.Module):
    """Attention and MLP, each shifted, scaled and gated by what is asked for (adaLN-Zero)."""

    def __init__(self, config: RefinerConfig) -> None:
        super().__init__()
        width = config.width
        self.attn = _Attention(width, config.heads)
        self.mlp = _Mlp(width, config.hidden)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))

    def forward(self, x: Tensor, asked: Tensor, allowed: Tensor | None) -> Tensor:
        own = self.adaLN_modulation(asked)[:, None]
        shift, scale, gate, mlp_shift, mlp_scale, mlp_gate = own.chunk(6, dim=-1)
        x = x + gate * self.attn(_modulated(x, shift, scale), allowed)
        answer: Tensor = x + mlp_gate * self.mlp(_modulated(x, mlp_shift, mlp_scale))
        return answer


class _FinalLayer(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 2 * AXES)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))

    def forward(self, x: Tensor, asked: Tensor) -> Tensor:
        shift, scale = self.adaLN_modulation(asked)[:, None].chunk(2, dim=-1)
        answer: Tensor = self.linear(_modulated(x, shift, scale))
        return answer


class RefinerNetwork(nn.Module):
    """Noise and its variance at each point. Weights bear their published names."""

    def __init__(self, config: RefinerConfig) -> None:
        super().__init__()
        self.config = config
        self.context_embedder = _PointEmbedding(config.width)
        self.t_embedder = _StepEmbedding(config.width)
        self.y_embedder = _ClassEmbedding(config.classes, config.width)
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.layers))
        self.final_layer = _FinalLayer(config.width)

    @property
    def device(self) -> torch.device:
        return self.final_layer.linear.weight.device

    @property
    def dtype(self) -> torch.dtype:
        return self.final_layer.linear.weight.dtype

    def forward(
        self,
        x: Tensor,
        steps: Tensor,
        context: Tensor,
        classes: Tensor,
        allowed: Tensor | None = None,
    ) -> Tensor:
        """The noise in ``x`` and how to mix its variance.

        Args:
            x: float [B, 2, N], noisy positions; the playfield is -1 to 1.
            steps: int [B], which of the 1000 diffusion steps each row is at.
            context: float [B, 272, N], what each point is (:mod:`.points`).
            classes: float [B, C], what the map should be like (:mod:`.classes`).
            allowed: bool [N, N], whether a point (row) may look at another; None: at all.

        Returns:
            float32 [B, 4, N]: the noise of x and y, then where between the least (-1) and the
            largest (1) variance of the step the variance of each lies.
        """
        hidden = self.context_embedder(x, context)
        asked = self.t_embedder(steps) + self.y_embedder(classes)
        for block in self.blocks:
            hidden = block(hidden, asked, allowed)
        answer: Tensor = self.final_layer(hidden, asked).transpose(1, 2).float()
        return answer

    def guided(
        self,
        x: Tensor,
        steps: Tensor,
        context: Tensor,
        classes: Tensor,
        scale: float,
        allowed: Tensor | None = None,
    ) -> Tensor:
        """Like :meth:`forward` for a pair of rows, the second of which asks for nothing.

        Both rows see the first row's ``x``; both get the same noise, that of nothing and ``scale``
        times the way from there to what is asked for, and keep their own variance.
        """
        both = self(torch.cat([x[:1], x[:1]]), steps, context, classes, allowed)
        asked, nothing = both[:1, :AXES], both[1:, :AXES]
        noise = nothing + scale * (asked - nothing)
        return torch.cat([noise.expand(2, -1, -1), both[:, AXES:]], dim=1)


def band(points: int, width: int, device: torch.device | str = "cpu") -> Tensor | None:
    """Which points see which: those fewer than half of ``width`` away (and one more ahead).

    The published refiner was trained on sequences of ``width`` points and sees no farther.
    None where every point sees all.
    """
    half = width // 2
    if points <= half:
        return None
    places = torch.arange(points, device=device)
    behind = places[:, None] - places[None, :]
    return (behind >= -half) & (behind < half)
