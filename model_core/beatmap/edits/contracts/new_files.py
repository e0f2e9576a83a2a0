"""The contract of a new difficulty: what is copied is copied, and what was meant is what is read.

The new file is read as the game reads it and compared with the source and with what was meant. How
it was written is not looked at.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...document import DEFAULT_VERSION, HEADER_PREFIX
from ...encodings import find_encoding
from ...new_objects import NewObject
from ...timing_points import MAX_BEAT_LENGTH, MIN_BEAT_LENGTH, OMIT_BARLINE, TimingPoint
from .meant_objects import check_meant_objects

#: Sections that come from the source, with the keys in them that another map has of its own.
COPIED: Mapping[str, tuple[str, ...]] = {
    "General": ("Mode", "PreviewTime"),
    "Metadata": ("Version", "Tags", "BeatmapID"),
    "Events": (),
    "Colours": (),
    "Variables": (),
}


class Tempo(Protocol):
    """What a red line was meant to say; times in ms."""

    @property
    def time(self) -> float: ...
    @property
    def beat_length(self) -> float: ...
    @property
    def meter(self) -> int: ...
    @property
    def omit_barline(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Meant:
    """What a new difficulty is to hold. ``kiai`` are (start, end) in ms, merged and in order."""

    name: str
    tags: tuple[str, ...]
    mode: int
    circle_size: float
    slider_multiplier: float
    objects: tuple[NewObject, ...]
    red_lines: Sequence[Tempo]
    kiai: tuple[tuple[float, float], ...]


def check_new_difficulty(source: Beatmap, new: Beatmap, meant: Meant) -> None:
    """Raises ``EditRefused`` unless ``new`` is a difficulty beside ``source`` as meant."""
    _check_header(source, new, meant)
    for name, own_keys in COPIED.items():
        _check_copied(source, new, name, own_keys)
    _check_breaks(source, new, meant)
    _check_red_lines(new, meant)
    _check_kiai(new, meant)
    check_meant_objects(new, meant.objects, meant.mode, meant.circle_size)


def refusal(what: str, wanted: object, found: object) -> EditRefused:
    """The refusal that names what would differ."""
    return EditRefused(
        f"The {what} of the new difficulty would be {found} instead of {wanted}. Nothing was made."
    )


def _check_header(source: Beatmap, new: Beatmap, meant: Meant) -> None:
    preview = source.general.get("PreviewTime", "-1")
    if source.time_offset and preview.isdecimal():
        preview = str(int(preview) + int(source.time_offset))
    words = source.metadata.get("Tags", "").split()
    known = {word.casefold() for word in words}
    added = [word for word in meant.tags if word.casefold() not in known]
    for what, wanted, found in (
        ("format", DEFAULT_VERSION, new.version),
        ("mode", meant.mode, new.mode),
        ("circle size", meant.circle_size, new.circle_size),
        ("slider multiplier", meant.slider_multiplier, new.slider_multiplier),
        ("name", meant.name, new.difficulty_name),
        ("BeatmapID", "0", new.metadata.get("BeatmapID")),
        ("tags", [*words, *added], new.metadata.get("Tags", "").split()),
        ("preview time", preview, new.general.get("PreviewTime", "-1")),
    ):
        if wanted != found:
            raise refusal(what, repr(wanted), repr(found))


def _check_copied(source: Beatmap, new: Beatmap, name: str, own_keys: Sequence[str]) -> None:
    """All lines of the sections are the same, in the same order, but those of the map's own."""
    old_texts, new_texts = _read(source, name, own_keys), _read(new, name, own_keys)
    if old_texts != new_texts:
        pair = next((p for p in zip(old_texts, new_texts, strict=False) if p[0] != p[1]), None)
        raise refusal(f"content of [{name}]", *(pair or (len(old_texts), len(new_texts))))
    old_lines, new_lines = _kept(source, name, own_keys), _kept(new, name, own_keys)
    if old_lines == new_lines:
        return
    for index, (old, fresh) in enumerate(zip(old_lines, new_lines, strict=False)):
        if old != fresh and not (index == len(old_lines) - 1 and old == fresh.rstrip(b"\r\n")):
            raise refusal(f"line {index + 1} of [{name}]", old[:80], fresh[:80])
    # The last line of a file may lack its end, and a section its empty line.
    rest = new_lines[len(old_lines) :]
    header = [f"[{name}]\r\n".encode()] if not old_lines else []
    if len(new_lines) < len(old_lines) or rest not in ([], [b"\r\n"], header, [*header, b"\r\n"]):
        raise refusal(f"number of lines of [{name}]", len(old_lines), len(new_lines))


