"""LoRA adapters on disk: where they are, and which of a checkpoint's folders they were made for.

An adapter is a folder as ``peft`` saves it: ``adapter_config.json`` and
``adapter_model.safetensors``. Those of the published family have a third file,
``mapperatorinator_lora_metadata.json``, whose ``ckpt_subfolders`` name what they were trained on:
``gamemode=N`` for a mode's fine-tune, an empty string for the base, null for any. Everything here
is read without torch; :mod:`.merging` puts an adapter into weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model_core.checkpoints import hub
from model_core.checkpoints.files import read_json
from model_core.errors import CheckpointError, NotSupported

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
METADATA = "mapperatorinator_lora_metadata.json"

_FORMAT_VERSION = 1


def find_adapter(adapter: str | Path) -> Path:
    """The folder of a local adapter, or of a hub repository's, downloaded first if need be.

    Raises:
        CheckpointError: there is none, it lacks a file, or the repository cannot be had.
    """
    name = str(adapter)
    folder = Path(adapter).expanduser()
    if not (name and folder.is_dir()):
        if not hub.is_repository(name):
            raise CheckpointError(
                f'The adapter "{name}" is neither a folder nor a hub repository (owner/name).'
            )
        folder = hub.fetch_files(name, (ADAPTER_CONFIG, ADAPTER_WEIGHTS, METADATA))
    for file in (ADAPTER_CONFIG, ADAPTER_WEIGHTS):
        if not (folder / file).is_file():
            raise CheckpointError(f"{folder / file} is missing; this is not a whole LoRA adapter.")
    return folder


def why_not_for(folder: Path, subfolder: str) -> str | None:
    """A sentence saying why the adapter is not for that part of a checkpoint; None if it is.

    subfolder: ``gamemode=N``, or empty for the base.

    Raises:
        CheckpointError: its metadata cannot be read.
        NotSupported: its metadata are of a newer kind.
    """
    if not (folder / METADATA).exists():
        return None
    metadata = read_json(folder, METADATA)
    version = metadata.get("format_version", _FORMAT_VERSION)
    if version != _FORMAT_VERSION:
        raise NotSupported(
            f"{folder / METADATA} has format_version {version}; this program knows"
            f" {_FORMAT_VERSION}. A newer version of it may read this adapter."
        )
    if applies_to(metadata, subfolder):
        return None
    trained = " or ".join(_shown(each) for each in metadata["ckpt_subfolders"]) or "nothing"
    return (
        f"The adapter {folder.name} was trained on {trained}, not on {_shown(subfolder)}, and was"
        " left out."
    )


def applies_to(metadata: Mapping[str, Any], subfolder: str) -> bool:
    """Whether an adapter with these metadata may be put into a part of a checkpoint.

    Names are compared without spaces and slashes around them; null allows every part
    (the published models' rule).

    Raises:
        CheckpointError: ``ckpt_subfolders`` is no list of names.
    """
    allowed = metadata.get("ckpt_subfolders")
    if allowed is None:
        return True
    if not isinstance(allowed, list) or not all(isinstance(each, str) for each in allowed):
        raise CheckpointError(f'{METADATA}: "ckpt_subfolders" is neither null nor a list of names.')
    return _bare(subfolder) in map(_bare, allowed)


def _bare(name: str) -> str:
    return name.strip(" /")


def _shown(name: str) -> str:
    return _bare(name) or "the base model"
