"""Putting a LoRA adapter into a checkpoint's weights, through ``peft``.

The adapter meets the weights under their published names, before they become this project's
network: it was trained on modules of those names, and the older families keep apart what the
network joins (:mod:`model_core.network.weight_names`). Only the modules that the adapter changes
are copied, in float32 whatever the checkpoint or the device will hold; ``peft`` merges there, and
the result is rounded once, when the network takes it.

PiSSA adapters (initialised from the weights' own largest singular vectors) replace that part of
the weights: ``W - U S V + s B A``. ``peft`` decomposes every matrix for it while loading, which
takes some ten seconds of a processor for a published checkpoint.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from model_core.checkpoints.adapters import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from model_core.checkpoints.formats import StoredWeights
from model_core.errors import CheckpointError, NotSupported
from model_core.network.blank import without_weights

if TYPE_CHECKING:
    from peft import LoraConfig

log = logging.getLogger(__name__)

_PREFIX = "base_model.model."
_WEIGHT = ".weight"
# "lora_A.weight", "lora_embedding_B", "lora_magnitude_vector.weight" …
_LORA_PART = re.compile(r"(.+?)\.(lora_\w+)(?:\.weight|\.bias)?")
_EMBEDDINGS = ("decoder_embedder", "mapper_embedder.embedding", "embed_tokens", "embed_positions")
# Ways to begin a training that need data or another number format to be repeated here.
_NOT_REPEATABLE = ("loftq", "corda", "lora_ga")
# What peft raises over values of a kind that it does not expect, and does not check.
_NOT_UNDERSTOOD = (
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ImportError,
    re.error,
)


def merged(weights: StoredWeights, adapter: Path) -> StoredWeights:
    """The weights, by their published names, with an adapter merged into them.

    What the adapter changes is float32 in the answer; all else is handed on as it is.

    Raises:
        CheckpointError: the adapter is damaged, or its modules are not those of these weights;
            the message lists them.
        NotSupported: an adapter of a kind other than LoRA, or one that cannot be repeated here.
    """
    config = _config(adapter)
    stored = _stored(adapter)
    targets = _targets(adapter, config, weights.shapes)
    saved = _saved(config, weights.shapes)
    _require_matching(adapter, stored, targets, saved)
    tree = _tree(weights, targets | saved)
    changed = _merge(adapter, tree, config, stored)
    unknown = changed.keys() - weights.keys()
    if unknown:
        raise CheckpointError(
            f"{adapter / ADAPTER_WEIGHTS} makes weights that the checkpoint has not:"
            f" {_listed(unknown)}."
        )
    return weights.with_changed(changed)


def _config(adapter: Path) -> LoraConfig:
    from peft import LoraConfig, PeftConfig

    try:
        config = PeftConfig.from_pretrained(str(adapter))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(f"{adapter / ADAPTER_CONFIG} cannot be read: {error}.") from error
    if not isinstance(config, LoraConfig):
        raise NotSupported(
            f"{adapter / ADAPTER_CONFIG}: adapters of the kind {config.peft_type} are not"
            " supported, only LoRA."
        )
    start = str(config.init_lora_weights)
    if start in _NOT_REPEATABLE or config.megatron_config or config.layer_replication:
        raise NotSupported(
            f"{adapter / ADAPTER_CONFIG}: the adapter changes the model in a way that cannot be"
            f" repeated here (init_lora_weights {start!r}). Convert it to a plain LoRA with peft."
        )
    return config


def _stored(adapter: Path) -> dict[str, Tensor]:
    try:
        return load_file(adapter / ADAPTER_WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{adapter / ADAPTER_WEIGHTS} cannot be read: {error}.") from error


def _targets(adapter: Path, config: LoraConfig, shapes: Mapping[str, tuple[int, ...]]) -> set[str]:
    """The checkpoint's modules that the adapter's configuration names."""
    from peft.tuners.tuners_utils import check_target_module_exists

    try:
        return {
            name
            for name in _modules(shapes)
            if len(shapes[name + _WEIGHT]) >= 2 and check_target_module_exists(config, name)
        }
    except _NOT_UNDERSTOOD as error:
        raise CheckpointError(
            f"{adapter / ADAPTER_CONFIG} names modules in a way that is not understood: {error}."
        ) from error


def _saved(config: LoraConfig, shapes: Mapping[str, tuple[int, ...]]) -> set[str]:
    """The checkpoint's modules that the adapter brings whole (``modules_to_save``)."""
    wanted = tuple(config.modules_to_save or ())
    return {name for name in _modules(shapes) if wanted and name.endswith(wanted)}


