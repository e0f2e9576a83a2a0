"""Times of day as people write them: ``22:10``, ``2026-11-23 22:10``, ``10m``, ``2 hours ago``."""

from __future__ import annotations

import re
from datetime import datetime

_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = r"(\d+(?:\.\d+)?)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)"
_REST_OF_SECOND = 0.999999
_AGO = re.compile(rf"^(?:{_PART}\s*)+(?:ago)?$", re.IGNORECASE)


def parse_moment(text: str, now: float) -> float:
    """Unix time of a date with or without a time, a time of today, or a while ago.

    Dates are ISO 8601; without a zone they are local, and where the clock showed a time twice
    (the end of summer time) the later one is meant. A time that names no fraction means all of its
    second: changes are listed to the second, and as listed they must be found.

    Raises:
        ValueError: it is none of these, or lies in the future.
    """
    stripped = text.strip()
    at = _ago(stripped, now)
    if at is None:
        try:
            moment = _of_day(stripped, now) or datetime.fromisoformat(stripped)
            at = _unix_time(moment, now)
        except (ValueError, OverflowError, OSError):
            raise ValueError(
                f"{text!r} is no time. Write a date and time (2026-11-23 22:10:30), a time of "
                "today (22:10) or how long ago (10m, 2h, 1d)."
            ) from None
        if at > now:
            raise ValueError(f"{text!r} lies in the future.")
        if not moment.microsecond:
            at = min(at + _REST_OF_SECOND, now)
    # Before 1970 there was nothing of ours, and systems differ in whether they know such times.
    return max(at, 0.0)


def _ago(text: str, now: float) -> float | None:
    if not _AGO.match(text):
        return None
    return now - sum(
        float(number) * _UNITS[unit[0].lower()]
        for number, unit in re.findall(_PART, text, re.IGNORECASE)
    )


def _unix_time(moment: datetime, now: float) -> float:
    first, second = (moment.replace(fold=fold).timestamp() for fold in (0, 1))
    return max(first, second) if max(first, second) <= now else min(first, second)


def _of_day(text: str, now: float) -> datetime | None:
    match = _CLOCK.match(text)
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        today = datetime.fromtimestamp(now)
        return today.replace(hour=hour, minute=minute, second=second, microsecond=0)
    except ValueError:
        return None
