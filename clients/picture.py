"""Draws a patch's preview: the range before and after, on the playfield and on a timeline.

Needs nothing but the contract's preview objects, as any other client would.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from clients.cli.timestamps import format_time

if TYPE_CHECKING:
    from osu_companion.v1 import patches_pb2

# Everything is drawn at this many times its size and scaled down, for smooth edges.
_SCALE = 2
_FIELD_W, _FIELD_H = 512, 384
_MARGIN = 44  # half of what lies outside the playfield still shows
_HEADER, _STRIP, _FOOTER = 36, 74, 12
_AROUND_MS = 1_200  # kept objects this near the range are shown, faded

_BACKGROUND = "#1b1d2a"
_FIELD = "#252839"
_GRID = "#30344a"
_TEXT = "#e8e9f3"
_FAINT = "#8a8fa8"
_KEPT = "#5a5f78"
_COMBOS = ("#ff66aa", "#53b3f3", "#7ed957", "#f5b942")


@dataclass(frozen=True, slots=True)
class _Side:
    """One half of the picture: its title, its objects in order of time, its left edge."""

    title: str
    objects: list[Any]
    left: int


def save_picture(preview: patches_pb2.BeatmapPreview, path: Path, title: str) -> None:
    """Write a PNG of the range before and after.

    Raises:
        OSError: the file cannot be written.
    """
    width = 2 * (_FIELD_W + 2 * _MARGIN)
    height = _HEADER + _FIELD_H + 2 * _MARGIN + _STRIP + _FOOTER
    image = Image.new("RGB", (width * _SCALE, height * _SCALE), _BACKGROUND)
    pen = _Pen(image)
    for side in _sides(preview):
        _draw_field(pen, side, preview)
        _draw_strip(pen, side, preview)
    pen.text((_MARGIN, 8), title, 15, _TEXT)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.resize((width, height), Image.Resampling.LANCZOS).save(path)


def _sides(preview: patches_pb2.BeatmapPreview) -> tuple[_Side, _Side]:
    from osu_companion.v1.patches_pb2 import PreviewObject

    def shown(gone: int) -> list[Any]:
        return sorted(
            (
                item
                for item in preview.objects
                if item.role != gone
                and item.end_ms >= preview.start_ms - _AROUND_MS
                and item.start_ms <= preview.end_ms + _AROUND_MS
            ),
            key=lambda item: item.start_ms,
        )

    before = shown(PreviewObject.ROLE_GENERATED)
    after = shown(PreviewObject.ROLE_REPLACED)
    return (
        _Side(f"Before: {_count(before)}", before, 0),
        _Side(f"After: {_count(after)}", after, _FIELD_W + 2 * _MARGIN),
    )


def _count(objects: Sequence[Any]) -> str:
    from osu_companion.v1.patches_pb2 import PreviewObject

    number = sum(item.role != PreviewObject.ROLE_KEPT for item in objects)
    return f"{number} object{'' if number == 1 else 's'} in the range"


def _draw_field(pen: _Pen, side: _Side, preview: patches_pb2.BeatmapPreview) -> None:
    left, top = side.left + _MARGIN, _HEADER + _MARGIN + 6
    pen.box((left, top, left + _FIELD_W, top + _FIELD_H), _FIELD)
    for step in range(1, 4):
        x, y = left + _FIELD_W * step // 4, top + _FIELD_H * step // 4
        pen.line([(x, top), (x, top + _FIELD_H)], 1, _GRID)
        pen.line([(left, y), (left + _FIELD_W, y)], 1, _GRID)
    # The radius of a hit circle in osu!pixels, by the circle size.
    radius = min(max(54.4 - 4.48 * preview.circle_size, 8.0), 100.0)
    colours = _colours(side.objects)
    # Later objects lie beneath earlier ones, as in the game; but the kept beneath all others.
    drawn = sorted(
        zip(side.objects, colours, strict=True),
        key=lambda pair: (pair[1] != _KEPT, -pair[0].start_ms),
    )
    for item, colour in drawn:
        _draw_object(pen, item, colour, radius, left, top)
    pen.text((left, _HEADER), side.title, 14, _TEXT)


def _draw_object(pen: _Pen, item: Any, colour: str, radius: float, left: int, top: int) -> None:
    from osu_companion.v1.patches_pb2 import PreviewObject

    x, y = left + item.x, top + item.y
    kept = item.role == PreviewObject.ROLE_KEPT
    edge = _FAINT if kept else "white"
    if item.kind == PreviewObject.KIND_SPINNER:
        for part in (1.0, 0.66, 0.33):
            pen.circle((left + _FIELD_W / 2, top + _FIELD_H / 2), 150 * part, None, colour, 3)
        return
    if item.kind == PreviewObject.KIND_SLIDER and len(item.path) >= 4:
        points = [
            (left + item.path[i], top + item.path[i + 1]) for i in range(0, len(item.path) - 1, 2)
        ]
        pen.stroke(points, radius, edge)
        pen.stroke(points, radius - 3, _mixed(colour, _FIELD))
        if item.slides > 1:
            pen.circle(points[-1], radius * 0.35, None, edge, 2)
    pen.circle((x, y), radius, colour, edge, 3)
    pen.text((x, y), str(item.combo_number), round(radius * 0.75), _TEXT, centred=True)


def _draw_strip(pen: _Pen, side: _Side, preview: patches_pb2.BeatmapPreview) -> None:
    """The timeline: the range framed, one mark per object."""
    left, right = side.left + _MARGIN, side.left + _MARGIN + _FIELD_W
    top = _HEADER + _FIELD_H + 2 * _MARGIN - 12
    middle = top + 30
    first, last = preview.start_ms - _AROUND_MS, preview.end_ms + _AROUND_MS

    def at(time_ms: float) -> float:
        return left + (right - left) * (min(max(time_ms, first), last) - first) / (last - first)

    pen.box((left, top + 10, right, top + 50), _FIELD)
    pen.box((at(preview.start_ms), top + 10, at(preview.end_ms), top + 50), _GRID)
    for item, colour in zip(side.objects, _colours(side.objects), strict=True):
        start, end = at(item.start_ms), at(item.end_ms)
        if end > start:
            pen.stroke([(start, middle), (end, middle)], 7, _mixed(colour, _FIELD))
        pen.circle((start, middle), 7, colour, "white" if colour != _KEPT else _FAINT, 1)
    pen.text((at(preview.start_ms), top + 54), format_time(preview.start_ms), 12, _FAINT)
    corner = (at(preview.end_ms), top + 54)
    pen.text(corner, format_time(preview.end_ms), 12, _FAINT, right=True)


def _colours(objects: Sequence[Any]) -> list[str]:
    """A colour per combo; kept objects are grey."""
    from osu_companion.v1.patches_pb2 import PreviewObject

    cycle = itertools.cycle(_COMBOS)
    colour = next(cycle)
    colours = []
    for number, item in enumerate(objects):
        if item.new_combo and number:
            colour = next(cycle)
        colours.append(_KEPT if item.role == PreviewObject.ROLE_KEPT else colour)
    return colours


def _mixed(colour: str, other: str, share: float = 0.45) -> str:
    parts = []
    for at in (1, 3, 5):
        mine, theirs = int(colour[at : at + 2], 16), int(other[at : at + 2], 16)
        parts.append(round(mine * share + theirs * (1 - share)))
    return "#{:02x}{:02x}{:02x}".format(*parts)


_Point = tuple[float, float]


class _Pen:
    """Drawing in the picture's own units, whatever the scale."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def box(self, corners: tuple[float, float, float, float], fill: str) -> None:
        self._draw.rectangle([value * _SCALE for value in corners], fill=fill)

    def line(self, points: Sequence[_Point], width: float, fill: str) -> None:
        scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._draw.line(scaled, fill=fill, width=round(width * _SCALE), joint="curve")

    def stroke(self, points: Sequence[_Point], radius: float, fill: str) -> None:
        """A thick line with round joints and ends."""
        self.line(points, 2 * radius, fill)
        for point in points:
            self.circle(point, radius, fill, None, 0)

    def circle(
        self, centre: _Point, radius: float, fill: str | None, edge: str | None, width: float
    ) -> None:
        (x, y), r = centre, max(radius, 0.5)
        box = [v * _SCALE for v in (x - r, y - r, x + r, y + r)]
        self._draw.ellipse(box, fill=fill, outline=edge, width=round(width * _SCALE))

    def text(
        self,
        at: _Point,
        text: str,
        size: int,
        fill: str,
        *,
        centred: bool = False,
        right: bool = False,
    ) -> None:
        font = ImageFont.load_default(size * _SCALE)
        anchor = "mm" if centred else "ra" if right else "la"
        # The built-in font has no more than Latin letters; the rest would be boxes.
        shown = text.encode("latin-1", "replace").decode("latin-1")
        self._draw.text(
            (at[0] * _SCALE, at[1] * _SCALE), shown, font=font, fill=fill, anchor=anchor
        )
