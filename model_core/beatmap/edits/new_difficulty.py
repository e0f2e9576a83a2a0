"""A new difficulty from an old one: a guest difficulty, or the whole song mapped anew.

[General], [Metadata], [Events] and [Colours] are the source's bytes (:mod:`.copied_sections`), and
[Variables], which its storyboard refers to. The rest is written as the editor writes it: format
14, CRLF, sections in the editor's order. What differs in the copied sections:

* ``Version`` and ``BeatmapID``, since it is another map, and ``Mode`` where another is asked for;
* ``Tags``, which always say that the objects were generated, and by what;
* breaks that new objects fall into, split or removed as in a remap;
* of a source before format 5, whose times the game reads 24 ms late: breaks and ``PreviewTime``,
  so that they mean what they meant. Storyboards were never read late and stay as they are.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ...errors import EditRefused, InputError
from ..beatmap import Beatmap, parse
from ..breaks import BreakPeriod
from ..hit_objects import span_duration
from ..modes import MODE_NAMES
from ..new_objects import NewObject, ObjectKind
from ..numbers import format_number
from ..timing_points import (
    MAX_BEAT_LENGTH,
    MAX_SCROLL,
    MIN_BEAT_LENGTH,
    MIN_SCROLL,
    OMIT_BARLINE,
    TimingPoint,
)
from .break_edits import split_break
from .contracts.new_files import Meant, check_new_difficulty
from .copied_sections import CopiedSection
from .file_names import difficulty_file_name
from .new_map import (
    MANIA,
    SCROLLING,
    VERSION,
    MapHeader,
    RedLine,
    difficulty_lines,
    editor_lines,
    map_body,
    merged,
)
from .summary import EditSummary, counted

#: The word that marks a map as generated, whatever it was made by.
GENERATED_TAG = "ai-generated"
#: The slowest a slider moves, whatever the speed of what scrolls.
MIN_VELOCITY = 0.1


@dataclass(frozen=True, slots=True)
class DifficultySettings:
    """[Difficulty] of a new map; ``None`` is the source's own value. Columns are mania's CS."""

    hp_drain_rate: float | None = None
    circle_size: float | None = None
    overall_difficulty: float | None = None
    approach_rate: float | None = None
    slider_multiplier: float | None = None
    slider_tick_rate: float | None = None


@dataclass(frozen=True, slots=True)
class NewDifficulty:
    """A checked new file: its bytes, the name the editor would give it, and what it holds."""

    data: bytes
    file_name: str
    result: Beatmap
    summary: EditSummary


def new_difficulty(
    source: Beatmap,
    *,
    name: str,
    objects: Sequence[NewObject],
    made_by: str,
    mode: int | None = None,
    settings: DifficultySettings | None = None,
    red_lines: Sequence[RedLine] | None = None,
    kiai: Sequence[tuple[float, float]] | None = None,
    scroll: Sequence[tuple[float, float]] = (),
) -> NewDifficulty:
    """A difficulty called ``name`` beside ``source``, with ``objects`` and nothing of its objects.

    Args:
        made_by: the model, as the tags will name it.
        mode: 0 to 3; ``None`` for the source's.
        settings: what is not the source's own. A map that becomes one of mania, or stops being
            one, needs ``circle_size``.
        red_lines, kiai: ``None`` for the source's; kiai is (start, end) in ms.
        scroll: in taiko and mania, (ms, multiplier): the scroll speed from then on of all that asks
            for none of its own.

    A slider ends where its length and velocity end it, whatever its ``end_time`` says. Before the
    first red line nothing sets velocities: sliders there get another length and keep their
    duration.

    Raises:
        InputError: the name, the model's name, the mode or a setting cannot be used, or the
            source has no timing.
        EditRefused: the file would not hold what was meant; the message names object and property.
    """
    if not source.document.has_header:
        raise InputError('The source is no beatmap: its first line is not "osu file format v...".')
    if not source.document.is_utf8:
        raise EditRefused(
            f"The map is saved as {source.document.encoding}. Save it once in the editor, which"
            " writes UTF-8, then try again."
        )
    name, made_by = _difficulty_name(name, source), _tag_word(made_by)
    mode = source.mode if mode is None else mode
    header = _header(source, mode, settings or DifficultySettings())
    reds = tuple(source_red_lines(source) if red_lines is None else red_lines)
    if not reds:
        raise InputError("The map has no red line. Time it in the editor first.")
    spans = merged(source_kiai(source) if kiai is None else kiai)
    ordered = _completed(objects, mode, header, reds, scroll)
    body = map_body(reds, ordered, spans, scroll, mode)
    events, split = _events(source, ordered)
    general = _general(source, mode)
    metadata = _metadata(source, name, made_by)
    written = (
        *editor_lines(header, _bookmarks(source)),
        *difficulty_lines(header),
    )
    cut = written.index("[Difficulty]")
    data = b"".join(
        (
            f"osu file format v{VERSION}\r\n\r\n".encode(),
            general.to_bytes(),
            _text(written[:cut]),
            metadata.to_bytes(),
            _text(written[cut:]),
            _variables(source),
            events.to_bytes(),
            _text(("[TimingPoints]", *body.timing_lines, "", "")),
            _colours(source),
            _text(("[HitObjects]", *body.object_lines)),
        )
    )
    result = parse(data)
    check_new_difficulty(
        source,
        result,
        Meant(
            name=name,
            tags=(GENERATED_TAG, made_by),
            mode=mode,
            circle_size=header.circle_size,
            slider_multiplier=header.slider_multiplier,
            objects=ordered,
            red_lines=reds,
            kiai=spans,
        ),
    )
    return NewDifficulty(
        data,
        difficulty_file_name(source.artist, source.title, source.creator, name),
        result,
        _summary(name, mode, ordered, len(reds), body.green_lines, split),
    )


def source_red_lines(source: Beatmap) -> tuple[RedLine, ...]:
    """The tempo lines of a map as the game takes them: one at a time, the first of several."""
    seen: dict[float, RedLine] = {}
    for point in sorted(source.timing_points, key=lambda point: point.time):
        if point.uninherited and point.time not in seen:
            omit = bool(point.effects & OMIT_BARLINE)
            seen[point.time] = RedLine(point.time, _beat_length(point), point.meter, omit)
    return tuple(seen.values())


def source_kiai(source: Beatmap) -> tuple[tuple[float, float], ...]:
    """The kiai times of a map; one that never ends ends at infinity."""
    changes = source.timing.kiai_changes()
    times = [*(time for time, _ in changes), math.inf]
    return tuple((time, times[index + 1]) for index, (time, on) in enumerate(changes) if on)


def _beat_length(point: TimingPoint) -> float:
    # What is not above 0 is a velocity to the game as well; a tempo alone is meant here.
    return point.beat_length if point.beat_length > 0 else MIN_BEAT_LENGTH


def _difficulty_name(name: str, source: Beatmap) -> str:
    name = name.strip()
    if not name or any(not character.isprintable() for character in name):
        raise InputError(
            f"{name!r} cannot be a difficulty's name: it must be one line of text that is not"
            " empty."
        )
    fields = (source.artist, source.title, source.creator)
    taken = difficulty_file_name(*fields, source.difficulty_name)
    if difficulty_file_name(*fields, name).casefold() == taken.casefold():
        raise InputError(
            f'A difficulty called "{name}" would have the file name of the one that it is made'
            f" from ({taken}). Choose another name."
        )
    return name


def _tag_word(made_by: str) -> str:
    """The model's name as one word: tags are separated by spaces."""
    printable = "".join(c if c.isprintable() else " " for c in made_by)
    word = "-".join(printable.split())
    if not word:
        raise InputError("A generated difficulty must say what it was made by.")
    return word


