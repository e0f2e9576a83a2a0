"""The desktop around the tray: its clipboard, and opening a file in the usual program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class DesktopError(Exception):
    """The desktop lacks something; the message names the remedy."""


def clipboard_text() -> str:
    """The text on the clipboard.

    Raises:
        DesktopError: there is no clipboard program (Linux only), or the clipboard is held.
    """
    import pyperclip

    try:
        return str(pyperclip.paste())
    except pyperclip.PyperclipException as error:
        raise DesktopError(
            "The clipboard cannot be read. On Linux install xclip (X11) or wl-clipboard (Wayland)."
        ) from error


def put_on_clipboard(text: str) -> None:
    """Put a text on the clipboard.

    Raises:
        DesktopError: there is no clipboard program (Linux only), or the clipboard is held.
    """
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException as error:
        raise DesktopError(
            "The clipboard cannot be written. On Linux install xclip (X11) or wl-clipboard "
            "(Wayland)."
        ) from error


def open_file(path: Path) -> None:
    """Open a file in the program that the desktop has for it.

    Raises:
        DesktopError: there is no such file, or nothing opens it.
    """
    if not path.is_file():
        raise DesktopError(f"There is no {path} yet.")
    try:
        if sys.platform == "win32":
            os.startfile(path)
        else:
            opener = "open" if sys.platform == "darwin" else "xdg-open"
            subprocess.Popen(
                [opener, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
    except OSError as error:
        raise DesktopError(f"{path} cannot be opened: {error.strerror or error}.") from error
