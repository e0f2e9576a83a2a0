"""Positions of a generated map, refined: what a request asks of a refiner.

The published Whisper models (v28, v29) name positions in cells of 32 px only; the refiner moves
every point to a place that fits its distance, its time and the points around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from model_core.errors import CheckpointError
from model_core.generation.decode_loop import never
from model_core.network.device import choose
from model_core.refiner.classes import RefinerClasses
from model_core.refiner.loading import PUBLISHED, find_refiner, read_classes, read_network
from model_core.refiner.network import AXES, RefinerNetwork
from model_core.refiner.points import HALF, PointSequence, read_points
from model_core.refiner.sampling import Floats, WindowRule, walk
from model_core.refiner.schedule import TRAINED_STEPS, schedule
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.layout import Layout

__all__ = [
    "Refiner",
    "RefinerOptions",
    "load_refiner",
    "needs_refiner",
    "usual_refiner",
    "with_positions",
]


@dataclass(frozen=True, slots=True)
class RefinerOptions:
    """How points are refined; the defaults are what requests get.

    sections: how many diffusion steps of each equal part of the thousand; the published models
        take the first hundred (v28, v29, v32) or ten (v30, v31).
    guidance_scale: above 1, farther towards what is asked for; twice the work.
    skip_short: as the reference, leave sequences alone that are no longer than two overlaps of
        windows. They are refined otherwise: a short map has no rougher positions than a long one.
    zero_is_nowhere: as the reference, take a coordinate of 0 for no place and move the point to
        the middle. Otherwise a point on the left or upper edge stays there.
    mapper_as_beatmap: as the reference, look the mapper's id up among beatmap ids, so that the
        refiner hears of no mapper at all, or of the wrong one.
    """

    sections: tuple[int, ...] = (100, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    guidance_scale: float = 1.0
    windows: WindowRule = field(default_factory=WindowRule)
    skip_short: bool = False
    zero_is_nowhere: bool = False
    mapper_as_beatmap: bool = False

    @classmethod
    def for_layout(
        cls, layout: Layout, steps: int | None = None, guidance_scale: float = 1.0
    ) -> RefinerOptions:
        """What a checkpoint of this layout is refined with, as published.

        Models that name positions in cells of 32 px are taken back through the last hundred of
        the thousand steps; those with cells of 4 px are nearly right, and through the last ten.
        Fewer ``steps`` are spread over the same noise, at a share of the time; more begin at more.
        """
        usual = 10 if layout.split_positions else 100
        wanted = usual if steps is None else steps
        reach = usual if wanted <= usual else 100
        return cls((wanted, *[0] * (TRAINED_STEPS // reach - 1)), guidance_scale)

    @classmethod
    def as_reference(
        cls,
        sections: Sequence[int] = (100, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        guidance_scale: float = 1.0,
        windows: WindowRule | None = None,
    ) -> RefinerOptions:
        """What the reference does, quirks and all."""
        rule = WindowRule() if windows is None else windows
        return cls(tuple(sections), guidance_scale, rule, True, True, True)


class Refiner:
    """A loaded refiner. One thread at a time."""

    def __init__(
        self, name: str, network: RefinerNetwork, classes: RefinerClasses, device_reason: str = ""
    ) -> None:
        self.name = name
        self.network = network
        self.classes = classes
        self.device_reason = device_reason

    def refine(
        self,
        timed: TimedEvents,
        layout: Layout,
        beat_length_at: Callable[[float], float],
        conditions: Conditions,
        *,
        options: RefinerOptions | None = None,
        negative_descriptors: Sequence[str | int] = (),
        beatmap_id: int | None = None,
        before: TimedEvents | None = None,
        after: TimedEvents | None = None,
        start_ms: float | None = None,
        end_ms: float | None = None,
        seed: int = 0,
        cancelled: Callable[[], bool] = never,
        report: Callable[[int, int], None] | None = None,
    ) -> TimedEvents:
        """The same events with refined positions.

        Every position in osu! pixels is replaced, and every distance becomes a position: the
        answer holds a point's place twice where both were said, and the last one counts.

        Args:
            timed: a map's events with positions in osu! pixels; those of other contexts between
                them stay as they are.
            layout: of the checkpoint that wrote them.
            beat_length_at: ms of a beat at a time in ms; slider lengths follow from it.
            conditions: difficulty, circle size, mapper, descriptors and slider multiplier.
            negative_descriptors: what guidance leads away from.
            beatmap_id: of a known map, whose mapper and tags are filled in where not said.
            before, after: what stands around, in osu! pixels: it is looked at, stays where it is,
                and is no part of the answer.
            start_ms, end_ms: points outside ``start_ms <= time < end_ms`` keep their places; but
                the end of a slider goes to where its path ends, be it half a pixel.
            seed: the same gives the same places on the same device, precision and thread count.
            report: told the steps done and those there are.

        Raises:
            DegenerateOutput: the network's answer is no number.
            Cancelled: asked before every step.
        """
        options = RefinerOptions() if options is None else options
        head, tail = before or TimedEvents(), after or TimedEvents()
        own = range(len(head), len(head) + len(timed))
        sequence = read_points(
            head + timed + tail,
            layout,
            beat_length_at,
            conditions.global_sv,
            options.zero_is_nowhere,
        )
        kept = kept_points(sequence, start_ms, end_ms)
        kept |= np.asarray([event not in own for event in sequence.types], dtype=np.bool_)
        steps = schedule(options.sections)
        generator = np.random.default_rng(seed)

        def noise(window: int, turn: int, points: int) -> Floats:
            return generator.standard_normal((AXES, points), dtype=np.float32)

        refined = walk(
            self.network,
            sequence,
            kept,
            self.classes.asked(conditions, beatmap_id, options.mapper_as_beatmap),
            self.classes.nothing(conditions, negative_descriptors),
            options.guidance_scale,
            steps,
            options.windows,
            noise,
            options.skip_short,
            cancelled,
            report,
        )
        return with_positions(timed, sequence, refined, own.start)


def kept_points(
    sequence: PointSequence, start_ms: float | None, end_ms: float | None
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which points lie outside ``start_ms <= time < end_ms``, bool [N]."""
    kept = np.zeros(len(sequence), dtype=np.bool_)
    if start_ms is not None:
        kept |= sequence.times < start_ms
    if end_ms is not None:
        kept |= sequence.times >= end_ms
    return kept


