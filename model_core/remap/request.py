"""From a range of a map to ranked patches.

What is around the range goes in as context: the timing and kiai of the whole map, the objects
before the range. What comes out is read as objects, put on the ticks they were meant for, and
becomes an edit that proves its own contract. An answer that no mapper could want (nothing where
there is music, everything on one spot) is refused with its reason and never becomes a patch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap
from model_core.beatmap.columns import key_count
from model_core.beatmap.edits import (
    FreeRange,
    RemapEdit,
    free_range,
    remap,
    replaced_objects,
    require_editable,
)
from model_core.beatmap.edits.resnapping import ticks_are_rounded
from model_core.beatmap.modes import MODE_NAMES
from model_core.errors import DegenerateOutput, EditRefused, InputError
from model_core.generation.decode_loop import never, stop_if
from model_core.maps.conditions import unheard
from model_core.maps.drawing import ATTEMPT_STEP, ATTEMPTS
from model_core.maps.objects import objects_of
from model_core.model import Model
from model_core.refiner import Refiner, needs_refiner
from model_core.remap.draft import Drafter
from model_core.remap.options import Candidate, Progress, RemapOptions, RemapResult
from model_core.remap.refining import range_refiner
from model_core.remap.seam import seam_bits
from model_core.remap.usable import check_answer
from model_core.tokens import ContextType, TimedEvents
from model_core.tokens.decode import rescale_positions
from model_core.tokens.to_objects import Converted

__all__ = ["remap_range"]


class _Stopwatch:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    def add(self, stage: str, begun: float) -> None:
        self.ms[stage] = self.ms.get(stage, 0.0) + (time.perf_counter() - begun) * 1000.0


def remap_range(
    model: Model,
    beatmap: Beatmap,
    audio: Audio,
    start_ms: int,
    end_ms: int,
    options: RemapOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    refiner: Refiner | str | None = None,
) -> RemapResult:
    """Replace the objects that start in ``[start_ms, end_ms]``.

    Args:
        model: a loaded checkpoint.
        beatmap: a map of any mode with at least one red line. Where the model was never shown
            its mode, the range is written in osu!standard and turned into the mode's objects; the
            result's warnings say so.
        audio: its song.
        start_ms, end_ms: the range in ms, both included.
        options: see :class:`RemapOptions`.
        progress: told about every window and every few tokens.
        cancelled: asked before every token.
        refiner: of positions, or the folder or hub repository that holds it, for models that place
            objects in coarse cells (v28, v29). None: the published one. It is fetched where it is
            not here yet.

    Raises:
        CheckpointError: the model needs a refiner, which is not here and cannot be fetched.
        InputError: an empty range, one outside the song, one that an object from before it
            covers, or a map without timing.
        DegenerateOutput: no variant was usable.
        EditRefused: the map has no place for objects, or every edit would break its contract.
        Cancelled: ``cancelled()`` became true.
    """
    options = options or RemapOptions()
    report = progress or _ignore
    check_request(beatmap, audio, start_ms, end_ms)
    free = free_range(beatmap, start_ms, end_ms)
    places = range_refiner(model, beatmap, start_ms, end_ms, refiner)
    watch = _Stopwatch()
    refused: list[DegenerateOutput | EditRefused] = []
    tokens = 0
    for attempt in range(ATTEMPTS):
        tried = replace(options, seed=options.seed + attempt * ATTEMPT_STEP)
        drafter = Drafter(model, beatmap, audio, start_ms, free, tried)
        report(Progress("encoder", 0, len(drafter.windows)))
        begun = time.perf_counter()
        drafter.encode(cancelled)
        watch.add("encoder", begun)
        begun = time.perf_counter()
        drafts = drafter.generate(report, cancelled)
        watch.add("decode", begun)
        tokens += drafter.tokens
        report(Progress("post", len(drafter.windows), len(drafter.windows), tokens))
        begun = time.perf_counter()
        drafts = [rescale_positions(draft, model.layout) for draft in drafts]
        if places is not None:
            drafts = [
                places.refine(
                    draft,
                    drafter.conditions,
                    tried,
                    variant,
                    cancelled,
                    lambda done, steps: report(Progress("post", done, steps)),
                )
                for variant, draft in enumerate(drafts)
            ]
        watch.add("post", begun)
        made, failures = _edits(
            model, beatmap, audio, start_ms, end_ms, free, drafts, options, watch
        )
        refused += failures
        if made:
            break
    else:
        last = refused[-1]
        kind = EditRefused if isinstance(last, EditRefused) else DegenerateOutput
        raise kind(str(last) if options.variants == 1 else " ".join(map(str, failures)))

    stop_if(cancelled)
    begun = time.perf_counter()
    ranked = _rank(model, audio, drafter, free, made)
    watch.add("rank", begun)
    return RemapResult(
        candidates=ranked,
        refused=tuple(map(str, refused)),
        seed=options.seed,
        tokens=tokens,
        windows=len(drafter.windows),
        timings_ms=watch.ms,
        warnings=_warnings(model, beatmap, options),
        refiner="" if places is None else places.name,
    )


def _edits(
    model: Model,
    beatmap: Beatmap,
    audio: Audio,
    start_ms: int,
    end_ms: int,
    free: FreeRange,
    drafts: Sequence[TimedEvents],
    options: RemapOptions,
    watch: _Stopwatch,
) -> tuple[list[tuple[int, RemapEdit, Converted]], list[DegenerateOutput | EditRefused]]:
    """Usable variants as edits, by number; and why the others are not."""
    made: list[tuple[int, RemapEdit, Converted]] = []
    refused: list[DegenerateOutput | EditRefused] = []
    for variant, draft in enumerate(drafts):
        begun = time.perf_counter()
        converted = _objects(model, beatmap, draft, free)
        watch.add("post", begun)
        begun = time.perf_counter()
        try:
            check_answer(beatmap, audio, start_ms, end_ms, converted.objects)
            edit = remap(
                beatmap,
                start_ms,
                end_ms,
                converted.objects,
                take_volume=options.take_volume,
                take_sv=options.take_slider_velocity,
            )
            if converted.objects and not edit.objects:
                raise DegenerateOutput(
                    "Nothing that the model wrote fits into the range. "
                    "Nothing was changed; try another seed or a longer range."
                )
            made.append((variant, edit, converted))
        except (DegenerateOutput, EditRefused) as error:
            which = f"Variant {variant + 1}: " if options.variants > 1 else ""
            refused.append(type(error)(f"{which}{error}"))
        watch.add("patch", begun)
    return made, refused


def check_request(beatmap: Beatmap, audio: Audio, start_ms: int, end_ms: int) -> None:
    """Refuse what cannot be remapped before any work is done; see :func:`remap_range`."""
    if end_ms < start_ms or (
        end_ms == start_ms and not replaced_objects(beatmap, start_ms, end_ms)
    ):
        raise InputError(
            f"The range is empty: it ends at {end_ms:g} ms and begins at {start_ms:g} ms."
        )
    if start_ms >= audio.song_length_ms or end_ms < 0:
        raise InputError(
            f"The range {start_ms:g} to {end_ms:g} ms is outside the song, which is "
            f"{audio.song_length_ms:.0f} ms long."
        )
    if not beatmap.timing.red_lines:
        raise InputError(
            "The map has no uninherited timing point (red line). Time it in the editor first."
        )
    require_editable(beatmap)
    if free_range(beatmap, start_ms, end_ms).empty:
        raise InputError(
            f"There is no room between {start_ms:g} and {end_ms:g} ms: an object that starts"
            " before the range lasts through it. Begin the range at that object."
        )


def _warnings(model: Model, beatmap: Beatmap, options: RemapOptions) -> tuple[str, ...]:
    """What the one who asked should know of the answer, in sentences."""
    layout, mode = model.layout, beatmap.mode
    told = unheard(model.vocabulary, layout, options, mode)
    if layout.written_mode(mode) == mode:
        return told
    return (
        f"{model.title} knows osu! (standard) only: it wrote the rhythm, which was"
        f" turned into objects of {MODE_NAMES[mode]} by simple rules. A checkpoint that was trained"
        f" on {MODE_NAMES[mode]} does better.",
        *told,
    )


def _objects(model: Model, beatmap: Beatmap, draft: TimedEvents, free: FreeRange) -> Converted:
    """The objects of a draft, in osu! pixels, that start inside the free range."""
    layout, mode = model.layout, beatmap.mode
    converted = objects_of(
        layout,
        {ContextType.MAP: draft},
        beatmap.timing,
        beatmap.slider_multiplier,
        mode,
        key_count(beatmap.circle_size),
        rounded=ticks_are_rounded((o.time for o in beatmap.hit_objects), beatmap.timing),
        snap_overlaps=needs_refiner(layout, layout.written_mode(mode)),
        # Nothing is written behind the range, nor the ends of what is held at its end.
        until_ms=int(free.last_ms),
    )
    inside = tuple(o for o in converted.objects if free.first_ms <= o.time <= free.last_ms)
    return Converted(inside, converted.dropped)


def _rank(
    model: Model,
    audio: Audio,
    drafter: Drafter,
    free: FreeRange,
    made: Sequence[tuple[int, RemapEdit, Converted]],
) -> tuple[Candidate, ...]:
    """Best seam first; without a seam, or with one candidate, the order they were drawn in."""
    bits: list[float | None] = [None] * len(made)
    if len(made) > 1:
        results = [edit.result for _, edit, _ in made]
        bits = seam_bits(model, audio, drafter.conditions, results, free.last_ms)
    order = sorted(
        range(len(made)), key=lambda k: (np.inf if bits[k] is None else bits[k], made[k][0])
    )
    return tuple(
        Candidate(
            number=number,
            variant=made[k][0],
            edit=made[k][1],
            objects=made[k][2].objects,
            seam_bits=bits[k],
            dropped=made[k][2].dropped,
        )
        for number, k in enumerate(order, 1)
    )


def _ignore(_: Progress) -> None:
    pass
