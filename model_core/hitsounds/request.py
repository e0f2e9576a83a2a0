"""From a map to new sounds, and from these to a patch.

The map's own tokens stand as they are; only its hitsound tokens, and its volumes where they are
asked for, are chosen. So nothing but sounds can come out, whatever the model thinks of the map.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, set_hitsounds
from model_core.beatmap.modes import MODE_NAMES
from model_core.generation.decode_loop import never, stop_if
from model_core.hitsounds.options import HitsoundOptions
from model_core.hitsounds.plan import Plan
from model_core.hitsounds.reading import read_sounds
from model_core.hitsounds.results import Choices, HitsoundResult
from model_core.maps.conditions import unheard
from model_core.model import Model
from model_core.remap.options import Progress

__all__ = ["choose_sounds", "hitsound"]

TAIKO = 1


def hitsound(
    model: Model,
    audio: Audio,
    beatmap: Beatmap,
    options: HitsoundOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    copy_from: Beatmap | None = None,
) -> HitsoundResult:
    """New sounds for the objects that start in the range, as an edit that proves its contract.

    Args: as :func:`choose_sounds`.

    Raises:
        NotSupported, EditRefused: the file cannot be edited so.
        Others as :func:`choose_sounds`.
    """
    options = options or HitsoundOptions()
    choices = choose_sounds(model, audio, beatmap, options, progress, cancelled, copy_from)
    stop_if(cancelled)
    begun = time.perf_counter()
    edit = set_hitsounds(
        beatmap,
        choices.start_ms,
        choices.end_ms,
        choices.sounds,
        take_volume=options.volumes,
        take_sets=options.take_sets,
    )
    timings = dict(choices.timings_ms)
    timings["patch"] = (time.perf_counter() - begun) * 1000.0
    summary = f"{edit.summary.text}. {choices.text}."
    return HitsoundResult(choices, edit, summary[:1].upper() + summary[1:], timings)


def choose_sounds(
    model: Model,
    audio: Audio,
    beatmap: Beatmap,
    options: HitsoundOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    copy_from: Beatmap | None = None,
) -> Choices:
    """What every node of the objects that start in the range should sound like.

    Args:
        model: a loaded checkpoint of any family. Where it was never shown the map's mode, it
            reads a stand-in in osu!standard; the answer's warnings say so.
        audio: the map's song.
        beatmap: a map of any mode.
        options: see :class:`HitsoundOptions`.
        progress: told about every window.
        cancelled: asked before every pass.
        copy_from: another difficulty of the song. Nodes that sound within 5 ms of one of its
            nodes sound like it; the model is asked for the others.

    In osu!taiko additions stay: they are the colours and sizes of notes.

    Raises:
        Cancelled: ``cancelled()`` became true.
        CheckpointError: the model has no template for a map whose timing is known.
        InputError: ``copy_from`` is an osu!taiko map.
    """
    options = options or HitsoundOptions()
    report = progress or _ignore
    start_ms, end_ms = _range(beatmap, options)
    timings: dict[str, float] = {}
    begun = time.perf_counter()
    plan = Plan(beatmap, start_ms, end_ms, options, copy_from)
    timings["read"] = (time.perf_counter() - begun) * 1000.0
    windows = passes = decided = 0
    warnings: tuple[str, ...] = ()
    if beatmap.mode == TAIKO and options.additions_only:
        warnings = (
            "In osu!taiko whistles, claps and finishes are colours and sizes of notes, so there"
            " are no additions to choose. Nothing was changed; ask for sample sets.",
        )
    if plan.open_nodes:
        warnings = _warnings(model, beatmap, options)
        outcome = read_sounds(model, audio, beatmap, plan, options, report, cancelled)
        windows, passes, decided = outcome.windows, outcome.passes, outcome.decided
        timings = {**outcome.timings_ms, "read": timings["read"] + outcome.timings_ms["read"]}
    return Choices(
        beatmap=beatmap,
        start_ms=start_ms,
        end_ms=end_ms,
        objects=plan.objects(),
        left=plan.left(),
        seed=options.seed,
        windows=windows,
        passes=passes,
        decided=decided,
        timings_ms=timings,
        warnings=warnings,
    )


def _range(beatmap: Beatmap, options: HitsoundOptions) -> tuple[int, int]:
    """The range in whole ms; without limits all objects that have a place in time."""
    times = [item.time for item in beatmap.hit_objects if math.isfinite(item.time)]
    first = math.floor(min(times, default=0.0))
    last = math.ceil(max(times, default=0.0))
    start = first if options.start_ms is None else options.start_ms
    end = last if options.end_ms is None else options.end_ms
    return start, max(start, end)


def _warnings(model: Model, beatmap: Beatmap, options: HitsoundOptions) -> tuple[str, ...]:
    layout, mode = model.layout, beatmap.mode
    told = tuple(
        sentence
        for sentence in unheard(model.vocabulary, layout, options.parameters(), mode)
        if " hitsounded;" not in sentence
    )
    if layout.written_mode(mode) == mode:
        return told
    return (
        f"{model.title} knows osu! (standard) only: it read the map's rhythm, not"
        f" its {MODE_NAMES[mode]} patterns. A checkpoint that was trained on {MODE_NAMES[mode]}"
        " does better.",
        *told,
    )


def _ignore(_: Progress) -> None:
    pass
