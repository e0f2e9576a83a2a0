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
from model_core.checkpoints.installed import is_installed
from model_core.checkpoints.published import (
    REFINER,
    TASKS,
    canonical,
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
            return Choice(task, canonical(named), "named by the request")
        config = self._current()
        for key, reason in (
            (key_of(task), f"set for {task}"),
            (_EVERY_TASK, "set for every task"),
        ):
            value = str(getattr(config, key)).strip()
            if value:
                return Choice(task, canonical(value), reason)
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
            Refusal: it is on the hub alone, and has to be pulled first.
        """
        choice = self.choose(task, mode, named)
        require_here(choice.name)
        known = published(choice.name)
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
        values: dict[str, str | None] = {key: self._as_written(name) or None}
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
        folder = Path(name).expanduser()
        if name and hub_name(name) is None and name != STARTER_NAME and folder.is_dir():
            return str(folder.absolute())
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
    """Refuse what can be no model: neither the starter nor a folder nor a name on the hub."""
    if name == STARTER_NAME or Path(name).expanduser().is_dir() or hub_name(name) is not None:
        return
    raise Refusal(
        "MODEL_NOT_FOUND",
        f"{name!r} is neither a published model (`osu-companion models list`) nor a folder nor a "
        "hub repository (owner/name)",
    )


def require_here(name: str) -> None:
    """Refuse a model of the hub that is not on this machine: nothing is downloaded unasked.

    Raises:
        Refusal: with the command that downloads it.
    """
    found = hub_name(name)
    if found is None or Path(name).is_dir() or is_installed(name):
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
