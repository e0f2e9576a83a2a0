"""Runs the training program as a process of its own and shows how far it is.

It is told to speak to a client (``--client``): it then writes its progress as JSON objects, a line
each, among the lines that are meant for people, and stops when its standard input ends. That works
on every system alike, is never told twice, and leaves no training behind when this command dies.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO, Any

from clients.cli.exits import Exit
from clients.cli.output import JsonOutput, Output, make_output
from clients.cli.train_bar import Bar, make_bar
from clients.client.errors import FailedError, RefusedError

__all__ = ["MODULE", "command_line", "missing_library", "run"]

MODULE = "model_core.training"
#: What a step needs beside the program itself: libraries of the extra ``train``.
_NEEDS = {
    "starter": ("accelerate",),
    "from-scratch": ("accelerate",),
    "lora": ("accelerate",),
    "package": ("accelerate",),
}
_OPTIONS_NEED = {"--tensorboard": "tensorboard"}
_TOLD_LINES = 8
_CODES = frozenset(int(code) for code in Exit)


def run(arguments: Sequence[str]) -> int:
    """Run one step; the exit code, as for every other command.

    arguments: the step and its options, as they were typed.
    """
    as_json = "--json" in arguments
    output = make_output(as_json)
    missing = missing_library(arguments)
    if missing:
        return _refuse(output, missing)
    return _Child(command_line(arguments), output).run()


def command_line(arguments: Sequence[str]) -> list[str]:
    """The training program's command line."""
    return [sys.executable, "-m", MODULE, "--client", *arguments]


def missing_library(arguments: Sequence[str]) -> str:
    """The name of a library that is not installed and that the step needs; empty: none is."""
    if {"-h", "--help"} & set(arguments):
        return ""
    wanted = [*_NEEDS.get(arguments[0], ())]
    wanted += [library for option, library in _OPTIONS_NEED.items() if option in arguments]
    return next((name for name in wanted if importlib.util.find_spec(name) is None), "")


def _refuse(output: Output, library: str) -> int:
    error = RefusedError(
        f"Training needs the library {library}, which is not installed. Install it with:"
        ' pip install "osu-companion[train]"',
        reason="LIBRARY_MISSING",
    )
    output.error(error, Exit.REFUSED)
    return int(Exit.REFUSED)


class _Child:
    """The training program while it runs, and what it said."""

    def __init__(self, command: list[str], output: Output) -> None:
        self._command = command
        self._output = output
        self._bar: Bar | None = None if output.for_programs else make_bar()
        self._last = ""  # the type of the last JSON object
        self._asked = False  # to stop
        self._told: deque[str] = deque(maxlen=_TOLD_LINES)

    def run(self) -> int:
        environment = {**os.environ, "PYTHONUTF8": "1"}
        with self._started(environment) as process:
            assert process.stdout is not None and process.stderr is not None
            errors = threading.Thread(target=self._errors, args=(process.stderr,), daemon=True)
            errors.start()
            self._follow(process)
            errors.join()
        if self._bar is not None:
            self._bar.end()
        return self._end(process.returncode)

    @contextlib.contextmanager
    def _started(self, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
        # A group of its own, so that Ctrl-C on the terminal comes to it once, through us.
        apart: dict[str, Any] = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
            if os.name == "nt"
            else {"process_group": 0}
        )
        with subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            encoding="utf-8",
            errors="replace",
            **apart,
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise

    def _follow(self, process: subprocess.Popen[str]) -> None:
        """Show what is said until the program ends; Ctrl-C asks it to, a second one makes it."""
        while True:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    self._line(line.rstrip("\r\n"))
                process.wait()
                return
            except KeyboardInterrupt:
                if self._asked:
                    process.kill()
                    process.wait()
                    return
                self._asked = True
                self._say("Stopping: what was learned so far is saved first …")
                assert process.stdin is not None
                with contextlib.suppress(OSError):
                    process.stdin.close()

    def _line(self, line: str) -> None:
        row = _object(line)
        if row is not None:
            self._last = str(row["type"])
        if self._output.for_programs:
            # Standard output holds JSON objects and nothing else.
            print(line, file=sys.stdout if row is not None else sys.stderr, flush=True)
        elif row is not None and row["type"] == "progress" and self._bar is not None:
            self._bar.show(row)
        elif row is None or row["type"] not in ("progress", "result", "error"):
            self._say(line, sys.stdout)

    def _errors(self, stream: IO[str]) -> None:
        for line in stream:
            line = line.rstrip("\r\n")
            self._told.append(line)
            self._say(line)

    def _say(self, line: str, stream: IO[str] | None = None) -> None:
        if self._bar is not None:
            self._bar.say(line, stream or sys.stderr)
        else:
            print(line, file=sys.stderr, flush=True)

    def _end(self, code: int) -> int:
        if code not in _CODES and self._asked:  # before it had anything to save, or by force
            self._output.error(KeyboardInterrupt(), Exit.CANCELLED)
            return int(Exit.CANCELLED)
        if code not in _CODES:
            last = f" It said last: {self._told[-1]}" if self._told else ""
            error = FailedError(
                f"The training program was ended from outside ({_ended(code)}); mostly that is for"
                f" want of memory, which a smaller --batch needs less of.{last}",
                reason="WORKER_CRASHED",
            )
            self._output.error(error, Exit.FAILED)
            return int(Exit.FAILED)
        if isinstance(self._output, JsonOutput) and self._last not in ("result", "error"):
            # An option that was refused, or an accident: told to programs as all errors are.
            text = "\n".join(self._told) or f"The training program ended with code {code}."
            if code == Exit.DONE:
                self._output.result({}, "")
            else:
                self._output.error(FailedError(text), Exit(code))
        return code


def _ended(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"


def _object(line: str) -> dict[str, Any] | None:
    """A line's JSON object with a type; None where it is something else."""
    if not line.startswith("{"):
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("type"), str) else None