def _header(source: Beatmap, mode: int, settings: DifficultySettings) -> MapHeader:
    if not 0 <= mode <= 3:
        raise InputError(f"There is no game mode {mode}; modes are 0 to 3.")
    if settings.circle_size is None and (mode == MANIA) != (source.mode == MANIA):
        raise InputError(
            f"An {MODE_NAMES[mode]} map cannot take its circle size from an"
            f" {MODE_NAMES[source.mode]} map, where it means something else. Give one."
        )
    chosen = {
        field: getattr(source, field) if getattr(settings, field) is None else value
        for field in DifficultySettings.__slots__
        for value in (getattr(settings, field),)
    }
    limits = {"slider_multiplier": (0.4, 3.6), "slider_tick_rate": (0.5, 8.0)}
    limits["circle_size"] = (1.0, 18.0) if mode == MANIA else (0.0, 10.0)
    for field, value in chosen.items():
        low, high = limits.get(field, (0.0, 10.0))
        if not low <= value <= high:
            label = field.replace("_", " ")
            raise InputError(f"The {label} must be from {low:g} to {high:g}, not {value:g}.")
    return MapHeader(
        "",
        mode=mode,
        distance_spacing=_editor(source, "DistanceSpacing", 1.0),
        beat_divisor=round(_editor(source, "BeatDivisor", 4)),
        grid_size=round(_editor(source, "GridSize", 32)),
        timeline_zoom=_editor(source, "TimelineZoom", 1.0),
        **chosen,
    )


def _editor(source: Beatmap, key: str, default: float) -> float:
    try:
        value = float(source.editor.get(key, ""))
    except ValueError:
        return default
    return value if 0 < value < 1e6 else default


def _bookmarks(source: Beatmap) -> list[int]:
    parts = source.editor.get("Bookmarks", "").split(",")
    return [int(part) for part in parts if part.strip().removeprefix("-").isdecimal()]


