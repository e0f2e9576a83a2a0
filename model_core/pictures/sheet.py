"""The contact sheet: frames of the playfield, one after another, before and after in two halves."""

from __future__ import annotations

from collections.abc import Sequence

from ..beatmap import format_timestamp
from . import catch, mania, standard, taiko
from .beats import EARLY, cuts
from .fonts import width_of
from .frames import GAP, Frame, Style
from .scene import Scene
from .sides import Role, Side
from .theme import ADDED, CAPTION, FAINT, REMOVED, RULE, SOFT_TEXT, SOUNDS, TEXT

STYLES: tuple[Style, ...] = (standard.STYLE, taiko.STYLE, catch.STYLE, mania.STYLE)
#: Frames of one side, and pixels of a sheet's height, at most; frames hold more time where the
#: range is longer.
MOST_FRAMES, MOST_HEIGHT = 60, 6000.0
#: How much wider than usual frames of falling objects are where there is room.
WIDENED = 1.5
#: Stands above frames in which before and after look alike.
NOTHING_MOVES = "Nothing moves"
_CAPTION, _HEADING, _BETWEEN = 20.0, 26.0, 36.0


def draw_sheet(
    scene: Scene, sides: Sequence[Side], span: tuple[float, float], area: tuple[float, float, float]
) -> tuple[float, float]:
    """Draw below ``top``; the new bottom, and how many ms frames hold if it is more than usual.

    Args:
        span: start and end in ms.
        area: left, top, right.
    """
    left, top, right = area
    style = STYLES[sides[-1].beatmap.mode]
    compared = len(sides) > 1
    if compared and not any(side.count(Role.REMOVED, Role.ADDED) for side in sides):
        # Nothing moves: the same frames twice would only be smaller.
        sides = sides[-1:]
    room = (right - left - _BETWEEN * (len(sides) - 1)) / len(sides)
    pieces, wanted = _pieces(style, sides, span, room)
    bottom = top
    for number, side in enumerate(sides):
        at = left + number * (room + _BETWEEN)
        below = top
        if compared:
            title = side.title if len(sides) > 1 else NOTHING_MOVES
            _heading(scene, side, title, at, top)
            below += _HEADING
        with scene.group("side", name=side.title or "map"):
            below = _frames(scene, side, style, pieces, (at, below, at + room), compared, span[0])
        bottom = max(bottom, below)
    if len(sides) > 1:
        middle = left + room + _BETWEEN / 2
        scene.line([(middle, top), (middle, bottom)], 1, RULE)
    usual = style.size(sides[-1], room)[2]
    return bottom, wanted if wanted > 1.4 * usual else 0.0


def _heading(scene: Scene, side: Side, title: str, left: float, top: float) -> None:
    scene.text((left, top + 14), title, 15, TEXT, bold=True)
    at = left + width_of(title, 15, bold=True) + 16
    for role, colour in ((Role.REMOVED, REMOVED), (Role.ADDED, ADDED), (Role.SOUNDS, SOUNDS)):
        count = side.count(role)
        if count:
            word = "sound otherwise" if role is Role.SOUNDS else role.value
            scene.disc((at + 6, top + 9), 5, colour)
            text = f"{count} {word}"
            scene.text((at + 16, top + 13.5), text, CAPTION, SOFT_TEXT)
            at += 34 + 6.4 * len(text)


def _pieces(
    style: Style, sides: Sequence[Side], span: tuple[float, float], room: float
) -> tuple[list[tuple[float, float]], float]:
    """The pieces of the range in which there is something to see."""
    width, height, wanted = style.size(sides[-1], room)
    rows = max(1, int(MOST_HEIGHT / (height + _CAPTION + GAP)))
    most = min(MOST_FRAMES, rows * max(1, int((room + GAP + 0.5) / (width + GAP))))
    wanted = max(wanted, (span[1] - span[0]) / (MOST_FRAMES * 8))
    while True:
        pieces = cuts(sides[-1].beatmap, *span, wanted)
        shown = [piece for piece in pieces if any(_has(side, style, piece) for side in sides)]
        if len(shown) <= most:
            return shown or pieces[:1], wanted
        wanted *= 1.5


def _has(side: Side, style: Style, piece: tuple[float, float]) -> bool:
    return bool(side.sounding(*piece) if style.falls else side.starting(*piece))


def _frames(
    scene: Scene,
    side: Side,
    style: Style,
    pieces: Sequence[tuple[float, float]],
    area: tuple[float, float, float],
    compared: bool,
    first: float,
) -> float:
    left, top, right = area
    width, height, _ = style.size(side, right - left)
    columns = max(1, int((right - left + GAP + 0.5) / (width + GAP)))
    if style.falls and len(pieces) < columns:
        # A few narrow frames may be wider.
        columns = max(len(pieces), int(columns / WIDENED))
        width = min(WIDENED * width, (right - left - GAP * (columns - 1)) / columns)
    held = max(end - start for start, end in pieces)
    for number, (start, end) in enumerate(pieces):
        row, column = divmod(number, columns)
        x = left + column * (width + GAP)
        y = top + row * (height + _CAPTION + GAP)
        stamp = format_timestamp(start if start == first else start + EARLY).removesuffix(" - ")
        count = len(side.starting(start, end))
        with scene.group("frame", start=round(start), end=round(end)):
            scene.text((x + 2, y + 13), stamp, CAPTION, SOFT_TEXT, bold=True)
            told = f"{count} object{'' if count == 1 else 's'}"
            scene.text((x + width - 2, y + 13), told, CAPTION, FAINT, anchor="end")
            box = (x, y + _CAPTION, x + width, y + _CAPTION + height)
            style.draw(scene, side, Frame(box, start, end, held, compared))
    rows = -(-len(pieces) // columns)
    return top + rows * (height + _CAPTION + GAP) - GAP
