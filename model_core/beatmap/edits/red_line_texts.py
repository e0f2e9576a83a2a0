"""Red lines as text: new ones in the map's own shape, changed ones byte for byte but one field."""

from __future__ import annotations

from collections.abc import Mapping

from ..beatmap import Beatmap
from ..document import line_ending
from ..numbers import format_number
from ..timing_points import TimingPoint

#: The fields of a timing line by their place.
TIME, BEAT_LENGTH, METER, SAMPLE_SET, SAMPLE_INDEX, VOLUME, UNINHERITED, EFFECTS = range(8)
#: A line with fewer fields takes its sounds from the header of the file.
FIELDS_WITH_SOUNDS = 6
BOM = "\ufeff"


def red_fields(point: TimingPoint, offset: float) -> tuple[str, ...]:
    """All eight fields of a red line; ``offset`` is what the game adds to times."""
    return (
        format_number(point.time - offset),
        format_number(point.beat_length),
        str(point.meter),
        str(point.sample_set),
        str(point.sample_index),
        str(point.volume),
        "1",
        str(point.effects),
    )


def line_text(beatmap: Beatmap, line: int) -> str:
    """A line without its line end, so that encoding it gives back the very bytes."""
    raw = beatmap.document.lines[line]
    content = raw[: len(raw) - len(line_ending(raw))]
    return content.decode("utf-8", errors="surrogateescape")


def new_red_text(beatmap: Beatmap, point: TimingPoint, like: TimingPoint | None) -> str:
    """A new red line with as many fields as ``like``, a line of the map, where those suffice."""
    fields = red_fields(point, beatmap.time_offset)
    count = len(fields)
    if like is not None and not point.effects:
        code, _ = _split_comment(line_text(beatmap, like.line))
        count = min(count, max(FIELDS_WITH_SOUNDS, code.count(",") + 1))
    return ",".join(fields[:count])


def changed_red_text(beatmap: Beatmap, before: TimingPoint, after: TimingPoint) -> str:
    """The line of ``before`` with the fields changed that ``after`` means differently.

    Every other byte stays: the spelling of numbers, spaces, a comment behind.
    """
    was = red_fields(before, beatmap.time_offset)
    now = red_fields(after, beatmap.time_offset)
    changes = {index: text for index, text in enumerate(now) if text != was[index]}
    return with_fields(line_text(beatmap, before.line), changes, now)


def with_fields(text: str, changes: Mapping[int, str], defaults: tuple[str, ...] = ()) -> str:
    """``text`` with some comma-separated fields changed; missing ones come from ``defaults``."""
    code, comment = _split_comment(text)
    fields = code.split(",")
    for index in sorted(changes):
        fields += defaults[len(fields) : index + 1]
        old = fields[index]
        bare = old.lstrip(BOM + " \t")
        fields[index] = old[: len(old) - len(bare)] + changes[index] + bare[len(bare.rstrip()) :]
    return ",".join(fields) + comment


def field_of(text: str, index: int) -> str:
    """One field of a line as the game reads it."""
    code, _ = _split_comment(text)
    return code.split(",")[index].strip()


def _split_comment(text: str) -> tuple[str, str]:
    """What the game reads of a line, and the comment and spaces behind it."""
    cut = text.find("//")
    code = (text[:cut] if cut > 0 else text).rstrip()
    return code, text[len(code) :]
