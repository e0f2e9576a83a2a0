"""Starting a training from a checkpoint, also where sizes and vocabularies differ.

Tensors of equal shape are taken as they are. Rows that stand for tokens (input embedding, output
head) are taken by what they mean: an event by its kind and value, a mapper by id, a descriptor by
name, context marks by context. Layers that the checkpoint lacks are put before its last one, as
copies whose outputs begin at nothing, so that the grown network answers as the old one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from model_core.errors import InputError
from model_core.network.model import Network
from model_core.tokens import EventType, Vocabulary

__all__ = ["WarmStart", "start_from", "token_rows"]

_LAYER = re.compile(r"^(transformer\.model\.(?:encoder|decoder)\.layers\.)(\d+)\.(.+)$")
_OUTPUTS = ("Wo.weight", "Wo.bias", "fc2.weight", "fc2.bias")
_EMBEDDING = "decoder_embedder.weight"
_HEAD = "transformer.proj_out.weight"


@dataclass(frozen=True, slots=True)
class WarmStart:
    """What was taken: tensors as they are, token rows by meaning, layers that were added."""

    tensors: int
    rows: int
    grown: int
    left: tuple[str, ...]  # tensors of other shapes, which keep their first weights

    def __str__(self) -> str:
        text = f"{self.tensors} tensors and {self.rows} token rows taken"
        if self.grown:
            text += f", {self.grown} layers added"
        if self.left:
            text += f", {len(self.left)} tensors of other sizes begin anew"
        return text


@torch.no_grad()
def start_from(
    network: Network, vocabulary: Vocabulary, source: Network, source_vocabulary: Vocabulary
) -> WarmStart:
    """Fill ``network`` in place with what ``source`` has for it.

    Raises:
        InputError: the widths differ, so nothing would fit.
    """
    if network.config.d_model != source.config.d_model:
        raise InputError(
            f"The checkpoint to start from is {source.config.d_model} wide, not "
            f"{network.config.d_model}. Train with that width (--d-model)."
        )
    given = source.state_dict()
    own = network.state_dict()
    layers = _layer_origins(own, given)
    pairs = token_rows(vocabulary, source_vocabulary)
    tensors = rows = 0
    left: list[str] = []
    for name, weight in own.items():
        if name in (_EMBEDDING, _HEAD):
            rows += _take_rows(weight, given[name], pairs)
            continue
        origin, added = _origin(name, layers)
        found = given.get(origin)
        if found is None or found.shape != weight.shape:
            left.append(name)
            continue
        if added and name.endswith(_OUTPUTS):
            weight.zero_()
        else:
            weight.copy_(found)
        tensors += 1
    grown = sum(added for _, added in layers.values())
    return WarmStart(tensors, rows, grown, tuple(left))


def token_rows(to: Vocabulary, source: Vocabulary) -> list[tuple[int, int]]:
    """Pairs of ids (in ``to``, in ``source``) that mean the same."""
    pairs = [(to.pad, source.pad), (to.sos, source.sos), (to.eos, source.eos)]
    for table, other in (
        (to.context_sos, source.context_sos),
        (to.context_eos, source.context_eos),
    ):
        pairs += [(token, other[context]) for context, token in table.items() if context in other]
    mappers = _row_meanings(EventType.MAPPER, to, source)
    descriptors = _row_meanings(EventType.DESCRIPTOR, to, source)
    for kind in EventType:
        if not (to.has(kind) and source.has(kind)):
            continue
        ids, others = to.id_range(kind), source.id_range(kind)
        match kind:
            case EventType.MAPPER:
                values = mappers
            case EventType.DESCRIPTOR:
                values = descriptors
            case _:
                first = source.value_range(kind)
                values = {value: value for value in to.value_range(kind) if value in first}
        starts = to.value_range(kind).start, source.value_range(kind).start
        pairs += [
            (ids.start + value - starts[0], others.start + other - starts[1])
            for value, other in values.items()
        ]
    return pairs


def _row_meanings(kind: EventType, to: Vocabulary, source: Vocabulary) -> dict[int, int]:
    """Rows of mappers or descriptors in both; the last row of either means "unknown"."""
    found: dict[int, int] = {}
    if kind is EventType.MAPPER:
        found[to.num_mappers] = source.num_mappers
        for user in to.mappers:
            row, other = to.mapper_index(user), source.mapper_index(user)
            if row is not None:
                # A mapper the source does not know begins as nobody in particular.
                found[row] = source.num_mappers if other is None else other
        return found
    found[to.num_descriptors] = source.num_descriptors
    for name in to.descriptors:
        row, other = to.descriptor_index(name), source.descriptor_index(name)
        if row is not None:
            found[row] = source.num_descriptors if other is None else other
    return found


def _take_rows(weight: Tensor, given: Tensor, pairs: list[tuple[int, int]]) -> int:
    fitting = [(a, b) for a, b in pairs if a < len(weight) and b < len(given)]
    if fitting:
        mine, theirs = (torch.tensor(column) for column in zip(*fitting, strict=True))
        weight[mine] = given[theirs].to(weight)
    return len(fitting)


def _layer_origins(
    own: Mapping[str, Tensor], given: Mapping[str, Tensor]
) -> dict[tuple[str, int], tuple[int, bool]]:
    """For each layer, which of the source's it begins as, and whether it is an added one."""
    origins: dict[tuple[str, int], tuple[int, bool]] = {}
    mine, theirs = _depths(own), _depths(given)
    for stack, depth in mine.items():
        had = theirs.get(stack, 0)
        for number in range(depth):
            if number == depth - 1:
                origins[stack, number] = (max(0, had - 1), False)
            elif number < had - 1:
                origins[stack, number] = (number, False)
            else:
                origins[stack, number] = (max(0, had - 2), True)
    return origins


def _depths(weights: Mapping[str, Tensor]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for name in weights:
        if found := _LAYER.match(name):
            depths[found[1]] = max(depths.get(found[1], 0), int(found[2]) + 1)
    return depths


def _origin(name: str, layers: Mapping[tuple[str, int], tuple[int, bool]]) -> tuple[str, bool]:
    found = _LAYER.match(name)
    if found is None:
        return name, False
    number, added = layers[found[1], int(found[2])]
    return f"{found[1]}{number}.{found[3]}", added
