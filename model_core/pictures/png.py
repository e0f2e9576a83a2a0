"""A scene as PNG, drawn with Pillow.

Everything is drawn at a multiple of its size and scaled down, for smooth edges; band by band, so
that a tall picture takes no more memory than a flat one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageColor, ImageDraw

from .fonts import font, has_glyph
from .scene import Box, Disc, Group, Item, Label, Point, Rectangle, Scene, Shape, Stroke, bounds

# Of a picture of more pixels than this, less: nobody sees its edges, and it takes seconds.
_SCALE, _LESS, _LARGE = 3, 2, 4_000_000
_BAND = 256
# Coordinates beyond this are off every picture; Pillow's own limits lie further out.
_FAR = 30_000.0
_INSTEAD = "?"
# Lines of more pixels than this have joints of their own.
_THICK = 9


def to_png(scene: Scene, background: str) -> bytes:
    """The file's bytes; ``background`` is what lies below everything."""
    picture = Image.new("RGB", (scene.width, scene.height), background)
    placed = [(bounds(item), item) for item in _flat(scene.items)]
    scale = _SCALE if scene.width * scene.height <= _LARGE else _LESS
    for top in range(0, scene.height, _BAND):
        bottom = min(scene.height, top + _BAND)
        shown = [item for area, item in placed if area[3] >= top - 2 and area[1] <= bottom + 2]
        if shown:
            size = (scene.width * scale, (bottom - top) * scale)
            band = Image.new("RGB", size, background)
            pen = _Pen(band, (0.0, float(top)), scale)
            for item in shown:
                pen.draw(item)
            picture.paste(band.reduce(scale), (0, top))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=4)
    return file.getvalue()


def _flat(items: Sequence[Item]) -> list[Item]:
    """The items, groups that clip nothing taken apart, so that bands skip what they can."""
    flat: list[Item] = []
    for item in items:
        if isinstance(item, Group) and item.clip is None:
            flat += _flat(item.items)
        else:
            flat.append(item)
    return flat


class _Pen:
    """Draws on an image, ``scale`` times as large, whose corner lies at ``origin`` of the scene."""

    def __init__(self, image: Image.Image, origin: Point, scale: int) -> None:
        self._image = image
        self._scale = scale
        self._origin = origin
        # This mode blends colours that have an opacity of their own.
        self._draw = ImageDraw.Draw(image, "RGBA")

    def draw(self, item: Item) -> None:
        match item:
            case Box():
                self._box(item)
            case Disc():
                self._disc(item)
            case Stroke():
                self._stroke(item)
            case Shape():
                if len(item.points) > 2:
                    self._draw.polygon(
                        [self._at(point) for point in item.points],
                        fill=_colour(item.fill, item.opacity),
                    )
            case Label():
                self._label(item)
            case Group():
                self._group(item)

    def _at(self, point: Point) -> Point:
        x, y = (
            (max(-_FAR, min(_FAR, value)) - origin) * self._scale
            for value, origin in zip(point, self._origin, strict=True)
        )
        return (x, y)

    def _area(self, area: Rectangle) -> list[float] | None:
        left, top = self._at(area[:2])
        right, bottom = self._at(area[2:])
        # Pillow's rectangles hold their last pixel.
        right, bottom = right - 1, bottom - 1
        if right < left or bottom < top:
            if right < left - 1 - 1e-6 or bottom < top - 1 - 1e-6:
                return None
            right, bottom = max(left, right), max(top, bottom)
        return [left, top, right, bottom]

    def _box(self, item: Box) -> None:
        area = self._area(item.area)
        if area is None:
            return
        fill, edge = _colour(item.fill, item.opacity), _colour(item.edge, item.opacity)
        width = round(item.edge_width * self._scale)
        if item.radius:
            radius = min(
                item.radius * self._scale, (area[2] - area[0]) / 2, (area[3] - area[1]) / 2
            )
            self._draw.rounded_rectangle(area, max(0.0, radius), fill, edge, width)
        else:
            self._draw.rectangle(area, fill, edge, width)

    def _disc(self, item: Disc) -> None:
        (x, y), r = item.centre, item.radius
        area = self._area((x - r, y - r, x + r, y + r))
        if area is not None:
            self._draw.ellipse(
                area,
                _colour(item.fill, item.opacity),
                _colour(item.edge, item.opacity),
                round(item.edge_width * self._scale),
            )

    def _stroke(self, item: Stroke) -> None:
        points = [self._at(point) for point in item.points]
        width = item.width * self._scale
        if item.opacity >= 1 or not (item.round_ends or len(points) > 2):
            _line(self._draw, points, width, _colour(item.colour, item.opacity), item.round_ends)
            return
        # Where a line crosses itself it must not be darker: it is drawn whole, then blended.
        left = max(0, int(min(x for x, _ in points) - width))
        top = max(0, int(min(y for _, y in points) - width))
        right = min(self._image.width, int(max(x for x, _ in points) + width) + 1)
        bottom = min(self._image.height, int(max(y for _, y in points) + width) + 1)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top), 0)
        moved = [(x - left, y - top) for x, y in points]
        _line(ImageDraw.Draw(mask), moved, width, round(255 * item.opacity), item.round_ends)
        self._image.paste(item.colour, (left, top), mask)

    def _label(self, item: Label) -> None:
        text = "".join(letter if has_glyph(letter) else _INSTEAD for letter in item.text)
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[item.anchor]
        shape = font(item.size * self._scale, item.bold)
        self._draw.text(self._at(item.at), text, fill=item.colour, font=shape, anchor=anchor)

    def _group(self, group: Group) -> None:
        if group.clip is None:
            for item in group.items:
                self.draw(item)
            return
        left, top = (round(value) for value in self._at(group.clip[:2]))
        right, bottom = (round(value) for value in self._at(group.clip[2:]))
        window = (
            max(0, left),
            max(0, top),
            min(self._image.width, right),
            min(self._image.height, bottom),
        )
        if window[2] <= window[0] or window[3] <= window[1]:
            return
        part = self._image.crop(window)
        corner = (
            self._origin[0] + window[0] / self._scale,
            self._origin[1] + window[1] / self._scale,
        )
        inner = _Pen(part, corner, self._scale)
        shown = (
            corner[0],
            corner[1],
            corner[0] + part.width / self._scale,
            corner[1] + part.height / self._scale,
        )
        for item in group.items:
            if _meet(bounds(item), shown):
                inner.draw(item)
        self._image.paste(part, window[:2])


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def _line(
    draw: ImageDraw.ImageDraw,
    points: Sequence[Point],
    width: float,
    fill: tuple[int, int, int, int] | int | None,
    round_ends: bool,
) -> None:
    if len(points) > 1:
        draw.line(points, fill=fill, width=max(1, round(width)))
    if width > _THICK or round_ends:
        # Pillow's own joints leave gaps where a curve is tight.
        for x, y in points if round_ends else points[1:-1]:
            r = width / 2
            draw.ellipse([x - r, y - r, x + r, y + r], fill=fill)


def _colour(colour: str | None, opacity: float) -> tuple[int, int, int, int] | None:
    if colour is None:
        return None
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return (red, green, blue, round(255 * max(0.0, min(1.0, opacity))))
