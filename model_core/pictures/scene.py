"""A picture as a list of plain shapes, which :mod:`.svg` and :mod:`.png` draw alike.

Coordinates are pixels of the finished picture, y downwards; colours are ``#rrggbb``. What comes
later lies above.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]
#: Left, top, right, bottom.
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, its corners rounded by ``radius``."""

    area: Rectangle
    fill: str | None
    radius: float = 0.0
    edge: str | None = None
    edge_width: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle; its edge lies inside ``radius``."""

    centre: Point
    radius: float
    fill: str | None
    edge: str | None = None
    edge_width: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line with round joints; ``round_ends`` where it is more than a hair."""

    points: tuple[Point, ...]
    width: float
    colour: str
    opacity: float = 1.0
    round_ends: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon."""

    points: tuple[Point, ...]
    fill: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text; ``at`` is on its baseline. ``anchor``: start, middle or end."""

    at: Point
    text: str
    size: float
    colour: str
    bold: bool = False
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together.

    ``kind`` says what they are ("object", "waveform", "beat"); ``title`` is what a viewer of the
    SVG shows when it is pointed at. Nothing outside of ``clip`` is drawn.
    """

    kind: str
    items: list[Item] = field(default_factory=list)
    clip: Rectangle | None = None
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()


Item = Box | Disc | Stroke | Shape | Label | Group


class Scene:
    """What is drawn so far; ``height`` grows with it."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.height = 0
        self.items: list[Item] = []
        self._open = [self.items]

    def add(self, *items: Item) -> None:
        """Put shapes above what is there, inside the group that is open."""
        self._open[-1].extend(items)

    @contextlib.contextmanager
    def group(
        self, kind: str, /, title: str = "", *, clip: Rectangle | None = None, **facts: object
    ) -> Iterator[None]:
        """Everything added meanwhile belongs to one group."""
        told = tuple((name, str(value)) for name, value in facts.items())
        made = Group(kind, clip=clip, title=title, facts=told)
        self.add(made)
        self._open.append(made.items)
        try:
            yield
        finally:
            self._open.pop()

    # --- shapes in few words --------------------------------------------------------------------

    def box(self, area: Rectangle, fill: str, radius: float = 0.0, opacity: float = 1.0) -> None:
        """A filled rectangle."""
        self.add(Box(area, fill, radius, opacity=opacity))

    def disc(
        self,
        centre: Point,
        radius: float,
        fill: str | None,
        edge: str | None = None,
        edge_width: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """A circle."""
        self.add(Disc(centre, radius, fill, edge, edge_width, opacity))

    def line(
        self, points: Sequence[Point], width: float, colour: str, opacity: float = 1.0
    ) -> None:
        """A thin line."""
        self.add(Stroke(tuple(points), width, colour, opacity))

    def stroke(
        self, points: Sequence[Point], width: float, colour: str, opacity: float = 1.0
    ) -> None:
        """A thick line with round ends."""
        self.add(Stroke(tuple(points), width, colour, opacity, round_ends=True))

    def text(
        self,
        at: Point,
        text: str,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: str = "start",
    ) -> None:
        """A line of text on its baseline."""
        self.add(Label(at, text, size, colour, bold, anchor))

    def centred(self, centre: Point, text: str, size: float, colour: str) -> None:
        """Bold text, in the middle of a circle for example."""
        x, y = centre
        self.text((x, y + size * CAP_HEIGHT / 2), text, size, colour, bold=True, anchor="middle")


#: Height of a capital letter of the font, as a share of its size.
CAP_HEIGHT = 0.711


def bounds(item: Item) -> Rectangle:
    """What an item covers at most; a group's is that of its parts."""
    match item:
        case Box(area=area):
            return area
        case Disc(centre=(x, y), radius=r):
            return (x - r, y - r, x + r, y + r)
        case Stroke(points=points, width=width):
            return _around(points, width)
        case Shape(points=points):
            return _around(points, 0.0)
        case Label(at=(x, y), text=text, size=size):
            # Whichever side of its place the text is on; a little too much does no harm.
            reach = size * len(text)
            return (x - reach, y - size, x + reach, y + size / 2)
        case Group(items=items, clip=clip):
            if clip is not None:
                return clip
            parts = [bounds(each) for each in items]
            if not parts:
                return (0.0, 0.0, 0.0, 0.0)
            left, top, right, bottom = zip(*parts, strict=True)
            return (min(left), min(top), max(right), max(bottom))
    raise AssertionError(item)


def _around(points: Sequence[Point], margin: float) -> Rectangle:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)
