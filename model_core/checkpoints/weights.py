"""Weights of a checkpoint folder into a network, and back."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from model_core.checkpoints.files import CONFIG, read_json, understood
from model_core.checkpoints.formats import read_weights
from model_core.network.blank import without_weights
from model_core.network.config import NetworkConfig
from model_core.network.model import Network
from model_core.network.weight_names import join, require_shapes


def load_checkpoint(
    folder: Path,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    adapter: Path | None = None,
) -> Network:
    """The network of a local checkpoint folder, in evaluation mode.

    adapter: a folder with a LoRA adapter that is merged into the weights.

    Weights are read, joined, rounded and put on the device one after the other: beside the network
    itself, no more memory is needed than for the largest of them.

    Raises:
        CheckpointError: files are missing or damaged, or the weights are not those that
            ``config.json`` describes; the message names them.
    """
    with understood(folder, CONFIG):
        config = NetworkConfig.from_dict(read_json(folder, CONFIG))
    with without_weights():  # the stored tensors become its weights
        network = Network(config)
    own = {name: weight.shape for name, weight in network.state_dict().items()}
    weights = read_weights(folder)
    require_shapes(own, weights.shapes, config.family, str(folder))
    if adapter is not None:
        # peft takes seconds to import; only who has an adapter pays for it.
        from model_core.checkpoints.merging import merged

        weights = merged(weights, adapter)
    ready = {name: join(name, weights, config.family).to(device, dtype) for name in own}
    network.load_state_dict(ready, strict=True, assign=True)
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
