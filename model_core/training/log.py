"""The learning curve: one JSON object a line, and TensorBoard's scalars where they are wanted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model_core.errors import InputError

__all__ = ["Report", "TrainingLog"]

#: Is told every row as it is logged.
Report = Callable[[dict[str, Any]], None]


class TrainingLog:
    """Appends rows to ``folder/log.jsonl`` and to ``folder/tensorboard``."""

    def __init__(
        self, folder: Path, *, tensorboard: bool = False, report: Report | None = None
    ) -> None:
        self.path = folder / "log.jsonl"
        self._report = report
        self._writer = _writer(folder / "tensorboard") if tensorboard else None

    def go_on_from(self, step: int) -> None:
        """Drop what was logged after ``step``, which a resumed training does again."""
        if not self.path.exists():
            return
        lines = self.path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if _step_of(line) <= step]
        partial = self.path.with_suffix(".tmp")
        partial.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8", newline="\n")
        partial.replace(self.path)

    def note(self, row: dict[str, Any]) -> None:
        """Log a row; its numbers become scalars by their names."""
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(row) + "\n")
        if self._writer is not None:
            for name, value in row.items():
                if isinstance(value, int | float) and name != "step":
                    self._writer.add_scalar(f"{row['stage']}/{name}", value, row["step"])
        self.tell(row)

    def tell(self, row: dict[str, Any]) -> None:
        """Report a row without logging it."""
        if self._report is not None:
            self._report(row)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _step_of(line: str) -> int:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return 1 << 62  # a line that was cut short goes, too


def _writer(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise InputError(
            "TensorBoard is not installed. Install the extra `train`, or train without "
            "--tensorboard; log.jsonl holds the same figures."
        ) from error
    return SummaryWriter(str(folder))
