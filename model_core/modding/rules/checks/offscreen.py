"""Objects that leave the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model_core.beatmap import ObjectKind
from model_core.beatmap.geometry.nested import standard_path
from model_core.beatmap.geometry.rules import circle_scale

from ..findings import Category, Severity
from ..registry import Found, rule
from ..subject import STANDARD, Subject

#: What a screen of 4:3 shows, in osu! pixels of the playfield.
LEFT, RIGHT, TOP, BOTTOM = -67.0, 579.0, -60.0, 428.0
#: The radius of circles at scale 1.
RADIUS = 64.0


@rule("offscreen-object", Category.COMPOSE, (STANDARD,))
def offscreen_object(subject: Subject) -> Iterator[Found]:
    """Every circle and every slider's whole body is on a screen of 4:3.

    That is a box from -67 to 579 and from -60 to 428 osu! pixels, for circles where they are
    stacked and whole (lazer ``CheckOffscreenObjects``; Mapset Verifier ``Offscreen``). Of a
    slider every corner of its drawn line is looked at, between which it is straight.
    """
    radius = RADIUS * circle_scale(subject.beatmap.circle_size)
    for each in subject.objects:
        if each.kind not in (ObjectKind.CIRCLE, ObjectKind.SLIDER):
            continue
        x, y = subject.stacked[each.index]
        points: Sequence[tuple[float, float]] = [(x, y)]
        path = standard_path(each.item)
        if path is not None:
            moved_x, moved_y = x - each.item.x, y - each.item.y
            points = [(px + moved_x, py + moved_y) for px, py in path.vertices]
        over = max(_over(px, py, radius) for px, py in points)
        if over > 0:
            yield Found(
                Severity.PROBLEM,
                f"The {each.name} goes {over:.0f} pixels beyond a screen of 4:3, where it cannot"
                " be seen whole. Move it towards the middle.",
                f"{over:.0f} pixels outside",
                "within the screen",
                (each,),
            )


def _over(x: float, y: float, radius: float) -> float:
    """How many pixels of a circle are outside; at most 0 where none is."""
    return max(LEFT - (x - radius), x + radius - RIGHT, TOP - (y - radius), y + radius - BOTTOM)
