"""What an import did with each mapset, so that the next one goes on where it stopped.

``import.jsonl`` has a line for the options and one for each mapset; a mapset's last line counts.
Everything else that an import tells (``skipped.jsonl``, ``held-out.txt``) is made from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model_core.errors import InputError
from model_core.training.importing.reading import Skipped

__all__ = ["HELD_OUT_FILE", "LEDGER", "SKIPPED_FILE", "Ledger", "Row"]

LEDGER = "import.jsonl"
SKIPPED_FILE = "skipped.jsonl"
HELD_OUT_FILE = "held-out.txt"


@dataclass(frozen=True, slots=True)
class Row:
    """A mapset's outcome. ``songs``: for each song's name, the SHA-256 of its maps."""

    source: str
    signature: str
    songs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    held_out: bool = False


class Ledger:
    """The rows so far, and the file they are appended to."""

    def __init__(self, out: Path, options: Mapping[str, Any]) -> None:
        self._path = out / LEDGER
        self._out = out
        self.rows: dict[str, Row] = {}
        self._read(options)

    def _read(self, options: Mapping[str, Any]) -> None:
        if not self._path.exists():
            self._append({"options": dict(options)})
            return
        for number, line in enumerate(self._path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
            except ValueError:
                continue  # cut off when the machine went down: that mapset is read again
            if "options" in row:
                self._require_same(row["options"], options)
                continue
            try:
                self._keep(_row(row))
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(
                    f"{self._path}, line {number}, is damaged ({error}). Import into a new folder."
                ) from error
        with self._path.open("rb+") as file:  # a line that was cut off must not spoil the next one
            file.seek(0, 2)
            if file.tell() and (file.seek(-1, 2), file.read(1))[1] != b"\n":
                file.write(b"\n")

    def _require_same(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        changed = sorted(key for key in now if before.get(key) != json.loads(json.dumps(now[key])))
        if changed:
            told = ", ".join(f"{key} was {before.get(key)}" for key in changed)
            raise InputError(
                f"{self._out} was imported with other options ({told}). Give the same ones to go"
                " on, or another folder."
            )

    def add(self, row: Row) -> None:
        """Keep a mapset's outcome, on disk too."""
        self._keep(row)
        self._append(asdict(row))

    def _keep(self, row: Row) -> None:
        self.rows[row.source] = row

    def _append(self, fields: Mapping[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(fields) + "\n")

    def maps(self) -> set[str]:
        """SHA-256 of every map in the corpus."""
        return {sha for row in self.rows.values() for maps in row.songs.values() for sha in maps}

    def skipped(self) -> Iterator[Skipped]:
        """What was left out, in order of the mapsets' names."""
        for name in sorted(self.rows):
            yield from self.rows[name].skipped

    def held_out(self) -> list[str]:
        """The mapsets that are kept for evaluation, in order."""
        return sorted(row.source for row in self.rows.values() if row.held_out)

    def write_reports(self, folder: Path) -> None:
        """Write what was skipped and what is held out; the latter as whole paths, one a line."""
        lines = [json.dumps(asdict(each)) for each in self.skipped()]
        _write(self._out / SKIPPED_FILE, lines)
        _write(self._out / HELD_OUT_FILE, [str(folder / name) for name in self.held_out()])


def _row(fields: Mapping[str, Any]) -> Row:
    return Row(
        source=fields["source"],
        signature=fields["signature"],
        songs={name: tuple(maps) for name, maps in fields["songs"].items()},
        skipped=tuple(Skipped(**each) for each in fields["skipped"]),
        held_out=bool(fields["held_out"]),
    )


def _write(path: Path, lines: list[str]) -> None:
    partial = path.with_suffix(".tmp")
    text = "".join(f"{line}\n" for line in lines)
    partial.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    partial.replace(path)
