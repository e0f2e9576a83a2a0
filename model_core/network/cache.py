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
            # Zeros, not anything: what is masked is still multiplied by nothing.
            stores.append(torch.zeros(shape, dtype=key.dtype, device=key.device))
        return cls(stores, [k.contiguous() for k, _ in cross], [v.contiguous() for _, v in cross])

    @property
    def rows(self) -> int:
        return int(self.stores[0].shape[0])

    @property
    def capacity(self) -> int:
        return int(self.stores[0].shape[3])

    @property
    def cross_rows(self) -> int:
        return int(self.cross_keys[0].shape[0])

    def first(self, rows: int) -> DecoderCache:
        """The first rows only; the memory is the same."""
        shared = self.cross_rows == 1
        return DecoderCache(
            [store[:rows] for store in self.stores],
            self.cross_keys if shared else [keys[:rows] for keys in self.cross_keys],
            self.cross_values if shared else [values[:rows] for values in self.cross_values],
            self.length,
        )

    def resized(self, rows: int, capacity: int, used: int) -> DecoderCache:
        """As much as was asked for, with what is stored in the ``used`` first columns."""
        stores = []
        for store in self.stores:
            before, two, heads, _, head_dim = store.shape
            larger = store.new_zeros((rows, two, heads, capacity, head_dim))
            larger[:before, :, :, :used] = store[:, :, :, :used]
            stores.append(larger)
        resized = DecoderCache(stores, self.cross_keys, self.cross_values, self.length)
        if 1 < self.cross_rows < rows:
            resized.spread_windows(rows)
        return resized

    def spread_windows(self, rows: int) -> None:
        """From one window for all, or for fewer rows, to room for a window in each row."""
        for tensors in (self.cross_keys, self.cross_values):
            for layer, tensor in enumerate(tensors):
                before = tensor.shape[0]
                wider = tensor.new_empty((rows, *tensor.shape[1:]))
                if before == 1:
                    wider[:] = tensor
                else:
                    wider[:before] = tensor
                tensors[layer] = wider
