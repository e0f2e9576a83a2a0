"""The text of a whole new map: format 14, CRLF, as the editor writes it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..new_objects import NewObject
from ..numbers import format_beat_length, format_number
from ..timing import Timing
from ..timing_points import KIAI, OMIT_BARLINE, TimingPoint
from .green_lines import GreenLine, LineState, demands_of, place, state_of
from .object_lines import format_object

VERSION = 14
MANIA = 3
#: Modes in which the lines' velocity is the speed at which notes scroll.
SCROLLING = (1, MANIA)
SET_NAMES = {1: "Normal", 2: "Soft", 3: "Drum"}


@dataclass(frozen=True, slots=True)
class MapHeader:
    """What stands above the objects of a new map."""

    audio_filename: str
    title: str = ""
    artist: str = ""
    creator: str = ""
    difficulty_name: str = "Normal"
    title_unicode: str | None = None
    artist_unicode: str | None = None
    source: str = ""
    tags: str = ""
    beatmap_id: int = 0
    beatmap_set_id: int = -1
    mode: int = 0
    audio_lead_in: int = 0
    preview_time: int = -1
    countdown: int = 0
    stack_leniency: float = 0.7
    letterbox_in_breaks: int = 0
    widescreen_storyboard: int = 0
    hp_drain_rate: float = 5.0
    circle_size: float = 4.0
    overall_difficulty: float = 7.0
    approach_rate: float = 8.0
    slider_multiplier: float = 1.4
    slider_tick_rate: float = 1.0
    distance_spacing: float = 1.0
    beat_divisor: int = 4
    grid_size: int = 32
    timeline_zoom: float = 1.0
    background: str | None = None


@dataclass(frozen=True, slots=True)
class RedLine:
    """A tempo: from ``time`` ms on, ``beat_length`` ms per beat, ``meter`` beats in a bar."""

    time: float
    beat_length: float
    meter: int = 4
    omit_barline: bool = False


@dataclass(frozen=True, slots=True)
class MapBody:
    """The lines of [TimingPoints] and [HitObjects] of a new map, and how many are green."""

    timing_lines: tuple[str, ...]
    object_lines: tuple[str, ...]
    green_lines: int
    main_set: int


def write_map(
    header: MapHeader,
    red_lines: Sequence[RedLine],
    objects: Sequence[NewObject],
    kiai: Sequence[tuple[int, int]] = (),
    breaks: Sequence[tuple[int, int]] = (),
    colours: Sequence[tuple[int, int, int]] = (),
    bookmarks: Sequence[int] = (),
    events_lines: Sequence[str] = (),
) -> bytes:
    """The bytes of a new map.

    ``kiai`` and ``breaks`` are (start, end) in ms; ``events_lines`` follow the breaks in
    [Events] as they are (storyboard, comments). Objects are written in order of time.
    Raises ``ValueError`` without a red line.
    """
    body = map_body(red_lines, objects, kiai, mode=header.mode)
    lines = [
        f"osu file format v{VERSION}",
        "",
        *general_lines(header, body.main_set),
        *editor_lines(header, bookmarks),
        *metadata_lines(header),
        *difficulty_lines(header),
        *_events(header, breaks, events_lines),
        "[TimingPoints]",
        *body.timing_lines,
        "",
        "",
    ]
    if colours:
        lines.append("[Colours]")
        lines += [f"Combo{i} : {r},{g},{b}" for i, (r, g, b) in enumerate(colours, start=1)]
        lines += ["", ""]
    lines.append("[HitObjects]")
    lines += body.object_lines
    return "".join(line + "\r\n" for line in lines).encode("utf-8")


def map_body(
    red_lines: Sequence[RedLine],
    objects: Sequence[NewObject],
    kiai: Sequence[tuple[float, float]] = (),
    scroll: Sequence[tuple[float, float]] = (),
    mode: int = 0,
) -> MapBody:
    """The timing and object lines of a new map of a mode, in order of time.

    ``scroll`` are (ms, multiplier): in taiko and mania, the scroll speed from then on of all that
    asks for none of its own. Raises ``ValueError`` without a red line.
    """
    if not red_lines:
        raise ValueError("a map needs at least one red line")
    kiai = merged(kiai)
    ordered = sorted(objects, key=lambda item: item.time)
    main_set = _main_set(ordered)
    reds = _red_points(sorted(red_lines, key=lambda red: red.time), ordered, kiai, main_set)
    greens = _green_lines(reds, ordered, kiai, sorted(scroll), mode in SCROLLING)
    points = sorted(
        [*reds, *(green.point() for green in greens)], key=lambda p: (p.time, not p.uninherited)
    )
    timing = Timing(points)
    timing_lines = sorted(
        [(red.time, 0, _red_text(red)) for red in reds]
        + [(green.time, 1, green.text(0.0)) for green in greens]
    )
    return MapBody(
        tuple(text for _, _, text in timing_lines),
        tuple(
            format_object(item, timing, VERSION, 0.0, own_volume=mode == MANIA) for item in ordered
        ),
        len(greens),
        main_set,
    )


def general_lines(header: MapHeader, main_set: int) -> list[str]:
    """[General] as the editor writes it, with the empty line after it."""
    return [
        "[General]",
        f"AudioFilename: {header.audio_filename}",
        f"AudioLeadIn: {header.audio_lead_in}",
        f"PreviewTime: {header.preview_time}",
        f"Countdown: {header.countdown}",
        f"SampleSet: {SET_NAMES[main_set]}",
        f"StackLeniency: {format_number(header.stack_leniency)}",
        f"Mode: {header.mode}",
        f"LetterboxInBreaks: {header.letterbox_in_breaks}",
        f"WidescreenStoryboard: {header.widescreen_storyboard}",
        "",
    ]


def editor_lines(header: MapHeader, bookmarks: Sequence[int]) -> list[str]:
    """[Editor] as the editor writes it, with the empty line after it."""
    marks = [f"Bookmarks: {','.join(map(str, bookmarks))}"] if bookmarks else []
    return [
        "[Editor]",
        *marks,
        f"DistanceSpacing: {format_number(header.distance_spacing)}",
        f"BeatDivisor: {header.beat_divisor}",
        f"GridSize: {header.grid_size}",
        f"TimelineZoom: {format_number(header.timeline_zoom)}",
        "",
    ]


def metadata_lines(header: MapHeader) -> list[str]:
    """[Metadata] as the editor writes it, with the empty line after it."""
    title = header.title if header.title_unicode is None else header.title_unicode
    artist = header.artist if header.artist_unicode is None else header.artist_unicode
    return [
        "[Metadata]",
        f"Title:{header.title}",
        f"TitleUnicode:{title}",
        f"Artist:{header.artist}",
        f"ArtistUnicode:{artist}",
        f"Creator:{header.creator}",
        f"Version:{header.difficulty_name}",
        f"Source:{header.source}",
        f"Tags:{header.tags}",
        f"BeatmapID:{header.beatmap_id}",
        f"BeatmapSetID:{header.beatmap_set_id}",
        "",
    ]


def difficulty_lines(header: MapHeader) -> list[str]:
    """[Difficulty] as the editor writes it, with the empty line after it."""
    return [
        "[Difficulty]",
        f"HPDrainRate:{format_number(header.hp_drain_rate)}",
        f"CircleSize:{format_number(header.circle_size)}",
        f"OverallDifficulty:{format_number(header.overall_difficulty)}",
        f"ApproachRate:{format_number(header.approach_rate)}",
        f"SliderMultiplier:{format_number(header.slider_multiplier)}",
        f"SliderTickRate:{format_number(header.slider_tick_rate)}",
        "",
    ]


def _events(
    header: MapHeader, breaks: Sequence[tuple[int, int]], events_lines: Sequence[str]
) -> list[str]:
    background = [f'0,0,"{header.background}",0,0'] if header.background else []
    return [
        "[Events]",
        "//Background and Video events",
        *background,
        "//Break Periods",
        *(f"2,{start},{end}" for start, end in breaks),
        *(
            events_lines
            or (
                "//Storyboard Layer 0 (Background)",
                "//Storyboard Layer 1 (Fail)",
                "//Storyboard Layer 2 (Pass)",
                "//Storyboard Layer 3 (Foreground)",
                "//Storyboard Layer 4 (Overlay)",
                "//Storyboard Sound Samples",
            )
        ),
        "",
    ]


def _main_set(objects: Sequence[NewObject]) -> int:
    counts = Counter(sound.sample_set for item in objects for sound in item.sounds)
    known = [(count, -name) for name, count in counts.items() if name in SET_NAMES]
    return -max(known)[1] if known else 1


def merged(spans: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Spans in order, those that touch or overlap made one, empty ones left out."""
    result: list[tuple[float, float]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def _in_kiai(kiai: Sequence[tuple[float, float]], time: float) -> bool:
    """Whether ``time`` lies in one of the merged spans."""
    index = bisect_right(kiai, (time, math.inf)) - 1
    return index >= 0 and time < kiai[index][1]


def _red_points(
    red_lines: Sequence[RedLine],
    objects: Sequence[NewObject],
    kiai: Sequence[tuple[float, float]],
    main_set: int,
) -> list[TimingPoint]:
    # A red line sets the volume, also of a sound a few ms before it: it goes on as it was.
    asked = [demand for demand in demands_of(objects, None) if demand.volume is not None]
    times = [demand.time for demand in asked]
    volumes = [min(100, max(0, demand.volume or 0)) for demand in asked] or [100]
    return [
        TimingPoint(
            line=-1,
            time=red.time,
            beat_length=red.beat_length,
            meter=red.meter,
            sample_set=main_set,
            volume=volumes[max(0, bisect_right(times, red.time) - 1)],
            effects=(KIAI if _in_kiai(kiai, red.time) else 0)
            | (OMIT_BARLINE if red.omit_barline else 0),
        )
        for red in red_lines
    ]


def _red_text(point: TimingPoint) -> str:
    return (
        f"{format_number(point.time)},{format_number(point.beat_length)},{point.meter},"
        f"{point.sample_set},{point.sample_index},{point.volume},1,{point.effects}"
    )


def _green_lines(
    reds: Sequence[TimingPoint],
    objects: Sequence[NewObject],
    kiai: Sequence[tuple[float, float]],
    scroll: Sequence[tuple[float, float]],
    every_kind: bool,
) -> tuple[GreenLine, ...]:
    timing = Timing(reds)
    first = state_of(reds[0])

    def base(time: float) -> LineState:
        index = bisect_right(scroll, (time, math.inf)) - 1
        speed = scroll[index][1] if index >= 0 else 1.0
        return LineState(
            speed,
            format_beat_length(speed),
            first.sample_set,
            first.sample_index,
            first.volume,
            _in_kiai(kiai, time),
        )

    def velocity(item: NewObject) -> float | None:
        if item.slider_velocity is None and not every_kind:
            return 1.0
        return item.slider_velocity

    # Nothing may stand before the first red line; what is wanted there starts with it.
    start = reds[0].time
    demands = demands_of(objects, velocity, every_kind=every_kind)
    edges = {edge for span in kiai for edge in span} | {time for time, _ in scroll}
    return place(
        base,
        timing.meter_at,
        LineState(1.0, "-100", first.sample_set, first.sample_index, first.volume, first.kiai),
        reds,
        (),
        [demand for demand in demands if demand.time >= start],
        {float(edge) for edge in edges if start <= edge < math.inf},
        math.inf,
    ).added
