"""Which model a request gets: the one place where that is decided.

In this order: the model that the request names; the one set for the task (``remap_model`` and its
siblings); the one set for all (``model``); of the published ones that are best for the task and
can do the map's mode, the first that is installed; the starter.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from osu_companion.local.config import PREFIX, Config, ConfigError, load_config, set_keys

from daemon.refusal import Refusal, bad_field
from model_core.checkpoints.adapters import ADAPTER_CONFIG, missing_files
from model_core.checkpoints.installed import find, is_installed
from model_core.checkpoints.naming import ModelName, in_full, is_folder, read_name
from model_core.checkpoints.published import (
    REFINER,
    TASKS,
    hub_name,
    published,
    recommended,
    short_name,
)
from model_core.checkpoints.resolve import STARTER_NAME

log = logging.getLogger(__name__)

_EVERY_TASK = "model"


@dataclass(frozen=True, slots=True)
class Choice:
    """``name`` in full; ``reason`` for people."""

    task: str
    name: str
    reason: str


def key_of(task: str) -> str:
    """The configuration's key for a task."""
    return f"{task.replace('-', '_')}_model"


class ModelChoice:
    """Chooses models.

    The keys are read again when the configuration file changes, so that ``models use`` needs no
    restart.

    Args:
        config: as it was when the daemon started.
        environ: what goes over the file; the process's own.
    """

    def __init__(
        self, config_file: Path, config: Config, environ: Mapping[str, str] | None = None
    ) -> None:
        self.config_file = config_file
        self._config = config
        self._environ = os.environ if environ is None else environ
        self._stamp: tuple[int, int] | None = self._look()

    def choose(self, task: str, mode: int = 0, named: str = "") -> Choice:
        """The model for a request.

        Args:
            task: one of ``TASKS``.
            mode: the map's game mode, 0–3.
            named: the model that the request names; empty for none.
        """
        if named:
            return Choice(task, in_full(named), "named by the request")
        config = self._current()
        for key, reason in (
            (key_of(task), f"set for {task}"),
            (_EVERY_TASK, "set for every task"),
        ):
            value = str(getattr(config, key)).strip()
            if value:
                return Choice(task, in_full(value), reason)
        for candidate in recommended(task, mode):
            if is_installed(candidate.repository):
                return Choice(task, candidate.repository, f"the best for {task} that is installed")
        best = next(iter(recommended(task, mode)), None)
        hint = f"; {best.name} would be best" if best is not None else ""
        return Choice(task, STARTER_NAME, f"no published model is installed{hint}")

    def choose_all(self) -> list[Choice]:
        """What every task gets for an osu!standard map."""
        return [self.choose(task) for task in TASKS]

    def usable(self, task: str, mode: int = 0, named: str = "") -> str:
        """The name of a model that can be loaded at once.

        Raises:
            Refusal: it, its adapter or what it needs is missing; with what to do about it.
        """
        choice = self.choose(task, mode, named)
        if not named and not _can_be(read_name(choice.name).base):
            where = task if choice.reason == f"set for {task}" else ""
            option = f" --for {where}" if where else ""
            raise Refusal(
                "MODEL_NOT_FOUND",
                f"{choice.name}, which is {choice.reason}, is not there any more. Bring it back,"
                f" or `osu-companion models use default{option}` takes the choice back",
            )
        require_here(choice.name)
        known = published(read_name(choice.name).base)
        for needed in known.needs if known is not None else ():
            require_here(self._current().refiner if needed == REFINER else needed)
        return choice.name

    def use(self, name: str, task: str) -> list[str]:
        """Set, or with an empty name unset, the model of a task, or of all with an empty task.

        Returns what keeps that from taking effect, in words.

        Raises:
            Refusal: no such task, or a name that can mean no model.
        """
        if task and task not in TASKS:
            raise bad_field(
                "OPTION_INVALID", "task", f"there is no task {task!r}; there are {', '.join(TASKS)}"
            )
        if name:
            require_known(name)
        key = key_of(task) if task else _EVERY_TASK
        written = str(read_name(name).each(self._as_written))
        values: dict[str, str | None] = {key: written or None}
        if not task:
            # "Use it" means for everything, whatever was set for single tasks before.
            values |= {key_of(each): None for each in TASKS}
        try:
            set_keys(self.config_file, values)
        except (ConfigError, OSError) as error:
            raise Refusal("OPTION_INVALID", f"The choice could not be written: {error}") from None
        self._stamp = None
        return [
            f"{PREFIX}{changed.upper()} is set in the environment and goes over the configuration"
            for changed in values
            if f"{PREFIX}{changed.upper()}" in self._environ
        ]

    @staticmethod
    def _as_written(name: str) -> str:
        # A folder is found again from wherever the daemon is started.
        folder = Path(name)
        if is_folder(name) and hub_name(name) is None and name != STARTER_NAME:
            return str(folder.expanduser().absolute())
        return short_name(name)

    def _current(self) -> Config:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                loaded = load_config(self.config_file, self._environ).config
            except ConfigError as error:
                log.warning("the models of the configuration stay as they were: %s", error)
            else:
                self._config = loaded
        return self._config

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self.config_file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


