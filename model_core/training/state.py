"""What a training is resumed from, and the average of the weights that is saved for use.

State is one file, written beside the last one and then put in its place, so that a training that
is killed at any moment goes on from the last whole state.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from torch import Tensor, nn

from model_core.errors import InputError
from model_core.training.whole_files import whole

__all__ = ["STATE", "Average", "alone_in", "read_state", "write_state"]

STATE = "state.pt"
_LOCK = ".training.lock"


class Average:
    """Exponential average of a module's trainable weights, in float32 beside them."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self._weights = {n: p for n, p in module.named_parameters() if p.requires_grad}
        self._decay = decay
        self._values = {n: p.detach().clone() for n, p in self._weights.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take the weights after ``step`` in; early steps forget faster."""
        decay = min(self._decay, (1.0 + step) / (10.0 + step))
        torch._foreach_lerp_(list(self._values.values()), list(self._weights.values()), 1.0 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The module has the average for its weights within."""
        own = {name: weight.detach().clone() for name, weight in self._weights.items()}
        self._put(self._values)
        try:
            yield
        finally:
            self._put(own)

    @torch.no_grad()
    def _put(self, values: dict[str, Tensor]) -> None:
        for name, weight in self._weights.items():
            weight.copy_(values[name])

    def state_dict(self) -> dict[str, Tensor]:
        return dict(self._values)

    @torch.no_grad()
    def load_state_dict(self, values: dict[str, Tensor]) -> None:
        for name, value in self._values.items():
            value.copy_(values[name])


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other training writes to the folder meanwhile; the system ends that when a process dies.

    Raises:
        InputError: another training is writing there.
    """
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            f"Another training is writing to {folder}. Wait until it is done, or train in another"
            " folder."
        ) from None
    try:
        yield
    finally:
        lock.release()


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write a state whole or not at all, also when the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as partial, partial.open("wb") as file:  # closed before it is put in place
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())


def read_state(path: Path) -> dict[str, Any] | None:
    """The state in a file, on the processor; None where there is none.

    Raises:
        InputError: the file is damaged, or of another version.
    """
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # whatever a damaged file makes the unpickler stumble over
        raise InputError(
            f"{path} cannot be read ({error}). Delete it to train from the beginning."
        ) from error
    if state.get("version") != 2:
        raise InputError(
            f"{path} was written by another version of this program. Train in a new folder; "
            "its checkpoint can be started from (--init-from)."
        )
    return state
