"""The beatmap file of a mapped song, as an editor would have saved it, in all four modes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from model_core.beatmap import parse
from model_core.beatmap.edits.new_map import SET_NAMES, VERSION
from model_core.beatmap.edits.object_lines import format_object
from model_core.beatmap.new_objects import NewObject
from model_core.training.mapper.settings import Settings
from model_core.training.mapper.timing_lines import Change, number, timing_lines
from model_core.training.songs import SongPlan

_BREAK_BEFORE_MS, _BREAK_AFTER_MS, _SHORTEST_BREAK_MS = 200, 450, 650
_LEAST_REST_MS = 2600
_COLOURS = ("255,128,64", "64,160,255", "160,224,96", "240,208,80")
_MANIA = 3


def file_head(
    plan: SongPlan,
    settings: Settings,
    changes: Iterable[Change],
    spans: Iterable[tuple[int, int]],
    *,
    name: str,
    mapper_id: int,
    sample_set: int,
    stack_leniency: float,
    audio_filename: str,
) -> bytes:
    """The .osu file up to its hit objects.

    Args:
        changes: what the timing lines say beside the tempi.
        spans: when each object begins and ends, in ms, ordered by beginning.
        name: the difficulty's.
        sample_set: the map's usual one, 1 normal, 2 soft, 3 drum.
    """
    lines = [
        f"osu file format v{VERSION}",
        "",
        "[General]",
        f"AudioFilename: {audio_filename}",
        "AudioLeadIn: 0",
        f"PreviewTime: {_preview(plan)}",
        "Countdown: 0",
        f"SampleSet: {SET_NAMES[sample_set]}",
        f"StackLeniency: {number(stack_leniency)}",
        f"Mode: {settings.mode}",
        "LetterboxInBreaks: 0",
        *(("SpecialStyle: 0",) if settings.mode == _MANIA else ()),
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
        f"Creator:rule mapper {mapper_id}",
        f"Version:{name}",
        "Source:",
        f"Tags:{plan.genre} synthetic",
        "BeatmapID:0",
        "BeatmapSetID:-1",
        "",
        "[Difficulty]",
        f"HPDrainRate:{number(settings.hp_drain_rate)}",
        f"CircleSize:{number(settings.circle_size)}",
        f"OverallDifficulty:{number(settings.overall_difficulty)}",
        f"ApproachRate:{number(settings.approach_rate)}",
        f"SliderMultiplier:{number(settings.slider_multiplier)}",
        f"SliderTickRate:{settings.tick_rate}",
        "",
        "[Events]",
        "//Background and Video events",
        "//Break Periods",
        *(f"2,{start},{end}" for start, end in breaks(spans, settings.approach_rate)),
        "//Storyboard Layer 0 (Background)",
        "",
        "[TimingPoints]",
        *timing_lines(plan, changes),
        "",
        "",
        "[Colours]",
        *(f"Combo{index} : {colour}" for index, colour in enumerate(_COLOURS, 1)),
        "",
        "[HitObjects]",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8")


def map_file(head: bytes, objects: Sequence[NewObject], mode: int) -> bytes:
    """The whole .osu file of a head and its hit objects."""
    timing = parse(head).timing
    own_volume = mode == _MANIA
    lines = [
        f"{format_object(item, timing, VERSION, 0.0, own_volume=own_volume)}\r\n"
        for item in objects
    ]
    return head + "".join(lines).encode("utf-8")


def _preview(plan: SongPlan) -> int:
    """The first climax, else the beginning."""
    for section in plan.sections:
        if section.kiai:
            return round(plan.milliseconds(section.first_tick))
    return round(plan.milliseconds(0))


def breaks(spans: Iterable[tuple[int, int]], approach_rate: float) -> Iterator[tuple[int, int]]:
    """Break periods where nothing is clicked for long, as the editor places them.

    Args:
        spans: when each object begins and ends, in ms, ordered by beginning.
    """
    rate = approach_rate
    preempt = 1200 + 120 * (5 - rate) if rate < 5 else 1200 - 150 * (rate - 5)
    ended: int | None = None
    for begins, ends in spans:
        if ended is not None and begins - ended >= _LEAST_REST_MS:
            start = ended + _BREAK_BEFORE_MS
            end = begins - round(max(_BREAK_AFTER_MS, preempt))
            if end - start >= _SHORTEST_BREAK_MS:
                yield start, end
        ended = ends if ended is None else max(ended, ends)
