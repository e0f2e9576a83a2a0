"""Planted faults: one thing is wrong, everything else as it was; and their rank."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from model_core.beatmap import parse
from model_core.modding.reading import EventReading
from model_core.tokens import Event, map_events, starter_layout
from model_core.tokens.events import ContextType, EventType
from model_core.training.evaluation.faults import Fault, FaultKind, plant
from model_core.training.evaluation.figures.modding import (
    against_kind,
    auc,
    excess,
    object_of_events,
    object_scores,
)
from model_core.training.evaluation.rarity import rarity
from tests.model_core.training.evaluation.maps import MAP


def planted(kind: FaultKind, seed: int) -> Fault:
    fault = plant(parse(MAP), kind, np.random.default_rng(seed))
    assert fault is not None and fault.kind is kind
    return fault


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_fault_is_one_thing_and_objects_stay_apart(kind: FaultKind, seed: int) -> None:
    before = parse(MAP)
    fault = planted(kind, seed)
    old, new = before.hit_objects, fault.beatmap.hit_objects
    assert fault.beatmap.to_bytes() != MAP
    change = {FaultKind.MISSING: -1, FaultKind.EXTRA: 1}.get(kind, 0)
    assert len(new) == len(old) + change
    assert 1 < fault.index < len(new)
    times = [item.time for item in new]
    assert times == sorted(times)
    assert all(a.end_time <= b.time for a, b in pairwise(new))
    if not change:
        changed = [
            index
            for index, (a, b) in enumerate(zip(old, new, strict=True))
            if (a.time, a.end_time, a.new_combo, a.hit_sound, a.node_sounds)
            != (b.time, b.end_time, b.new_combo, b.hit_sound, b.node_sounds)
        ]
        assert changed == [fault.index]


@pytest.mark.parametrize("seed", range(8))
def test_each_kind_is_what_it_says(seed: int) -> None:
    old = parse(MAP).hit_objects
    times = [item.time for item in old]
    moved = planted(FaultKind.MOVED, seed)
    shift = abs(moved.beatmap.hit_objects[moved.index].time - times[moved.index])
    assert shift in (125.0, 250.0)
    missing = planted(FaultKind.MISSING, seed)
    gone = set(times) - {item.time for item in missing.beatmap.hit_objects}
    assert gone == {times[missing.index]}
    assert missing.beatmap.hit_objects[missing.index].time == times[missing.index + 1]
    extra = planted(FaultKind.EXTRA, seed)
    time = extra.beatmap.hit_objects[extra.index].time
    assert time not in times and (time - 1000) % 125 == 0
    end = planted(FaultKind.SLIDER_END, seed)
    own = end.beatmap.hit_objects[end.index]
    assert own.time == times[end.index]
    assert abs(own.end_time - old[end.index].end_time) == pytest.approx(125.0)


def test_the_same_seed_plants_the_same_fault_and_no_room_is_none() -> None:
    assert (
        planted(FaultKind.MOVED, 3).beatmap.to_bytes()
        == planted(FaultKind.MOVED, 3).beatmap.to_bytes()
    )
    head = MAP[: MAP.index(b"[HitObjects]")]
    tiny = parse(head + b"[HitObjects]\n1,1,1000,1,0\n1,1,1500,1,0\n")
    assert plant(tiny, FaultKind.MOVED, np.random.default_rng(0)) is None


def test_auc_is_the_share_of_others_below() -> None:
    assert auc([1.0, 2.0, 9.0, 3.0], 2) == 1.0
    assert auc([1.0, 2.0, 9.0, 3.0], 0) == 0.0
    assert auc([1.0, 2.0, 9.0, 3.0], 1) == pytest.approx(1 / 3)
    assert auc([5.0, 5.0, 5.0], 1) == 0.5
    assert auc([5.0], 0) == 0.5


@pytest.mark.parametrize("types_first", [False, True])
def test_events_belong_to_the_object_that_began_last(types_first: bool) -> None:
    layout = replace(starter_layout(), types_first=types_first)
    beatmap = parse(MAP)
    events = map_events(beatmap, layout)
    owners = object_of_events(events, layout)
    assert len(owners) == len(events.events)
    assert max(owners) == len(beatmap.hit_objects) - 1
    heads = {EventType.CIRCLE, EventType.SLIDER_HEAD}
    firsts = [owner for event, owner in zip(events.events, owners, strict=True)
              if event.type in heads]  # fmt: skip
    assert firsts == list(range(len(beatmap.hit_objects)))
    ends = [(owner, event) for event, owner in zip(events.events, owners, strict=True)
            if event.type is EventType.SLIDER_END]  # fmt: skip
    kinds = [item.kind.value for item in beatmap.hit_objects]
    assert [owner for owner, _ in ends] == [k for k, kind in enumerate(kinds) if kind == "slider"]


def reading(index: int, kind: EventType, surprisal: float, entropy: float = 0.5) -> EventReading:
    return EventReading(ContextType.MAP, index, Event(kind, 0), 0.0, surprisal, entropy, None, 0)


def test_a_fault_that_a_reading_is_surprised_by_comes_first() -> None:
    layout = starter_layout()
    fault = planted(FaultKind.HITSOUND, 1)
    events = map_events(fault.beatmap, layout)
    owners = object_of_events(events, layout)
    count = max(owners) + 1
    # A reader that is surprised by every volume, by places most of all, and by the one hitsound.
    readings = [
        reading(index, event.type, 20.0 if event.type is EventType.VOLUME
                else 40.0 if event.type is EventType.POSITION
                else 9.0 if event.type is EventType.HITSOUND and owners[index] == fault.index
                else 0.2)
        for index, event in enumerate(events.events)
    ]  # fmt: skip
    scores = object_scores(readings, owners, count, against_kind(readings))
    assert auc(scores, fault.index) == 1.0
    # By bare surprise the volumes hide it: all objects are alike.
    assert auc(object_scores(readings, owners, count, excess), fault.index) == 0.5
    only = object_scores(readings, owners, count, excess, frozenset({EventType.HITSOUND}))
    assert auc(only, fault.index) == 1.0


def test_what_a_map_never_does_is_rare() -> None:
    for kind in (FaultKind.EXTRA, FaultKind.HITSOUND, FaultKind.NEW_COMBO):
        fault = planted(kind, 2)
        assert auc(rarity(fault.beatmap), fault.index) >= 0.8