def _own(beatmap: Beatmap, name: str, own_keys: Sequence[str]) -> set[int]:
    """The lines that belong to one map and not to what is copied."""
    if name == "Events":
        return {period.line for period in beatmap.breaks}
    return {
        reading.line
        for reading in beatmap.document.section(name)
        if reading.text.partition(":")[0].strip() in own_keys
        or reading.text.lstrip().startswith(HEADER_PREFIX)
    }


def _read(beatmap: Beatmap, name: str, own_keys: Sequence[str]) -> list[str]:
    """What the game reads as that section, wherever it stands."""
    own = _own(beatmap, name, own_keys)
    return [reading.text for reading in beatmap.document.section(name) if reading.line not in own]


def _kept(beatmap: Beatmap, name: str, own_keys: Sequence[str]) -> list[bytes]:
    """The bytes of all sections of that name."""
    document, own = beatmap.document, _own(beatmap, name, own_keys)
    mark = find_encoding(document.data)[1]
    lines: list[bytes] = []
    for span in document.sections:
        if span.name != name:
            continue
        for index in range(span.header, span.end):
            if index not in own:
                line = document.lines[index]
                lines.append(line.removeprefix(mark) if index == 0 else line)
    return lines


def _check_breaks(source: Beatmap, new: Beatmap, meant: Meant) -> None:
    """Every break is one of the source's or a part of one, and no object lies in any."""
    objects = _Spans((item.time, item.end_time or item.time) for item in meant.objects)
    old = {(period.start, period.end) for period in source.breaks}
    left = {(period.start, period.end) for period in new.breaks}
    within = _Spans(old)
    for start, end in sorted(old | left):
        what = f"break at {start:g} ms"
        if (start, end) in left and within.latest_end(start) < end:
            raise refusal(what, "one of the source's or a part of it", f"{start:g}..{end:g}")
        overlapped = objects.latest_end(end) >= start
        if overlapped and (start, end) in left:
            raise refusal(what, "without objects", "around one")
        if not overlapped and (start, end) not in left:
            raise refusal(what, "kept", "gone")


class _Spans:
    """(start, end) in ms, asked how far those reach that start early enough."""

    def __init__(self, spans: Iterable[tuple[float, float]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._latest = list(accumulate((end for _, end in ordered), max))

    def latest_end(self, start: float) -> float:
        """The latest end of the spans that start at ``start`` or before it."""
        index = bisect_right(self._starts, start)
        return self._latest[index - 1] if index else -math.inf


def _check_red_lines(new: Beatmap, meant: Meant) -> None:
    points = new.timing_points
    if not points or not points[0].uninherited:
        raise refusal("first timing line", "red", "green")
    wanted = sorted(
        (red.time, _tempo(red.beat_length), red.meter, red.omit_barline) for red in meant.red_lines
    )
    found = [_red(point) for point in points if point.uninherited]
    if wanted != found:
        differing = next(
            (pair for pair in zip(wanted, found, strict=False) if pair[0] != pair[1]),
            (len(wanted), len(found)),
        )
        raise refusal("red lines", *differing)
    seen = {(point.time, point.uninherited) for point in points}
    if len(seen) != len(points):
        raise refusal("timing lines", "one of a kind at a time", "several")


def _red(point: TimingPoint) -> tuple[float, float, int, bool]:
    omit = bool(point.effects & OMIT_BARLINE)
    return (point.time, _tempo(point.beat_length), point.meter, omit)


def _tempo(beat_length: float) -> float:
    return min(MAX_BEAT_LENGTH, max(MIN_BEAT_LENGTH, beat_length))


def _check_kiai(new: Beatmap, meant: Meant) -> None:
    """Kiai is as meant from the first timing line on; nothing can stand before it."""
    first = min(point.time for point in new.timing_points)
    wanted: list[tuple[float, bool]] = []
    for start, end in meant.kiai:
        if end > first:
            wanted.append((max(start, first), True))
            if math.isfinite(end):
                wanted.append((end, False))
    if tuple(wanted) != new.timing.kiai_changes():
        raise refusal("kiai", wanted, list(new.timing.kiai_changes()))
