"""Timing as a request: the red lines of a song, or of a map's, as an edit of the map."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from model_core.audio.decode import Audio
from model_core.audio.loudness import SILENCE, loudness
from model_core.beatmap import Beatmap, Edit, RedLine, Timing, red_lines_of, set_red_lines
from model_core.beatmap.edits.contracts.survivors import same_phase
from model_core.beatmap.numbers import MAX_VALUE
from model_core.beatmap.timestamps import format_timestamp
from model_core.beatmap.timing_points import TimingPoint
from model_core.errors import DegenerateOutput, EditRefused, InputError
from model_core.generation.decode_loop import never
from model_core.generation.progress import Progress
from model_core.model import Model
from model_core.timing.likeness import distance
from model_core.timing.merging import Part, merged
from model_core.timing.own_tempo import on_own_tempo
from model_core.timing.parameters import TimingParameters
from model_core.timing.song import SongTiming, TimingOptions, time_song
from model_core.tokens.class_tokens import Conditions

__all__ = ["Heard", "Retimed", "listen", "retime", "retimed"]

#: Fewer beats than this say nothing sure of a tempo.
FEWEST_BEATS = 8
_SHORTEST_MS = 2000
_SEEDS = 2**32
_COUNTED = (
    "Somewhere the map counts twice or half as many beats as were heard, or those between them; it"
    " keeps its tempo there"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a song or a part of it.

    red_lines: in order of time, at least one. beats: in ms, rising. error_ms: how far they are from
    the lines' beats, the median. drifting: no tempo was kept, and a line was made wherever beats
    drift apart.
    """

    red_lines: tuple[RedLine, ...]
    beats: tuple[float, ...]
    error_ms: float
    drifting: bool = False


@dataclass(frozen=True, slots=True)
class Retimed:
    """A map with the timing that was heard.

    red_lines: of the map behind the edit, within the part. error_before_ms, error_ms: how far the
    beats that were heard are from the map's, before and after, the median; None where it had none.
    counted: somewhere the map counts the same pulse otherwise than it was heard, and keeps to it.
    """

    heard: Heard
    edit: Edit
    red_lines: tuple[RedLine, ...]
    error_before_ms: float | None
    error_ms: float
    counted: bool

    @property
    def text(self) -> str:
        """What came of it, in a sentence or two."""
        count = len(self.heard.beats)
        found = f"{count} beats heard"
        if self.error_before_ms is not None:
            found += f", half of them within {self.error_before_ms:.1f} ms of the map's"
        if not self.edit.patch.edits:
            told = f"{found}: nothing changes"
        else:
            told = f"{found} (now {self.error_ms:.1f} ms): {self.edit.summary.text}"
        if self.counted:
            told += f". {_COUNTED}"
        return told