def _completed(
    objects: Sequence[NewObject],
    mode: int,
    header: MapHeader,
    reds: Sequence[RedLine],
    scroll: Sequence[tuple[float, float]],
) -> tuple[NewObject, ...]:
    """The objects in order of time, sliders with their velocity and true end."""
    ordered_reds = sorted(reds, key=lambda red: red.time)
    times = [red.time for red in ordered_reds]
    if scroll and mode not in SCROLLING:
        raise InputError(f"An {MODE_NAMES[mode]} map has no scroll speeds.")
    speeds = sorted(scroll)
    result = []
    for item in sorted(objects, key=lambda each: each.time):
        _check_kind(item, mode)
        velocity = item.slider_velocity
        if velocity is None and item.kind is ObjectKind.SLIDER:
            switch = bisect_right(speeds, (item.time, math.inf)) - 1
            velocity = speeds[switch][1] if switch >= 0 else 1.0
        if velocity is not None:
            slowest = MIN_SCROLL if mode in SCROLLING else MIN_VELOCITY
            item = replace(item, slider_velocity=min(MAX_SCROLL, max(slowest, velocity)))
        if item.kind is ObjectKind.SLIDER:
            index = max(0, bisect_right(times, item.time) - 1)
            beat = min(MAX_BEAT_LENGTH, max(MIN_BEAT_LENGTH, ordered_reds[index].beat_length))
            # A slider takes a scroll speed below its own slowest for that.
            moving = max(MIN_VELOCITY, item.slider_velocity or 1.0)
            span = span_duration(item.length, header.slider_multiplier, moving, beat)
            item = replace(item, end_time=round(item.time + item.slides * span))
        if item.time < times[0]:
            item = _without_velocity(item)
        result.append(item)
    return tuple(result)


def _without_velocity(item: NewObject) -> NewObject:
    """The object at velocity 1, a slider with the length that keeps its duration."""
    if item.kind is not ObjectKind.SLIDER:
        return replace(item, slider_velocity=None)
    length = item.length / max(MIN_VELOCITY, item.slider_velocity or 1.0)
    return replace(item, length=length, slider_velocity=1.0)


def _check_kind(item: NewObject, mode: int) -> None:
    only_mania = item.kind is ObjectKind.HOLD
    never_mania = item.kind in (ObjectKind.SLIDER, ObjectKind.SPINNER)
    if only_mania if mode != MANIA else never_mania:
        raise InputError(
            f"The {item.kind} at {item.time} ms cannot stand in an {MODE_NAMES[mode]} map."
        )


def _general(source: Beatmap, mode: int) -> CopiedSection:
    section = CopiedSection(source.document, "General")
    if mode != source.mode:
        section.set_key("Mode", str(mode), ": ")
    preview = source.general.get("PreviewTime", "-1")
    if source.time_offset and preview.isdecimal():
        section.set_key("PreviewTime", format_number(int(preview) + source.time_offset), ": ")
    return section


def _metadata(source: Beatmap, name: str, made_by: str) -> CopiedSection:
    section = CopiedSection(source.document, "Metadata")
    section.set_key("Version", name)
    present = {word.casefold() for word in source.metadata.get("Tags", "").split()}
    missing = [word for word in (GENERATED_TAG, made_by) if word.casefold() not in present]
    if missing:
        section.append_words("Tags", " ".join(missing))
    section.set_key("BeatmapID", "0")
    return section


def _events(source: Beatmap, objects: Sequence[NewObject]) -> tuple[CopiedSection, int]:
    """[Events], and how many breaks were split or removed."""
    section = CopiedSection(source.document, "Events")
    spans = [(item.time, max(item.time, item.end_time or item.time)) for item in objects]
    starts = [start for start, _ in spans]
    latest = list(accumulate((end for _, end in spans), max))
    split = 0
    for period in source.breaks:
        first = bisect_left(latest, period.start)
        inside = [
            span
            for span in spans[first : bisect_right(starts, period.end)]
            if span[1] >= period.start
        ]
        if inside or source.time_offset:
            split += bool(inside)
            section.replace(period.line, _break_texts(source, period, inside))
    return section, split


def _break_texts(
    source: Beatmap, period: BreakPeriod, inside: Sequence[tuple[float, float]]
) -> tuple[str, ...]:
    line = source.document.lines[period.line]
    keyword = "Break" if b"Break" in line.split(b",", 1)[0] else "2"
    parts = split_break(period, inside) if inside else ((period.start, period.end),)
    return tuple(f"{keyword},{format_number(start)},{format_number(end)}" for start, end in parts)


def _variables(source: Beatmap) -> bytes:
    section = CopiedSection(source.document, "Variables")
    return section.to_bytes() if section else b""


def _colours(source: Beatmap) -> bytes:
    section = CopiedSection(source.document, "Colours")
    return section.to_bytes() if section else b""


def _text(lines: Sequence[str]) -> bytes:
    return "".join(line + "\r\n" for line in lines).encode()


def _summary(
    name: str, mode: int, objects: Sequence[NewObject], reds: int, greens: int, breaks: int
) -> EditSummary:
    parts = [f"{counted(len(objects), 'object')}", counted(reds, "red line")]
    parts.append(counted(greens, "green line"))
    if breaks:
        parts.append(f"{counted(breaks, 'break')} split or removed")
    return EditSummary(
        f'new {MODE_NAMES[mode]} difficulty "{name}": {", ".join(parts)}',
        generated=len(objects),
        green_added=greens,
        red_added=reds,
        breaks_changed=breaks,
    )
