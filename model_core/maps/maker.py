"""One request's writing: timing, contexts, objects; what is unusable is drawn again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from model_core.audio.decode import Audio
from model_core.audio.loudness import SILENCE, loudness
from model_core.beatmap import Beatmap, NewObject, RedLine, format_timestamp
from model_core.beatmap.modes import MODE_NAMES
from model_core.beatmap.timing import Timing
from model_core.errors import DegenerateOutput, EditRefused, InputError
from model_core.generation.decode_loop import stop_if
from model_core.generation.progress import Progress as Generated
from model_core.maps.conditions import as_spelled, negative_of, unheard
from model_core.maps.drawing import (
    ATTEMPT_STEP,
    ATTEMPTS,
    sampler_of,
    settings_of,
    timing_options,
)
from model_core.maps.flow import FlowRequest, Written, run_flow
from model_core.maps.objects import (
    kiai_spans,
    objects_of,
    reaching_back,
    scroll_speeds,
    timing_of,
)
from model_core.maps.parameters import GenerationParameters
from model_core.maps.refining import refined, snaps_overlaps, wants_refiner
from model_core.maps.star_seeking import Wish
from model_core.model import Model
from model_core.refiner import Refiner, usual_refiner
from model_core.remap.options import Progress
from model_core.timing import time_song
from model_core.timing import timing_of as lines_of_marks
from model_core.timing.marks import marks_of
from model_core.tokens import Conditions, ContextType, TimedEvents, reference_timing
from model_core.tokens.to_objects import Converted

__all__ = ["Draft", "Maker", "Target"]

_MANIA = 3
_SILENT = "The song is silent there; nothing can be mapped to it. Is it the right file?"
_MOST_ON_ONE_SPOT_MS = 1500.0
_HOLE_MS = 8000.0  # without objects, in full music: worth a sentence

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Target:
    """The map that objects are made for. rounded: whether its ticks are rounded to whole ms."""

    mode: int
    keys: int
    slider_multiplier: float
    rounded: bool = False


@dataclass(slots=True)
class Draft:
    """What was written: lines and spans in ms, objects in order of time."""

    red_lines: tuple[RedLine, ...]
    objects: tuple[NewObject, ...]
    kiai: tuple[tuple[float, float], ...] = ()
    scroll: tuple[tuple[float, float], ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    tokens: int = 0
    windows: int = 0


class Maker:
    """Writes for one request until it is usable, and keeps the time that each stage took."""

    def __init__(
        self,
        model: Model,
        audio: Audio,
        parameters: GenerationParameters,
        target: Target,
        told: Conditions,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool],
        refiner: Refiner | None = None,
    ) -> None:
        self._model = model
        self._refiner = refiner
        self._audio = audio
        self._parameters = parameters
        self._target = target
        self.told = as_spelled(told, model.layout, target.mode)
        self._report = progress
        self._cancelled = cancelled
        self._begun, self._draws = time.monotonic(), itertools.count()
        self.timings_ms: dict[str, float] = {}
        self.followed = False  # whether another difficulty was read
        self._first, self._last = _part(parameters, audio)
        self._wished = self.told.difficulty
        self._pushed = 1.0  # guidance towards that difficulty
        self._lines: list[reference_timing.RedLine] | None = None

    def tell_difficulty(self, wish: Wish | None) -> None:
        """Tell the model another difficulty from now on; None: what was asked for."""
        self.told = replace(self.told, difficulty=self._wished if wish is None else wish.stars)
        self._pushed = 1.0 if wish is None else wish.guidance

    def make(
        self,
        finish: Callable[[Draft], Made],
        *,
        red_lines: Sequence[RedLine] | None = None,
        reference: Beatmap | None = None,
        ins: tuple[ContextType, ...] = (),
        gd_conditions: Conditions | None = None,
        own_kiai: bool = True,
    ) -> Made:
        """Write until something usable comes out, and finish it.

        finish: makes the file of a draft. red_lines: the song's timing, where it is known.
        reference, ins: a map of the song, and what of it is read. own_kiai: whether kiai is
        wanted of the model.

        Raises:
            DegenerateOutput: nothing usable comes, or no beat is heard.
            EditRefused: ``finish`` refused the last draft, too.
        """
        layout = self._model.layout
        if not loudness(self._audio, self._first, self._last):
            raise InputError(_SILENT)
        if self._refiner is None and wants_refiner(layout, self._parameters, self.told.gamemode):
            # What is not here and cannot be had is better known before the work than after it.
            self._refiner = usual_refiner(device=self._model.device.type)
        has_place = any(ContextType.GD in template.ins for template in layout.templates)
        self.followed = ContextType.GD in ins and has_place
        lines = self._timed() if red_lines is None else _plain(red_lines)
        outs = [ContextType.MAP]
        if own_kiai and ContextType.KIAI in layout.out_contexts:
            outs.insert(0, ContextType.KIAI)
        if ContextType.SV in layout.out_contexts and self.told.gamemode == _MANIA:
            outs.append(ContextType.SV)
        settings = settings_of(self._model, self._parameters)
        negative = negative_of(self.told, self._parameters)
        if self._pushed > 1:
            settings = replace(settings, guidance=max(settings.guidance, self._pushed))
            negative = replace(negative or self.told, difficulty=None)
        request = FlowRequest(
            conditions=self.told,
            negative=negative,
            settings=settings,
            outs=tuple(outs),
            ins=ins,
            reference=reference,
            gd_conditions=gd_conditions,
            red_lines=lines,
            start_ms=self._parameters.start_ms,
            end_ms=self._parameters.end_ms,
            keys=self._target.keys,
            leniency=self._leniency,
            parallel=self._parameters.parallel,
        )
        for attempt in range(ATTEMPTS):
            sampler = sampler_of(self._model, self._parameters, next(self._draws) * ATTEMPT_STEP)
            with self._stage("decode"):
                written = run_flow(
                    self._model, self._audio, request, sampler, self._tell, self._cancelled
                )
            try:
                return finish(self._drafted(written, red_lines, reference))
            except (DegenerateOutput, EditRefused):
                if attempt + 1 == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def time(self) -> tuple[RedLine, ...] | None:
        """The song's red lines; None where they are written among the objects.

        Raises:
            InputError: the song is silent.
            DegenerateOutput: no beat is heard.
        """
        if not loudness(self._audio, self._first, self._last):
            raise InputError(_SILENT)
        return None if (lines := self._timed()) is None else _as_red_lines(lines)

    def _timed(self) -> list[reference_timing.RedLine] | None:
        """As :meth:`time`; written again, a map keeps its timing."""
        if self._lines is None and self._times_ahead:
            with self._stage("timing"):
                self._lines = self._time_song()
        return self._lines

    @property
    def _times_ahead(self) -> bool:
        """Whether the song is timed before anything is written."""
        layout = self._model.layout
        asked = bool(self._parameters.super_timing)
        return ContextType.TIMING in layout.out_contexts or asked

    @property
    def _leniency(self) -> float:
        given = self._parameters.timing_leniency
        return self._model.layout.timing_leniency if given is None else given

    def _time_song(self) -> list[reference_timing.RedLine]:
        """The song's red lines, by the model that knows timing best."""
        found = time_song(
            self._model.timing_model,
            self._audio,
            timing_options(self._model.layout, self._parameters),
            self._parameters.seed & 0xFFFF_FFFF,
            self._tell,
            self._cancelled,
            self.told,
        )
        return list(found.red_lines)

    def _lines_among_objects(self, written: Written) -> tuple[RedLine, ...]:
        """The red lines of a model that writes its beats among the objects (v30)."""
        marks = marks_of(written.merged, types_first=self._model.layout.types_first)
        options = timing_options(self._model.layout, self._parameters)
        length = int(self._audio.song_length_ms)
        found = lines_of_marks([marks], length, self._leniency, options, self._cancelled)
        return _as_red_lines(found.red_lines)

    def _drafted(
        self, written: Written, given: Sequence[RedLine] | None, reference: Beatmap | None
    ) -> Draft:
        layout, parameters = self._model.layout, self._parameters
        if given is not None:
            red_lines = tuple(given)
        elif layout.timing_in_map and not self._times_ahead:
            red_lines = self._lines_among_objects(written)
        else:
            red_lines = _as_red_lines(written.red_lines or ())
        timing = timing_of(red_lines)
        contexts = written.contexts
        if self._refiner is not None and wants_refiner(layout, parameters, self.told.gamemode):
            with self._stage("refine"):
                contexts = refined(
                    self._model, contexts, timing, self.told, parameters, self._refiner,
                    self._cancelled, self._tell_steps,
                )  # fmt: skip
        with self._stage("post"):
            converted, kiai = self._converted(contexts, timing)
            begins = [*(o.time for o in converted.objects), *(start for start, _ in kiai)]
            if given is None and begins and min(begins) < timing.red_lines[0].time:
                red_lines = reaching_back(red_lines, min(begins))
                converted, kiai = self._converted(contexts, timing_of(red_lines))
        inside = tuple(o for o in converted.objects if self._first <= o.time <= self._last)
        dropped = dict(converted.dropped)
        if given is not None:
            # The lines that are given stay; before them there is no beat, unless the map beside
            # has objects there itself.
            own = () if reference is None else (o.time for o in reference.hit_objects)
            begin = min([timing.red_lines[0].time, *own])
            timed = tuple(o for o in inside if o.time >= begin)
            if len(timed) < len(inside):
                dropped["before the first red line"] = len(inside) - len(timed)
            if inside and not timed:
                text = "Everything that was written lies before the first red line, at"
                text += f" {begin:.0f} ms."
                remedy = "time the song from its beginning"
                if begin <= self._last:  # what another draw writes may lie behind it
                    raise DegenerateOutput(f"{text} Try another seed, or {remedy}.")
                raise InputError(f"{text} {remedy.capitalize()} first.")
            inside = timed
        self._check(inside)
        end = self._audio.song_length_ms
        scroll: tuple[tuple[float, float], ...] = ()
        if ContextType.SV in written.contexts:
            scroll = scroll_speeds(layout, written.contexts[ContextType.SV], red_lines, end)
        return Draft(
            red_lines=red_lines,
            objects=inside,
            kiai=kiai,
            scroll=scroll,
            dropped=dropped,
            warnings=self._warnings(inside),
            tokens=written.tokens,
            windows=written.windows,
        )

    def _converted(
        self, contexts: Mapping[ContextType, TimedEvents], timing: Timing
    ) -> tuple[Converted, tuple[tuple[float, float], ...]]:
        """The objects and the kiai that were written, on the ticks of a timing."""
        layout, target, parameters = self._model.layout, self._target, self._parameters
        converted = objects_of(
            layout,
            contexts,
            timing,
            target.slider_multiplier,
            target.mode,
            target.keys,
            resnap=parameters.resnap,
            rounded=target.rounded,
            snap_overlaps=snaps_overlaps(layout, parameters, self.told.gamemode),
        )
        events = contexts.get(ContextType.KIAI, TimedEvents())
        return converted, kiai_spans(layout, events, timing, self._audio.song_length_ms)

    # ---------------------------------------------------------------- what is usable

    def _check(self, objects: Sequence[NewObject]) -> None:
        """Raise DegenerateOutput for nothing, or everything on one spot."""
        if not objects:
            if loudness(self._audio, self._first, self._last) <= SILENCE:
                raise InputError(_SILENT)
            raise DegenerateOutput(
                "The model wrote no objects although there is music. Try another seed."
            )
        spots = {(item.x, item.y) for item in objects if not item.curve_points}
        curves = any(item.curve_points for item in objects)
        long = objects[-1].time - objects[0].time > _MOST_ON_ONE_SPOT_MS
        placed = self._target.mode != 1 and self._target.keys > 1
        if placed and len(objects) >= 8 and len(spots) == 1 and not curves and long:
            raise DegenerateOutput(
                f"The model put all {len(objects)} objects on one spot. Try another seed."
            )

    def _warnings(self, objects: Sequence[NewObject]) -> tuple[str, ...]:
        layout, mode = self._model.layout, self._target.mode
        found = [
            *self._model.warnings,
            *unheard(self._model.vocabulary, layout, self._parameters, mode),
        ]
        if layout.written_mode(mode) != mode:
            found.insert(
                0,
                f"{self._model.title} knows osu! (standard) only: it wrote the rhythm,"
                f" which was turned into objects of {MODE_NAMES[mode]} by simple rules. A"
                f" checkpoint that was trained on {MODE_NAMES[mode]} does better.",
            )
        for begin, end in self._holes(objects):
            stamps = (format_timestamp(t).removesuffix(" - ") for t in (begin, end))
            found.append(
                f"There are no objects from {' to '.join(stamps)} although there is music."
            )
        return tuple(found)

    def _holes(self, objects: Sequence[NewObject]) -> Iterator[tuple[float, float]]:
        busy = self._first
        for start, end in [
            *((item.time, item.end_time or item.time) for item in objects),
            (self._last, self._last),
        ]:
            if start - busy >= _HOLE_MS and loudness(self._audio, busy, start) > SILENCE:
                yield busy, start
            busy = max(busy, end)

    # ---------------------------------------------------------------- telling

    def _tell(self, state: Generated) -> None:
        if self._report is None:
            return
        elapsed = time.monotonic() - self._begun
        left = None
        if state.window:
            left = elapsed / state.window * (state.windows - state.window)
        window = min(state.window + 1, state.windows)
        self._report(
            Progress(
                state.stage, window, state.windows, state.tokens, state.tokens_per_second,
                state.objects, left,
            )
        )  # fmt: skip

    def _tell_steps(self, done: int, steps: int) -> None:
        if self._report is not None:
            self._report(Progress("refine", min(done + 1, steps), steps))

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        stop_if(self._cancelled)
        begun = self._begun = time.monotonic()
        try:
            yield
        finally:
            spent = (time.monotonic() - begun) * 1000.0
            self.timings_ms[name] = self.timings_ms.get(name, 0.0) + spent


def _part(parameters: GenerationParameters, audio: Audio) -> tuple[float, float]:
    """The part of the song to map, in ms. Raises InputError where it is outside of the song."""
    length = audio.song_length_ms
    if not length:
        raise InputError("The song holds no sound at all. Is it the right file?")
    first = float(parameters.start_ms or 0)
    last = length if parameters.end_ms is None else min(float(parameters.end_ms), length)
    if first >= length:
        raise InputError(f"start_ms is {first:.0f} ms, but the song is only {length:.0f} ms long.")
    return first, last


def _plain(red_lines: Sequence[RedLine]) -> list[reference_timing.RedLine]:
    return [reference_timing.RedLine(line.time, line.beat_length, line.meter) for line in red_lines]


def _as_red_lines(lines: Sequence[reference_timing.RedLine]) -> tuple[RedLine, ...]:
    return tuple(RedLine(line.time, line.beat_length, line.meter) for line in lines)
