"""The beatmap file of a mapped song, as an editor would have saved it.

Timing has one red line per tempo and one green line per section, which carries the section's
slider velocity, volume and kiai: every object of a section shares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from model_core.beatmap import parse
from model_core.beatmap.edits.new_map import SET_NAMES, VERSION
from model_core.beatmap.edits.object_lines import format_object
from model_core.beatmap.new_objects import NewObject
from model_core.training.mapper.levels import Level
from model_core.training.mapper.styles import Style
from model_core.training.songs import Section, SectionKind, SongPlan

_BREAK_BEFORE_MS, _BREAK_AFTER_MS, _SHORTEST_BREAK_MS = 200, 450, 650
_LEAST_REST_MS = 2600
_COLOURS = ("255,128,64", "64,160,255", "160,224,96", "240,208,80")


def number(value: float) -> str:
    """A number as the editor writes it: no trailing zeros, at most twelve decimals."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def map_file(
    plan: SongPlan,
    level: Level,
    slider_multiplier: float,
    sections: Sequence[tuple[Section, float, int]],
    style: Style,
    objects: Sequence[NewObject],
    audio_filename: str,
) -> bytes:
    """The whole .osu file.

    Args:
        sections: each with its slider velocity multiplier and its volume.
    """
    lines = [
        f"osu file format v{VERSION}",
        "",
        "[General]",
        f"AudioFilename: {audio_filename}",
        "AudioLeadIn: 0",
        f"PreviewTime: {_preview(plan)}",
        "Countdown: 0",
        f"SampleSet: {SET_NAMES[style.sample_set]}",
        "StackLeniency: 0.7",
        "Mode: 0",
        "LetterboxInBreaks: 0",
        "WidescreenStoryboard: 0",
        "",
        "[Editor]",
        "DistanceSpacing: 1",
        "BeatDivisor: 4",
        "GridSize: 32",
        "TimelineZoom: 1",
        "",
        "[Metadata]",
        f"Title:{plan.title}",
        f"TitleUnicode:{plan.title}",
        f"Artist:{plan.artist}",
        f"ArtistUnicode:{plan.artist}",
        f"Creator:rule mapper {style.mapper_id}",
        f"Version:{level.name}",
        "Source:",
        f"Tags:{plan.genre} synthetic",
        "BeatmapID:0",
        "BeatmapSetID:-1",
        "",
        "[Difficulty]",
        f"HPDrainRate:{number(level.hp_drain_rate)}",
        f"CircleSize:{number(level.circle_size)}",
        f"OverallDifficulty:{number(level.overall_difficulty)}",
        f"ApproachRate:{number(level.approach_rate)}",
        f"SliderMultiplier:{number(slider_multiplier)}",
        "SliderTickRate:1",
        "",
        "[Events]",
        "//Background and Video events",
        "//Break Periods",
        *(f"2,{start},{end}" for start, end in breaks(objects, level)),
        "//Storyboard Layer 0 (Background)",
        "",
        "[TimingPoints]",
        *timing_lines(plan, sections, style.sample_set),
        "",
        "",
        "[Colours]",
        *(f"Combo{index} : {colour}" for index, colour in enumerate(_COLOURS, 1)),
        "",
        "[HitObjects]",
        "",
    ]
    head = "\r\n".join(lines)
    timing = parse(head.encode("utf-8")).timing
    body = "".join(f"{format_object(item, timing, VERSION, 0.0)}\r\n" for item in objects)
    return (head + body).encode("utf-8")


def _preview(plan: SongPlan) -> int:
    """The first chorus, else the beginning."""
    for section in plan.sections:
        if section.kind is SectionKind.CHORUS:
            return round(plan.milliseconds(section.first_tick))
    return round(plan.milliseconds(0))


def timing_lines(
    plan: SongPlan, sections: Sequence[tuple[Section, float, int]], sample_set: int
) -> Iterator[str]:
    """Red and green lines in time order."""
    reds = list(plan.tempos)
    for section, velocity, volume in sections:
        time = round(plan.milliseconds(section.first_tick))
        kiai = int(section.kind is SectionKind.CHORUS)
        while reds and reds[0].start_ms <= time:
            red = reds.pop(0)
            yield (
                f"{red.start_ms},{number(red.beat_length)},{red.meter},{sample_set},0,"
                f"{volume},1,{kiai}"
            )
        yield f"{time},{number(-100 / velocity)},4,{sample_set},0,{volume},0,{kiai}"


def breaks(objects: Sequence[NewObject], level: Level) -> Iterator[tuple[int, int]]:
    """Break periods where nothing is clicked for long, as the editor places them."""
    rate = level.approach_rate
    preempt = 1200 + 120 * (5 - rate) if rate < 5 else 1200 - 150 * (rate - 5)
    for before, after in pairwise(objects):
        ended = before.time if before.end_time is None else before.end_time
        if after.time - ended < _LEAST_REST_MS:
            continue
        start = ended + _BREAK_BEFORE_MS
        end = after.time - round(max(_BREAK_AFTER_MS, preempt))
        if end - start >= _SHORTEST_BREAK_MS:
            yield start, end
