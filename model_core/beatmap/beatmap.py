"""A beatmap: a lossless document, and what the game reads out of it.

Parsing never fails. Views are made when they are first asked for, so that looking at the
title of a map does not read its objects. Of a repeated key the last one that the game can read
counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from .breaks import BreakPeriod
from .colours import Colours, read_colours
from .columns import column_of, key_count
from .combos import Combos, read_combos
from .document import SPACES, Document
from .events import EventFile, Events, StoryboardSample, read_events
from .hit_objects import HitObject
from .numbers import parse_float, parse_int, parse_single, to_single
from .object_reader import ObjectReader, read_hit_objects
from .timing import Timing
from .timing_points import (
    SampleDefaults,
    TimingPoint,
    parse_sample_set,
    read_timing_points,
)

T = TypeVar("T")

#: Files before version 5 are this many ms early; the game adds it to every time.
EARLY_VERSION_OFFSET = 24.0
OFFSET_VERSION = 5
MANIA = 3
MAX_KEYS = 18
DEFAULT_LENIENCY = to_single(0.7)
#: A preview time that means: none was set.
NO_PREVIEW = -1


def parse(data: bytes) -> Beatmap:
    """Reads a .osu file; never raises. ``parse(data).to_bytes() == data`` for any bytes."""
    return Beatmap(Document(data))


class Beatmap:
    """An immutable beatmap. Times are ms, already shifted for old versions."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._sections: dict[str, dict[str, list[str]]] = {}

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
        return EARLY_VERSION_OFFSET if self.version < OFFSET_VERSION else 0.0

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
        return MappingProxyType({key: value[-1] for key, value in self._values(section).items()})

    def _values(self, section: str) -> Mapping[str, list[str]]:
        """All values of every key of a section, in file order."""
        found = self._sections.get(section)
        if found is None:
            found = self._sections[section] = {}
            for reading in self.document.section(section):
                key, _, value = reading.text.partition(":")
                found.setdefault(key.strip(SPACES), []).append(value.strip(SPACES))
        return found

    def _last(self, section: str, key: str, read: Callable[[str], T], default: T) -> T:
        """The last value of a key that ``read`` takes; the game skips the others."""
        for text in reversed(self._values(section).get(key, ())):
            try:
                return read(text)
            except ValueError:
                continue
        return default

    def _flag(self, key: str) -> bool:
        return self._last("General", key, parse_int, 0) == 1

    @property
    def mode(self) -> int:
        """0 osu!standard, 1 taiko, 2 catch, 3 mania."""
        return self._last("General", "Mode", _mode, 0)

    @property
    def audio_filename(self) -> str | None:
        """The audio file's name relative to the map's folder, if the map names one."""
        return self.general.get("AudioFilename", "").replace("\\", "/") or None

    @property
    def audio_lead_in(self) -> int:
        """Milliseconds of silence before the song."""
        return self._last("General", "AudioLeadIn", parse_int, 0)

    @property
    def preview_time(self) -> float | None:
        """Where the preview begins; ``None``: where the game likes."""
        time = self._last("General", "PreviewTime", parse_int, NO_PREVIEW)
        return None if time == NO_PREVIEW else time + self.time_offset

    @property
    def widescreen_storyboard(self) -> bool:
        """Whether the storyboard is wider than 4:3."""
        return self._flag("WidescreenStoryboard")

    @property
    def letterbox_in_breaks(self) -> bool:
        """Whether breaks have black bars."""
        return self._flag("LetterboxInBreaks")

    @property
    def epilepsy_warning(self) -> bool:
        """Whether the map begins with a warning of flashing lights."""
        return self._flag("EpilepsyWarning")

    @property
    def special_style(self) -> bool:
        """Whether a mania map of 8 keys has a scratch lane."""
        return self._flag("SpecialStyle")

    @property
    def bookmarks(self) -> tuple[int, ...]:
        """The editor's bookmarks in ms, in file order."""
        return self._last("Editor", "Bookmarks", _whole_numbers, ())

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
    def tags(self) -> tuple[str, ...]:
        """The words of the tags."""
        return tuple(self.metadata.get("Tags", "").split())

    @property
    def beatmap_id(self) -> int | None:
        """The online id, if the map has one."""
        value = self._last("Metadata", "BeatmapID", parse_int, 0)
        return value if value > 0 else None

    @property
    def beatmap_set_id(self) -> int | None:
        """The online id of the mapset, if it has one."""
        value = self._last("Metadata", "BeatmapSetID", parse_int, 0)
        return value if value > 0 else None

    @property
    def slider_multiplier(self) -> float:
        """Base slider velocity: hundreds of osu! pixels per beat, 0.4..3.6."""
        return _clamp(self._last("Difficulty", "SliderMultiplier", parse_float, 1.4), 0.4, 3.6)

    @property
    def slider_tick_rate(self) -> float:
        """Slider ticks per beat, 0.5..8."""
        return _clamp(self._last("Difficulty", "SliderTickRate", parse_float, 1.0), 0.5, 8.0)

    @property
    def circle_size(self) -> float:
        """CS 0..10; in mania the number of columns, 1..18."""
        size = self._last("Difficulty", "CircleSize", parse_float, 5.0)
        return _clamp(size, 1.0, MAX_KEYS) if self.mode == MANIA else _clamp(size, 0.0, 10.0)

    @property
    def key_count(self) -> int:
        """How many columns a mania map has."""
        return key_count(self.circle_size)

    def column_of(self, item: HitObject) -> int:
        """The column of a mania map's object, 0 for the first."""
        return column_of(item.x, self.key_count)

    @property
    def overall_difficulty(self) -> float:
        """OD 0..10."""
        return _clamp(self._last("Difficulty", "OverallDifficulty", parse_float, 5.0), 0.0, 10.0)

    @property
    def approach_rate(self) -> float:
        """AR 0..10; old maps without one use OD."""
        rate = self._last("Difficulty", "ApproachRate", parse_float, self.overall_difficulty)
        return _clamp(rate, 0.0, 10.0)

    @property
    def hp_drain_rate(self) -> float:
        """HP 0..10."""
        return _clamp(self._last("Difficulty", "HPDrainRate", parse_float, 5.0), 0.0, 10.0)

    @property
    def stack_leniency(self) -> float:
        """How readily objects stack, 0..1."""
        return self._last("General", "StackLeniency", parse_single, DEFAULT_LENIENCY)

    @property
    def default_sample_set(self) -> int:
        """[General] SampleSet: 0 none, 1 normal, 2 soft, 3 drum."""
        return self._last("General", "SampleSet", parse_sample_set, 0)

    @cached_property
    def colours(self) -> Colours:
        """What [Colours] says."""
        return read_colours(self.document)

    @cached_property
    def timing_points(self) -> tuple[TimingPoint, ...]:
        """Every timing line, in file order."""
        return read_timing_points(self.document, self.time_offset, SampleDefaults.of(self.document))

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
    def _events(self) -> Events:
        return read_events(self.document, self.time_offset)

    @cached_property
    def breaks(self) -> tuple[BreakPeriod, ...]:
        """Every break line, in file order."""
        return tuple(self._events.breaks)

    @property
    def background(self) -> EventFile | None:
        """The background picture, if the map names one."""
        found = self._events.background
        return found if found is not None and found.filename else None

    @property
    def video(self) -> EventFile | None:
        """The background video, if the map names one."""
        return self._events.video

    @property
    def storyboard_samples(self) -> tuple[StoryboardSample, ...]:
        """Sounds of the storyboard, in file order."""
        return tuple(self._events.samples)

    @cached_property
    def combos(self) -> Combos:
        """Number, start and colour of each object's combo."""
        return read_combos(self.hit_objects, self.breaks)

    def combo_labels(self) -> tuple[int, ...]:
        """The number on each object, as editor timestamps name it; in file order."""
        return self.combos.numbers

    def combo_starts(self) -> tuple[bool, ...]:
        """Whether each object starts a combo, forced ones included; in file order."""
        return self.combos.starts


def _clamp(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


def _mode(text: str) -> int:
    mode = parse_int(text)
    if not 0 <= mode <= MANIA:
        raise ValueError(f"no such mode: {text!r}")
    return mode


def _whole_numbers(text: str) -> tuple[int, ...]:
    numbers = []
    for part in text.split(","):
        try:
            numbers.append(parse_int(part))
        except ValueError:
            continue
    return tuple(numbers)
