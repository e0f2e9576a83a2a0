"""Refining the positions of a map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from model_core.errors import Cancelled, DegenerateOutput
from model_core.refiner import Refiner, RefinerOptions
from model_core.refiner.sampling import WindowRule
from model_core.refiner.schedule import spaced_steps
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.groups import events_to_groups
from model_core.tokens.layout import Layout
from tests.model_core.refiner.conftest import circles, joined, random_network, slider

QUICK = RefinerOptions(sections=(4, *[0] * 9))


def refined(refiner: Refiner, timed: TimedEvents, layout: Layout, **more: object) -> TimedEvents:
    arguments = {"options": QUICK, **more}
    conditions = Conditions(difficulty=5.0, descriptors=("tech",))
    return refiner.refine(timed, layout, lambda _: 400.0, conditions, **arguments)  # type: ignore[arg-type]


def places(timed: TimedEvents, layout: Layout) -> list[tuple[int | None, int | None]]:
    return [(group.x, group.y) for group in events_to_groups(timed, layout)]


def test_steps_of_each_family(layout: Layout) -> None:
    def steps(split: bool, wanted: int | None = None) -> tuple[int, ...]:
        own = replace(layout, split_positions=split)
        return spaced_steps(RefinerOptions.for_layout(own, wanted).sections)

    assert steps(split=False) == tuple(range(100))
    assert steps(split=True) == tuple(range(10))
    # Fewer go as far; more go farther.
    assert steps(False, 12) == tuple(range(0, 100, 9))
    assert steps(True, 4) == (0, 3, 6, 9)
    assert steps(True, 100) == tuple(range(100))


def test_only_places_change(refiner: Refiner, layout: Layout) -> None:
    timed = circles(20) + slider(5000)
    found = refined(refiner, timed, layout)
    assert places(found, layout) != places(timed, layout)

    def rest(events: TimedEvents) -> list[tuple[Event, float]]:
        return [
            (event, time)
            for event, time in zip(events.events, events.times, strict=True)
            if not event.type.value.startswith(("pos_", "dist"))
        ]

    assert rest(found) == rest(timed)
    assert EventType.DISTANCE not in {event.type for event in found.events}


def test_the_seed_decides(refiner: Refiner, layout: Layout) -> None:
    timed = circles(30)
    assert refined(refiner, timed, layout, seed=7) == refined(refiner, timed, layout, seed=7)
    assert refined(refiner, timed, layout, seed=7) != refined(refiner, timed, layout, seed=8)


def test_points_outside_the_range_stay(refiner: Refiner, layout: Layout) -> None:
    timed = circles(30)
    found = refined(refiner, timed, layout, start_ms=2000, end_ms=4000)
    both = zip(places(timed, layout), places(found, layout), strict=True)
    moved = [number for number, (before, after) in enumerate(both, 1) if before != after]
    assert moved and set(moved) <= set(range(10, 20))


def test_short_sequences_are_refined_but_not_by_the_reference(
    refiner: Refiner, layout: Layout
) -> None:
    timed = circles(20)
    assert places(refined(refiner, timed, layout), layout) != places(timed, layout)
    reference = RefinerOptions.as_reference(QUICK.sections)
    found = refined(refiner, timed, layout, options=reference)
    assert places(found, layout) == places(timed, layout)


@pytest.mark.parametrize("points", [1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 150])
def test_windows_cover_every_point(refiner: Refiner, layout: Layout, points: int) -> None:
    rule = WindowRule(longest=32, overlap=8, band=16)
    reports: list[tuple[int, int]] = []
    options = replace(QUICK, windows=rule)
    timed = circles(points)
    found = refined(
        refiner, timed, layout, options=options, report=lambda *done: reports.append(done)
    )
    both = zip(places(timed, layout), places(found, layout), strict=True)
    moved = [before != after for before, after in both]
    # Four small steps leave a few points on their pixel; a window that is missed leaves many.
    assert sum(moved) >= len(moved) - max(3, len(moved) // 5)
    assert reports[-1][0] == reports[-1][1] == len(reports)


def test_slider_ends_lie_on_their_paths(refiner: Refiner, layout: Layout) -> None:
    found = refined(refiner, slider(0), layout, seed=3)
    (hx, hy), (ax, ay), (ex, ey) = places(found, layout)
    assert None not in (hx, hy, ax, ay, ex, ey)
    path = np.hypot(ax - hx, ay - hy)  # type: ignore[operator]
    reached = np.hypot(ex - hx, ey - hy)  # type: ignore[operator]
    assert reached == pytest.approx(min(140, path), abs=1.5)


def test_guidance_matters(refiner: Refiner, layout: Layout) -> None:
    timed = circles(30)
    strong = replace(QUICK, guidance_scale=20.0)
    assert refined(refiner, timed, layout) != refined(refiner, timed, layout, options=strong)


def test_guidance_of_one_needs_no_second_row(refiner: Refiner, layout: Layout) -> None:
    rows: list[int] = []
    refiner.network.register_forward_pre_hook(lambda _, inputs: rows.append(len(inputs[0])))
    refined(refiner, circles(5), layout)
    assert set(rows) == {1}


def test_cancelling_stops_at_the_next_step(refiner: Refiner, layout: Layout) -> None:
    steps: list[int] = []
    with pytest.raises(Cancelled):
        refined(
            refiner,
            circles(5),
            layout,
            report=lambda done, _: steps.append(done),
            cancelled=lambda: len(steps) >= 2,
        )
    assert steps == [1, 2]


def test_no_number_is_no_answer(refiner: Refiner, layout: Layout) -> None:
    with torch.no_grad():
        refiner.network.final_layer.linear.bias.fill_(float("nan"))
    with pytest.raises(DegenerateOutput, match="precision"):
        refined(refiner, circles(5), layout)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_refines_alike(refiner: Refiner, layout: Layout, dtype: torch.dtype) -> None:
    timed = circles(40)
    half = Refiner("half", random_network(refiner.classes.size, dtype), refiner.classes)
    before, single, other = (
        np.asarray(places(events, layout))
        for events in (timed, refined(refiner, timed, layout), refined(half, timed, layout))
    )
    moved = np.abs(single - before).mean()
    assert np.abs(single - other).mean() < 0.25 * moved


def test_maps_without_places_stay_as_they_are(refiner: Refiner, layout: Layout) -> None:
    """osu!taiko has none; and nothing is nothing."""
    taiko = joined([(50.0, Event(EventType.CIRCLE)), (50.0, Event(EventType.TIME, 50))])
    assert refined(refiner, taiko, layout) == taiko
    assert refined(refiner, TimedEvents(), layout) == TimedEvents()


def test_what_stands_around_is_looked_at_and_stays(refiner: Refiner, layout: Layout) -> None:
    timed = circles(30)
    cut, end = timed.times.index(2000), timed.times.index(4000)
    before = TimedEvents(timed.events[:cut], timed.times[:cut])
    own = TimedEvents(timed.events[cut:end], timed.times[cut:end])
    after = TimedEvents(timed.events[end:], timed.times[end:])
    found = refined(refiner, own, layout, before=before, after=after)
    # The very places that the whole map's refinement has there, the rest of it kept.
    whole = refined(refiner, timed, layout, start_ms=2000, end_ms=4000)
    assert places(found, layout) == places(whole, layout)[9:19]
    assert places(found, layout) != places(refined(refiner, own, layout), layout)
