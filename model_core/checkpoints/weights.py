"""Weights of a checkpoint folder into a network, and back.

A folder holds ``config.json``, ``generation_config.json``, ``tokenizer.json`` and
``model.safetensors`` (or several shards, ``model-*.safetensors``).
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from model_core.checkpoints.files import read_json
from model_core.errors import CheckpointError
from model_core.network.config import NetworkConfig
from model_core.network.model import Network
from model_core.network.weight_names import joined


def read_weights(folder: Path) -> dict[str, Tensor]:
    """All tensors of the folder's safetensors files, on the CPU, in their stored dtypes."""
    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        raise CheckpointError(f"{folder} holds no model*.safetensors file.")
    weights: dict[str, Tensor] = {}
    for file in files:
        try:
            weights.update(load_file(file))
        except (OSError, SafetensorError) as error:
            raise CheckpointError(f"{file} cannot be read: {error}.") from error
    return weights


def load_weights(
    network: Network, weights: dict[str, Tensor], source: str = "weights", assign: bool = False
) -> None:
    """Copy weights in, cast to the network's dtype; or, with ``assign``, take them as they are.

    Raises:
        CheckpointError: naming every missing, unknown or wrongly shaped weight.
    """
    shapes = {name: weight.shape for name, weight in network.state_dict().items()}
    own = joined(shapes, weights, network.config.family, source)
    network.load_state_dict(own, strict=True, assign=assign)


def load_checkpoint(
    folder: Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> Network:
    """The network of a local checkpoint folder, in evaluation mode."""
    config = NetworkConfig.from_dict(read_json(folder, "config.json"))
    # Built without memory or random numbers; the stored tensors then become its weights.
    with torch.device("meta"):
        network = Network(config)
    weights = {name: value.to(device, dtype) for name, value in read_weights(folder).items()}
    load_weights(network, weights, str(folder), assign=True)
    return network.eval().requires_grad_(False)


def save_weights(network: Network, folder: Path, dtype: torch.dtype = torch.float32) -> Path:
    """Write ``model.safetensors`` under VarWhisper's published names; half precision halves it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.safetensors"
    weights = {
        name: value.detach().to("cpu", dtype).contiguous()
        for name, value in network.state_dict().items()
    }
    save_file(weights, path, metadata={"format": "pt"})
    return path
