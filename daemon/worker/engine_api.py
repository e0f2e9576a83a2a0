"""What the child asks of an engine; torch-free."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

# Progress.stage, in the order they come; names of JobStage without their prefix.
STAGES = ("AUDIO", "ENCODER", "DECODE", "POST", "PATCH")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is; fields as in ``JobProgress``."""

    stage: str
    window: int = 0
    windows: int = 0
    tokens: int = 0
    tokens_per_second: float = 0.0
    objects: int = 0
    seconds_left: float = -1.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class TaskFailed(Exception):  # noqa: N818
    """A task that ends with an error for the caller.

    Args:
        reason: name of an ``ErrorReason`` without its prefix.
        lines: 1-based line numbers of the map, where they are the reason.
        fields: options by name, with a sentence for each, where they are the reason.
        fatal: the worker should be replaced before the next task.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        lines: tuple[int, ...] = (),
        fields: Mapping[str, str] | None = None,
        *,
        fatal: bool = False,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.lines = lines
        self.fields = dict(fields or {})
        self.fatal = fatal


class Engine(Protocol):
    """Holds a model on the device. All calls come from one thread, one after another."""

    def load(
        self, model: str, device: str, precision: str, threads: int, mode: int = 0
    ) -> dict[str, Any]:
        """Load a model, in place of another if need be; facts about it as :class:`Loaded`.

        ``mode`` is the game mode of the maps that come next: a checkpoint may have a fine-tune for
        it. Where the loaded one serves that mode as well, it stays.
        """

    def work(
        self,
        task: dict[str, Any],
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> dict[str, Any]:
        """Do a ``work`` frame's work; ``{"result": serialised JobResult}``.

        ``cancelled`` is asked at every token; TaskFailed("CANCELLED") then ends the task.
        """


@dataclass(frozen=True, slots=True)
class Loaded:
    """Facts about a loaded model, for the status. ``device_reason`` says why this device.

    ``mode`` is the game mode that it was last asked to serve.
    """

    name: str
    device: str
    device_reason: str
    precision: str
    family: str = ""
    parameters: int = 0
    load_ms: float = 0.0
    mode: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


#: Of a job that asks no model.
NO_MODEL = Loaded(name="", device="", device_reason="", precision="")
