"""A pseudo-terminal with a program on it, and a user who reads before typing."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

# For a machine with much else to do.
PATIENCE_S = 60.0


class Talk:
    """Runs a command on a terminal of its own. POSIX only."""

    def __init__(self, command: Sequence[object], environ: Mapping[str, str]) -> None:
        import pty
        import termios

        self._screen, terminal = pty.openpty()
        settings = termios.tcgetattr(terminal)
        settings[3] &= ~termios.ECHO  # what is typed must not look like what is shown
        termios.tcsetattr(terminal, termios.TCSANOW, settings)
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "dumb", "PYTHONIOENCODING": "utf-8", **environ},
            start_new_session=True,
        )
        os.close(terminal)
        self.seen = b""
        self._read_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._screen)

    @property
    def text(self) -> str:
        """Everything on the screen so far."""
        return self.seen.decode("utf-8", errors="replace").replace("\r\n", "\n")

    def answer(self, prompt: str, line: str) -> None:
        """Wait for a prompt, and enter a line."""
        self.until(prompt)
        os.write(self._screen, line.encode() + b"\n")

    def interrupt(self, prompt: str) -> None:
        """Wait for a prompt, and press Ctrl-C.

        A moment later, as no hand is faster: a signal between a prompt and the waiting for its
        answer is only noticed with the next key.
        """
        self.until(prompt)
        time.sleep(0.5)
        self.process.send_signal(signal.SIGINT)

    def until(self, text: str) -> None:
        """Wait until a text is shown that was not waited for before."""
        wanted = text.encode()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = self.seen.find(wanted, self._read_to)
            if found >= 0:
                self._read_to = found + len(wanted)
                return
            if not self._read(deadline):
                raise AssertionError(f"{text!r} was never shown:\n{self.text}")

    def end(self) -> int:
        """The exit code, once all is read."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(deadline):
            pass
        return self.process.wait(PATIENCE_S)

    def _read(self, deadline: float) -> bool:
        """Read what there is; false at the end."""
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self._screen], [], [], 0.2)
            if ready:
                try:
                    data = os.read(self._screen, 1 << 16)
                except OSError:  # Linux says so when the last program has closed the terminal
                    return False
                self.seen += data
                return bool(data)
        raise AssertionError(f"nothing more was shown:\n{self.text}")


def wizard_command(*arguments: object) -> list[object]:
    """``osu-companion wizard``, in this very environment."""
    return [sys.executable, "-m", "clients.cli", "wizard", *arguments]
