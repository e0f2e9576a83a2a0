"""A command as it has to be typed in the user's shell, so that it gets the arguments as they are.

POSIX shells take single quotes for everything. PowerShell does too, but closes them at typographic
quotes as well, and before version 7.3 loses double quotes on the way to a program. The Windows
command prompt leaves it to each program to cut its command line into arguments, by the rules of the
C runtime; it only looks for its own characters before, and within double quotes for few of them.
"""

from __future__ import annotations

import functools
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence

Quote = Callable[[Sequence[str]], str]

# PowerShell cuts an argument that begins with a dash at its first full stop or colon.
_PLAIN = re.compile(r"-[A-Za-z0-9_/=+-]+|[A-Za-z0-9_./\\:=+][A-Za-z0-9_./\\:=+-]*")
# What ends a single-quoted string in PowerShell; two of them stand for one.
_SINGLE_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")
_BEFORE_QUOTE = re.compile(r'(\\*)"')
_AT_END = re.compile(r"(\\+)$")
_SPECIAL_IN_CMD = re.compile(r'([()%!^"<>&|])')
# Outside of quotes cmd.exe takes these for itself, or programs of its kind do.
_MAKES_CMD_LOOK = re.compile(r"[\s()!^<>&|,;=`'@~\[\]{}+]")


def for_posix(arguments: Sequence[str]) -> str:
    """For sh, bash, zsh and fish."""
    return shlex.join(arguments)


def for_cmd(arguments: Sequence[str]) -> str:
    """For cmd.exe, typed at its prompt."""
    return " ".join(map(_cmd_argument, arguments))


def for_powershell(arguments: Sequence[str], *, old: bool = False) -> str:
    """For PowerShell; ``old``: before 7.3, which Windows itself has."""
    told = [_powershell_argument(each, old) for each in arguments]
    # A quoted first word is a text, not a command, unless it is called.
    return ("& " if told and told[0].startswith("'") else "") + " ".join(told)


def _cmd_argument(text: str) -> str:
    told = subprocess.list2cmdline([text])
    if '"' in text or "%" in text:
        # No quotes as cmd.exe sees it: within them neither of the two could be kept as it is.
        return _SPECIAL_IN_CMD.sub(r"^\1", told)
    if not told.startswith('"') and _MAKES_CMD_LOOK.search(text):
        return f'"{_AT_END.sub(_twice, text)}"'
    return told


def _powershell_argument(text: str, old: bool) -> str:
    if _PLAIN.fullmatch(text):
        return text
    if old:
        if not text:
            return "'\"\"'"
        text = _BEFORE_QUOTE.sub(r'\1\1\\"', text)
        if re.search(r"\s", text):  # then it is put into double quotes on its way
            text = _AT_END.sub(_twice, text)
    return "'" + _SINGLE_QUOTES.sub(r"\1\1", text) + "'"


def _twice(found: re.Match[str]) -> str:
    return found[1] * 2


def of_user() -> Quote:
    """For the shell that this program was started from, as far as it can be told."""
    return shell_among(_ancestors(), on_windows=sys.platform == "win32")


def shell_among(names: Iterable[str], *, on_windows: bool) -> Quote:
    """For the first of these processes that is a shell; for the system's own if none is."""
    for name in names:
        match name.lower().removesuffix(".exe"):
            case "pwsh":
                return for_powershell
            case "powershell":
                return functools.partial(for_powershell, old=True)
            case "cmd":
                return for_cmd
            case "sh" | "bash" | "zsh" | "fish" | "dash" | "ksh":
                return for_posix
    return for_cmd if on_windows else for_posix


def _ancestors() -> list[str]:
    """Names of the processes above this one, the nearest first."""
    import psutil

    try:
        return [each.name() for each in psutil.Process().parents()]
    except psutil.Error:
        return []
