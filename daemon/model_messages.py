"""Models as the contract shows them, told from what is on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from osu_companion.v1 import models_pb2

from daemon.model_choice import Choice
from model_core.checkpoints.adapters import trained_on
from model_core.checkpoints.installed import Installed, find, is_installed
from model_core.checkpoints.naming import ModelName, in_short, is_folder, read_name
from model_core.checkpoints.published import (
    REFINER,
    best_tasks,
    hub_name,
    published,
    short_name,
)
from model_core.checkpoints.resolve import STARTER, STARTER_NAME
from model_core.errors import CompanionError

_KINDS = {
    "checkpoint": models_pb2.MODEL_KIND_CHECKPOINT,
    "adapter": models_pb2.MODEL_KIND_ADAPTER,
    REFINER: models_pb2.MODEL_KIND_REFINER,
}


def model_message(name: str, choices: Iterable[Choice]) -> models_pb2.Model:
    """What is known of a model without asking the hub, and without opening its files.

    Args:
        name: in full.
        choices: what the tasks get.
    """
    named = read_name(name)
    if named.adapter:
        return _with_adapter(named, choices)
    message = models_pb2.Model(
        name=name,
        short_name=short_name(name),
        used_for=[choice.task for choice in choices if choice.name == name],
        best_for=best_tasks(name),
    )
    message.configured = "remap" in message.used_for
    on_hub = hub_name(name)
    if name == STARTER_NAME:
        message.kind = models_pb2.MODEL_KIND_STARTER
        message.description = "comes with the program; small"
        _describe_folder(message, STARTER)
    elif is_folder(name) or on_hub is None:
        folder = Path(name).expanduser()
        message.kind = models_pb2.MODEL_KIND_FOLDER
        message.description = "your own folder"
        _describe_folder(message, folder)
    else:
        _describe_hub(message, find(on_hub))
    return message


def task_message(choice: Choice) -> models_pb2.TaskModel:
    """Which model a task gets, and why."""
    return models_pb2.TaskModel(
        task=choice.task,
        model=choice.name,
        short_name=in_short(choice.name),
        reason=choice.reason,
        installed=all(map(_is_here, read_name(choice.name).parts)),
    )


def _is_here(name: str) -> bool:
    return hub_name(name) is None or is_folder(name) or is_installed(name)


def _with_adapter(named: ModelName, choices: Iterable[Choice]) -> models_pb2.Model:
    """The base's entry, changed to what its adapter makes of it."""
    name, choices = str(named), list(choices)
    message, adapter = model_message(named.base, []), model_message(named.adapter, [])
    message.name, message.short_name, message.adapter = name, in_short(name), named.adapter
    message.description = f"with a LoRA adapter{_trained_for(Path(adapter.folder))}"
    del message.best_for[:]
    message.used_for.extend(choice.task for choice in choices if choice.name == name)
    message.configured = "remap" in message.used_for
    message.installed = message.installed and adapter.installed
    for field in ("size_bytes", "download_bytes", "waiting_bytes"):
        setattr(message, field, getattr(message, field) + getattr(adapter, field))
    return message


def _trained_for(adapter: Path) -> str:
    try:
        parts = trained_on(adapter)
    except CompanionError:
        return ""  # loading it says what is wrong
    return f", for {parts} only" if parts else ""


def _describe_folder(message: models_pb2.Model, folder: Path) -> None:
    message.folder = str(folder)
    message.installed = folder.is_dir()
    message.size_bytes = sum(
        each.stat().st_size for each in folder.glob("**/*") if each.is_file() and _counts(each)
    )


def _counts(file: Path) -> bool:
    return file.suffix in (".safetensors", ".json", ".bin", ".pkl")


def _describe_hub(message: models_pb2.Model, here: Installed | None) -> None:
    known = published(message.name)
    message.kind = models_pb2.MODEL_KIND_CHECKPOINT
    message.description = "a checkpoint on the Hugging Face hub"
    if known is not None:
        message.description = known.best_for
        message.parameters = known.parameters
        message.modes.extend(known.modes)
        message.needs.extend(known.needs)
        if known.name == REFINER:
            message.kind = models_pb2.MODEL_KIND_REFINER
    if here is None or not here.usable:
        message.download_bytes = known.bytes_about if known is not None else 0
    if here is None:
        return
    message.installed = here.usable
    message.kind = _KINDS.get(here.kind, message.kind)
    message.size_bytes = here.size
    message.waiting_bytes = here.waiting
    message.own_modes.extend(here.modes)
    message.missing_modes.extend(here.modes_missing)
    message.revision = here.commit
    message.licence = here.licence
    message.folder = str(here.folder)
