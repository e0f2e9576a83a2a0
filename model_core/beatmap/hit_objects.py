"""Hit objects of a map as typed views; :mod:`.object_reader` reads them from their lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .geometry.curves import Point, SliderCurve, parse_curve
from .geometry.slider_path import SliderPath, slider_path
from .new_objects import ObjectKind
from .numbers import parse_int
from .timing import SAMPLE_LENIENCY

CIRCLE_BIT, SLIDER_BIT, NEW_COMBO_BIT, SPINNER_BIT, HOLD_BIT = 1, 2, 4, 8, 128
MAX_SLIDES = 9000
#: The first version whose coordinates have decimals.
LAZER_VERSION = 128
#: Samples of more letters name a file, and are not worth remembering.
_USUAL_SAMPLE = 24


@dataclass(frozen=True, slots=True)
class HitSample:
    """``normal:addition:index:volume:filename``; 0 means: as the timing line says."""

    normal_set: int = 0
    addition_set: int = 0
    index: int = 0
    volume: int = 0
    filename: str = ""


NO_SAMPLE = HitSample()


class SliderFields:
    """The fields that only sliders have, as text that was found to be in order.

    They are read when somebody asks: few look at the curve of every slider of a map.
    """

    __slots__ = (
        "_curve",
        "_samples",
        "_sounds",
        "curve_text",
        "decimals",
        "pace",
        "sets",
        "sounds",
    )

    def __init__(
        self,
        curve_text: str,
        decimals: bool,
        sounds: str,
        sets: str,
        pace: tuple[float, float, float],
        curve: SliderCurve | None,
    ) -> None:
        self.curve_text, self.decimals = curve_text, decimals
        self.sounds, self.sets = sounds, sets
        #: Slider multiplier of the map, slider velocity and beat length at the slider.
        self.pace = pace
        self._curve = curve
        self._sounds: tuple[int, ...] | None = None
        self._samples: tuple[HitSample, ...] | None = None

    def curve(self, head: Point) -> SliderCurve:
        """The control points."""
        if self._curve is None:
            self._curve = parse_curve(self.curve_text, head, self.decimals)
        return self._curve

    def node_sounds(self, nodes: int, default: int) -> tuple[int, ...]:
        """Sound bits of ``nodes`` nodes; what is no number sounds like nothing."""
        if self._sounds is None:
            written = self.sounds.split("|", nodes)[:nodes] if self.sounds else []
            missing = nodes - len(written)
            self._sounds = (*map(_int_or_zero, written), *[default] * missing)
        return self._sounds

    def node_samples(self, nodes: int, default: HitSample) -> tuple[HitSample, ...]:
        """Samples of ``nodes`` nodes; an empty one is the object's."""
        if self._samples is None:
            written = self.sets.split("|", nodes)[:nodes] if self.sets else []
            missing = nodes - len(written)
            read = [parse_sample(text) if text else default for text in written]
            self._samples = (*read, *[default] * missing)
        return self._samples

    @property
    def key(self) -> tuple[object, ...]:
        """What makes these fields equal to others."""
        return (self.curve_text, self.decimals, self.sounds, self.sets, self.pace)


