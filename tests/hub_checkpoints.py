"""Repositories for the tests' hub, made of the starter's files."""

from __future__ import annotations

from model_core.checkpoints.resolve import STARTER

FILES = ("config.json", "generation_config.json", "tokenizer.json", "model.safetensors")
V32 = "OliBomby/Mapperatorinator-v32"
WEIGHTS = "model.safetensors"


def starter_files(folder: str = "") -> dict[str, bytes]:
    """The starter's files, as those of a repository or of a mode in it."""
    return {folder + name: (STARTER / name).read_bytes() for name in FILES}


def with_modes(*modes: int) -> dict[str, bytes]:
    """A repository with a base, fine-tunes, and much that nobody here needs."""
    files = {
        **starter_files(),
        "README.md": b"---\nlicense: mit\n---\nA model.",
        ".gitattributes": b"*.safetensors filter=lfs",
        "optimizer.bin": b"x" * 200_000,
        "pytorch_model.bin": b"pickled" * 50_000,
        "run.py": b"import os",
        "other/model.safetensors": b"y" * 200_000,
    }
    for mode in modes:
        own = starter_files(f"gamemode={mode}/")
        weights = own[f"gamemode={mode}/{WEIGHTS}"]
        # Another last number: a fine-tune has weights of its own.
        own[f"gamemode={mode}/{WEIGHTS}"] = weights[:-2] + bytes([mode + 1, 0])
        files |= own
    return files
