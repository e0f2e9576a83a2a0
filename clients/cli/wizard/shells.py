"""A command as it has to be typed in the user's shell."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence

Quote = Callable[[Sequence[str]], str]

_PLAIN = re.compile(r"[A-Za-z0-9_/\\-]+(?:[.][A-Za-z0-9_/\\-]+)*")
# What cmd.exe takes for itself outside of quotes.
_CMD_SPECIAL = frozenset(" \t&|<>^()!,;=\"'`@")


def for_posix(arguments: Sequence[str]) -> str:
    """For sh, bash, zsh and fish."""
    return shlex.join(arguments)


def for_powershell(arguments: Sequence[str]) -> str:
    """For PowerShell: single quotes, in which nothing but themselves means anything.

    Windows PowerShell up to 5.1 hands a double quote on without the backslash that the program
    needs; no file name there has one.
    """
    return " ".join(
        text if _PLAIN.fullmatch(text) else "'" + re.sub("(['‘’‚‛])", r"\1\1", text) + "'"
        for text in arguments
    )


def for_cmd(arguments: Sequence[str]) -> str:
    """For cmd.exe, typed at its prompt: quotes, and percent signs outside them behind a caret."""
    return " ".join(map(_cmd_argument, arguments))


def _cmd_argument(text: str) -> str:
    def part(piece: str) -> str:
        # As the program's own runtime reads it; quoted also where only cmd.exe needs it.
        quoted = subprocess.list2cmdline([piece])
        if quoted.startswith('"') or not _CMD_SPECIAL & {*piece}:
            return quoted if piece else ""
        ending = "\\" * (len(piece) - len(piece.rstrip("\\")))
        return f'"{quoted}{ending}"'

    if "%" not in text:
        return part(text) or '""'
    return "^%".join(part(piece) for piece in text.split("%"))


def of_user() -> Quote:
    """For the shell that this program was started from, as far as it can be told."""
    shell = _parent_name()
    if "powershell" in shell or "pwsh" in shell:
        return for_powershell
    if sys.platform == "win32" and "bash" not in shell:
        return for_cmd
    return for_posix


def _parent_name() -> str:
    """The nearest process above this one that is a shell; empty if there is none."""
    import psutil

    shells = ("powershell", "pwsh", "cmd.exe", "bash", "zsh", "fish", "dash")
    try:
        names = [parent.name().lower() for parent in psutil.Process().parents()]
    except psutil.Error:
        return ""
    return next((name for name in names if any(shell in name for shell in shells)), "")