class HitObject:
    """One hit object. Times in ms, positions and lengths in osu! pixels; never changed.

    ``line`` is the index into ``document.lines``. ``x`` and ``y`` are where the game puts the
    object: whole pixels before format 128, the middle of the playfield for a spinner.
    ``new_combo`` and ``combo_skip`` are as written. ``length`` is the length of one slide as
    written (``None``: the drawn curve's own). Of a slider's ``sample`` the game reads the two
    sets only.
    """

    __slots__ = (
        "_end_time",
        "_slider",
        "combo_skip",
        "hit_sound",
        "kind",
        "length",
        "line",
        "new_combo",
        "sample",
        "slides",
        "time",
        "x",
        "y",
    )

    def __init__(
        self,
        line: int,
        kind: ObjectKind,
        x: float,
        y: float,
        time: float,
        end_time: float | None,
        new_combo: bool,
        combo_skip: int,
        hit_sound: int,
        sample: HitSample,
        slider: SliderFields | None = None,
        slides: int = 1,
        length: float | None = None,
    ) -> None:
        self.line, self.kind, self.x, self.y, self.time = line, kind, x, y, time
        self._end_time = end_time
        self.new_combo, self.combo_skip = new_combo, combo_skip
        self.hit_sound, self.sample = hit_sound, sample
        self._slider, self.slides, self.length = slider, slides, length

    @property
    def end_time(self) -> float:
        """The end of a slider's last slide as the game computes it; a circle's time."""
        if self._end_time is None:
            path = self.path()
            assert path is not None and self._slider is not None
            self._end_time = self.time + self.slides * span_duration(
                path.length, *self._slider.pace
            )
        return self._end_time

    @property
    def curve(self) -> SliderCurve | None:
        """A slider's control points; ``None`` for other kinds."""
        return None if self._slider is None else self._slider.curve((self.x, self.y))

    @property
    def node_sounds(self) -> tuple[int, ...]:
        """Sound bits of a slider's nodes, head first: one more than slides; else empty."""
        if self._slider is None:
            return ()
        return self._slider.node_sounds(self.slides + 1, self.hit_sound)

    @property
    def node_samples(self) -> tuple[HitSample, ...]:
        """Samples of a slider's nodes, head first: one more than slides; else empty."""
        if self._slider is None:
            return ()
        return self._slider.node_samples(self.slides + 1, self.sample)

    @property
    def node_sets(self) -> tuple[tuple[int, int], ...]:
        """Sample sets (normal, addition) of a slider's nodes."""
        return tuple((node.normal_set, node.addition_set) for node in self.node_samples)

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

    def _key(self) -> tuple[object, ...]:
        # A slider's end follows from the rest, and may not be known yet.
        last = self._end_time if self._slider is None else self._slider.key
        return (
            *(self.line, self.kind, self.x, self.y, self.time, self.new_combo, self.combo_skip),
            *(self.hit_sound, self.sample, self.slides, self.length, last),
        )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, HitObject):
            return NotImplemented
        return self.line == other.line and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.line, self.kind, self.time))

    def __repr__(self) -> str:
        place = f"line={self.line}, x={self.x}, y={self.y}, time={self.time}"
        return f"HitObject({self.kind.value}, {place}, end_time={self.end_time})"


def span_duration(
    length: float, slider_multiplier: float, slider_velocity: float, beat_length: float
) -> float:
    """Milliseconds one slide of ``length`` pixels takes."""
    return length * beat_length / (slider_multiplier * 100.0 * slider_velocity)


def parse_sample(text: str) -> HitSample:
    """``normal:addition[:index[:volume[:filename]]]``; unknown sets count as normal.

    Raises ``ValueError`` or ``IndexError`` where the game would skip the line.
    """
    return _usual_sample(text) if len(text) <= _USUAL_SAMPLE else _sample(text)


def parse_sample_sets(text: str) -> HitSample:
    """The two sets alone, which are all that the game reads of a slider's sample."""
    if not text:
        return NO_SAMPLE
    fields = text.split(":", 2)
    return HitSample(_known_set(parse_int(fields[0])), _known_set(parse_int(fields[1])))


def _sample(text: str) -> HitSample:
    if not text:
        return NO_SAMPLE
    fields = text.split(":", 5)
    count = len(fields)
    return HitSample(
        _known_set(parse_int(fields[0])),
        _known_set(parse_int(fields[1])),
        parse_int(fields[2]) if count > 2 else 0,
        max(0, parse_int(fields[3])) if count > 3 else 0,
        fields[4] if count > 4 else "",
    )


_usual_sample = lru_cache(maxsize=1024)(_sample)


def _known_set(value: int) -> int:
    return value if 0 <= value <= 3 else 1


def _int_or_zero(text: str) -> int:
    try:
        return parse_int(text)
    except ValueError:
        return 0
