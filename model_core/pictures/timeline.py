"""The timeline: rows of time with waveform, beat lines, objects, sounds, velocity and kiai."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..audio.outline import Outline
from ..beatmap import format_timestamp
from . import lanes
from .beats import Beat, beats, editor_divisor
from .scene import Scene, Shape
from .sides import Side
from .theme import (
    BOOKMARK,
    BREAK,
    CAPTION,
    DIVISORS,
    FAINT,
    KIAI,
    OTHER_DIVISOR,
    PANEL,
    PREVIEW,
    SMALL,
    SOFT_TEXT,
    TEMPO,
    WAVE_BODY,
    WAVE_PEAK,
    WHITE,
)

#: Milliseconds that a row of 1000 pixels holds, if the picture may be as tall as it takes.
ROW_MS = 6500.0
#: More rows than this are not drawn; each holds more instead.
MOST_ROWS = 24
#: Beat lines nearer than this many pixels are left out, finest first.
NEAREST_LINES = 5.0
#: Of red lines nearer than this many pixels, one is drawn.
_NEAREST_RED = 2.0
#: Kiai times further apart than this many pixels are told apart.
_NEAREST_KIAI = 1.0
#: Room for the names of the lanes, left of the rows.
GUTTER = 58.0

_RULER, _WAVE, _NO_WAVE, _GAP = 28.0, 62.0, 26.0, 18.0


@dataclass(frozen=True, slots=True)
class Row:
    """A row's span of time in ms, and its pixels."""

    start: float
    end: float
    left: float
    right: float

    def x(self, time: float) -> float:
        """Where a time is, kept within the row."""
        inside = min(self.end, max(self.start, time))
        return self.left + (self.right - self.left) * (inside - self.start) / (
            self.end - self.start
        )

    @property
    def pixels_per_ms(self) -> float:
        """Pixels of a millisecond."""
        return (self.right - self.left) / (self.end - self.start)


def rows(start: float, end: float, left: float, right: float) -> list[Row]:
    """The range in rows of equal length, from ``left`` to ``right``."""
    length = max(1.0, end - start)
    count = min(MOST_ROWS, max(1, round(length / (ROW_MS * (right - left - GUTTER) / 1000.0))))
    step = length / count
    return [
        Row(start + index * step, start + (index + 1) * step, left + GUTTER, right)
        for index in range(count)
    ]


def pixels_per_ms(start: float, end: float, width: float) -> float:
    """How finely a range is drawn in a timeline so many pixels wide."""
    return rows(start, end, 0.0, width)[0].pixels_per_ms


def draw_timeline(
    scene: Scene,
    sides: Sequence[Side],
    span: tuple[float, float],
    changed: tuple[float, float] | None,
    outline: Outline | None,
    area: tuple[float, float, float],
) -> float:
    """Draw below ``top``; the new bottom.

    Args:
        span: start and end in ms.
        changed: the range that a change was asked for, marked if given.
        area: left, top, right.
    """
    left, top, right = area
    for row in rows(*span, left, right):
        with scene.group("timeline", start=round(row.start), end=round(row.end)):
            top = _row(scene, sides, row, changed, outline, top)
    return top - _GAP


def _row(
    scene: Scene,
    sides: Sequence[Side],
    row: Row,
    changed: tuple[float, float] | None,
    outline: Outline | None,
    top: float,
) -> float:
    now = sides[-1]
    wave_top = top + _RULER
    wave_bottom = wave_top + (_NO_WAVE if outline is None else _WAVE)
    heights = [lanes.heights(side) for side in sides]
    bottom = wave_bottom + sum(sum(each) for each in heights)
    scene.box((row.left, wave_top, row.right, bottom), PANEL, 3)
    _spans(scene, now, row, changed, (wave_top, wave_bottom, bottom))
    if outline is not None:
        _waveform(scene, outline, row, wave_top + 2, wave_bottom - 2)
    lines = _visible_beats(now, row)
    _beat_lines(scene, lines, row, wave_top, wave_bottom, bottom)
    _ruler(scene, now, lines, row, top)
    y = wave_bottom
    for side, parts in zip(sides, heights, strict=True):
        y = lanes.draw_lanes(scene, side, row, lines, parts, y)
    return bottom + _GAP


def _visible_beats(side: Side, row: Row) -> list[Beat]:
    """The beat lines that there is room for."""
    divisor = editor_divisor(side.beatmap)
    lines = beats(side.beatmap, row.start, row.end, divisor)
    shown = [line for line in lines if line.divisor == 1]
    whole = [line.time for line in shown]
    beat = min(
        (later - earlier for earlier, later in pairwise(whole)),
        default=row.end - row.start,
    )
    fine = [
        each for each in range(2, divisor + 1) if beat / each * row.pixels_per_ms >= NEAREST_LINES
    ]
    if beat * row.pixels_per_ms < NEAREST_LINES:
        return [line for line in shown if line.bar]
    return [line for line in lines if line.divisor == 1 or line.divisor in fine]