def listen(
    model: Model,
    audio: Audio,
    parameters: TimingParameters,
    seed: int = 0,
    start_ms: int | None = None,
    end_ms: int | None = None,
    mode: int = 0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> Heard:
    """The timing of a song, or of the part of it from ``start_ms`` to ``end_ms``.

    mode: game mode of the map that it is for, 0..3; it hardly matters.

    Raises:
        Cancelled: ``cancelled()`` became true; noticed before every token.
        InputError: the part is too short, or silent.
        DegenerateOutput: hardly a beat was heard.
        CheckpointError: the model cannot write timing.
    """
    first, last = max(0, start_ms or 0), int(audio.song_length_ms)
    if end_ms is not None:
        last = min(last, end_ms)
    whole = start_ms is None and end_ms is None
    what = "song" if whole else "part of the song"
    if last - first < _SHORTEST_MS:
        raise InputError(
            f"The {what} lasts {max(0, last - first) / 1000:.1f} s; a tempo takes at least"
            f" {_SHORTEST_MS / 1000:g} s to be heard."
        )
    if loudness(audio, first, last) <= SILENCE:
        raise InputError(f"The {what} is silent; there is no beat to hear. Is it the right file?")
    found = time_song(
        model.timing_model,
        audio,
        _options(parameters),
        seed % _SEEDS,
        progress,
        cancelled,
        Conditions(gamemode=mode),
        start_ms,
        end_ms,
    )
    if len(found.marks) < FEWEST_BEATS:
        raise DegenerateOutput(
            f"Only {len(found.marks)} beats were heard in the {what}; that is too few for a tempo."
            " Give a longer part, try super timing, or set the timing in the editor."
        )
    return heard_of(found)


def heard_of(found: SongTiming) -> Heard:
    """What a request tells of a song's timing."""
    lines = tuple(RedLine(line.time, line.beat_length, line.meter) for line in found.red_lines)
    beats = tuple(mark.time for mark in found.marks)
    return Heard(lines, beats, _error(_timing(lines), lines, beats), found.drifting)


def retime(
    model: Model,
    audio: Audio,
    beatmap: Beatmap,
    parameters: TimingParameters | None = None,
    seed: int = 0,
    start_ms: int | None = None,
    end_ms: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> Retimed:
    """The red lines of a map, or of a part of it (ms, both ends included), by its song's sound.

    Raises as :func:`listen` and :func:`retimed` do.
    """
    parameters = parameters or TimingParameters()
    heard = listen(
        model, audio, parameters, seed, start_ms, end_ms, beatmap.mode, progress, cancelled
    )
    return retimed(beatmap, heard, parameters, start_ms, end_ms)


def retimed(
    beatmap: Beatmap,
    heard: Heard,
    parameters: TimingParameters,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> Retimed:
    """:func:`retime` without the listening.

    Raises:
        EditRefused: something else would change, or the part is too short for its tempo to come
            back.
    """
    heard = _steadied(beatmap, heard, parameters, start_ms, end_ms)
    wanted = merged(
        beatmap,
        heard.red_lines,
        heard.beats,
        parameters.timing_tolerance,
        Part(start_ms, end_ms),
    )
    first, last = _extent(beatmap, heard, wanted.lines)
    edit = set_red_lines(
        beatmap,
        wanted.lines,
        start_ms=start_ms
        if start_ms is not None
        else min(first, last if end_ms is None else end_ms),
        end_ms=end_ms if end_ms is not None else max(last, first if start_ms is None else start_ms),
        resnap=parameters.resnap,
        keep_state=parameters.keep_state,
        whole_ms=False,
    )
    after = edit.result
    _require_same_around(beatmap, after, start_ms, end_ms)
    before = None
    if beatmap.timing.red_lines:
        before = _error(beatmap.timing, heard.red_lines, heard.beats)
    return Retimed(
        heard,
        edit,
        red_lines_of(after, start_ms, end_ms),
        before,
        _error(after.timing, heard.red_lines, heard.beats),
        wanted.counted,
    )


def _extent(beatmap: Beatmap, heard: Heard, lines: Sequence[RedLine]) -> tuple[int, int]:
    """From where to where a map goes, in ms: all that its red lines could be about."""
    times = [0.0, *heard.beats, *(line.time for line in lines)]
    times += [red.time for red in beatmap.timing.red_lines]
    times += [item.end_time for item in beatmap.hit_objects if math.isfinite(item.end_time)]
    return (
        max(-MAX_VALUE, math.floor(min(times))),
        min(MAX_VALUE, math.ceil(max(times))),
    )


def _steadied(
    beatmap: Beatmap,
    heard: Heard,
    parameters: TimingParameters,
    start_ms: int | None,
    end_ms: int | None,
) -> Heard:
    """What was heard, on the map's own tempo where none was kept and most beats keep that."""
    if not heard.drifting or not parameters.one_tempo:
        return heard
    own = beatmap.timing
    reds = list(red_lines_of(beatmap, start_ms, end_ms))
    first = own.red_line_at(heard.beats[0])
    if first is not None:
        reds.insert(0, RedLine(first.time, first.milliseconds_per_beat, first.meter))
    lengths = dict.fromkeys(red.beat_length for red in reds if red.beat_length > 0)
    found = on_own_tempo(heard.beats, lengths)
    if found is None:
        return heard
    offset, length = found
    meter = next(red.meter for red in reds if red.beat_length == length)
    time = offset + round((heard.beats[0] - offset) / length) * length
    lines = (RedLine(time, length, meter),)
    return Heard(lines, heard.beats, _error(_timing(lines), lines, heard.beats))


def _options(parameters: TimingParameters) -> TimingOptions:
    return TimingOptions(
        mode="super" if parameters.super_timing else "quick",
        iterations=parameters.timing_iterations,
        leniency_ms=parameters.timing_leniency,
        one_tempo=parameters.one_tempo,
        beams=parameters.timing_beams,
        guidance=parameters.timing_guidance,
    )


def _require_same_around(
    old: Beatmap, new: Beatmap, start_ms: int | None, end_ms: int | None
) -> None:
    """Raises EditRefused unless beats and bars beside a part are where they were.

    Before a map's first red line its tempo counts, too.
    """
    if not old.timing.red_lines:
        return
    first = -math.inf if start_ms is None else start_ms
    last = math.inf if end_ms is None else end_ms
    moments = [item.time for item in old.hit_objects]
    moments += [item.end_time for item in old.hit_objects]
    moments += [red.time for red in old.timing.red_lines]
    for moment in moments:
        if first <= moment <= last:
            continue
        was, now = old.timing.red_line_at(moment), new.timing.red_line_at(moment)
        if not same_phase(was, now):
            where = "before" if moment < first else "behind"
            stamp = format_timestamp(moment).removesuffix(" - ")
            hint = " Let the part begin with the song." if moment < first else ""
            raise EditRefused(
                f"The beats at {stamp}, {where} the part, would move. Nothing was changed.{hint}"
            )


def _timing(lines: Sequence[RedLine]) -> Timing:
    return Timing(TimingPoint(-1, line.time, line.beat_length, line.meter) for line in lines)


def _error(timing: Timing, heard: Sequence[RedLine], beats: Sequence[float]) -> float:
    """How far beats are from those of a timing, in ms: the median, which strays do not move."""
    said = _timing(heard)
    away = []
    for beat in beats:
        red = said.red_line_at(beat)
        assert red is not None
        away.append(distance(timing, RedLine(red.time, red.beat_length, red.meter), beat))
    return median(away)
