"""Runs the command inside the test's process, and reads what it printed."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from clients.cli.main import main


@dataclass(frozen=True)
class Ran:
    """An exit code and both outputs."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON objects, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Command:
    """Call it with the command line's arguments."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ran:
        self._monkeypatch.setattr(sys, "argv", ["osu-companion", *map(str, arguments)])
        self._capsys.readouterr()
        heeded = signal.getsignal(signal.SIGINT)
        try:
            with pytest.raises(SystemExit) as left:
                main()
        finally:
            signal.signal(signal.SIGINT, heeded)
        out, err = self._capsys.readouterr()
        return Ran(int(left.value.code or 0), out, err)
