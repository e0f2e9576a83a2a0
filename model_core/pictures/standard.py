"""Frames of osu!standard: circles, sliders and spinners as the game draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..beatmap import ObjectKind
from ..beatmap.geometry.nested import slider_parts, standard_path
from ..beatmap.geometry.rules import circle_scale
from ..beatmap.geometry.slider_events import SliderEventKind
from .frames import MOST_IN_FRAME, ROLE_COLOURS, Frame, Style, shared_width
from .scene import Point, Scene
from .sides import Drawn, Role, Side
from .theme import FIELD, GRID, PANEL, SOFT_TEXT, WHITE, ink_on, mixed

WIDTH, HEIGHT = 512.0, 384.0
#: Osu! pixels around the playfield that are shown.
AROUND = 40.0
#: A frame is about this wide at least, and holds about this many ms.
FRAME_WIDTH, FRAME_MS = 340.0, 1500.0
#: Vertices of a slider's outline; more cannot be told apart at this size.
MOST_VERTICES = 96
#: Ticks of one slider that are drawn.
MOST_TICKS = 200
#: The approach circle of the last object of a frame, in radii; the first has none.
WIDEST_APPROACH = 1.75


def _size(_side: Side, room: float) -> tuple[float, float, float]:
    width = shared_width(room, FRAME_WIDTH)
    return width, width * (HEIGHT + 2 * AROUND) / (WIDTH + 2 * AROUND), FRAME_MS


@dataclass(frozen=True, slots=True)
class _View:
    """Osu! pixels to pixels, and what one object is drawn with."""

    scene: Scene
    side: Side
    frame: Frame
    left: float
    top: float
    scale: float
    radius: float

    def at(self, point: Point) -> Point:
        # Some maps place objects far beyond any screen.
        x, y = (max(-4000.0, min(4000.0, value)) for value in point)
        return (self.left + x * self.scale, self.top + y * self.scale)

    def colour(self, drawn: Drawn) -> str:
        faint = self.frame.compared and drawn.role is Role.KEPT
        return mixed(drawn.colour, FIELD, 0.4) if faint else drawn.colour

    def edge(self, drawn: Drawn) -> str:
        faint = self.frame.compared and drawn.role is Role.KEPT
        return mixed(WHITE, FIELD, 0.4) if faint else WHITE

    def head(self, drawn: Drawn) -> Point:
        return self.side.places[drawn.index]

    def vertices(self, drawn: Drawn) -> list[Point]:
        """A slider's path on the screen, stacked as its head is."""
        path = standard_path(drawn.item)
        if path is None:
            return []
        (x, y), item = self.head(drawn), drawn.item
        points = _thinned(path.vertices)
        return [self.at((px + x - item.x, py + y - item.y)) for px, py in points]

    def tail(self, drawn: Drawn) -> Point:
        points = self.vertices(drawn)
        if not points or drawn.item.slides % 2 == 0:
            return self.at(self.head(drawn))
        return points[-1]


def _draw(scene: Scene, side: Side, frame: Frame) -> None:
    left, top, right, _ = frame.area
    scale = (right - left) / (WIDTH + 2 * AROUND)
    radius = 64.0 * abs(circle_scale(side.beatmap.circle_size)) * scale
    view = _View(
        scene, side, frame, left + AROUND * scale, top + AROUND * scale, scale, max(radius, 2.0)
    )
    scene.box(frame.area, PANEL, 6)
    field = (*view.at((0, 0)), *view.at((WIDTH, HEIGHT)))
    scene.box(field, FIELD)
    for step in range(1, 4):
        x, y = view.at((WIDTH * step / 4, HEIGHT * step / 4))
        scene.line([(x, field[1]), (x, field[3])], 1, GRID)
        scene.line([(field[0], y), (field[2], y)], 1, GRID)
    objects = side.starting(frame.start, frame.end)[:MOST_IN_FRAME]
    with scene.group("playfield", clip=frame.area):
        _follow(view, objects)
        # The first lies above the later ones, as in the game.
        for drawn in reversed(objects):
            with scene.group(
                "object", drawn.name, kind=drawn.item.kind.value, role=drawn.role.value
            ):
                _object(view, drawn)
        for drawn in objects:
            _approach(view, drawn)


def _follow(view: _View, objects: Sequence[Drawn]) -> None:
    """Dots from each object to the next of its combo, and from what the frame before ended with."""
    if not objects:
        return
    at = view.side.objects.index(objects[0])
    before = view.side.objects[at - 1] if at else None
    if before is not None and before.item.kind is not ObjectKind.SPINNER:
        if view.frame.start - before.item.end_time < FRAME_MS:
            view.scene.disc(view.tail(before), view.radius, None, mixed(WHITE, FIELD, 0.22), 1.5)
        else:
            before = None
    for drawn in objects:
        follows = before is not None and not drawn.starts_combo
        spins = ObjectKind.SPINNER in (drawn.item.kind, before.item.kind if before else None)
        if follows and not spins and before is not None:
            _dots(view, view.tail(before), view.at(view.head(drawn)))
        before = drawn


