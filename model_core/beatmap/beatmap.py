"""A beatmap: a lossless document, and what the game reads out of it.

Parsing never fails. Views are made when they are first asked for, so that looking at the
title of a map does not read its objects.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from .breaks import BreakPeriod, read_breaks
from .combos import combo_labels
from .document import Document
from .hit_objects import HitObject
from .numbers import parse_float, parse_int
from .object_reader import ObjectReader, read_hit_objects
from .timing import Timing
from .timing_points import SAMPLE_SETS, TimingPoint, read_timing_points

#: Files before version 5 are this many ms early; the game adds it to every time.
EARLY_VERSION_OFFSET = 24.0


def parse(data: bytes) -> Beatmap:
    """Reads a .osu file; never raises. ``parse(data).to_bytes() == data`` for any bytes."""
    return Beatmap(Document(data))


class Beatmap:
    """An immutable beatmap. Times are ms, already shifted for old versions."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def to_bytes(self) -> bytes:
        """The file, byte for byte as it was read."""
        return self.document.data

    @property
    def version(self) -> int:
        """The format version, e.g. 14."""
        return self.document.version

    @property
    def time_offset(self) -> float:
        """What the game adds to every time in this file, in ms."""
        return EARLY_VERSION_OFFSET if self.version < 5 else 0.0

    @cached_property
    def general(self) -> Mapping[str, str]:
        """Keys of [General]; the last of a repeated key counts."""
        return self._keyed("General")

    @cached_property
    def editor(self) -> Mapping[str, str]:
        """Keys of [Editor]."""
        return self._keyed("Editor")

    @cached_property
    def metadata(self) -> Mapping[str, str]:
        """Keys of [Metadata]."""
        return self._keyed("Metadata")

    @cached_property
    def difficulty(self) -> Mapping[str, str]:
        """Keys of [Difficulty]."""
        return self._keyed("Difficulty")

    def _keyed(self, section: str) -> Mapping[str, str]:
        values: dict[str, str] = {}
        for reading in self.document.section(section):
            key, _, value = reading.text.partition(":")
            values[key.strip()] = value.strip()
        return MappingProxyType(values)

    @property
    def mode(self) -> int:
        """0 osu!standard, 1 taiko, 2 catch, 3 mania."""
        mode = _int(self.general.get("Mode"), 0)
        return mode if 0 <= mode <= 3 else 0

    @property
    def audio_filename(self) -> str | None:
        """The audio file's name relative to the map's folder, if the map names one."""
        return self.general.get("AudioFilename") or None

    @property
    def title(self) -> str:
        """The song's title."""
        return self.metadata.get("Title", "")

    @property
    def artist(self) -> str:
        """The song's artist."""
        return self.metadata.get("Artist", "")

    @property
    def creator(self) -> str:
        """Who made the map."""
        return self.metadata.get("Creator", "")

    @property
    def difficulty_name(self) -> str:
        """The difficulty's name."""
        return self.metadata.get("Version", "")

    @property
    def beatmap_id(self) -> int | None:
        """The online id, if the map has one."""
        value = _int(self.metadata.get("BeatmapID"), 0)
        return value if value > 0 else None

    @property
    def slider_multiplier(self) -> float:
        """Base slider velocity: hundreds of osu! pixels per beat, 0.4..3.6."""
        return self._setting("SliderMultiplier", 1.4, 0.4, 3.6)

    @property
    def slider_tick_rate(self) -> float:
        """Slider ticks per beat, 0.5..8."""
        return self._setting("SliderTickRate", 1.0, 0.5, 8.0)

    @property
    def circle_size(self) -> float:
        """CS 0..10; the number of columns in mania."""
        return self._setting("CircleSize", 5.0, 0.0, 18.0 if self.mode == 3 else 10.0)

    @property
    def overall_difficulty(self) -> float:
        """OD 0..10."""
        return self._setting("OverallDifficulty", 5.0, 0.0, 10.0)

    @property
    def approach_rate(self) -> float:
        """AR 0..10; old maps without one use OD."""
        if "ApproachRate" not in self.difficulty:
            return self.overall_difficulty
        return self._setting("ApproachRate", 5.0, 0.0, 10.0)

    @property
    def hp_drain_rate(self) -> float:
        """HP 0..10."""
        return self._setting("HPDrainRate", 5.0, 0.0, 10.0)

    @property
    def stack_leniency(self) -> float:
        """How readily objects stack, 0..1."""
        return _float(self.general.get("StackLeniency"), 0.7)

    def _setting(self, key: str, default: float, low: float, high: float) -> float:
        return min(high, max(low, _float(self.difficulty.get(key), default)))

    @property
    def default_sample_set(self) -> int:
        """[General] SampleSet: 0 none, 1 normal, 2 soft, 3 drum."""
        return SAMPLE_SETS.get(self.general.get("SampleSet", "").lower(), 0)

    @cached_property
    def timing_points(self) -> tuple[TimingPoint, ...]:
        """Every timing line, in file order."""
        return read_timing_points(
            self.document,
            self.time_offset,
            self.default_sample_set,
            _int(self.general.get("SampleVolume"), 100),
        )

    @cached_property
    def timing(self) -> Timing:
        """Lookups over the timing lines."""
        return Timing(self.timing_points)

    @cached_property
    def hit_objects(self) -> tuple[HitObject, ...]:
        """Every hit object, in file order."""
        reader = ObjectReader(self.version, self.time_offset, self.timing, self.slider_multiplier)
        return read_hit_objects(self.document, reader)

    @cached_property
    def breaks(self) -> tuple[BreakPeriod, ...]:
        """Every break line, in file order."""
        return read_breaks(self.document, self.time_offset)

    @cached_property
    def _combos(self) -> tuple[tuple[int, ...], tuple[bool, ...]]:
        return combo_labels(self.hit_objects, self.breaks)

    def combo_labels(self) -> tuple[int, ...]:
        """The number on each object, as editor timestamps name it; in file order."""
        return self._combos[0]

    def combo_starts(self) -> tuple[bool, ...]:
        """Whether each object starts a combo, forced ones included; in file order."""
        return self._combos[1]


def _int(text: str | None, default: int) -> int:
    try:
        return default if text is None else parse_int(text)
    except ValueError:
        return default


def _float(text: str | None, default: float) -> float:
    try:
        value = default if text is None else parse_float(text)
    except ValueError:
        return default
    return default if math.isnan(value) else value
