"""One picture of a map, put together: header, contact sheet of the playfield, timeline."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ..audio.outline import Outline
from ..beatmap import Beatmap, format_timestamp
from .fonts import fitting, width_of
from .options import USUAL_MS, Format, PictureOptions
from .scene import Scene
from .sheet import draw_sheet
from .sides import MOST_OBJECTS, Side, sides
from .theme import (
    ADDED,
    BACKGROUND,
    CAPTION,
    REMOVED,
    SET_NAMES,
    SETS,
    SMALL,
    SOFT_TEXT,
    SOUNDS,
    SUBTITLE,
    TEXT,
    TITLE,
)
from .timeline import draw_timeline

_MARGIN, _HEADER, _FOOTER = 28.0, 74.0, 34.0
_MODES = ("osu!standard", "osu!taiko", "osu!catch", "osu!mania")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture: its file, its size in pixels, and what could not be drawn."""

    data: bytes
    media_type: str
    width: int
    height: int
    left_out: tuple[str, ...]


def usual_span(beatmap: Beatmap) -> tuple[int, int]:
    """Ten seconds from the first object on, in ms; from 0 where there is none."""
    first = min((item.time for item in beatmap.hit_objects), default=0.0)
    start = math.floor(first) - 200 if beatmap.hit_objects else 0
    return start, start + USUAL_MS


def draw(
    before: Beatmap,
    options: PictureOptions,
    form: Format,
    after: Beatmap | None = None,
    hear: Callable[[float, float, float], Outline] | None = None,
) -> Picture:
    """Draw a range of a map, or of a map before and after a change.

    Args:
        hear: gives the outline of the song from one time to another in steps (ms).

    Raises:
        InvalidParameters: as :meth:`PictureOptions.check`.
        AudioError: what ``hear`` raises.
    """
    options.check()
    # A moment is a range, too: a picture of no time cannot be drawn.
    span = (float(options.start_ms), float(max(options.end_ms, options.start_ms + 250)))
    shown = sides(before, after, *span)
    scene = Scene(options.width)
    left, right = _MARGIN, options.width - _MARGIN
    left_out = [
        f"{each.left_out} objects of the range: a picture holds {MOST_OBJECTS}"
        for each in shown
        if each.left_out
    ]
    _header(scene, shown, options, (left, right))
    bottom = _HEADER
    if options.playfield:
        bottom, held = draw_sheet(scene, shown, span, (left, bottom, right))
        bottom += 24
        if held:
            left_out.append(f"frames as short as usual: each holds {held / 1000:.1f} s")
    if options.timeline:
        outline = None if hear is None else _heard(hear, span, options.width)
        area = (left, bottom, right)
        bottom = draw_timeline(scene, shown, span, options.changed, outline, area)
        _footer(scene, shown, left, bottom)
        bottom += _FOOTER
    scene.height = math.ceil(bottom + 10)
    return _written(scene, shown[-1].beatmap, form, tuple(left_out))


def _written(scene: Scene, beatmap: Beatmap, form: Format, left_out: tuple[str, ...]) -> Picture:
    if form is Format.SVG:
        from .svg import to_svg

        data, media_type = to_svg(scene, BACKGROUND, _name(beatmap)), "image/svg+xml"
    else:
        from .png import to_png

        data, media_type = to_png(scene, BACKGROUND), "image/png"
    return Picture(data, media_type, scene.width, scene.height, left_out)


def _heard(
    hear: Callable[[float, float, float], Outline], span: tuple[float, float], width: int
) -> Outline:
    from .timeline import pixels_per_ms

    # Two pixels for each step: finer cannot be seen.
    return hear(*span, max(1.0, 2.0 / pixels_per_ms(*span, width - 2 * _MARGIN)))


def _name(beatmap: Beatmap) -> str:
    song = " - ".join(part for part in (beatmap.artist, beatmap.title) if part) or "untitled"
    return f"{song} [{beatmap.difficulty_name}]"


def _header(
    scene: Scene, shown: tuple[Side, ...], options: PictureOptions, edges: tuple[float, float]
) -> None:
    beatmap = shown[-1].beatmap
    left, right = edges
    stamps = [
        format_timestamp(time).removesuffix(" - ") for time in (options.start_ms, options.end_ms)
    ]
    told = f"{stamps[0]} – {stamps[1]}"
    at = right - width_of(told, 16, bold=True)
    scene.text((at, 36), told, 16, TEXT, bold=True)
    room = at - left - 24
    scene.text((left, 36), fitting(_name(beatmap), TITLE, room, bold=True), TITLE, TEXT, bold=True)
    scene.text(
        (left, 57), fitting(_facts(beatmap), SUBTITLE, right - left, False), SUBTITLE, SOFT_TEXT
    )


def _facts(beatmap: Beatmap) -> str:
    settings = [f"HP {beatmap.hp_drain_rate:g}", f"OD {beatmap.overall_difficulty:g}"]
    if beatmap.mode == 3:
        settings.insert(0, f"{beatmap.key_count} keys")
    elif beatmap.mode != 1:
        settings[:0] = [f"CS {beatmap.circle_size:g}", f"AR {beatmap.approach_rate:g}"]
    count = len(beatmap.hit_objects)
    parts = [
        _MODES[beatmap.mode],
        f"mapped by {beatmap.creator}" if beatmap.creator else "",
        "  ".join(settings),
        f"{count} object{'' if count == 1 else 's'}",
    ]
    return "   ·   ".join(part for part in parts if part)


def _footer(scene: Scene, shown: tuple[Side, ...], left: float, top: float) -> None:
    """What the colours of the sounds mean, and those of a change."""
    entries = [(SETS[index], SET_NAMES[index]) for index in (1, 2, 3)]
    if len(shown) > 1:
        entries += [(REMOVED, "removed"), (ADDED, "added"), (SOUNDS, "sounds otherwise")]
    at, y = left, top + 22
    scene.text((at, y), "Sample sets", SMALL, SOFT_TEXT)
    at += 68
    for colour, name in entries:
        scene.disc((at + 5, y - 4), 4.5, colour)
        scene.text((at + 14, y), name, SMALL, SOFT_TEXT)
        at += 30 + width_of(name, CAPTION)
