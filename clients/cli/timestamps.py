"""Times as a mapper writes them: ``00:12:345``, ``00:12:345 (1,2,3) - `` as copied, or ms.

Only the time is read here. A range text with a selection goes to the daemon as it is: what
``(1,2,3)`` means depends on the map.
"""

from __future__ import annotations

import re

_EDITOR = re.compile(
    r"^(?P<minutes>\d{1,4}):(?P<seconds>[0-5]?\d)(?:[:.](?P<milliseconds>\d{3}))?"
    r"(?:\s*\([^)]*\))?(?:\s*-.*)?$"
)
_MILLISECONDS = re.compile(r"^(?P<value>-?\d{1,9})(?:\s*ms)?$")


def parse_time(text: str) -> int:
    """Milliseconds of ``mm:ss:fff`` (also ``mm:ss`` and ``mm:ss.fff``) or of a plain number.

    Raises:
        ValueError: it is neither; the message shows both ways of writing it.
    """
    stripped = text.strip()
    number = _MILLISECONDS.match(stripped)
    if number:
        return int(number["value"])
    time = _EDITOR.match(stripped)
    if time:
        seconds = int(time["minutes"]) * 60 + int(time["seconds"])
        return seconds * 1000 + int(time["milliseconds"] or 0)
    raise ValueError(
        f"{text!r} is no time. Write it as in the editor, 00:12:345, or in milliseconds, 12345."
    )


def format_time(time_ms: int) -> str:
    """``mm:ss:fff``, as the editor writes it; a minus before times ahead of the song."""
    sign = "-" if time_ms < 0 else ""
    seconds, milliseconds = divmod(abs(time_ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{sign}{minutes:02}:{seconds:02}:{milliseconds:03}"