def _dots(view: _View, start: Point, end: Point) -> None:
    distance = math.dist(start, end)
    gap = 9.0
    inner = distance - 2 * view.radius
    if inner < gap:
        return
    count = min(60, int(inner / gap))
    for index in range(count + 1):
        share = (view.radius + inner * (index / max(1, count))) / distance
        x = start[0] + (end[0] - start[0]) * share
        y = start[1] + (end[1] - start[1]) * share
        view.scene.disc((x, y), 1.6, mixed(WHITE, FIELD, 0.5))


def _object(view: _View, drawn: Drawn) -> None:
    item, scene = drawn.item, view.scene
    if item.kind is ObjectKind.SPINNER:
        _spinner(view, drawn)
        return
    colour, edge = view.colour(drawn), view.edge(drawn)
    mark = ROLE_COLOURS.get(drawn.role)
    points = view.vertices(drawn)
    if points:
        if mark:
            scene.stroke(points, 2 * view.radius + 7, mark)
        scene.stroke(points, 2 * view.radius, edge)
        scene.stroke(points, 2 * view.radius * 0.86, mixed(colour, FIELD, 0.42))
        scene.stroke(points, view.radius * 0.7, mixed(colour, FIELD, 0.6))
        _slider_parts(view, drawn, points)
    centre = view.at(view.head(drawn))
    if mark:
        scene.disc(centre, view.radius + 3.5, mark)
    scene.disc(centre, view.radius, edge)
    scene.disc(centre, view.radius * 0.87, mixed(colour, "#000000", 0.82))
    scene.disc(centre, view.radius * 0.7, colour)
    size = min(view.radius * (1.0 if drawn.number < 100 else 0.7), 30.0)
    ink = ink_on(colour) if not view.frame.compared else mixed(ink_on(colour), colour, 0.9)
    scene.centred(centre, str(drawn.number), size, ink)


def _slider_parts(view: _View, drawn: Drawn, points: Sequence[Point]) -> None:
    """Ticks, and an arrow wherever the slider turns round."""
    item, scene = drawn.item, view.scene
    head = view.head(drawn)
    edge = view.edge(drawn)
    shown = 0
    for part in slider_parts(view.side.beatmap, item):
        if part.kind is SliderEventKind.TICK and part.span == 0 and shown < MOST_TICKS:
            place = view.at((part.x + head[0] - item.x, part.y + head[1] - item.y))
            scene.disc(place, max(1.6, view.radius * 0.14), edge)
            shown += 1
    if len(points) < 2:
        return
    if item.slides > 1:
        _arrow(view, points[-1], _direction(points[::-1]), edge)
    if item.slides > 2:
        _arrow(view, points[0], _direction(points), edge)
    if item.slides > 2:
        (x, y), r = points[-1], view.radius
        scene.text((x + r * 0.8, y - r * 0.8), f"×{item.slides}", max(10.0, r * 0.55), SOFT_TEXT)


def _direction(points: Sequence[Point]) -> float:
    """The angle in which a path leaves its first point."""
    start = points[0]
    for point in points[1:]:
        if math.dist(start, point) > 2.0:
            return math.atan2(point[1] - start[1], point[0] - start[0])
    return 0.0


def _arrow(view: _View, at: Point, angle: float, colour: str) -> None:
    size = view.radius * 0.48
    tip = (at[0] + size * math.cos(angle), at[1] + size * math.sin(angle))
    wings = [
        (tip[0] - size * math.cos(angle + turn), tip[1] - size * math.sin(angle + turn))
        for turn in (0.75, -0.75)
    ]
    width = max(1.5, view.radius * 0.16)
    view.scene.stroke([wings[0], tip, wings[1]], width, colour)


def _spinner(view: _View, drawn: Drawn) -> None:
    scene, centre = view.scene, view.at((WIDTH / 2, HEIGHT / 2))
    colour = ROLE_COLOURS.get(drawn.role) or view.colour(drawn)
    for share in (1.0, 0.62, 0.28):
        scene.disc(centre, 160 * view.scale * share, None, mixed(colour, FIELD, 0.75), 2.5)
    scene.disc(centre, 4, colour)
    seconds = (drawn.item.end_time - drawn.item.time) / 1000
    place = (centre[0], centre[1] + 176 * view.scale)
    scene.text(place, f"spinner {seconds:.1f} s", 11, SOFT_TEXT, anchor="middle")


def _approach(view: _View, drawn: Drawn) -> None:
    """The ring around an object: the later in the frame, the wider, as if the frame just began."""
    if drawn.item.kind is ObjectKind.SPINNER:
        return
    length = max(1.0, view.frame.end - view.frame.start)
    share = min(1.0, (drawn.item.time - view.frame.start) / length)
    colour = mixed(view.colour(drawn), FIELD, 0.75)
    radius = view.radius * (1.12 + (WIDEST_APPROACH - 1.12) * share)
    with view.scene.group("approach"):
        view.scene.disc(view.at(view.head(drawn)), radius, None, colour, 1.3, 0.8 - 0.45 * share)


def _thinned(vertices: Sequence[Point]) -> list[Point]:
    if len(vertices) <= MOST_VERTICES:
        return list(vertices)
    step = (len(vertices) - 1) / (MOST_VERTICES - 1)
    return [vertices[round(index * step)] for index in range(MOST_VERTICES)]


STYLE = Style(_size, _draw, falls=False)
