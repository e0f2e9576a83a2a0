"""Questions and answers as plain lines."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import TypeVar

from clients.client.errors import CancelledError, UsageError

Read = Callable[[str], str]
T = TypeVar("T")

_WIDTH = 79


def require_terminal() -> None:
    """Raises UsageError where nobody can be asked."""
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output")):
        if not (stream is not None and stream.isatty()):
            raise UsageError(
                f"The wizard asks questions, and standard {name} is no terminal. Give the command "
                "itself, such as `osu-companion remap MAP --from TIME --to TIME`; "
                "`osu-companion --help` lists them all."
            )


class Terminal:
    """Asks until an answer makes sense. ``read`` shows a prompt and gives back a line."""

    def __init__(self, read: Read = input, say: Callable[[str], None] = print) -> None:
        self._read = read
        self._say = say

    def say(self, text: str, indent: str = "") -> None:
        """Show a text, wrapped."""
        filled = textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
        self._say(filled)

    def lines(self, lines: Sequence[str]) -> None:
        """Show lines as they are."""
        for line in lines:
            self._say(line)

    def ask(self, prompt: str, take: Callable[[str], T], default: str = "") -> T:
        """What ``take`` makes of the answer; an empty one is the default.

        Raises:
            CancelledError: the input has ended.
        """
        shown = f"{prompt} [{default}]: " if default else f"{prompt}: "
        while True:
            try:
                answer = self._read(shown).strip()
            except EOFError:
                raise CancelledError("The input has ended; nothing was done.") from None
            try:
                return take(answer or default)
            except ValueError as error:
                self.say(str(error), "  ")
