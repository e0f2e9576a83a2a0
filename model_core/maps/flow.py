"""From a song to a map's contexts: timing, then kiai, objects and scroll speeds, each in its pass.

The order is the published models': a model that can write timing writes it first, alone, over
the whole song; red lines are made of it, and everything after is written on their beats. Where a
map is read as context (another difficulty, the map without its sounds) nothing is written ahead.
A model whose beats stand among its objects gets its red lines at the end.

Requests and the comparison with the reference run the same code; ``as_reference`` turns on what
only the reference does (:class:`FlowRequest`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from model_core.audio.decode import Audio
from model_core.audio.windows import Window, windows
from model_core.beatmap import Beatmap
from model_core.errors import InputError
from model_core.generation.decode_loop import never, stop_if
from model_core.generation.parallel import generate_parallel
from model_core.generation.progress import Progress
from model_core.generation.sampling import Greedy, Sampler
from model_core.generation.sequential import (
    Call,
    Generate,
    Settings,
    Variant,
    generate_sequential,
    trim,
)
from model_core.model import Model
from model_core.remap.windows import place_windows
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.decode import columns_as_positions, event_times, rescale_positions, splice
from model_core.tokens.events import ContextType, TimedEvents, merge
from model_core.tokens.from_beatmap import map_events
from model_core.tokens.generate_timing import generate_timing, markers_from_events
from model_core.tokens.layout import Layout
from model_core.tokens.prompts import Context
from model_core.tokens.reference_timing import RedLine
from model_core.tokens.timelines import kiai_events, sv_events, timing_events

__all__ = ["FlowRequest", "Written", "run_flow"]

MANIA = 3
_READ_ONLY = (ContextType.NO_HS, ContextType.GD)
_ORDER = (ContextType.TIMING, ContextType.KIAI, ContextType.MAP, ContextType.SV)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRequest:
    """What to write, and from what.

    conditions: what the map should be like; negative: what guidance leads away from.
    outs: contexts that are wanted. ins: contexts that are taken from ``reference`` instead of
    written, or only read (``gd``, ``no_hs``). gd_conditions: what the reference map is like,
    needed with ``gd``.
    red_lines: the song's timing, where it is known; then none is written.
    start_ms, end_ms: the part of the song to write.
    keys: columns of a mania map. leniency: how far beats may lie from a red line's grid, in ms.
    parallel: all windows of a context side by side, none knowing the others.

    as_reference: windows stand on the raster of the whole song, as the reference's do, and are
    cut afterwards; otherwise they begin where the part to write begins.
    splice: as the reference continues a map: what it has before ``start_ms`` is read first, and
    what it has outside of the part to write stands around the answer.
    """

    conditions: Conditions
    settings: Settings
    outs: tuple[ContextType, ...]
    ins: tuple[ContextType, ...] = ()
    reference: Beatmap | None = None
    gd_conditions: Conditions | None = None
    negative: Conditions | None = None
    red_lines: Sequence[RedLine] | None = None
    start_ms: float | None = None
    end_ms: float | None = None
    keys: int = 4
    leniency: float = 20
    parallel: bool = False
    as_reference: bool = False
    splice: bool = False

    @property
    def mode(self) -> int:
        """The game mode that is written."""
        return self.conditions.gamemode


@dataclass(slots=True)
class Written:
    """What a flow made. Positions are osu! pixels, times ms.

    contexts: those written and those given, in the order in which they stand in sequences.
    red_lines: of the song, as written or given; None where nothing says any.
    passes: what each pass over the song wrote.
    """

    contexts: dict[ContextType, TimedEvents] = field(default_factory=dict)
    red_lines: list[RedLine] | None = None
    passes: list[dict[ContextType, TimedEvents]] = field(default_factory=list)
    windows: int = 0
    tokens: int = 0

    @property
    def merged(self) -> TimedEvents:
        """All contexts' events in order of time; of equal times the earlier context's first."""
        return merge(list(self.contexts.values()))


def run_flow(
    model: Model,
    audio: Audio,
    request: FlowRequest,
    sampler: Sampler | Greedy,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    on_call: Callable[[Call], None] | None = None,
    generate: Generate | None = None,
    time_song: Callable[[], list[RedLine]] | None = None,
) -> Written:
    """Write what is asked for; see :class:`FlowRequest`.

    Args:
        sampler: draws the tokens of every pass.
        on_call: sees every window's call. generate: stands in for the network.
        time_song: makes the red lines in place of the timing pass, unless timing is in ``ins``.

    Raises:
        Cancelled: ``cancelled()`` became true.
        CheckpointError: the model has no template for these contexts.
        InputError: a context is to be taken from a reference map, and there is none.
    """
    flow = _Flow(model, audio, request, sampler, progress, cancelled, on_call, generate)
    return flow.run(time_song)


class _Flow:
    def __init__(
        self,
        model: Model,
        audio: Audio,
        request: FlowRequest,
        sampler: Sampler | Greedy,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool],
        on_call: Callable[[Call], None] | None,
        generate: Generate | None,
    ) -> None:
        self._model = model
        self._layout = model.layout
        self._audio = audio
        self._request = request
        self._sampler = sampler
        self._progress = progress
        self._cancelled = cancelled
        self._on_call = on_call
        self._generate = generate
        self._result = Written()

    def run(self, time_song: Callable[[], list[RedLine]] | None) -> Written:
        request, layout, result = self._request, self._layout, self._result
        known = self._given()
        lines = None if request.red_lines is None else list(request.red_lines)
        writes_timing = ContextType.TIMING in layout.out_contexts
        if lines is None and time_song is not None and ContextType.TIMING not in request.ins:
            lines = time_song()
        elif lines is None and not request.ins and writes_timing:
            lines = self._lines_of(self._pass([ContextType.TIMING], {})[ContextType.TIMING])
        stop_if(self._cancelled)
        if lines is not None and writes_timing and ContextType.TIMING not in known:
            known[ContextType.TIMING] = timing_events(lines, layout, self._audio.song_length_ms)
        template = layout.choose_template([*request.ins, *known], request.outs)
        last = max(template.outs.index(out) for out in request.outs)
        wanted = [
            out
            for out in template.outs[: last + 1]
            if out not in known and (out is not ContextType.SV or request.mode == MANIA)
        ]
        written = self._pass(wanted, known)
        # What was given is cut and spliced like what was written.
        given = {
            context: self._finished(context, known[context], self._around(context))
            for context in known
            if context in request.ins
        }
        result.contexts = {
            context: (known | given | written)[context]
            for context in _ORDER
            if context in written or context in known
        }
        if lines is None:
            lines = self._lines_at_last(result)
        result.red_lines = lines
        return result

    def _lines_at_last(self, result: Written) -> list[RedLine] | None:
        """Red lines from the beats that stand among what was written; the reference's, if given."""
        if self._request.reference is not None and ContextType.TIMING in self._request.ins:
            return None
        return self._lines_of(result.merged)

    def _lines_of(self, events: TimedEvents) -> list[RedLine]:
        markers = markers_from_events(events, types_first=self._layout.types_first)
        return generate_timing(markers, self._request.leniency) if markers else []

    # ---------------------------------------------------------------- what is given

    def _given(self) -> dict[ContextType, TimedEvents]:
        """Contexts that the reference map has and that are not written."""
        length = self._audio.song_length_ms
        # Beats go on to the song's end only where timing is among what is asked for.
        until = length if ContextType.TIMING in self._request.outs else None
        return {
            context: self._of_map(context, self._layout, until)
            for context in self._request.ins
            if context not in (*_READ_ONLY, ContextType.NONE)
        }

    def _reference(self, context: ContextType) -> Beatmap:
        if self._request.reference is None:
            raise InputError(f"The {context.value} of a map is to be read, but no map is given.")
        return self._request.reference

    def _of_map(
        self, context: ContextType, layout: Layout, song_length_ms: float | None = None
    ) -> TimedEvents:
        """The reference map's own events of a context."""
        beatmap = self._reference(context)
        match context:
            case ContextType.TIMING:
                return timing_events(beatmap, layout, song_length_ms)
            case ContextType.KIAI:
                return kiai_events(beatmap, layout)
            case ContextType.SV:
                return sv_events(beatmap, layout, as_reference=self._request.as_reference)
        return map_events(beatmap, layout)

    def _read_only(self) -> list[Context]:
        """Contexts that are read and never written: another difficulty, a map without sounds."""
        found = []
        for kind in self._request.ins:
            if kind not in _READ_ONLY:
                continue
            beatmap = self._reference(kind)
            sounds = kind is not ContextType.NO_HS
            events = map_events(beatmap, self._layout, with_hitsounds=sounds)
            own = self._request.gd_conditions if kind is ContextType.GD else None
            found.append(Context(kind, events, own))
        return found or [Context(ContextType.NONE)]

    # ---------------------------------------------------------------- one pass

    def _pass(
        self, wanted: Sequence[ContextType], known: Mapping[ContextType, TimedEvents]
    ) -> dict[ContextType, TimedEvents]:
        """Write contexts after those that are known; cut to the part asked for, in pixels."""
        request = self._request
        known = dict(known)
        goes_on = request.splice and not request.parallel
        if goes_on and request.reference is not None and request.start_ms is not None:
            for context in wanted:
                own = self._of_map(context, self._layout)
                known[context] = own.slice(-math.inf, request.start_ms)
        chosen, settings = self._windows()
        variant = Variant(
            request.conditions, self._sampler, self._read_only(), known, request.negative
        )
        outs = [context for context in _ORDER if context in known or context in wanted]
        before = self._result.tokens

        def tell(state: Progress) -> None:
            self._result.tokens = before + state.tokens
            if self._progress is not None:
                self._progress(state)

        if request.parallel and len(wanted):
            (lists,) = generate_parallel(
                self._model, self._audio, chosen, [variant], outs, wanted, settings, tell,
                self._cancelled, self._on_call,
                as_reference=request.as_reference, generate=self._generate,
            )  # fmt: skip
        else:
            (lists,) = generate_sequential(
                self._model, self._audio, chosen, [variant], outs, wanted, settings, tell,
                self._cancelled, self._on_call, self._generate,
            )  # fmt: skip
        self._result.windows += len(chosen) * len(wanted)
        results = {
            context: self._finished(context, lists[context], self._around(context))
            for context in wanted
        }
        self._result.passes.append(results)
        return results

    def _windows(self) -> tuple[list[Window], Settings]:
        """Where to listen, and what may be written there."""
        request, layout = self._request, self._layout
        settings = request.settings
        if request.as_reference:
            return (
                windows(
                    len(self._audio.samples),
                    self._model.network.config.window_samples,
                    settings.lookback,
                    settings.lookahead,
                    request.start_ms,
                    request.end_ms,
                    side_by_side=request.parallel,
                ),
                settings,
            )
        length = self._audio.song_length_ms
        first = request.start_ms or 0.0
        last = length if request.end_ms is None else min(request.end_ms, length)
        # Windows that do not go on from each other lie side by side.
        back, ahead = (0.0, 0.0) if request.parallel else (settings.lookback, settings.lookahead)
        shares = replace(layout, lookback=back, lookahead=ahead)
        chosen = place_windows(shares, first, last, goes_on=False)
        return chosen, replace(settings, first_ms=first or None, last_ms=last)

    def _around(self, context: ContextType) -> TimedEvents | None:
        """The reference map's own events, to stand around the answer; None where none should.

        Their positions are in single pixels, whatever the model's cells are.
        """
        if not self._request.splice or self._request.reference is None:
            return None
        pixels = replace(self._layout, position_precision=1, split_positions=True, refinement=None)
        events = self._of_map(context, pixels)
        return columns_as_positions(events, self._request.keys) if self._is_mania else events

    @property
    def _is_mania(self) -> bool:
        return self._request.mode == MANIA

    def _finished(
        self, context: ContextType, events: TimedEvents, reference: TimedEvents | None
    ) -> TimedEvents:
        """Times anew over the whole list, cut to the part asked for, positions in pixels."""
        request = self._request
        times = event_times(events.events, self._layout, end_ms=self._audio.song_length_ms)
        result = trim(TimedEvents(events.events, times), request.start_ms, request.end_ms)
        if context is ContextType.MAP:
            result = rescale_positions(result, self._layout)
            if self._is_mania and request.as_reference:
                result = columns_as_positions(result, request.keys)
        if reference is not None:
            low = -math.inf if request.start_ms is None else request.start_ms
            high = math.inf if request.end_ms is None else request.end_ms
            result = splice(reference, result, low, high)
        return result
