"""The decoder's memory while it generates: allocated once, filled in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(slots=True)
class DecoderCache:
    """Keys and values per layer: of its own tokens (growing) and of the encoder (fixed).

    stores: ``[B, 2, heads, capacity, head_dim]``, keys then values; ``length`` columns in use.
    cross_keys, cross_values: ``[B or 1, heads, S, head_dim]``; 1 where all rows hear the same.
    """

    stores: list[Tensor]
    cross_keys: list[Tensor]
    cross_values: list[Tensor]
    length: int = 0

    @classmethod
    def allocate(
        cls, cross: Sequence[tuple[Tensor, Tensor]], capacity: int, rows: int | None = None
    ) -> DecoderCache:
        """Room for ``capacity`` tokens a row beside each layer's encoder keys and values."""
        stores = []
        for key, _ in cross:
            batch, heads, _, head_dim = key.shape
            shape = (rows or batch, 2, heads, capacity, head_dim)
            stores.append(torch.zeros(shape, dtype=key.dtype, device=key.device))
        return cls(stores, [k.contiguous() for k, _ in cross], [v.contiguous() for _, v in cross])

    @property
    def rows(self) -> int:
        return int(self.stores[0].shape[0])

    @property
    def capacity(self) -> int:
        return int(self.stores[0].shape[3])

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all rows but these (in this order)."""
        index = torch.tensor(list(rows), device=self.stores[0].device)
        self.stores = [store.index_select(0, index) for store in self.stores]
        if self.cross_keys[0].shape[0] > 1:
            self.cross_keys = [key.index_select(0, index) for key in self.cross_keys]
            self.cross_values = [value.index_select(0, index) for value in self.cross_values]
