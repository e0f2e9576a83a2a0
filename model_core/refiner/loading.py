"""A refiner's files: ``tokenizer.pkl`` and ``model_ema.pkl``, plain dictionaries saved by torch.

They are unpickled as data only (``weights_only``). The same two as ``tokenizer.json`` and
``model_ema.safetensors`` are read as well, and preferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from model_core.checkpoints import hub
from model_core.checkpoints.files import local_folder, read_json
from model_core.checkpoints.formats import unpickled
from model_core.errors import CheckpointError
from model_core.network.blank import without_weights
from model_core.refiner.classes import RefinerClasses
from model_core.refiner.network import RefinerConfig, RefinerNetwork

#: The published refiner's repository on the model hub.
PUBLISHED = "OliBomby/osu-diffusion-v2"

_TABLE, _WEIGHTS = "tokenizer", "model_ema"
_FILES = (f"{_TABLE}.pkl", f"{_WEIGHTS}.pkl")


def find_refiner(source: str | Path) -> Path:
    """The folder of a refiner's files, downloaded first if need be.

    Raises:
        CheckpointError: neither a folder nor a repository, or it cannot be fetched.
    """
    folder = local_folder(source)
    if folder is not None:
        return folder
    if hub.is_repository(str(source)):
        return hub.fetch_files(str(source), _FILES)
    raise CheckpointError(
        f'The refiner "{source}" is neither a folder nor a hub repository (owner/name).'
    )


def read_classes(folder: Path) -> RefinerClasses:
    """The tables of a refiner's folder."""
    path = _either(folder, f"{_TABLE}.json", f"{_TABLE}.pkl")
    table = read_json(folder, path.name) if path.suffix == ".json" else _unpickled(path)
    return RefinerClasses.from_dict(table, str(path))


def read_network(folder: Path, device: torch.device, dtype: torch.dtype) -> RefinerNetwork:
    """The network of a refiner's folder, ready to answer.

    Raises:
        CheckpointError: naming weights that are missing, unknown or of another shape.
    """
    path = _either(folder, f"{_WEIGHTS}.safetensors", f"{_WEIGHTS}.pkl")
    weights = _tensors(path)
    config = RefinerConfig.from_weights(weights, str(path))
    with without_weights():
        network = RefinerNetwork(config)
    shapes = {name: weight.shape for name, weight in network.state_dict().items()}
    wrong = [f"{name} is missing" for name in shapes if name not in weights]
    wrong += [
        f"{name} has the shape {_shape(weights[name])}"
        for name, shape in shapes.items()
        if name in weights and weights[name].shape != shape
    ]
    wrong += [f"{name} is unknown" for name in weights if name not in shapes]
    if wrong:
        raise CheckpointError(f"{path}: {', '.join(wrong)}.")
    own = {name: weight.to(device, dtype) for name, weight in weights.items()}
    network.load_state_dict(own, assign=True)
    return network.eval().requires_grad_(False)


def _shape(weight: Tensor) -> str:
    return "x".join(str(length) for length in weight.shape)


def _either(folder: Path, first: str, second: str) -> Path:
    for name in (first, second):
        if (folder / name).is_file():
            return folder / name
    raise CheckpointError(f"{folder} holds neither {first} nor {second}: it is no whole refiner.")


def _tensors(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        try:
            return load_file(path)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(f"{path} cannot be read: {error}.") from error
    weights = _unpickled(path, mmap=True)
    if not all(isinstance(value, Tensor) for value in weights.values()):
        raise CheckpointError(f"{path} holds other things than weights.")
    return weights


def _unpickled(path: Path, mmap: bool = False) -> dict[str, Any]:
    value = unpickled(path, mmap)
    if not isinstance(value, Mapping):
        raise CheckpointError(f"{path} does not hold a dictionary.")
    return dict(value)
