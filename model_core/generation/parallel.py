"""A song's contexts with all windows at once: each window knows nothing of its neighbours.

Timing is written like this where it is asked for many times over (super timing): windows that do
not wait for each other are rows of one batch. Windows should lie side by side (no lookback, no
lookahead), since nothing ends one where another begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.generation.decode_loop import Work, answer, never
from model_core.generation.progress import Meter, Progress
from model_core.generation.together import Writing, write_alone
from model_core.generation.window_rows import (
    Bounds,
    Call,
    Generate,
    Settings,
    Variant,
    count_objects,
    hearing,
    window_row,
)
from model_core.model import Model
from model_core.tokens.decode import decode_window
from model_core.tokens.events import ContextType, TimedEvents
from model_core.tokens.vocabulary import Vocabulary


def generate_parallel(
    model: Model,
    audio: Audio,
    windows: Sequence[Window],
    variants: Sequence[Variant],
    outs: Sequence[ContextType],
    written: Sequence[ContextType],
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    on_call: Callable[[Call], None] | None = None,
    song_length_ms: float | None = None,
    rows_at_once: int = 8,
    as_reference: bool = False,
    generate: Generate | None = None,
) -> list[dict[ContextType, TimedEvents]]:
    """Each variant's contexts in full: those that were known, and those that were written.

    outs: the contexts of the prompt in the template's order; written: those of them to write, one
    after the other, each over all windows. They begin empty. The settings' lookback and lookahead
    are of no effect. Windows' events follow each other in the order of ``windows``, uncut.

    song_length_ms: what the prompts say of the song's length, where the samples are not the whole
    song as it is (super timing shifts it); the audio's own by default. rows_at_once: how many
    streams the network continues at once, or one row's, if those are more. on_call: told of each
    window's generation, in order.
    as_reference: a window ends with the end of the sequence only, whatever follows its context's
    end is written and thrown away, and a context that was not closed gives nothing. Without it
    the context's end ends the window, and what was written of a context that was not closed is
    kept. generate: stands in for the network, window by window (tests and comparisons).

    Raises:
        Cancelled: ``cancelled()`` became true; noticed before every token.
        CheckpointError: the model has no template for these contexts.
        ValueError: a written context is known already: there is nothing to go on from here.
    """
    writing = write_parallel(
        model, audio, windows, variants, outs, written, settings, progress, cancelled, on_call,
        song_length_ms, as_reference,
    )  # fmt: skip
    if generate is not None:
        stands_in, each = generate, len(variants)

        def instead(work: Work) -> list[list[int]]:
            rows = [work.rows[n * each : (n + 1) * each] for n in range(len(windows))]
            pairs = zip(windows, rows, strict=True)
            return [own for window, own_rows in pairs for own in stands_in(window, own_rows)]

        return write_alone(writing, instead)
    # A row with beams or guidance is several streams, which go on together or not at all.
    streams = max(rows_at_once, settings.beams * (2 if settings.guidance > 1 else 1))
    return write_alone(writing, lambda work: answer(model.stepper, work, streams))


def write_parallel(
    model: Model,
    audio: Audio,
    windows: Sequence[Window],
    variants: Sequence[Variant],
    outs: Sequence[ContextType],
    written: Sequence[ContextType],
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    on_call: Callable[[Call], None] | None = None,
    song_length_ms: float | None = None,
    as_reference: bool = False,
) -> Writing[list[dict[ContextType, TimedEvents]]]:
    """:func:`generate_parallel` as a request that can share a batch with others.

    See :func:`model_core.generation.together.write_together`.
    """
    for variant in variants:
        if given := [context.value for context in written if context in variant.known]:
            raise ValueError(f"windows written at once continue nothing, but {given} is known")
    meter = Meter(len(windows) * len(written), progress)
    lists = [
        {context: variant.known.get(context, TimedEvents()) for context in outs}
        for variant in variants
    ]
    vocabulary = model.vocabulary
    stops = frozenset({vocabulary.eos}) if as_reference else None
    before = count_objects(lists[0]) if lists else 0
    # A window's variants stand side by side, so that they hear it together.
    places = [(window, number) for window in windows for number in range(len(variants))]
    chosen = [context for context in outs if context in written]
    for turn, context in enumerate(chosen):
        meter.stage(context.value)
        visible = list(outs[: list(outs).index(context) + 1])
        rows = []
        for place, (window, number) in enumerate(places):
            row = window_row(
                model, audio, variants[number], lists[number], visible, window,
                Bounds.of(model, settings, window, first=True, last=True),
                settings, song_length_ms, stops,
            )  # fmt: skip
            # Whichever window comes to draw first, each has its own numbers.
            branch = row.sampler.branch(turn * len(windows) + place // len(variants))
            rows.append(replace(row, sampler=branch))
        hear = [
            hearing(model, audio, window, variants[number].conditions) for window, number in places
        ]
        finished = _Finished(meter, len(variants))
        answers = yield Work(rows, hear, cancelled, meter.tokens, on_answer=finished)
        for (window, number), row, own in zip(places, rows, answers, strict=True):
            if on_call is not None:
                on_call(Call(context, window, (tuple(row.prompt),), (tuple(own),), (row.stops,)))
            ids = _of_context(vocabulary, context, row.prompt, own, as_reference)
            known = lists[number][context]
            last = known.times[-1] if len(known) else None
            lists[number][context] = known + decode_window(
                vocabulary, model.layout, ids, window.start_ms, last
            )
        meter.objects(count_objects(lists[0]) - before)
    return lists


class _Finished:
    """Counts a window as done when all its variants are."""

    def __init__(self, meter: Meter, variants: int) -> None:
        self._meter = meter
        self._left: dict[int, int] = {}
        self._variants = variants

    def __call__(self, index: int) -> None:
        window = index // self._variants
        left = self._left.get(window, self._variants) - 1
        self._left[window] = left
        if left == 0:
            self._meter.window_done()


def _of_context(
    vocabulary: Vocabulary,
    context: ContextType,
    prompt: Sequence[int],
    answer: Sequence[int],
    as_reference: bool,
) -> list[int]:
    """The ids between the context's first opening mark and the first closing one."""
    ids = [*prompt, *answer]
    if context not in vocabulary.context_sos:
        return list(answer)
    first = vocabulary.context_sos[context]
    last = vocabulary.context_eos[context]
    if first not in ids:
        return []
    start = ids.index(first) + 1
    if last in ids[start:]:
        return ids[start : ids.index(last, start)]
    return [] if as_reference else ids[start:]
