"""Rotary positions, norms and the two kinds of attention, for whole sequences.

The one-token step used while generating lives in ``step.py``; both read the same weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from model_core.network.config import Family, NetworkConfig

#: Cosines and sines of the positions at hand, ``[T, head_dim / 2]`` or with a batch in front.
Turns = tuple[Tensor, Tensor]


class RotaryTable:
    """Cosines and sines ``[positions, head_dim // 2]``, float32, one copy per device.

    Not buffers: casting a network to half precision would round the angles of late positions.
    """

    def __init__(self, positions: int, head_dim: int, theta: float) -> None:
        self.positions = positions
        self.head_dim = head_dim
        self.theta = theta
        self._copies: dict[torch.device, tuple[Tensor, Tensor]] = {}

    def on(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """The table on a device."""
        if device not in self._copies:
            # A table first needed inside inference mode must still serve training later.
            with torch.inference_mode(False):
                exponents = torch.arange(0, self.head_dim, 2, dtype=torch.float32) / self.head_dim
                places = torch.arange(self.positions, dtype=torch.float32)
                angles = torch.outer(places, 1.0 / self.theta**exponents)
                self._copies[device] = (angles.cos().to(device), angles.sin().to(device))
        return self._copies[device]


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair (i, i + head_dim/2) of ``x [..., head_dim]`` by its position's angle."""
    first, second = x.float().chunk(2, dim=-1)
    turned = torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
    return turned.to(x.dtype)


def norm(config: NetworkConfig) -> nn.Module:
    """The norm of a family, over the last dimension."""
    if config.family is Family.WHISPER:
        return nn.LayerNorm(config.d_model, eps=1e-5)
    return nn.RMSNorm(config.d_model)


class SelfAttention(nn.Module):
    """Fused query, key and value projection, with rotary positions where the family has them."""

    def __init__(self, d_model: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.Wqkv = nn.Linear(d_model, 3 * d_model)
        self.Wo = nn.Linear(d_model, d_model)

    def project(self, x: Tensor, turns: Turns | None) -> tuple[Tensor, Tensor, Tensor]:
        """``x [B, T, d]`` to q, k (turned by their positions) and v ``[B, heads, T, head_dim]``."""
        batch, length, _ = x.shape
        qkv = self.Wqkv(x).view(batch, length, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        if turns is None:
            return q, k, v
        return rotate(q, *turns), rotate(k, *turns), v

    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
        """Attention and the output projection, ``[B, T, d]``.

        ``mask [B, 1, T, S]`` is True where a query may look. Without one the fast kernel runs,
        causal or not.
        """
        mixed = F.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=causal and mask is None
        )
        projected: Tensor = self.Wo(mixed.transpose(1, 2).flatten(2))
        return projected


class CrossAttention(nn.Module):
    """Attention of the decoder to the encoder's states; no positions."""

    def __init__(self, d_model: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.Wq = nn.Linear(d_model, d_model)
        self.Wkv = nn.Linear(d_model, 2 * d_model)
        self.Wo = nn.Linear(d_model, d_model)

    def keys_values(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Encoder states ``[B, S, d]`` to keys and values ``[B, heads, S, head_dim]``."""
        batch, length, _ = states.shape
        k, v = self.Wkv(states).view(batch, length, 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        return k, v

    def forward(self, x: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        batch, length, _ = x.shape
        q = self.Wq(x).view(batch, length, self.heads, -1).transpose(1, 2)
        keys, values = (t.expand(batch, -1, -1, -1) for t in (keys, values))
        mixed = F.scaled_dot_product_attention(q, keys, values)
        projected: Tensor = self.Wo(mixed.transpose(1, 2).flatten(2))
        return projected
