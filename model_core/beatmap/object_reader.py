"""Hit-object lines: ``x,y,time,type,hitSound,params,hitSample``.

Every rule here is what the game does on reading (``ConvertHitObjectParser``): coordinates are
truncated to whole pixels before format 128, a slider line may stop after its slide count,
missing node sounds follow the object's, and a line that does not parse is skipped without a
word. Curves and node sounds are checked here and read later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .document import Document
from .geometry.curves import SliderCurve, parse_curve
from .hit_objects import (
    CIRCLE_BIT,
    HOLD_BIT,
    LAZER_VERSION,
    MAX_SLIDES,
    NEW_COMBO_BIT,
    NO_SAMPLE,
    SLIDER_BIT,
    SPINNER_BIT,
    HitObject,
    HitSample,
    SliderFields,
    parse_sample,
    parse_sample_sets,
    span_duration,
)
from .new_objects import ObjectKind
from .numbers import MAX_COORDINATE, parse_float, parse_int, parse_single
from .timing import Pace, Timing

#: A file that asks for more slider nodes, or for drawing more curves only to learn how long
#: they are, is no map but an attempt to use up memory or time; further sliders are skipped.
MAX_NODES, MAX_DRAWING = 1_000_000, 20_000_000
#: Where the game puts every spinner.
MIDDLE = (256.0, 192.0)
#: Curves of this many points or fewer count as one segment when the work is estimated.
SHORT_CURVE = 100
#: Curves that parse, and whose points are equal only where their letters are. Any other curve
#: is read at once, by the rules.
_USUAL_CURVE = re.compile(r"[BCLP](?:\|(?:0|-?[1-9][0-9]{0,4}):(?:0|-?[1-9][0-9]{0,4}))+")
_USUAL_SETS = re.compile(r"[0-9]:[0-9](?:\|[0-9]:[0-9])*")


class ObjectReader:
    """Reads hit-object lines of one map, given its version, timing and slider multiplier."""

    def __init__(
        self, version: int, offset: float, timing: Timing, slider_multiplier: float
    ) -> None:
        self._decimals = version >= LAZER_VERSION
        self._offset = offset
        self._timing = timing
        self._slider_multiplier = slider_multiplier
        self._nodes_left, self._drawing_left = MAX_NODES, MAX_DRAWING
        self._pace = Pace(0.0, 0.0, 1.0, 1.0)

    def read(self, text: str, line: int) -> HitObject:
        """One line; raises ``ValueError`` or ``IndexError`` where the game would skip it."""
        fields = text.split(",", 11)
        x = parse_single(fields[0], MAX_COORDINATE)
        y = parse_single(fields[1], MAX_COORDINATE)
        if not self._decimals:
            x, y = float(int(x)), float(int(y))
        time = parse_float(fields[2]) + self._offset
        bits = parse_int(fields[3])
        new_combo = bits & NEW_COMBO_BIT != 0
        skip = (bits >> 4) & 7
        sound = parse_int(fields[4])
        if bits & CIRCLE_BIT:
            kind, end = ObjectKind.CIRCLE, time
            sample = parse_sample(fields[5]) if len(fields) > 5 else NO_SAMPLE
        elif bits & SLIDER_BIT:
            return self._slider(fields, line, x, y, time, new_combo, skip, sound)
        elif bits & SPINNER_BIT:
            kind, (x, y) = ObjectKind.SPINNER, MIDDLE
            end = max(time, parse_float(fields[5]) + self._offset)
            sample = parse_sample(fields[6]) if len(fields) > 6 else NO_SAMPLE
        elif bits & HOLD_BIT:
            kind = ObjectKind.HOLD
            end, sample = self._hold(fields, time)
        else:
            raise ValueError(f"unknown hit object type {bits}")
        return HitObject(line, kind, x, y, time, end, new_combo, skip, sound, sample)

    def _hold(self, fields: Sequence[str], time: float) -> tuple[float, HitSample]:
        # The game compares the end as written with the time already shifted.
        if len(fields) < 6 or not fields[5]:
            return time + self._offset, NO_SAMPLE
        end, _, rest = fields[5].partition(":")
        return max(time, parse_float(end)) + self._offset, parse_sample(rest)

    def _slider(
        self,
        fields: Sequence[str],
        line: int,
        x: float,
        y: float,
        time: float,
        new_combo: bool,
        skip: int,
        sound: int,
    ) -> HitObject:
        count = len(fields)
        slides = parse_int(fields[6])
        if slides > MAX_SLIDES:
            raise ValueError("slide count is way too high")
        slides = max(1, slides)
        length: float | None = None
        if count > 7:
            length = max(0.0, parse_float(fields[7], MAX_COORDINATE)) or None
        sample = parse_sample_sets(fields[10]) if count > 10 else NO_SAMPLE
        sets = fields[9] if count > 9 else ""
        if sets and not _USUAL_SETS.fullmatch(sets):
            for node in sets.split("|", slides + 1)[: slides + 1]:
                parse_sample(node)
        curve: SliderCurve | None = None
        if not _USUAL_CURVE.fullmatch(fields[5]) or self._decimals:
            curve = parse_curve(fields[5], (x, y), self._decimals)
        self._nodes_left -= slides + 1
        if self._nodes_left < 0:
            raise ValueError("more slider nodes than any map has")
        pace = self._pace_at(time)
        slider = SliderFields(
            fields[5],
            self._decimals,
            fields[8] if count > 8 else "",
            sets,
            (self._slider_multiplier, pace.velocity, pace.beat_length),
            curve,
        )
        end: float | None = None
        if length is not None and not _may_end_twice(fields[5], curve, x, y):
            end = time + slides * span_duration(length, *slider.pace)
        else:
            self._count_drawing(slider, x, y)
        return HitObject(
            *(line, ObjectKind.SLIDER, x, y, time, end, new_combo, skip, sound, sample),
            *(slider, slides, length),
        )

    def _pace_at(self, time: float) -> Pace:
        if not self._pace.start <= time < self._pace.end:
            self._pace = self._timing.pace_at(time)
        return self._pace

    def _count_drawing(self, slider: SliderFields, x: float, y: float) -> None:
        points = slider.curve_text.count("|") + 1
        cost = points * points if points <= SHORT_CURVE else slider.curve((x, y)).cost
        self._drawing_left -= cost
        if self._drawing_left < 0:
            raise ValueError("more curves without a length than any map has")


def _may_end_twice(text: str, curve: SliderCurve | None, x: float, y: float) -> bool:
    """Whether the path may end on one point twice: the game does not lengthen it then."""
    if curve is not None:
        return curve.ends_on_double_point
    *_, before, last = text.rsplit("|", 2)
    return last == before or (len(before) == 1 and last == f"{x:.0f}:{y:.0f}")


def read_hit_objects(document: Document, reader: ObjectReader) -> tuple[HitObject, ...]:
    """All hit objects that the game would read, in file order."""
    objects: list[HitObject] = []
    for line, text in document.section("HitObjects"):
        try:
            objects.append(reader.read(text, line))
        except (ValueError, IndexError):
            continue
    return tuple(objects)
