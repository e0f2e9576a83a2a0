"""Which weights of a published checkpoint make up each weight of the network.

The network bears VarWhisper's names: one matrix for queries, keys and values. The older families
keep these apart, without a bias for the keys, and call cross attention by another name.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from model_core.errors import CheckpointError
from model_core.network.config import Family

# Stored by the published checkpoints but not read: the spectrogram's tables follow from
# config.json, the loss weights serve training only, and the decoder's own embedding is unused
# (decoder_embedder is the input embedding of every family).
IGNORED = ("spectrogram.", "loss_fn.", "transformer.model.decoder.embed_tokens.")

_CONDITIONS = "conditions."
_SPLIT = {
    "self_attn.Wqkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attn.Wo": ("self_attn.out_proj",),
    "cross_attn.Wq": ("encoder_attn.q_proj",),
    "cross_attn.Wkv": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
    "cross_attn.Wo": ("encoder_attn.out_proj",),
    "cross_attn_layer_norm": ("encoder_attn_layer_norm",),
}


def published_names(name: str, family: Family) -> tuple[str | None, ...]:
    """The published weights that stand, one below the other, in the weight called ``name``.

    None stands for a bias that the family does not have, which is zero.
    """
    if name.startswith(_CONDITIONS):
        return (name.removeprefix(_CONDITIONS),)
    if family is Family.VAR_WHISPER:
        return (name,)
    stem, _, kind = name.rpartition(".")
    for ours, theirs in _SPLIT.items():
        if stem.endswith(f".{ours}"):
            before = stem.removesuffix(ours)
            return tuple(
                None if kind == "bias" and part.endswith("k_proj") else f"{before}{part}.{kind}"
                for part in theirs
            )
    return (name,)


def published_shapes(own: Mapping[str, torch.Size], family: Family) -> dict[str, tuple[int, ...]]:
    """Names and shapes that a published checkpoint of this size has, without the ignored ones."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in own.items():
        parts = published_names(name, family)
        for part in parts:
            if part is not None:
                shapes[part] = (shape[0] // len(parts), *shape[1:])
    return shapes


def require_shapes(
    own: Mapping[str, torch.Size], given: Mapping[str, tuple[int, ...]], family: Family, source: str
) -> None:
    """Raise a CheckpointError that names every missing, unknown or wrongly shaped weight."""
    read = {name: shape for name, shape in given.items() if not name.startswith(IGNORED)}
    wanted = published_shapes(own, family)
    problems = [f"missing {name}" for name in sorted(wanted.keys() - read.keys())]
    problems += [f"unknown {name}" for name in sorted(read.keys() - wanted.keys())]
    problems += [
        f"{name} is {read[name]}, config.json wants {wanted[name]}"
        for name in sorted(wanted.keys() & read.keys())
        if read[name] != wanted[name]
    ]
    if problems:
        raise CheckpointError(f"{source} does not fit its config.json: {'; '.join(problems)}.")


def join(name: str, given: Mapping[str, Tensor], family: Family) -> Tensor:
    """One weight of the network from those of a checkpoint that stand in it."""
    parts = [None if part is None else given[part] for part in published_names(name, family)]
    if len(parts) == 1 and parts[0] is not None:
        return parts[0]
    present = next(part for part in parts if part is not None)
    return torch.cat([torch.zeros_like(present) if part is None else part for part in parts])
