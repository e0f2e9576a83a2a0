"""The decoder's memory while it generates: allocated once, filled in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(slots=True)
class DecoderCache:
    """Keys and values per layer: its own tokens' (growing) and the encoder's (fixed).

    Own: ``[B, heads, capacity, head_dim]``, the first ``length`` columns in use.
    Cross: ``[B, heads, S, head_dim]``.
    """

    keys: list[Tensor]
    values: list[Tensor]
    cross_keys: list[Tensor]
    cross_values: list[Tensor]
    length: int = 0

    @classmethod
    def allocate(cls, cross: Sequence[tuple[Tensor, Tensor]], capacity: int) -> DecoderCache:
        """Room for ``capacity`` tokens beside the given encoder keys and values of each layer."""
        keys, values = [], []
        for key, _ in cross:
            batch, heads, _, head_dim = key.shape
            shape = (batch, heads, capacity, head_dim)
            keys.append(torch.zeros(shape, dtype=key.dtype, device=key.device))
            values.append(torch.zeros(shape, dtype=key.dtype, device=key.device))
        return cls(
            keys, values, [k.contiguous() for k, _ in cross], [v.contiguous() for _, v in cross]
        )

    @property
    def capacity(self) -> int:
        return int(self.keys[0].shape[2])
