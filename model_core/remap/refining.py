"""Positions of a remapped range, refined where the model places objects in coarse cells only.

What the map has around the range is given to the refiner as it stands, so that what is new is
spaced as what is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model_core.beatmap import Beatmap
from model_core.model import Model
from model_core.refiner import (
    PUBLISHED,
    Refiner,
    RefinerOptions,
    needs_refiner,
    usual_refiner,
)
from model_core.remap.draft import without
from model_core.remap.options import RemapOptions
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import TimedEvents
from model_core.tokens.from_beatmap import map_events
from model_core.tokens.translation import spelled

__all__ = ["RangeRefiner", "range_refiner"]

# Points see some sixty others to either side (the network's band): in most maps no more than this.
_AROUND_MS = 12_000.0


def range_refiner(
    model: Model,
    beatmap: Beatmap,
    start_ms: float,
    end_ms: float,
    given: Refiner | str | None = None,
) -> RangeRefiner | None:
    """What refines a remap of this range; None where the model's positions are fine as they are.

    given: the refiner to use, or where it is; None: the published one. It is fetched where it is
        not here yet.

    Raises:
        CheckpointError: the refiner's files are missing and cannot be fetched.
    """
    if not needs_refiner(model.layout, model.layout.written_mode(beatmap.mode)):
        return None
    if not isinstance(given, Refiner):
        given = usual_refiner(given or PUBLISHED, model.device.type)
    return RangeRefiner(given, model, beatmap, start_ms, end_ms)


class RangeRefiner:
    """Refines the drafts of one request."""

    def __init__(
        self, refiner: Refiner, model: Model, beatmap: Beatmap, start_ms: float, end_ms: float
    ) -> None:
        self.name = refiner.name
        self._refiner = refiner
        self._layout = model.layout
        self._timing = beatmap.timing
        pixels = replace(model.layout, position_precision=1, split_positions=True, refinement=None)

        def part(first_ms: float, last_ms: float) -> TimedEvents:
            lines = [o.line for o in beatmap.hit_objects if not first_ms <= o.time <= last_ms]
            return map_events(spelled(without(beatmap, set(lines)), model.layout), pixels)

        self._before = part(start_ms - _AROUND_MS, start_ms - 1)
        self._after = part(end_ms + 1, end_ms + _AROUND_MS)

    def refine(
        self,
        draft: TimedEvents,
        conditions: Conditions,
        options: RemapOptions,
        variant: int,
        cancelled: Callable[[], bool],
        report: Callable[[int, int], None],
    ) -> TimedEvents:
        """The draft with refined positions; both in osu! pixels.

        ``report`` is told the steps done and those there are.

        Raises:
            DegenerateOutput: the refiner's answer is no number.
            Cancelled: ``cancelled()`` became true.
        """
        return self._refiner.refine(
            draft,
            self._layout,
            self._timing.beat_length_at,
            conditions,
            options=RefinerOptions.for_layout(self._layout),
            negative_descriptors=options.negative_descriptors,
            before=self._before,
            after=self._after,
            seed=(options.seed + variant) & 0xFFFF_FFFF_FFFF_FFFF,
            cancelled=cancelled,
            report=report,
        )
