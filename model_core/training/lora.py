"""LoRA: a style learned beside a checkpoint's weights, in the files that ``peft`` saves.

Every attention projection gets two small matrices, which alone are trained; the weights stay as
they are. The adapter is written under the published names of what it changes, so that it can be
merged wherever that checkpoint is used (:mod:`model_core.checkpoints.merging`), this program's own
requests included. Families whose published weights keep queries, keys and values apart are trained
that way too: one matrix of the network is taken apart first (:class:`Beside`).

Source of the method: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from model_core.checkpoints.adapters import ADAPTER_CONFIG, ADAPTER_WEIGHTS, METADATA
from model_core.checkpoints.naming import read_name
from model_core.checkpoints.resolve import resolve
from model_core.errors import InputError
from model_core.model import load_model
from model_core.network.config import Family
from model_core.network.model import Network
from model_core.network.weight_names import published_names
from model_core.training.corpus import read_maps, song_files
from model_core.training.log import Report
from model_core.training.loop import Trainer
from model_core.training.options import TrainingOptions

if TYPE_CHECKING:
    from peft import LoraConfig

__all__ = ["ADAPTER_FOLDER", "Beside", "LoraOptions", "Tuning", "mode_of_corpus", "tune"]

ADAPTER_FOLDER = "adapter"
_FORMAT_VERSION = 1
_FUSED = ("Wqkv", "Wq", "Wkv", "Wo")
_APART = ("q_proj", "k_proj", "v_proj", "out_proj")
_PARTS = {"Wqkv": ("q_proj", "k_proj", "v_proj"), "Wkv": ("k_proj", "v_proj")}
_PREFIX = "base_model.model."
_NAME = "default"  # peft's name for an adapter that has none


@dataclass(frozen=True, slots=True)
class LoraOptions:
    """Size and strength: the change is ``alpha / rank`` times a product of that rank.

    ``dropout`` is of what goes into the product, while training.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05

    def __post_init__(self) -> None:
        if self.rank < 1 or self.alpha < 1 or not 0.0 <= self.dropout < 1.0:
            raise InputError(
                "An adapter's rank and alpha count from 1; its dropout is from 0 to below 1."
            )


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it: the adapter's folder, its size, and what it belongs to.

    ``subfolder``: the checkpoint's fine-tune (``gamemode=N``), empty for its base.
    """

    adapter: Path
    parameters: int
    checkpoint: str
    subfolder: str
    steps: int


class Beside(nn.Module):
    """A linear layer as several whose outputs stand side by side, each with a name of its own."""

    def __init__(self, joined: nn.Linear, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names
        weights = joined.weight.detach().chunk(len(names))
        biases = joined.bias.detach().chunk(len(names))
        for name, weight, bias in zip(names, weights, biases, strict=True):
            part = nn.Linear(weight.shape[1], weight.shape[0], device="meta")
            part.weight = nn.Parameter(weight, requires_grad=False)
            part.bias = nn.Parameter(bias, requires_grad=False)
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.get_submodule(name)(x) for name in self._names], dim=-1)


def mode_of_corpus(corpus: Path) -> int | None:
    """The game mode of a corpus's maps; None where there are several, or no maps."""
    modes: set[int] = set()
    for path in song_files(corpus):
        modes |= {entry.mode for entry in read_maps(path)}
        if len(modes) > 1:
            return None
    return next(iter(modes), None)


def tune(
    checkpoint: str,
    corpus: Path,
    out: Path,
    lora: LoraOptions,
    options: TrainingOptions,
    *,
    mode: int | None = None,
    report: Report | None = None,
) -> Tuning:
    """Train an adapter for ``checkpoint`` on ``corpus`` into ``out/adapter``, or go on with it.

    mode: tunes that game mode's fine-tune where the checkpoint has one; None: the mode of the
    corpus's maps, and the base where they are of several.

    Raises:
        CheckpointError: the checkpoint cannot be loaded.
        InputError: it is named with an adapter already; it is of a family that cannot be trained;
            the corpus has no maps of its modes.
    """
    if read_name(checkpoint).adapter:
        raise InputError(
            f"{checkpoint} has an adapter already. Give the model alone: an adapter is trained"
            " on the model's own weights."
        )
    mode = mode_of_corpus(corpus) if mode is None else mode
    subfolder = resolve(checkpoint, mode).subfolder
    model = load_model(checkpoint, "cpu", "float32", gamemode=mode)
    config, names = add_adapters(model.network, lora)
    told = {"format_version": _FORMAT_VERSION, "ckpt_subfolders": [subfolder]}
    write = adapter_writer(out / ADAPTER_FOLDER, config, names, told, checkpoint)
    trainer = Trainer(
        model.network,
        model.vocabulary,
        model.layout,
        corpus,
        out,
        _for_adapters(options),
        write,
        report,
    )
    trainer.run()
    count = sum(each.numel() for each in model.network.parameters() if each.requires_grad)
    return Tuning(out / ADAPTER_FOLDER, count, checkpoint, subfolder, trainer.step)


