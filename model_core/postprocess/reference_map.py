"""A whole ``.osu`` from events, as the published models' programs write one.

For parity; what a mapper gets is written by :mod:`model_core.beatmap.edits` instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from model_core.postprocess.objects import ObjectWriter
from model_core.postprocess.timing_changes import Line, TimingLines, line_text
from model_core.tokens.events import Event, EventType
from model_core.tokens.layout import Layout
from model_core.tokens.reference_timing import ReferenceTiming, TimingLine
from model_core.tokens.timelines import median_beat_length

__all__ = ["ReferenceHeader", "WrittenMap", "post_process_reference", "write_reference"]


@dataclass(frozen=True, slots=True)
class ReferenceHeader:
    """What a written map says beside its objects; numbers are written as Python prints them."""

    audio_filename: str = ""
    preview_time: int = -1
    mode: int = 0
    title: str = ""
    title_unicode: str = ""
    artist: str = ""
    artist_unicode: str = ""
    creator: str = ""
    version: str = ""
    source: str = ""
    tags: str = ""
    hp_drain_rate: float = 5
    circle_size: float = 4
    overall_difficulty: float = 8
    approach_rate: float = 9
    slider_multiplier: float = 1.4
    slider_tick_rate: float = 1
    bpm: float = 120  # of the only red line where the song has no timing
    offset: int = 0  # ms, the same
    background_line: str = ""  # of [Events]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """From a mapping that has any of the fields; others are left out."""
        return cls(
            **{field.name: config[field.name] for field in fields(cls) if field.name in config}
        )


@dataclass(frozen=True, slots=True)
class WrittenMap:
    """The parts of a written map; lines as in the file."""

    header: str  # everything before the timing lines
    timing_lines: tuple[str, ...]
    object_lines: tuple[str, ...]
    random_places: int  # parts that said only how far they are from the part before

    @property
    def text(self) -> str:
        """The whole file."""
        timing, objects = "\n".join(self.timing_lines), "\n".join(self.object_lines)
        return f"{self.header}[TimingPoints]\n{timing}\n\n{_COLOURS}\n\n[HitObjects]\n{objects}"


def post_process_reference(
    events: Iterable[Event],
    timing: Iterable[TimingLine],
    layout: Layout,
    header: ReferenceHeader,
    *,
    snap_overlaps: bool = False,
    seed: int = 0,
) -> str:
    """The text of the map that events describe on the red lines of ``timing``.

    ``events`` are those of all contexts, merged, resnapped, with positions in osu! pixels;
    ``snap_overlaps`` stacks objects that nearly lie on one another; ``seed`` draws the directions
    of parts that say only their distance.
    """
    return write_reference(
        events, timing, layout, header, snap_overlaps=snap_overlaps, seed=seed
    ).text


def write_reference(
    events: Iterable[Event],
    timing: Iterable[TimingLine],
    layout: Layout,
    header: ReferenceHeader,
    *,
    snap_overlaps: bool = False,
    seed: int = 0,
) -> WrittenMap:
    """As :func:`post_process_reference`, in parts."""
    listed = list(events)
    lines = TimingLines(timing)
    if not lines.lines:
        lines = TimingLines([Line(float(header.offset), 60000 / header.bpm)])
    last = max((event.value for event in listed if event.type is EventType.TIME), default=0)
    writer = ObjectWriter(
        lines,
        layout,
        header.mode,
        header.slider_multiplier,
        median_beat_length(ReferenceTiming(lines.lines), last, as_reference=True),
        np.random.default_rng(seed),
        snap_overlaps=snap_overlaps,
    )
    writer.write(listed)
    return WrittenMap(
        _header_text(header),
        tuple(line_text(line) for line in lines.lines),
        tuple(writer.lines),
        writer.random_places,
    )


def _header_text(header: ReferenceHeader) -> str:
    background = f"{header.background_line.rstrip()}\n" if header.background_line else ""
    return f"""osu file format v14

[General]
AudioFilename: {header.audio_filename}
AudioLeadIn: 0
PreviewTime: {header.preview_time}
Countdown: 0
SampleSet: All
StackLeniency: 0.7
Mode: {header.mode}
LetterboxInBreaks: 0
WidescreenStoryboard: 1
OverlayPosition: Above

[Editor]
Bookmarks:-330001
DistanceSpacing: 1.0
BeatDivisor: 4
GridSize: 8
TimelineZoom: 2.20004

[Metadata]
Title:{header.title}
TitleUnicode:{header.title_unicode}
Artist:{header.artist}
ArtistUnicode:{header.artist_unicode}
Creator:{header.creator}
Version:{header.version}
Source:{header.source}
Tags:{header.tags}

[Difficulty]
HPDrainRate:{header.hp_drain_rate}
CircleSize:{header.circle_size}
OverallDifficulty:{header.overall_difficulty}
ApproachRate:{header.approach_rate}
SliderMultiplier:{header.slider_multiplier}
SliderTickRate:{header.slider_tick_rate}

[Events]
//Background and Video events
{background}//Break Periods
//Storyboard Layer 0 (Background)
//Storyboard Layer 1 (Fail)
//Storyboard Layer 2 (Pass)
//Storyboard Layer 3 (Foreground)
//Storyboard Layer 4 (Overlay)
//Storyboard Sound Samples

"""


# The published programs' colours, with the invisible character that their template has.
_COLOURS = """[Colours]
Combo0 : 255,192,0
Combo1 : 255,192,0
Combo2 : 0,202,0
\u034fCombo3 : 242,24,57
Combo4 : 18,124,255
Combo5 : 242,24,57"""
