"""The beatmap file of a mapped song, as an editor would have saved it.

Timing has one red line per tempo and one green line per section, which carries the section's
slider velocity, volume and kiai: every object of a section shares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from model_core.beatmap.new_objects import NewObject, ObjectKind, Sound
from model_core.training.mapper.levels import Level
from model_core.training.mapper.styles import Style
from model_core.training.songs import Section, SectionKind, SongPlan

_SET_NAMES = {1: "Normal", 2: "Soft", 3: "Drum"}
_CIRCLE, _SLIDER, _NEW_COMBO, _SPINNER = 1, 2, 4, 8
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
        "osu file format v14",
        "",
        "[General]",
        f"AudioFilename: {audio_filename}",
        "AudioLeadIn: 0",
        f"PreviewTime: {_preview(plan)}",
        "Countdown: 0",
        f"SampleSet: {_SET_NAMES[style.sample_set]}",
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
        *(object_line(item) for item in objects),
        "",
    ]
    return "\r\n".join(lines).encode("utf-8")


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


def object_line(item: NewObject) -> str:
    """One line of [HitObjects]."""
    combo = _NEW_COMBO if item.new_combo else 0
    head = f"{item.x},{item.y},{item.time}"
    first = item.sounds[0]
    if item.kind is ObjectKind.CIRCLE:
        return f"{head},{_CIRCLE | combo},{first.additions},{_sample(first)}"
    if item.kind is ObjectKind.SPINNER:
        return f"{head},{_SPINNER | combo},{first.additions},{item.end_time},{_sample(first)}"
    path = "|".join([item.curve_letter, *(f"{x}:{y}" for x, y in item.curve_points)])
    body = item.body or Sound(0, first.sample_set, first.addition_set, first.volume)
    sounds = "|".join(str(sound.additions) for sound in item.sounds)
    sets = "|".join(f"0:{_addition(sound)}" for sound in item.sounds)
    return (
        f"{head},{_SLIDER | combo},{body.additions},{path},{item.slides},{number(item.length)},"
        f"{sounds},{sets},{_sample(body)}"
    )


def _addition(sound: Sound) -> int:
    """0, the green line's set, where the additions use the same set as the hit itself."""
    return 0 if sound.addition_set == sound.sample_set else sound.addition_set


def _sample(sound: Sound) -> str:
    return f"0:{_addition(sound)}:0:0:"
