"""A song's contexts, window after window, each continuing what the last ones wrote.

Window starts overlap: a window's prompt repeats what is known of its first part (the lookback),
and it stops before its last part (the lookahead), which the next window hears better.
Several variants can be written in lockstep; they share the audio and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from model_core.tokens.events import ContextType, TimedEvents

__all__ = [
    "Call",
    "Generate",
    "Settings",
    "Variant",
    "generate_sequential",
    "trim",
    "write_sequential",
]


def generate_sequential(
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
    generate: Generate | None = None,
) -> list[dict[ContextType, TimedEvents]]:
    """Each variant's contexts in full: what was known, and what was written after it.

    outs: the contexts of the prompt in the template's order; written: those of them to write.
    generate: stands in for the network (tests and comparisons).

    Raises:
        Cancelled: ``cancelled()`` became true; noticed before every token.
        CheckpointError: the model has no template for these contexts.
    """
    writing = write_sequential(
        model, audio, windows, variants, outs, written, settings, progress, cancelled, on_call
    )

    def instead(work: Work) -> list[list[int]]:
        assert generate is not None
        assert work.window is not None
        return generate(work.window, work.rows)

    return write_alone(writing, instead if generate else lambda work: answer(model.stepper, work))


def write_sequential(
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
) -> Writing[list[dict[ContextType, TimedEvents]]]:
    """:func:`generate_sequential` as a request that can share a batch with others.

    See :func:`model_core.generation.together.write_together`.
    """
    meter = Meter(len(windows) * len(written), progress)
    lists = [
        {context: variant.known.get(context, TimedEvents()) for context in outs}
        for variant in variants
    ]
    before = count_objects(lists[0]) if lists else 0
    for context in outs:
        if context not in written:
            continue
        meter.stage(context.value)
        visible = list(outs[: list(outs).index(context) + 1])
        for number, window in enumerate(windows):
            bounds = Bounds.of(model, settings, window, number == 0, number == len(windows) - 1)
            rows = [
                window_row(model, audio, variant, known, visible, window, bounds, settings)
                for variant, known in zip(variants, lists, strict=True)
            ]
            hear = [hearing(model, audio, window, variant.conditions) for variant in variants]
            answers = yield Work(rows, hear, cancelled, meter.tokens, window=window)
            if on_call is not None:
                on_call(
                    Call(
                        context,
                        window,
                        tuple(tuple(row.prompt) for row in rows),
                        tuple(tuple(answer) for answer in answers),
                        tuple(row.stops for row in rows),
                    )
                )
            for known, own in zip(lists, answers, strict=True):
                known[context] = known[context] + bounds.read(own, context, known[context])
            meter.window_done(count_objects(lists[0]) - before)
    return lists


def trim(events: TimedEvents, start_ms: float | None, end_ms: float | None) -> TimedEvents:
    """Only the part that was asked for, with 10 ms of grace, as the reference cuts it.

    Before the start every event goes; after the end events go from the end of the list until one
    is in time.
    """
    pairs = list(zip(events.events, events.times, strict=True))
    if start_ms is not None:
        pairs = [pair for pair in pairs if pair[1] >= start_ms - 10]
    if end_ms is not None:
        while pairs and pairs[-1][1] > end_ms + 10:
            pairs.pop()
    return TimedEvents(tuple(event for event, _ in pairs), tuple(time for _, time in pairs))
