"""The red lines of a song, from its audio alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from model_core.audio.decode import Audio
from model_core.audio.windows import windows
from model_core.errors import DegenerateOutput, InputError
from model_core.generation.decode_loop import never
from model_core.generation.progress import Progress
from model_core.generation.sampling import Greedy
from model_core.generation.sequential import generate_sequential
from model_core.generation.window_rows import Settings, Variant
from model_core.model import Model
from model_core.timing.average import average
from model_core.timing.hearing import conditions_of, hear_often, timing_context, without
from model_core.timing.marks import Mark, marks_of, plain
from model_core.timing.sections import lines_of_sections
from model_core.timing.steady import Steady, one_line, steady
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.generate_timing import generate_timing
from model_core.tokens.reference_timing import RedLine

Mode = Literal["quick", "super"]


@dataclass(frozen=True, slots=True)
class TimingOptions:
    """How a song is timed.

    mode: ``"quick"`` listens once, each window going on from the last, and with ``one_tempo`` as
    often as the checkpoint says where that gave no single tempo; ``"super"`` listens ``iterations``
    times. Each time the windows lie elsewhere, and the hearings vote.
    leniency_ms: how far a beat may lie from its red line before another line is made; the
    checkpoint's own where it is None.
    one_tempo: give a song that keeps its tempo a single red line, and one that changes it a line
    for each section that keeps its own. The published models' own
    timing makes a line wherever beats drift apart by more than the leniency; turned off, so does
    this.
    walk_as_reference: find the beats among the votes as the published models' own averaging does,
    from peak to peak. Its walk goes astray where hearings differ; the default, a best path
    through all votes, does not.
    beams: how many beams each hearing is searched with; 1 takes the likeliest token.
    guidance: above 1, away from what a prompt without conditions would write.
    """

    mode: Mode = "super"
    iterations: int = 20
    leniency_ms: float | None = None
    one_tempo: bool = True
    walk_as_reference: bool = False
    beams: int = 1
    guidance: float = 1.0
    rows_at_once: int = 8

    def __post_init__(self) -> None:
        if self.iterations < 1:
            raise InputError(f"A song is timed at least once, not {self.iterations} times.")
        if self.beams < 1:
            raise InputError(f"A search has at least 1 beam, not {self.beams}.")


@dataclass(frozen=True, slots=True)
class SongTiming:
    """What was found. Times in ms.

    red_lines: in order of time, at least one. marks: the beats that they were made from, in order
    of time. heard: every hearing's own marks, as they were written. steady: the song's one tempo,
    where it has one and one was asked for. drifting: no tempo was kept, and a line was made
    wherever beats drift apart.
    """

    red_lines: tuple[RedLine, ...]
    marks: tuple[Mark, ...]
    heard: tuple[tuple[Mark, ...], ...] = field(default=(), repr=False)
    steady: Steady | None = None
    drifting: bool = False


def time_song(
    model: Model,
    audio: Audio,
    options: TimingOptions | None = None,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    conditions: Conditions | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> SongTiming:
    """Red lines of a song, or of the part of it from ``start_ms`` to ``end_ms``, by its sound.

    Of a part, only the windows that touch it are heard, and all times of the answer lie in it.

    seed: where the hearings of super timing begin; the tokens themselves are not drawn. The same
    seed gives the same answer. conditions: what the prompts say of the map (the song's length is
    filled in); they hardly matter to timing.

    Raises:
        Cancelled: ``cancelled()`` became true; noticed before every token.
        CheckpointError: the model cannot write timing.
        DegenerateOutput: no beat was heard.
    """
    options = options or TimingOptions()
    told = conditions_of(conditions, audio.song_length_ms)
    first = max(0, start_ms or 0)
    length_ms = int(audio.song_length_ms) - first
    if end_ms is not None:
        length_ms = min(length_ms, end_ms - first + 1)
    leniency = model.layout.timing_leniency if options.leniency_ms is None else options.leniency_ms

    def often(times: int) -> list[list[Mark]]:
        return hear_often(
            model, audio, told, times, seed, options.rows_at_once, beams=options.beams,
            guidance=options.guidance, progress=progress, cancelled=cancelled, start_ms=start_ms,
            end_ms=end_ms,
        )  # fmt: skip

    def agreed(heard: Sequence[Sequence[Mark]]) -> SongTiming:
        moved = [_moved(marks, -first) for marks in heard]
        return _shifted(timing_of(moved, length_ms, leniency, options, cancelled), first)

    if options.mode == "super":
        return agreed(often(options.iterations))
    once = [_listen_once(model, audio, told, options, progress, cancelled, start_ms, end_ms)]
    found = agreed(once)
    again = model.sampling.hearings - 1
    if found.steady is not None or not options.one_tempo or not again:
        return found
    # Either the tempo changes, or a window was misheard and the next ones went on from it.
    return agreed([*once, *often(again)])


def timing_of(
    heard: Sequence[Sequence[Mark]],
    length_ms: int,
    leniency_ms: float,
    options: TimingOptions,
    cancelled: Callable[[], bool] = never,
) -> SongTiming:
    """The red lines that hearings of a song agree on; :func:`time_song` without the listening.

    Raises DegenerateOutput where there is no mark within the song.
    """
    kept = tuple(tuple(mark for mark in marks if 0 <= mark.time < length_ms) for marks in heard)
    marks = average(kept, length_ms, as_reference=options.walk_as_reference, cancelled=cancelled)
    if not marks:
        raise DegenerateOutput(
            "No beat was heard in the song. Set its timing in the editor and try again, or use"
            " another model."
        )
    found = steady([mark.time for mark in marks]) if options.one_tempo else None
    if found is not None:
        return SongTiming((one_line(found, marks),), tuple(marks), kept, found)
    if options.one_tempo and (sections := lines_of_sections(marks)) is not None:
        return SongTiming(tuple(sections), tuple(marks), kept)
    lines = generate_timing(plain(marks), leniency_ms)
    return SongTiming(tuple(_sound(lines)), tuple(marks), kept, drifting=True)


def _moved(marks: Sequence[Mark], by_ms: int) -> tuple[Mark, ...]:
    return tuple(Mark(mark.kind, mark.time + by_ms) for mark in marks)


def _shifted(found: SongTiming, by_ms: int) -> SongTiming:
    """What was found in a part, at its times in the song."""
    if not by_ms:
        return found
    line = found.steady
    return SongTiming(
        tuple(replace(red, time=red.time + by_ms) for red in found.red_lines),
        _moved(found.marks, by_ms),
        tuple(_moved(marks, by_ms) for marks in found.heard),
        None if line is None else replace(line, offset=line.offset + by_ms),
        found.drifting,
    )


def _sound(lines: Sequence[RedLine]) -> list[RedLine]:
    """Only lines that an editor can work with: with a tempo and a meter."""
    good = [line for line in lines if 0 < line.beat_length <= 60000 and line.meter >= 1]
    return good or [RedLine(lines[0].time, 500.0, 4)]


def _listen_once(
    model: Model,
    audio: Audio,
    conditions: Conditions,
    options: TimingOptions,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool],
    start_ms: int | None,
    end_ms: int | None,
) -> list[Mark]:
    """One pass over the song's windows, each knowing what the last one wrote."""
    layout = model.layout
    context = timing_context(layout)
    settings = Settings(layout.lookback, layout.lookahead, guidance=options.guidance)
    (lists,) = generate_sequential(
        model,
        audio,
        windows(
            len(audio.samples), model.network.config.window_samples,
            layout.lookback, layout.lookahead, start_ms, end_ms,
        ),
        [Variant(conditions, Greedy(), negative=without(conditions, options.guidance))],
        [context],
        [context],
        settings,
        progress,
        cancelled,
    )  # fmt: skip
    return marks_of(lists[context], types_first=layout.types_first)
