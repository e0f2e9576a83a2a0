"""Editor timestamps: ``00:12:345 (1,2,3) - ``, as copied from the editors and forum posts.

Reading is as lenient as the editors are: one to three minute digits, seconds and
milliseconds that may be cut short, a bare number of milliseconds, an ``osu://edit/`` link.
A selection holds combo numbers, or in mania ``time|column`` pairs.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from ..errors import InputError
from .beatmap import Beatmap
from .hit_objects import HitObject

_TIMESTAMP = re.compile(
    # Whole or not at all: half of a mistyped 00:99:000 would be another time. A dash right
    # behind a time separates, it is no sign.
    r"(?:(?<![\d:.)])(?P<sign>-))?(?<![\d:.])(?P<minutes>\d{1,3}):(?P<seconds>[0-5]?\d)"
    r"(?:[:.](?P<ms>\d{0,3}))?(?![\d:])(?:\s*\((?P<selection>[^)]*)\))?",
    re.ASCII,
)
_BARE = re.compile(r"-?\d{1,10}(?:\.\d{0,9})?", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
MAX_MINUTES = 600


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A moment in ms; ``selection`` holds combo numbers or mania's (time, column) pairs."""

    time_ms: int
    selection: tuple[int | tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """A span of a map in ms, both ends included."""

    start_ms: int
    end_ms: int


def parse_timestamp(text: str) -> Timestamp:
    """Reads the one timestamp in ``text``; raises ``InputError`` if there is none."""
    found = _find_all(text)
    if not found:
        raise InputError(
            f"{text!r} is not a time. Write it as the editor does, 00:12:345, or as a number of"
            " milliseconds."
        )
    return found[0]


def _find_all(text: str) -> list[Timestamp]:
    text = unquote(text).strip()
    if text.startswith("osu://edit/"):
        text = text[len("osu://edit/") :]
    if _BARE.fullmatch(text):
        return [Timestamp(int(float(text)))]
    found = []
    for match in _TIMESTAMP.finditer(text):
        minutes = int(match["minutes"])
        if minutes >= MAX_MINUTES:
            continue
        # "1:2.5" means half a second, as a decimal fraction would.
        milliseconds = int((match["ms"] or "").ljust(3, "0"))
        time = (minutes * 60 + int(match["seconds"])) * 1000 + milliseconds
        found.append(
            Timestamp(-time if match["sign"] else time, _selection(match["selection"] or ""))
        )
    return found


def _selection(text: str) -> tuple[int | tuple[int, int], ...]:
    result: list[int | tuple[int, int]] = []
    for part in text.split(","):
        left, bar, right = part.strip().partition("|")
        if not _NUMBER.fullmatch(left) or (bar and not _NUMBER.fullmatch(right)):
            continue
        result.append((int(left), int(right)) if bar else int(left))
    return tuple(result)


def parse_range(text: str, beatmap: Beatmap | None = None) -> Range:
    """Reads a range: two timestamps, or one with a selection if the map is given.

    Two timestamps are the range's ends, in either order; a selection behind the later one
    stretches the range to the last selected object's start. One timestamp stands for the
    extent of the objects selected in it. Raises ``InputError`` where no range follows.
    """
    found = _find_all(text)
    if not found:
        raise InputError(
            f"{text!r} holds no time. Copy a selection in the editor, or write a range as"
            " 00:12:345 - 00:16:000."
        )
    if len(found) == 1:
        return _extent(found[0], text, beatmap)
    first, last = min(found, key=_time), max(found, key=_time)
    end = last.time_ms
    if beatmap is not None and last.selection:
        selected = selected_objects(beatmap, last)
        end = max([end, *(math.floor(item.time) for item in selected)])
    return Range(first.time_ms, end)


def _time(timestamp: Timestamp) -> int:
    return timestamp.time_ms


def _extent(timestamp: Timestamp, text: str, beatmap: Beatmap | None) -> Range:
    if beatmap is None or not timestamp.selection:
        raise InputError(
            f"{text.strip()!r} names a moment, not a range. Select the objects in the editor"
            " and copy them, or write both ends: 00:12:345 - 00:16:000."
        )
    selected = selected_objects(beatmap, timestamp)
    if not selected:
        raise InputError(
            f"No object of this map matches {text.strip()!r}. Is it the difficulty that the"
            " selection was copied from, and was it saved since?"
        )
    start = min(math.floor(item.time) for item in selected)
    # The editor copies the first selected object's own time, and every object that is selected.
    if len(selected) != len(timestamp.selection) or start != timestamp.time_ms:
        raise InputError(
            f"{text.strip()!r} does not fit this map: the objects with these numbers are not at"
            " this time. Copy the selection again from the difficulty as it is saved now, or write"
            " both ends: 00:12:345 - 00:16:000."
        )
    return Range(start, max(round(item.end_time) for item in selected))


def selected_objects(beatmap: Beatmap, timestamp: Timestamp) -> tuple[HitObject, ...]:
    """The objects that a timestamp's selection names, found as the editor finds them.

    From the timestamp on, each number picks the next object that bears it; of objects at one
    time any may follow any. In mania a pair of time and column names its object by itself.
    """
    labels = beatmap.combo_labels()
    objects = beatmap.hit_objects
    # The editors cut fractions of a millisecond off.
    order = [i for i in range(len(objects)) if math.floor(objects[i].time) >= timestamp.time_ms]
    order.sort(key=lambda i: objects[i].time)
    times = [objects[i].time for i in order]
    named: dict[int | tuple[int, int], list[int]] = {}
    for position, index in enumerate(order):
        named.setdefault(labels[index], []).append(position)
        pair = (math.floor(objects[index].time), beatmap.column_of(objects[index]))
        named.setdefault(pair, []).append(position)
    picked: list[int] = []
    first = 0
    for wanted in timestamp.selection:
        positions = named.get(wanted, [])
        at = 0 if isinstance(wanted, tuple) else bisect_left(positions, first)
        if at < len(positions):
            picked.append(positions.pop(at))
            if not isinstance(wanted, tuple):
                first = bisect_left(times, times[picked[-1]])
    return tuple(objects[order[position]] for position in picked)


def format_timestamp(time_ms: float, labels: Sequence[int] = ()) -> str:
    """``00:12:345 (1,2) - ``, as the editor copies it; fractions of a ms are cut off."""
    total = int(abs(time_ms))
    sign = "-" if time_ms < 0 and total else ""
    stamp = f"{sign}{total // 60000:02}:{total // 1000 % 60:02}:{total % 1000:03}"
    selection = f" ({','.join(str(label) for label in labels)})" if labels else ""
    return f"{stamp}{selection} - "
