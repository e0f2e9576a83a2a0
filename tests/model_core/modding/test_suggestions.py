"""What is said of a surprise, of which part and object, and what is passed over."""

from __future__ import annotations

import pytest

from model_core.beatmap import parse
from model_core.modding.reading import EventReading
from model_core.modding.suggestions import Suggestion, suggestions
from model_core.tokens import (
    ContextType,
    Event,
    EventType,
    TimedEvents,
    map_events,
    starter_layout,
)

LAYOUT = starter_layout()
MAP = parse(
    b"""osu file format v14

[Difficulty]
SliderMultiplier:1.4
SliderTickRate:1

[TimingPoints]
0,500,4,2,1,60,1,0

[HitObjects]
100,100,1000,5,0
200,100,1500,1,2
100,200,2000,2,0,L|240:200,1,140
256,192,3000,12,0,4000
300,100,4500,1,0
"""
)
EVENTS = map_events(MAP, LAYOUT)


def find(kind: EventType, time: int, events: TimedEvents = EVENTS) -> int:
    return next(
        index
        for index, (event, at) in enumerate(zip(events.events, events.times, strict=True))
        if event.type is kind and at == time
    )


def say(
    kind: EventType,
    time: int,
    expected: Event | None,
    bits: float = 30.0,
    events: TimedEvents = EVENTS,
    context: ContextType = ContextType.MAP,
) -> list[Suggestion]:
    index = find(kind, time, events)
    reading = EventReading(
        context, index, events.events[index], events.times[index], bits, 1.0, expected, 2
    )
    return suggestions(MAP, LAYOUT, {context: events}, {context: [reading]})


@pytest.mark.parametrize(
    ("kind", "time", "expected", "category", "message", "number"),
    [
        (EventType.TIME, 1500, Event(EventType.TIME, 1755), "Rhythm",
         "Expected object at 00:01:755 instead of 00:01:500.", 2),
        (EventType.HITSOUND, 1500, Event(EventType.HITSOUND, 32 + 4), "Hit Sounds",
         "Expected hitsound soft:soft-clap instead of soft:soft-whistle.", 2),
        (EventType.VOLUME, 1000, Event(EventType.VOLUME, 80), "Hit Sounds",
         "Expected volume 80% instead of 60%.", 1),
        (EventType.CIRCLE, 1500, Event(EventType.SLIDER_HEAD), "Rhythm",
         "Expected a Slider Head instead of a Circle.", 2),
        (EventType.NEW_COMBO, 1000, Event(EventType.HITSOUND, 32), "New Combos",
         "Unexpected new combo.", 1),
        (EventType.HITSOUND, 1500, Event(EventType.NEW_COMBO), "New Combos",
         "Expected new combo.", 2),
        (EventType.SNAPPING, 1500, Event(EventType.SNAPPING, 3), "Rhythm",
         "Expected snapping 1/3 instead of 1/1.", 2),
        (EventType.SLIDER_END, 2500, Event(EventType.LAST_ANCHOR), "Rhythm",
         "Expected a Last Anchor instead of a Slider End.", 3),
        (EventType.VOLUME, 4500, Event(EventType.SNAPPING, 2), "Misc",
         "Expected Snap 1/2 instead of Volume 60%.", 1),
        (EventType.CIRCLE, 4500, None, "Misc",
         "Expected End of sequence instead of Circle circle0.", 1),
    ],
)  # fmt: skip
def test_what_is_said(
    kind: EventType, time: int, expected: Event | None, category: str, message: str, number: int
) -> None:
    (found,) = say(kind, time, expected)
    assert (found.category.value, found.message) == (category, message)
    assert found.part.combo_number == number
    assert found.importance == 3.0


def test_parts_of_a_slider_are_said_of_the_slider() -> None:
    (found,) = say(EventType.SLIDER_END, 2500, Event(EventType.CIRCLE))
    assert (found.part.type, found.part.object_time) == (EventType.SLIDER_END, 2000)


@pytest.mark.parametrize(
    ("kind", "time", "expected", "bits"),
    [
        (EventType.CIRCLE, 1500, Event(EventType.SLIDER_HEAD), 19.9),
        (EventType.TIME, 1500, Event(EventType.TIME, 1505), 500.0),
        (EventType.POSITION, 2500, Event(EventType.POSITION, 3), 500.0),
    ],
)
def test_what_says_nothing_is_passed_over(
    kind: EventType, time: int, expected: Event, bits: float
) -> None:
    if kind is EventType.POSITION:  # the last one of that time belongs to the slider's end
        index = max(
            i for i, e in enumerate(EVENTS.events) if e.type is kind and EVENTS.times[i] == time
        )
        reading = EventReading(
            ContextType.MAP, index, EVENTS.events[index], time, bits, 1.0, expected, 2
        )
        assert not suggestions(MAP, LAYOUT, {ContextType.MAP: EVENTS}, {ContextType.MAP: [reading]})
        return
    assert not say(kind, time, expected, bits)


def test_a_beat_and_an_object_at_one_time_may_stand_in_either_order() -> None:
    beat = [Event(EventType.TIME, 1000), Event(EventType.BEAT)]
    circle = [Event(EventType.TIME, 1001), Event(EventType.SNAPPING, 1), Event(EventType.CIRCLE)]
    both = TimedEvents((*beat, *circle), (1000, 1000, 1001, 1001, 1001))
    alone = TimedEvents(tuple(beat), (1000, 1000))
    snapping = Event(EventType.SNAPPING, 1)
    assert not say(EventType.BEAT, 1000, snapping, events=both)
    (found,) = say(EventType.BEAT, 1000, snapping, events=alone, context=ContextType.TIMING)
    assert found.message == "Unexpected beat."
    turned = TimedEvents((*circle, *beat), (999, 999, 999, 1000, 1000))
    assert not say(EventType.SNAPPING, 999, Event(EventType.BEAT), events=turned)
    (found,) = say(EventType.SNAPPING, 1001, Event(EventType.BEAT), events=both)
    assert found.message == "Hit object likely not snapped to a beat."


def test_no_doubt_at_all_is_no_division_by_zero() -> None:
    reading = EventReading(
        ContextType.MAP, 0, EVENTS.events[0], EVENTS.times[0], 33.0, 0.0, None, 2
    )
    assert reading.relative == 0.0
