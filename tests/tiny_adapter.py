"""A LoRA adapter of a few numbers, written by hand in the files that peft saves."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

MODULE = "transformer.model.decoder.layers.0.self_attn.Wqkv"


def write_adapter(
    folder: Path, width: int, subfolders: list[str] | None = None, strength: float = 0.1
) -> Path:
    """An adapter of rank 2 for :data:`MODULE` of a starter that is ``width`` wide.

    subfolders: what its metadata allow; None: any part, and no metadata.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "peft_type": "LORA",
        "r": 2,
        "lora_alpha": 4,
        "target_modules": [MODULE],
        "init_lora_weights": True,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    generator = torch.Generator().manual_seed(4)
    tensors = {
        f"base_model.model.{MODULE}.lora_A.weight": torch.randn(2, width, generator=generator),
        f"base_model.model.{MODULE}.lora_B.weight": torch.randn(3 * width, 2, generator=generator),
    }
    save_file(
        {name: strength * tensor for name, tensor in tensors.items()},
        folder / "adapter_model.safetensors",
    )
    if subfolders is not None:
        (folder / "mapperatorinator_lora_metadata.json").write_text(
            json.dumps({"format_version": 1, "ckpt_subfolders": subfolders}), encoding="utf-8"
        )
    return folder
