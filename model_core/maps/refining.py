"""Positions of a whole map, refined where the model places objects in coarse cells only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model_core.beatmap.timing import Timing
from model_core.maps.parameters import GenerationParameters
from model_core.model import Model
from model_core.refiner import Refiner, RefinerOptions, needs_refiner
from model_core.tokens import Conditions, ContextType, TimedEvents
from model_core.tokens.layout import Layout

__all__ = ["refined", "snaps_overlaps", "wants_refiner"]

_PLACED = (0, 2)  # modes whose objects have positions


def wants_refiner(layout: Layout, parameters: GenerationParameters, mode: int) -> bool:
    """Whether the positions of a map that is written in ``mode`` are to be refined."""
    if parameters.refine is not None:
        return parameters.refine and mode in _PLACED
    return needs_refiner(layout, mode)


def snaps_overlaps(layout: Layout, parameters: GenerationParameters, mode: int) -> bool:
    """Whether objects that nearly lie on one another are stacked."""
    if parameters.snap_overlaps is not None:
        return parameters.snap_overlaps and mode in _PLACED
    return wants_refiner(layout, parameters, mode)


def refined(
    model: Model,
    contexts: Mapping[ContextType, TimedEvents],
    timing: Timing,
    told: Conditions,
    parameters: GenerationParameters,
    refiner: Refiner,
    cancelled: Callable[[], bool],
    report: Callable[[int, int], None],
) -> dict[ContextType, TimedEvents]:
    """The same contexts with refined positions.

    told: what the model was told of the map. Raises Cancelled when ``cancelled()`` became true.
    """
    layout = model.layout
    events = refiner.refine(
        contexts.get(ContextType.MAP, TimedEvents()),
        layout,
        timing.beat_length_at,
        told,
        options=RefinerOptions.for_layout(
            layout, parameters.refine_steps, parameters.refine_guidance
        ),
        negative_descriptors=parameters.negative_descriptors,
        seed=parameters.seed & 0xFFFF_FFFF_FFFF_FFFF,
        cancelled=cancelled,
        report=report,
    )
    return {**contexts, ContextType.MAP: events}