def _modules(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    return [name.removesuffix(_WEIGHT) for name in shapes if name.endswith(_WEIGHT)]


def _require_matching(
    adapter: Path, stored: Mapping[str, Tensor], targets: set[str], saved: set[str]
) -> None:
    """The adapter's file holds a part for each module that its configuration names, and no more."""
    held = set()
    for key in stored:
        name = key.removeprefix(_PREFIX)
        part = _LORA_PART.fullmatch(name)
        held.add(part[1] if part else name.rpartition(".")[0])
    problems = []
    if held - targets - saved:
        problems.append(
            f"it has parts for {_listed(held - targets - saved)}, not in the checkpoint"
        )
    if (targets | saved) - held:
        problems.append(f"it has none for {_listed((targets | saved) - held)}")
    if not stored:
        problems.append("it is empty")
    if problems:
        raise CheckpointError(
            f"{adapter / ADAPTER_WEIGHTS} does not belong to this checkpoint:"
            f" {'; '.join(problems)}. Use it with the model that it was trained on."
        )


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _tree(weights: StoredWeights, names: Collection[str]) -> nn.Module:
    """Modules with the published names and float32 copies of their weights, for peft to change."""
    root = nn.Module()
    for name in sorted(names):
        *parents, last = name.split(".")
        place = root
        for parent in parents:
            if parent not in place._modules:
                place.add_module(parent, nn.Module())
            place = place.get_submodule(parent)
        place.add_module(last, _module(name, weights))
    return root


def _module(name: str, weights: StoredWeights) -> nn.Module:
    weight = weights[name + _WEIGHT].float()
    bias = weights.get(f"{name}.bias")
    module: nn.Module
    with without_weights():
        if weight.dim() == 3:
            out, inside, width = weight.shape
            module = nn.Conv1d(inside, out, width, bias=bias is not None)
        elif weight.dim() == 2 and name.endswith(_EMBEDDINGS):
            module = nn.Embedding(*weight.shape)
        elif weight.dim() == 2:
            module = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
        else:
            module = nn.Module()  # a norm: brought whole or not at all
    module.weight = nn.Parameter(weight, requires_grad=False)
    if bias is not None:
        module.bias = nn.Parameter(bias.float(), requires_grad=False)
    return module


def _merge(
    adapter: Path, tree: nn.Module, config: LoraConfig, stored: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The tree's weights with the adapter in them."""
    from peft import get_peft_model, set_peft_model_state_dict

    file = adapter / ADAPTER_WEIGHTS
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")  # advice for trainings
            torch.manual_seed(0)  # "pissa_niter_N" approximates by random projections
            model = get_peft_model(tree, config)
            result: Any = set_peft_model_state_dict(model, stored)
        missing = [name for name in result.missing_keys if ".lora_" in name or "modules_to" in name]
        if missing or result.unexpected_keys:
            raise CheckpointError(
                f"{file} does not fit {ADAPTER_CONFIG}: missing {_listed(missing) or 'nothing'},"
                f" unknown {_listed(result.unexpected_keys) or 'nothing'}."
            )
        whole: nn.Module = model.merge_and_unload(safe_merge=True)
    except _NOT_UNDERSTOOD as error:
        raise CheckpointError(f"{file} cannot be put into this checkpoint: {error}.") from error
    log.info("merged the adapter %s", adapter)
    return {name: value.detach() for name, value in whole.state_dict().items()}