def _for_adapters(options: TrainingOptions) -> TrainingOptions:
    """Without the helpers that teach a network to hear: this one can."""
    return replace(
        options, hearing_minutes=0.0, hearing_steps=0, hearing_weight=0.0, pointing_weight=0.0
    )


def add_adapters(network: Network, options: LoraOptions) -> tuple[LoraConfig, dict[str, str]]:
    """Put adapters into a network, in place; only they need gradients from then on.

    Answers the configuration as it is to be saved, and the published name of each changed module
    by its name in the network.
    """
    from peft import LoraConfig, inject_adapter_in_model

    family = network.config.family
    targets = list(_FUSED)
    if family is not Family.VAR_WHISPER:
        _take_apart(network)
        targets = ["Wq", "Wo", *_APART]
    network.requires_grad_(False)
    config = LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        target_modules=targets,
    )
    inject_adapter_in_model(config, network, adapter_name=_NAME)
    names = {
        name.removesuffix(".lora_A"): _published(name.removesuffix(".lora_A"), family)
        for name, _ in network.named_modules()
        if name.endswith(".lora_A")
    }
    saved = copy(config)
    saved.target_modules = set(_FUSED if family is Family.VAR_WHISPER else _APART)
    saved.inference_mode = True
    return saved, names


def _take_apart(network: Network) -> None:
    """Queries, keys and values by themselves, where the published weights have them so."""
    for module in list(network.modules()):
        for name, parts in _PARTS.items():
            joined = getattr(module, name, None)
            if isinstance(joined, nn.Linear):
                setattr(module, name, Beside(joined, parts))


def _published(module: str, family: Family) -> str:
    """The published name of a module of the network, ``Beside``'s parts included."""
    stem, _, last = module.rpartition(".")
    whole = stem if last in _APART else module
    parts = [
        part.removesuffix(".weight")
        for part in published_names(f"{whole}.weight", family)
        if part is not None
    ]
    if whole is module:
        return parts[0]
    return next(part for part in parts if part.endswith(f".{last}"))


def adapter_writer(
    folder: Path,
    config: LoraConfig,
    names: Mapping[str, str],
    metadata: Mapping[str, Any],
    checkpoint: str,
) -> Callable[[nn.Module], None]:
    """A function that writes a network's adapters as peft would, each file whole or not at all."""
    config.base_model_name_or_path = checkpoint

    def write(network: nn.Module) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        tensors: dict[str, Tensor] = {}
        for own, value in network.state_dict().items():
            module, found, part = own.partition(".lora_")
            if found:
                key = f"{_PREFIX}{names[module]}.lora_{part.replace(f'.{_NAME}.', '.')}"
                tensors[key] = value.detach().to("cpu", torch.float32).contiguous()
        partial = folder / f"{ADAPTER_WEIGHTS}.tmp"
        save_file(tensors, partial, metadata={"format": "pt"})
        partial.replace(folder / ADAPTER_WEIGHTS)
        _write_json(folder / ADAPTER_CONFIG, _as_saved(config))
        _write_json(folder / METADATA, dict(metadata))

    return write


def _as_saved(config: LoraConfig) -> dict[str, Any]:
    """The configuration as ``save_pretrained`` has it: sets in order."""
    fields = config.to_dict()
    return {
        key: sorted(value) if isinstance(value, set) else value
        for key, value in fields.items()
        if not callable(value)
    }


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
