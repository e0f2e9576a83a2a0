"""A refiner of a few thousand random weights, and the events of a small map."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from model_core.refiner import Refiner
from model_core.refiner.classes import RefinerClasses
from model_core.refiner.network import RefinerConfig, RefinerNetwork
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.layout import Layout
from model_core.tokens.starter_layout import starter_layout

TABLE = {
    "beatmap_idx": {11: 0, 12: 1},
    "num_classes": 3,
    "num_diff_classes": 26,
    "max_difficulty": 12,
    "beatmap_mapper": {11: 900, 12: 901},
    "mapper_idx": {900: 0, 901: 1},
    "num_mapper_classes": 3,
    "beatmap_descriptors": {11: [0, 2]},
    "descriptor_idx": {"streams": 0, "reading": 1, "tech": 2},
    "num_descriptor_classes": 4,
    "num_cs_classes": 22,
}


def random_network(classes: int, dtype: torch.dtype = torch.float32) -> RefinerNetwork:
    """Two blocks, 32 wide, whose gates are open: every weight matters."""
    torch.manual_seed(5)
    network = RefinerNetwork(RefinerConfig(32, 2, 4, 64, classes))
    with torch.no_grad():
        for weight in network.parameters():
            weight.normal_(0, 0.15)
    return network.to(dtype).eval().requires_grad_(False)


@pytest.fixture
def classes() -> RefinerClasses:
    return RefinerClasses.from_dict(TABLE, "the test's table")


@pytest.fixture
def refiner(classes: RefinerClasses) -> Refiner:
    return Refiner("tiny", random_network(classes.size), classes)


@pytest.fixture
def layout() -> Layout:
    """As v29 spells: types first, anchors without times."""
    return replace(starter_layout(), types_first=True, slider_version=1)


def circle(time: float, x: int, y: int, *more: Event) -> list[tuple[float, Event]]:
    events = (
        Event(EventType.CIRCLE),
        Event(EventType.TIME, int(time)),
        Event(EventType.POSITION_X, x),
        Event(EventType.POSITION_Y, y),
        *more,
    )
    return [(time, event) for event in events]


def part(kind: EventType, time: float, x: int, y: int, *more: Event) -> list[tuple[float, Event]]:
    events = (Event(kind), Event(EventType.POSITION_X, x), Event(EventType.POSITION_Y, y), *more)
    return [(time, event) for event in events]


def joined(*groups: list[tuple[float, Event]]) -> TimedEvents:
    pairs = [pair for group in groups for pair in group]
    return TimedEvents(tuple(event for _, event in pairs), tuple(time for time, _ in pairs))


def slider(time: float, span: float = 400, slides: int = 1) -> TimedEvents:
    """A straight slider from (100, 100) to (240, 100) at velocity 1."""
    speed = Event(EventType.SCROLL_SPEED, 100)
    return joined(
        part(EventType.SLIDER_HEAD, time, 100, 100, speed),
        part(EventType.LAST_ANCHOR, time + span, 240, 100),
        part(EventType.SLIDER_END, time + span * slides, 230, 110),
    )


def circles(count: int) -> TimedEvents:
    """Circles every 200 ms along a zigzag, with distances."""
    distance = Event(EventType.DISTANCE, 40)
    return joined(
        *(
            circle(200.0 * i, 40 + 31 * i % 430, 60 + 47 * i % 260, distance)
            for i in range(1, count + 1)
        )
    )
