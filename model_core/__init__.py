"""Beatmaps, audio, tokens, networks, generation, modding and training.

Knows nothing of gRPC, daemons or screens. Importing this package does not import torch:
:func:`load` does, when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model_core.model import Model

__all__ = ["load"]


def load(
    checkpoint: str = "starter",
    device: str = "auto",
    dtype: str = "auto",
    gamemode: int | None = 0,
    lora: str | None = None,
) -> Model:
    """Load a checkpoint: a local folder, a hub repository, or ``"starter"``.

    Args:
        checkpoint: folder path, ``owner/name`` on the hub, or ``"starter"``.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"rocm"``, ``"mps"``.
        dtype: ``"auto"``, ``"float32"``, ``"bfloat16"``, ``"float16"``.
        gamemode: 0..3, of the maps it is for: where the checkpoint has a fine-tune for that mode
            it is taken; None takes the base.
        lora: a LoRA adapter to merge: a folder, or ``owner/name`` on the hub. It may be part of
            the checkpoint's name as well: ``"v32 + owner/style"``.

    Raises:
        CheckpointError: files are missing, damaged or not understood.
        NotSupported: the device that is asked for is not there, or the model's family is unknown.
    """
    from model_core.model import load_model

    return load_model(checkpoint, device=device, dtype=dtype, gamemode=gamemode, lora=lora)
