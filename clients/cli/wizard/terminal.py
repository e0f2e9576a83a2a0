"""Questions and answers as plain lines."""

from __future__ import annotations

import contextlib
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import TypeVar

from clients.client.errors import CancelledError, UsageError

Read = Callable[[str], str]
T = TypeVar("T")

# Lines of prose are no longer, however broad the terminal is.
_BROADEST = 100


def require_terminal() -> None:
    """Make the standard streams fit for a dialogue. Raises UsageError where nobody can be asked."""
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output")):
        if not (stream is not None and stream.isatty()):
            raise UsageError(
                f"The wizard asks questions, and standard {name} is no terminal. Give the command "
                "itself, such as `osu-companion remap MAP --from TIME --to TIME`; "
                "`osu-companion --help` lists them all."
            )
    with contextlib.suppress(AttributeError):
        # A console's encoding may lack characters that maps have.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    with contextlib.suppress(ImportError):
        # Lines can be edited, where there is readline.
        import readline  # noqa: F401


class Terminal:
    """Asks until an answer makes sense. ``read`` shows a prompt and gives back a line."""

    def __init__(self, read: Read = input, say: Callable[[str], None] = print) -> None:
        self._read = read
        self._say = say

    def say(self, text: str, indent: str = "") -> None:
        """Show a text, wrapped."""
        width = max(30, min(shutil.get_terminal_size().columns - 1, _BROADEST))
        filled = textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)
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
                return take(self._read(shown).strip() or default)
            except EOFError:
                raise CancelledError("The input has ended; nothing was done.") from None
            except UnicodeDecodeError:
                self.say("That is no text in this terminal's encoding.", "  ")
            except ValueError as error:
                self.say(str(error), "  ")