def require_known(name: str) -> None:
    """Refuse what can be no model: neither the starter nor a folder nor a name on the hub.

    So is an adapter that is neither a folder nor a name on the hub.
    """
    named = read_name(name)
    if not _can_be(named.base):
        raise Refusal(
            "MODEL_NOT_FOUND",
            f"{named.base!r} is neither a published model (`osu-companion models list`) nor a "
            "folder nor a hub repository (owner/name)",
        )
    if named.adapter:
        _require_adapter(named.adapter)


def require_here(name: str) -> None:
    """Refuse a model, or an adapter, that is not on this machine: nothing is downloaded unasked.

    Raises:
        Refusal: with the command that downloads it.
    """
    named = read_name(name)
    _require_pulled(named.base)
    if _kind(named.base) == "adapter":
        raise Refusal(
            "MODEL_NOT_FOUND",
            f"{short_name(named.base)} is a LoRA adapter, which changes a model. Name it behind "
            f'the one that it was made for: "{ModelName("v32", short_name(named.base))}"',
        )
    if _kind(named.base) == REFINER:
        raise Refusal(
            "MODEL_NOT_FOUND",
            f"{short_name(named.base)} is a position refiner, which models that need one take by "
            "themselves. Name a checkpoint instead",
        )
    if not named.adapter:
        return
    _require_adapter(named.adapter)
    _require_pulled(named.adapter)
    if _kind(named.adapter) != "adapter":
        lacks = missing_files(Path(named.adapter).expanduser())
        what = f": it has no {lacks[0]}" if is_folder(named.adapter) and lacks else ""
        raise Refusal(
            "MODEL_NOT_FOUND",
            f"{short_name(named.adapter)} is no LoRA adapter{what}. Behind the plus stands the "
            "folder that peft saved, or a hub repository with an adapter",
            facts={"model": named.adapter},
        )


def _require_adapter(name: str) -> None:
    if name == STARTER_NAME or not _can_be(name):
        raise Refusal(
            "MODEL_NOT_FOUND",
            f"The adapter {name!r} behind the plus is neither a folder nor a hub repository "
            "(owner/name); a model takes one adapter",
        )


def _can_be(name: str) -> bool:
    return name == STARTER_NAME or is_folder(name) or hub_name(name) is not None


def _kind(name: str) -> str:
    """``adapter`` for a whole one; for a folder with a part of one, or anything else, another."""
    if is_folder(name):
        folder = Path(name).expanduser()
        if missing_files(folder):
            return "part" if (folder / ADAPTER_CONFIG).is_file() else "checkpoint"
        return "adapter"
    found = hub_name(name)
    here = None if found is None else find(found)
    return "" if here is None else here.kind


def _require_pulled(name: str) -> None:
    found = hub_name(name)
    if found is None or is_folder(name) or is_installed(name):
        return
    known = published(name)
    size = f" (about {known.bytes_about / 1e6:.0f} MB)" if known is not None else ""
    raise Refusal(
        "MODEL_NOT_FOUND",
        f"{short_name(name)} is not on this machine, or not whole. "
        f"`osu-companion models pull {short_name(name)}` downloads it{size}",
        facts={"model": name},
    )


assert {key_of(task) for task in TASKS} <= {item.name for item in fields(Config)}
