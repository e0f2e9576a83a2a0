"""Where Windows says that osu! is installed; nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

# The newer installer's key first, as the game itself looks them up.
_COMMAND_KEYS = (
    r"osustable.File.osz\shell\open\command",
    r"osu!\shell\open\command",
)


def registered_folders() -> Iterator[Path]:
    """Folders of the osu!.exe that opens .osz files and osu! links."""
    for command in _commands():
        folder = folder_of_command(command)
        if folder is not None:
            yield folder


def folder_of_command(command: str) -> Path | None:
    """The folder of the program in a registered command such as ``"C:\\osu!\\osu!.exe" "%1"``."""
    parts = command.split('"')
    program = parts[1] if len(parts) > 1 else command.split(" ", 1)[0]
    folder = program.replace("/", "\\").rpartition("\\")[0]
    return Path(folder) if folder else None


def _commands() -> Iterator[str]:
    if sys.platform != "win32":
        return
    import winreg

    for key in _COMMAND_KEYS:
        try:
            with winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, key) as handle:
                value, _ = winreg.QueryValueEx(handle, "")
        except OSError:
            continue
        if isinstance(value, str):
            yield value
