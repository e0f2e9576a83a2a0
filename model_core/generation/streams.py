"""Token sequences that the network continues side by side, each with its own length and window.

A stream's prompt is read alone, in one parallel pass, whoever else is there; then all streams take
one token a step together. Every stream begins at column 0 of the memory, so that no padding is
read, and what lies after the end of a shorter one is masked.

Streams come and go. Their numbers may depend on the company in the last bits, since the kernels of
a processor or a card choose their order of summing by the shapes they are given. With ``fixed``
the shapes are always the same: so many rows, whether in use or not, and memory looked at in whole
blocks; then a stream's numbers are its own (`tests/model_core/generation/test_together.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from model_core.network.cache import DecoderCache
from model_core.network.step import Stepper

# Columns are looked at in blocks of so many where shapes are fixed. Kernels take keys in pieces of
# at most this many, and a piece that is wholly masked adds exactly nothing.
_BLOCK = 64
# Room for so many tokens more is made at a time, or twice what there was.
_SPARE = 256


class Streams:
    """Sequences in one memory. Streams are named by the numbers that ``open`` gives them."""

    def __init__(self, stepper: Stepper, fixed: int | None = None) -> None:
        self._stepper = stepper
        self._fixed = fixed
        self._next_name = 0
        self._names: list[int | None] = [None] * (fixed or 0)  # by row
        self._lengths: list[int] = [0] * (fixed or 0)
        self._all: DecoderCache | None = None  # every row and column there is room for
        self._used: DecoderCache | None = None  # views of the rows in use
        self._window: Tensor | None = None  # what all rows hear, while it is one and the same
        self._columns = torch.arange(0)

    def __len__(self) -> int:
        return sum(name is not None for name in self._names)

    def row(self, name: int) -> int:
        """Where a stream's scores stand in what ``open`` and ``step`` return."""
        return self._names.index(name)

    def open(
        self, prompts: Sequence[Sequence[int]], heard: Sequence[Tensor]
    ) -> tuple[list[int], list[Tensor]]:
        """Begin streams: their names, and for each the scores ``[vocab]`` after its prompt.

        heard: each stream's encoder states ``[1, S, d]``; the same object for the same window.
        Streams that begin with the same prompt on the same window are read once.
        """
        cross: dict[int, list[tuple[Tensor, Tensor]]] = {}
        decoder = self._stepper.network.decoder
        for states in heard:
            if id(states) not in cross:
                cross[id(states)] = decoder.cross_keys_values(states)
        rows = self._take_rows(len(prompts))
        self._make_room(max(map(len, prompts)) + 1, cross[id(heard[0])])
        self._let_hear(rows, heard, cross)
        names: list[int] = []
        scores: list[Tensor] = []
        read: dict[tuple[tuple[int, ...], int], int] = {}
        for row, prompt, states in zip(rows, prompts, heard, strict=True):
            key = (tuple(prompt), id(states))
            if key in read:
                first = read[key]
                self._copy_row(rows[first], row, len(prompt))
                scores.append(scores[first])
            else:
                read[key] = len(scores)
                scores.append(self._read(row, prompt, cross[id(states)]))
            self._lengths[row] = len(prompt)
            self._names[row] = self._next_name
            names.append(self._next_name)
            self._next_name += 1
        self._look_again()
        return names, scores

    def step(self, tokens: Mapping[int, int]) -> Tensor:
        """Feed every stream its token; scores of the next ones, a row each (see ``row``)."""
        assert self._used is not None
        device = self._columns.device
        lengths = self._lengths
        fed = [0 if name is None else tokens[name] for name in self._names]
        longest = max(lengths)
        if longest + 1 > self._columns_there:
            self._make_room(longest + 1)
            self._look_again()
        ids, positions = torch.tensor((fed, lengths), device=device)
        if self._fixed is None and longest == min(lengths):
            self._used.length = longest
            scores = self._stepper.step(ids, self._used, positions)
        else:
            end = longest + 1
            if self._fixed is not None:
                end = -(-end // _BLOCK) * _BLOCK
            beyond = self._columns[:end] > positions[:, None]
            bias = torch.zeros((len(fed), end), dtype=self._stepper.dtype, device=device)
            bias.masked_fill_(beyond, -torch.inf)
            scores = self._stepper.step(
                ids, self._used, positions, bias[:, None, None], self._columns[: len(fed)]
            )
        for row, name in enumerate(self._names):
            if name is not None:
                lengths[row] += 1
        return scores

    def close(self, name: int) -> None:
        """End a stream; where shapes are not fixed the last row moves to its place."""
        row = self.row(name)
        if self._fixed is not None:
            self._names[row], self._lengths[row] = None, 0
            return
        last = len(self._names) - 1
        if row != last:
            self._copy_row(last, row, self._lengths[last], with_window=True)
            self._names[row], self._lengths[row] = self._names[last], self._lengths[last]
        self._names.pop()
        self._lengths.pop()
        self._look_again()

    def rearrange(self, names: Sequence[int], sources: Sequence[int]) -> None:
        """Each of these equally long streams goes on from what a source among them has so far."""
        if list(names) == list(sources):
            return
        assert self._all is not None
        device = self._columns.device
        to = torch.tensor([self.row(name) for name in names], device=device)
        source = torch.tensor([self.row(name) for name in sources], device=device)
        length = self._lengths[self.row(names[0])]
        for store in self._all.stores:
            store[to, :, :, :length] = store[source, :, :, :length]

    @property
    def _columns_there(self) -> int:
        return 0 if self._all is None else self._all.capacity

    def _take_rows(self, count: int) -> list[int]:
        """Rows for new streams: idle ones where shapes are fixed, else new ones at the end."""
        if self._fixed is None:
            first = len(self._names)
            self._names += [None] * count
            self._lengths += [0] * count
            return list(range(first, first + count))
        idle = [row for row, name in enumerate(self._names) if name is None]
        if count > len(idle):
            raise ValueError(f"{count} streams do not fit beside {len(self)} of {self._fixed}")
        return idle[:count]

    def _make_room(
        self, columns: int, cross: Sequence[tuple[Tensor, Tensor]] | None = None
    ) -> None:
        """See to it that all rows and so many columns exist, and keep what is stored."""
        rows = len(self._names)
        if self._all is None:
            assert cross is not None
            capacity = -(-(columns + _SPARE) // _BLOCK) * _BLOCK
            self._all = DecoderCache.allocate(cross, capacity, rows)
        elif self._all.rows < rows or self._all.capacity < columns:
            capacity = self._all.capacity
            if capacity < columns:
                capacity = -(-max(columns, 2 * capacity) // _BLOCK) * _BLOCK
            rows = max(rows, self._all.rows)
            self._all = self._all.resized(rows, capacity, max(self._lengths))
        else:
            return
        device = self._all.stores[0].device
        self._columns = torch.arange(max(capacity, rows), device=device)

    def _let_hear(
        self,
        rows: Sequence[int],
        heard: Sequence[Tensor],
        cross: Mapping[int, Sequence[tuple[Tensor, Tensor]]],
    ) -> None:
        """Give new rows their windows: one for all as long as there is but one."""
        assert self._all is not None
        alone = len(rows) == len(self._names) and self._fixed is None
        if alone and all(each is heard[0] for each in heard):
            self._window = heard[0]
            self._all.cross_keys = [keys.contiguous() for keys, _ in cross[id(heard[0])]]
            self._all.cross_values = [values.contiguous() for _, values in cross[id(heard[0])]]
            return
        if self._window is not None and all(each is self._window for each in heard):
            return
        if self._window is not None or self._all.cross_rows < self._all.rows:
            self._all.spread_windows(self._all.rows)
            self._window = None
        for row, states in zip(rows, heard, strict=True):
            for layer, (keys, values) in enumerate(cross[id(states)]):
                self._all.cross_keys[layer][row] = keys[0]
                self._all.cross_values[layer][row] = values[0]

    def _read(
        self, row: int, prompt: Sequence[int], cross: Sequence[tuple[Tensor, Tensor]]
    ) -> Tensor:
        """Read a prompt into a row in one pass; the scores ``[vocab]`` of what follows."""
        assert self._all is not None
        own = DecoderCache(
            [store[row : row + 1] for store in self._all.stores],
            [keys for keys, _ in cross],
            [values for _, values in cross],
        )
        ids = torch.tensor([list(prompt)], device=self._columns.device)
        network = self._stepper.network
        scores: Tensor = network.head(network.hidden(ids, cache=own)[0, -1])
        return scores

    def _copy_row(self, source: int, row: int, length: int, with_window: bool = False) -> None:
        assert self._all is not None
        for store in self._all.stores:
            store[row, :, :, :length] = store[source, :, :, :length]
        if with_window and self._window is None:
            for tensor in (*self._all.cross_keys, *self._all.cross_values):
                tensor[row] = tensor[source]

    def _look_again(self) -> None:
        """The rows in use have changed."""
        assert self._all is not None
        self._used = self._all.first(len(self._names))