def with_positions(
    timed: TimedEvents, sequence: PointSequence, positions: Floats, first: int = 0
) -> TimedEvents:
    """The events with the points' positions (float32 [2, N], the playfield being -1 to 1).

    Positions become whole osu! pixels, and distances positions. ``first``: how many events the
    sequence was read from before these.
    """
    half = np.asarray(HALF, dtype=np.float32)[:, None]
    pixels = np.rint((positions + 1) * half).astype(np.int64)
    events: list[Event] = []
    times: list[float] = []
    owners = sequence.owners[first : first + len(timed)]
    for event, time, owner in zip(timed.events, timed.times, owners, strict=True):
        if owner >= len(sequence) or event.type not in _PLACED:
            events.append(event)
            times.append(time)
            continue
        for kind in _PLACED[event.type]:
            events.append(Event(kind, int(pixels[int(kind is EventType.POSITION_Y), owner])))
            times.append(time)
    return TimedEvents(tuple(events), tuple(times))


_PLACED = {
    EventType.DISTANCE: (EventType.POSITION_X, EventType.POSITION_Y),
    EventType.POSITION_X: (EventType.POSITION_X,),
    EventType.POSITION_Y: (EventType.POSITION_Y,),
}


def needs_refiner(layout: Layout, mode: int) -> bool:
    """Whether a checkpoint's objects of a mode are placed in cells that say nothing finer.

    Nothing in osu!taiko and osu!mania has a place.
    """
    return mode in (0, 2) and layout.joint_positions and layout.refinement is None


@lru_cache(maxsize=1)
def usual_refiner(source: str = PUBLISHED, device: str = "auto", dtype: str = "auto") -> Refiner:
    """Like :func:`load_refiner`, and kept for the next request of this process."""
    return load_refiner(source, device, dtype)


def load_refiner(
    source: str | Path = PUBLISHED, device: str = "auto", dtype: str = "auto"
) -> Refiner:
    """Load a refiner from a local folder or a hub repository (``owner/name``).

    Raises:
        CheckpointError: files are missing, damaged or not understood, or cannot be fetched.
        NotSupported: the device asked for is not there.
    """
    folder = find_refiner(source)
    placement = choose(device, dtype)
    classes = read_classes(folder)
    network = read_network(folder, placement.device, placement.dtype)
    sizes = (network.config.classes, classes.size)
    if sizes[0] != sizes[1]:
        raise CheckpointError(
            f"{folder}: the weights know {sizes[0]} classes and the tables {sizes[1]}; they do not"
            " belong together."
        )
    return Refiner(str(source), network, classes, placement.reason)
