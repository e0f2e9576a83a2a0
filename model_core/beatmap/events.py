"""Lines of [Events]: the background, the video, sounds of the storyboard, and breaks.

Sprites and their commands are left to the storyboard; of them, only what the game takes for a
background is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .breaks import BreakPeriod
from .document import Document, Reading
from .numbers import parse_enum, parse_float, parse_int

BACKGROUND, VIDEO, BREAK, COLOUR, SPRITE, SAMPLE, ANIMATION = range(7)
_KINDS = {
    "Background": BACKGROUND,
    "Video": VIDEO,
    "Break": BREAK,
    "Colour": COLOUR,
    "Sprite": SPRITE,
    "Sample": SAMPLE,
    "Animation": ANIMATION,
}
#: A "video" of another kind of file is a background: old maps wrote it so.
VIDEO_ENDINGS = (".mp4", ".mov", ".avi", ".flv", ".mpg", ".wmv", ".m4v")
DEFAULT_VOLUME = 100.0


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file that an event names, relative to the map's folder, with ``/`` between folders.

    ``time`` in ms; ``line`` is the index into ``document.lines``.
    """

    line: int
    filename: str
    time: float = 0.0


@dataclass(frozen=True, slots=True)
class StoryboardSample(EventFile):
    """A sound of the storyboard; ``volume`` in per cent."""

    volume: float = DEFAULT_VOLUME


@dataclass(slots=True)
class Events:
    """What [Events] names; breaks and samples in file order."""

    background: EventFile | None = None
    video: EventFile | None = None
    breaks: list[BreakPeriod] = field(default_factory=list)
    samples: list[StoryboardSample] = field(default_factory=list)


def read_events(document: Document, offset: float) -> Events:
    """Every event that the game would read; ``offset`` in ms is added to breaks."""
    events = Events()
    for reading, kind, fields in _events(document):
        try:
            _read(events, reading.line, kind, fields, offset)
        except (ValueError, IndexError):
            continue
    return events


def _events(document: Document) -> Iterator[tuple[Reading, int, list[str]]]:
    for reading in document.section("Events"):
        name, _, _ = reading.text.partition(",")
        try:
            kind = parse_enum(name, _KINDS)
        except ValueError:
            continue
        yield reading, kind, reading.text.split(",")


def _read(events: Events, line: int, kind: int, fields: list[str], offset: float) -> None:
    if kind == BACKGROUND:
        events.background = EventFile(line, clean_filename(fields[2]))
    elif kind == VIDEO:
        filename = clean_filename(fields[2])
        if filename.lower().endswith(VIDEO_ENDINGS):
            events.video = EventFile(line, filename, float(parse_int(fields[1])))
        else:
            events.background = EventFile(line, filename)
    elif kind == BREAK:
        start = parse_float(fields[1]) + offset
        end = parse_float(fields[2]) + offset
        events.breaks.append(BreakPeriod(line, start, max(start, end)))
    elif kind == SPRITE:
        # The first sprite is the background of a map that has named none before it.
        if events.background is None or not events.background.filename:
            events.background = EventFile(line, clean_filename(fields[3]))
    elif kind == SAMPLE:
        volume = parse_float(fields[4]) if len(fields) > 4 else DEFAULT_VOLUME
        time, filename = parse_float(fields[1]), clean_filename(fields[3])
        events.samples.append(StoryboardSample(line, filename, time, volume))


def clean_filename(text: str) -> str:
    """A file name as the game looks it up: without quotes, ``/`` between folders."""
    return text.replace("\\\\", "\\").strip('"').replace("\\", "/")