def _beat_lines(
    scene: Scene, lines: Sequence[Beat], row: Row, top: float, middle: float, bottom: float
) -> None:
    with scene.group("beats"):
        for line in lines:
            x = row.x(line.time)
            colour = DIVISORS.get(line.divisor, OTHER_DIVISOR)
            height = 1.0 if line.bar else 0.62 if line.divisor == 1 else 0.4
            width = 1.6 if line.bar else 1.0
            with scene.group("beat", divisor=line.divisor, time=round(line.time, 2)):
                scene.line(
                    [(x, middle), (x, middle - (middle - top) * height)], width, colour, 0.85
                )
                below = 0.3 if line.bar else 0.14 if line.divisor == 1 else 0.07
                scene.line([(x, middle), (x, bottom)], 1.0, colour, below)


def _ruler(scene: Scene, side: Side, lines: Sequence[Beat], row: Row, top: float) -> None:
    base = top + _RULER - 12
    taken = last = row.left - 100.0
    for red in side.beatmap.timing.red_lines:
        if row.start <= red.time <= row.end:
            x = row.x(red.time)
            if x - last < _NEAREST_RED:
                continue
            last = x
            text = f"{60000 / red.milliseconds_per_beat:.6g} BPM {red.meter}/4"
            if x > taken:
                scene.text((x + 4, base), text, SMALL, TEMPO, bold=True)
                taken = x + 10 + 6.0 * len(text)
            scene.line([(x, top + 8), (x, top + _RULER)], 2, TEMPO)
    starts = [line.time for line in lines if line.bar] or [row.start]
    for time in starts:
        x = row.x(time)
        if x > taken and x < row.right - 30:
            stamp = format_timestamp(time + 0.5).removesuffix(" - ")
            scene.text((x, base), stamp, SMALL, FAINT)
            taken = x + 78
    for bookmark in side.beatmap.bookmarks:
        if row.start <= bookmark <= row.end:
            _flag(scene, row.x(bookmark), top + _RULER, BOOKMARK, "bookmark")
    preview = side.beatmap.preview_time
    if preview is not None and row.start <= preview <= row.end:
        _flag(scene, row.x(preview), top + _RULER, PREVIEW, "preview point")


def _flag(scene: Scene, x: float, y: float, colour: str, name: str) -> None:
    with scene.group("flag", name):
        triangle = ((x - 4.5, y - 7.0), (x + 4.5, y - 7.0), (x, y))
        scene.add(Shape(triangle, colour))


def _spans(
    scene: Scene,
    side: Side,
    row: Row,
    changed: tuple[float, float] | None,
    heights: tuple[float, float, float],
) -> None:
    wave, wave_bottom, bottom = heights
    if changed is not None and changed[1] >= row.start and changed[0] <= row.end:
        area = (row.x(changed[0]), wave, max(row.x(changed[0]) + 2, row.x(changed[1])), bottom)
        scene.box(area, WHITE, opacity=0.055)
    for start, end in _told_apart(kiai_spans(side, row.start, row.end), row):
        with scene.group("kiai", "kiai", start=round(start), end=round(end)):
            scene.box((row.x(start), wave, row.x(end), wave_bottom), KIAI, opacity=0.16)
            scene.box((row.x(start), wave - 3, row.x(end), wave), KIAI)
    for period in side.beatmap.breaks:
        if period.end > row.start and period.start < row.end:
            with scene.group("break", "break", start=round(period.start), end=round(period.end)):
                area = (row.x(period.start), wave, row.x(period.end), bottom)
                scene.box(area, BREAK, opacity=0.2)
                if area[2] - area[0] > 40:
                    middle = ((area[0] + area[2]) / 2, wave_bottom + 14)
                    scene.text(middle, "break", CAPTION, SOFT_TEXT, anchor="middle")


def kiai_spans(side: Side, start: float, end: float) -> list[tuple[float, float]]:
    """When kiai is on, within a range."""
    spans: list[tuple[float, float]] = []
    since: float | None = start if side.beatmap.timing.kiai_at(start) else None
    for time, on in side.beatmap.timing.kiai_changes():
        if not start < time < end:
            continue
        if on:
            since = time
        elif since is not None:
            spans.append((since, time))
            since = None
    if since is not None:
        spans.append((since, end))
    return spans


def _told_apart(spans: Sequence[tuple[float, float]], row: Row) -> list[tuple[float, float]]:
    """The spans, those joined that would meet on the screen."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and row.x(start) - row.x(joined[-1][1]) < _NEAREST_KIAI:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _waveform(scene: Scene, outline: Outline, row: Row, top: float, bottom: float) -> None:
    middle, half = (top + bottom) / 2, (bottom - top) / 2
    first = max(0, int((row.start - outline.start_ms) / outline.step_ms))
    last = min(len(outline.peaks), int((row.end - outline.start_ms) / outline.step_ms) + 1)
    if last - first < 2:
        return
    xs = [row.x(outline.start_ms + index * outline.step_ms) for index in range(first, last)]
    with scene.group("waveform"):
        for values, colour in ((outline.peaks, WAVE_PEAK), (outline.means, WAVE_BODY)):
            levels = values[first:last].tolist()
            upper = [(x, middle - half * v - 0.3) for x, v in zip(xs, levels, strict=True)]
            lower = [(x, middle + half * v + 0.3) for x, v in zip(xs, levels, strict=True)]
            scene.add(Shape((*upper, *reversed(lower)), colour))
