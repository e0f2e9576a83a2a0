"""Pictures in terminals that can show them: the protocols of kitty and of iTerm2.

Which terminal it is, its own environment variables say; none is asked, since one that does not
know the question shows it. A multiplexer between swallows pictures, so inside of one there are
none. Sources: the "Terminal graphics protocol" of kitty, the "Inline Images Protocol" of iTerm2.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Mapping
from enum import Enum
from typing import TextIO

#: kitty takes no more than this many letters in a piece.
_PIECE = 4096
#: The first Konsole that knows the protocol, as its KONSOLE_VERSION counts (22.04).
_KONSOLE = 220400
#: Where a terminal does not tell the pixels of its window: those of a usual letter.
_LETTER_PIXELS = 10
#: Inline pictures are not wider than this.
WIDEST = 1600


class Protocol(Enum):
    """How a terminal is given a picture."""

    KITTY = "kitty"
    ITERM2 = "iterm2"


def protocol(environment: Mapping[str, str] = os.environ) -> Protocol | None:
    """What the terminal of this environment understands; ``None``: nothing, as far as is known."""
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if environment.get("TMUX") or environment.get("STY") or term.startswith(("tmux", "screen")):
        return None
    if "kitty" in term or environment.get("KITTY_WINDOW_ID") or "ghostty" in (program, term[6:]):
        return Protocol.KITTY
    konsole = environment.get("KONSOLE_VERSION", "")
    if konsole.isascii() and konsole.isdigit() and int(konsole) >= _KONSOLE:
        return Protocol.KITTY
    if program in ("iTerm.app", "WezTerm", "mintty") or environment.get("LC_TERMINAL") == "iTerm2":
        return Protocol.ITERM2
    return None


def encoded(png: bytes, how: Protocol) -> str:
    """The letters that make a terminal show a PNG."""
    text = base64.b64encode(png).decode("ascii")
    if how is Protocol.ITERM2:
        return f"\x1b]1337;File=inline=1;size={len(png)};preserveAspectRatio=1:{text}\x07\n"
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    written = []
    for number, piece in enumerate(pieces):
        # q=2: the terminal is not to answer, since nobody would read it.
        first = "a=T,f=100,q=2," if number == 0 else ""
        more = int(number + 1 < len(pieces))
        written.append(f"\x1b_G{first}m={more};{piece}\x1b\\")
    return "".join(written) + "\n"


def width_of_terminal(stream: TextIO = sys.stdout) -> int:
    """Pixels that a picture may be wide, as far as the terminal tells."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return WIDEST
    return max(480, min(WIDEST, _pixels(stream) or columns * _LETTER_PIXELS))


def _pixels(stream: TextIO) -> int:
    if sys.platform == "win32":
        return 0
    import fcntl
    import struct
    import termios

    try:
        answer = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        return 0
    _rows, _columns, width, _height = struct.unpack("HHHH", answer)
    return int(width)


def show(png: bytes, how: Protocol, stream: TextIO | None = None) -> None:
    """Show a PNG in the terminal behind a stream (standard output)."""
    stream = sys.stdout if stream is None else stream
    stream.write(encoded(png, how))
    stream.flush()
