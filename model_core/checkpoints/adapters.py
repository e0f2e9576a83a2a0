"""LoRA adapters on disk: where they are, and which of a checkpoint's folders they were made for.

An adapter is a folder as ``peft`` saves it: ``adapter_config.json`` and
``adapter_model.safetensors``. Those of the published family have a third file,
``mapperatorinator_lora_metadata.json``, whose ``ckpt_subfolders`` name what they were trained on:
``gamemode=N`` for a mode's fine-tune, an empty string for the base, null for any. Everything here
is read without torch; :mod:`.merging` puts an adapter into weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_core.checkpoints import hub, hub_cache
from model_core.checkpoints.files import local_folder, read_json
from model_core.checkpoints.published import hub_name
from model_core.checkpoints.resolve import Location
from model_core.errors import CheckpointError, HubUnreachable, NotSupported

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
METADATA = "mapperatorinator_lora_metadata.json"

_FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter on this machine: its name as it was given, and the folder with its files."""

    name: str
    folder: Path

    @property
    def shown(self) -> str:
        """For people: the repository, or the folder's own name."""
        return self.name if hub_name(self.name) is not None else self.folder.name


def find_adapter(adapter: str | Path) -> Adapter:
    """A local adapter, or the one of a hub repository's, downloaded first if need be.

    Raises:
        CheckpointError: there is none, it lacks a file, or the repository cannot be had.
    """
    name = str(adapter)
    folder = local_folder(name)
    if folder is None:
        if not hub.is_repository(name):
            raise CheckpointError(
                f'The adapter "{name}" is neither a folder nor a hub repository (owner/name).'
            )
        folder = _fetch(name)
    missing = missing_files(folder)
    if missing:
        raise CheckpointError(
            f"{folder / missing[0]} is missing; this is not a whole LoRA adapter."
        )
    return Adapter(name, folder)


def missing_files(folder: Path) -> list[str]:
    """The names of the files that an adapter's folder lacks."""
    return [file for file in (ADAPTER_CONFIG, ADAPTER_WEIGHTS) if not (folder / file).is_file()]


def _fetch(name: str) -> Path:
    try:
        return hub.fetch_files(name, (ADAPTER_CONFIG, ADAPTER_WEIGHTS, METADATA))
    except HubUnreachable:
        # peft downloads no metadata; whether the hub has some cannot be asked now.
        named = hub_name(name)
        folder = None if named is None else hub_cache.snapshot(named)
        if folder is None or missing_files(folder):
            raise
        return folder


def warnings_for(location: Location, adapter: Adapter | None) -> tuple[str, ...]:
    """What people should be told before they take what this model writes.

    Raises as :func:`why_not_for` does.
    """
    left_out = None if adapter is None else why_not_for(adapter, location.subfolder)
    return tuple(filter(None, (location.warning, left_out)))


def why_not_for(adapter: Adapter, subfolder: str) -> str | None:
    """A sentence saying why the adapter is not for that part of a checkpoint; None if it is.

    subfolder: ``gamemode=N``, or empty for the base.

    Raises:
        CheckpointError: its metadata cannot be read.
        NotSupported: its metadata are of a newer kind.
    """
    metadata = _metadata(adapter.folder)
    if applies_to(metadata, subfolder):
        return None
    return (
        f"The adapter {adapter.shown} was trained on {_trained_on(metadata)}, not on"
        f" {_shown(subfolder)}, and was left out."
    )


def trained_on(folder: Path) -> str:
    """What an adapter says it was trained on, for people; empty: any part, or it does not say.

    Raises as :func:`why_not_for` does.
    """
    metadata = _metadata(folder)
    return "" if metadata.get("ckpt_subfolders") is None else _trained_on(metadata)


def _metadata(folder: Path) -> dict[str, Any]:
    if not (folder / METADATA).exists():
        return {}
    metadata = read_json(folder, METADATA)
    version = metadata.get("format_version", _FORMAT_VERSION)
    if version != _FORMAT_VERSION:
        raise NotSupported(
            f"{folder / METADATA} has format_version {version}; this program knows"
            f" {_FORMAT_VERSION}. A newer version of it may read this adapter."
        )
    applies_to(metadata, "")  # says what is wrong with it
    return metadata


def _trained_on(metadata: Mapping[str, Any]) -> str:
    return " or ".join(_shown(each) for each in metadata["ckpt_subfolders"]) or "nothing"


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
