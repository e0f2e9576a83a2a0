"""Hit-object lines: ``x,y,time,type,hitSound,params,hitSample`` as typed views.

Every rule here is what the game does on reading: coordinates are truncated to whole pixels
before format 128, a slider line may stop after its slide count, missing node sounds follow
the object's, and a line that does not parse is skipped without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .document import Document
from .geometry.curves import parse_curve
from .geometry.slider_path import Point, SliderCurve, SliderPath, slider_path
from .new_objects import ObjectKind
from .numbers import MAX_COORDINATE, parse_float, parse_int
from .timing import SAMPLE_LENIENCY, Timing

CIRCLE_BIT, SLIDER_BIT, NEW_COMBO_BIT, SPINNER_BIT, HOLD_BIT = 1, 2, 4, 8, 128
MAX_SLIDES = 9000
#: A file that asks for more slider nodes, or for drawing more curves only to learn how long
#: they are, is no map but an attempt to use up memory or time; further sliders are skipped.
MAX_NODES, MAX_DRAWING = 300_000, 20_000_000
#: The first version whose coordinates have decimals.
LAZER_VERSION = 128


@dataclass(frozen=True, slots=True)
class HitSample:
    """``normal:addition:index:volume:filename``; 0 means: as the timing line says."""

    normal_set: int = 0
    addition_set: int = 0
    index: int = 0
    volume: int = 0
    filename: str = ""


NO_SAMPLE = HitSample()


@dataclass(frozen=True, slots=True)
class HitObject:
    """One hit object. Times in ms, positions and lengths in osu! pixels.

    ``line`` is the index into ``document.lines``. A slider's ``end_time`` is the end of its
    last slide as the game computes it, a circle's is its time. ``length`` is the length of
    one slide as written (``None``: the drawn curve's own). ``node_sounds`` and ``node_sets``
    (normal, addition) have ``slides + 1`` entries, head first.
    """

    line: int
    kind: ObjectKind
    x: float
    y: float
    time: float
    end_time: float
    new_combo: bool
    combo_skip: int
    hit_sound: int
    sample: HitSample
    curve: SliderCurve | None = None
    slides: int = 1
    length: float | None = None
    node_sounds: tuple[int, ...] = ()
    node_sets: tuple[tuple[int, int], ...] = ()

    @property
    def span_duration(self) -> float:
        """Duration of one slide in ms."""
        return (self.end_time - self.time) / self.slides

    @property
    def node_times(self) -> tuple[float, ...]:
        """When something sounds: the time; a slider's head, repeats and end; a spinner's end."""
        if self.kind is ObjectKind.SLIDER:
            span = self.span_duration
            inner = tuple(self.time + span * index for index in range(1, self.slides))
            return (self.time, *inner, self.end_time)
        if self.kind is ObjectKind.SPINNER:
            return (self.end_time,)
        return (self.time,)

    @property
    def sample_lookups(self) -> tuple[float, ...]:
        """The moments at which the game looks up this object's sounds among timing lines."""
        nodes = tuple(time + SAMPLE_LENIENCY for time in self.node_times)
        if self.end_time > self.time:
            return (self.time + SAMPLE_LENIENCY + 1, *nodes, self.end_time + SAMPLE_LENIENCY)
        return nodes

    def path(self) -> SliderPath | None:
        """A slider's path relative to the playfield; ``None`` for other kinds."""
        return None if self.curve is None else slider_path(self.curve, self.length)

    def end_position(self) -> Point:
        """Where the object ends: a slider's tail, any other's own position."""
        path = self.path()
        if path is None or self.slides % 2 == 0:
            return (self.x, self.y)
        return path.position_at(1.0)


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

    def read(self, text: str, line: int) -> HitObject:
        """One line; raises ``ValueError`` or ``IndexError`` where the game would skip it."""
        fields = text.split(",")
        x = parse_float(fields[0], MAX_COORDINATE)
        y = parse_float(fields[1], MAX_COORDINATE)
        if not self._decimals:
            x, y = float(int(x)), float(int(y))
        time = parse_float(fields[2]) + self._offset
        bits = parse_int(fields[3])
        new_combo = bool(bits & NEW_COMBO_BIT)
        skip = (bits >> 4) & 7
        sound = parse_int(fields[4])
        if bits & CIRCLE_BIT:
            sample = parse_sample(fields[5]) if len(fields) > 5 else NO_SAMPLE
            return HitObject(
                line, ObjectKind.CIRCLE, x, y, time, time, new_combo, skip, sound, sample
            )
        if bits & SLIDER_BIT:
            return self._slider(fields, line, x, y, time, new_combo, skip, sound)
        if bits & SPINNER_BIT:
            end = max(time, parse_float(fields[5]) + self._offset)
            sample = parse_sample(fields[6]) if len(fields) > 6 else NO_SAMPLE
            return HitObject(
                line, ObjectKind.SPINNER, x, y, time, end, new_combo, skip, sound, sample
            )
        if bits & HOLD_BIT:
            end, sample = time, NO_SAMPLE
            if len(fields) > 5 and fields[5]:
                end_text, _, rest = fields[5].partition(":")
                end = max(time, parse_float(end_text) + self._offset)
                sample = parse_sample(rest)
            return HitObject(line, ObjectKind.HOLD, x, y, time, end, new_combo, skip, sound, sample)
        raise ValueError(f"unknown hit object type {bits}")

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
        self._nodes_left -= slides + 1
        if self._nodes_left < 0:
            raise ValueError("more slider nodes than any map has")
        length: float | None = None
        if count > 7:
            length = max(0.0, parse_float(fields[7], MAX_COORDINATE)) or None
        sample = parse_sample(fields[10]) if count > 10 else NO_SAMPLE
        sets = [(sample.normal_set, sample.addition_set)] * (slides + 1)
        if count > 9 and fields[9]:
            for index, text in enumerate(fields[9].split("|")[: slides + 1]):
                if text:
                    node = parse_sample(text)
                    sets[index] = (node.normal_set, node.addition_set)
        sounds = [sound] * (slides + 1)
        if count > 8 and fields[8]:
            for index, text in enumerate(fields[8].split("|")[: slides + 1]):
                sounds[index] = _int_or_zero(text)
        curve = parse_curve(fields[5], (x, y), self._decimals)
        return HitObject(
            line,
            ObjectKind.SLIDER,
            x,
            y,
            time,
            time + slides * self._span(curve, length, time),
            new_combo,
            skip,
            sound,
            sample,
            curve,
            slides,
            length,
            tuple(sounds),
            tuple(sets),
        )

    def _span(self, curve: SliderCurve, length: float | None, time: float) -> float:
        distance = length
        if distance is None or curve.ends_on_double_point:
            distance = self._drawn_length(curve, length)
        return span_duration(
            distance,
            self._slider_multiplier,
            self._timing.slider_velocity_at(time),
            self._timing.beat_length_at(time),
        )

    def _drawn_length(self, curve: SliderCurve, length: float | None) -> float:
        self._drawing_left -= curve.cost
        if self._drawing_left < 0:
            raise ValueError("more curves without a length than any map has")
        return slider_path(curve, length).length


def span_duration(
    length: float, slider_multiplier: float, slider_velocity: float, beat_length: float
) -> float:
    """Milliseconds one slide of ``length`` pixels takes."""
    return length * beat_length / (slider_multiplier * 100.0 * slider_velocity)


def parse_sample(text: str) -> HitSample:
    """``normal:addition[:index[:volume[:filename]]]``; unknown sets count as normal."""
    if not text:
        return NO_SAMPLE
    if text == "0:0:0:0:":
        return NO_SAMPLE
    fields = text.split(":")
    count = len(fields)
    return HitSample(
        _known_set(parse_int(fields[0])),
        _known_set(parse_int(fields[1])),
        parse_int(fields[2]) if count > 2 else 0,
        max(0, parse_int(fields[3])) if count > 3 else 0,
        fields[4] if count > 4 else "",
    )


def _known_set(value: int) -> int:
    return value if 0 <= value <= 3 else 1


def _int_or_zero(text: str) -> int:
    try:
        return parse_int(text)
    except ValueError:
        return 0


def read_hit_objects(document: Document, reader: ObjectReader) -> tuple[HitObject, ...]:
    """All hit objects that the game would read, in file order."""
    objects: list[HitObject] = []
    for reading in document.section("HitObjects"):
        try:
            objects.append(reader.read(reading.text, reading.line))
        except (ValueError, IndexError):
            continue
    return tuple(objects)
