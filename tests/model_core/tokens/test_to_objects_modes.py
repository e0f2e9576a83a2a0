"""Taiko, catch and mania: there and back for every real map, and whatever a model may write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.columns import column_of, key_count
from model_core.beatmap.hit_objects import HitObject
from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.tokens import EventType, Layout, map_events, starter_layout
from model_core.tokens.decode import decode_window, rescale_positions
from model_core.tokens.events import Event, TimedEvents
from model_core.tokens.groups import Group, events_to_groups
from model_core.tokens.starter_layout import starter_vocabulary
from model_core.tokens.to_objects import Converted, groups_to_objects
from tests.model_core.tokens.maps import through_windows

LAYOUT, VOCAB = starter_layout(), starter_vocabulary()
TAIKO, CATCH, MANIA = 1, 2, 3

TIMING = """[TimingPoints]
500,400,4,2,1,60,1,0
2100,-75,4,2,1,70,0,1
"""


def _map(mode: int, lines: str, keys: int = 4) -> Beatmap:
    return parse(
        f"osu file format v14\n\n[General]\nMode: {mode}\n\n[Difficulty]\nCircleSize:{keys}\n"
        f"SliderMultiplier:1.4\n\n{TIMING}\n[HitObjects]\n{lines}".encode()
    )


def _back(
    beatmap: Beatmap, events: TimedEvents, layout: Layout = LAYOUT, **options: bool
) -> Converted:
    return groups_to_objects(
        events_to_groups(rescale_positions(events, layout), layout),
        beatmap.timing,
        beatmap.slider_multiplier,
        mode=beatmap.mode,
        keys=key_count(beatmap.circle_size),
        **options,
    )


def _said(event: EventType, *attributes: tuple[EventType, int]) -> list[Event]:
    return [*(Event(kind, value) for kind, value in attributes), Event(event)]


def _written(beatmap: Beatmap, *groups: list[Event]) -> Converted:
    events = tuple(event for group in groups for event in group)
    times: list[float] = []
    time = 0.0
    for event in events:
        time = event.value if event.type is EventType.TIME else time
        times.append(time)
    return _back(beatmap, TimedEvents(events, tuple(times)))


# ------------------------------------------------------------------ there and back


def _told(beatmap: Beatmap) -> Iterator[HitObject]:
    """The objects that events tell of, in the order of objects made from them."""
    mania = beatmap.mode == MANIA
    for item in sorted(beatmap.hit_objects, key=lambda o: (o.time, o.x if mania else 0)):
        if mania and item.kind is ObjectKind.SPINNER:
            continue  # the game shows none in mania
        if item.curve is not None and len(item.curve.control_points) >= 99:
            continue  # the published models were not told of these
        yield item


def _assert_alike(made: NewObject, own: HitObject, beatmap: Beatmap) -> None:
    assert made.kind is own.kind
    assert abs(made.time - own.time) < 1
    end = made.time if made.end_time is None else made.end_time
    assert abs(end - own.end_time) <= 2
    if beatmap.mode == MANIA:
        keys = key_count(beatmap.circle_size)
        assert column_of(made.x, keys) == column_of(own.x, keys)
    if beatmap.mode == CATCH and made.kind is not ObjectKind.SPINNER:
        assert abs(made.x - own.x) <= 1 and abs(made.y - own.y) <= 1
        assert made.new_combo == own.new_combo
    if beatmap.mode == TAIKO:
        assert made.slider_velocity is not None
        assert abs(made.slider_velocity - beatmap.timing.scroll_speed_at(own.time)) < 0.006
    sound = made.body if made.kind is ObjectKind.SLIDER else made.sounds[0]
    assert sound is not None
    assert sound.additions == own.hit_sound & 0b1110


@pytest.mark.slow
@pytest.mark.parametrize("mode", [TAIKO, CATCH, MANIA])
def test_every_real_map_comes_back_from_its_events(corpus: Path, mode: int) -> None:
    count = 0
    for path in sorted(corpus.rglob("*.osu")):
        beatmap = parse(path.read_bytes())
        if beatmap.mode != mode:
            continue
        converted = _back(beatmap, map_events(beatmap, LAYOUT), strict=False, resnap=False)
        own = list(_told(beatmap))
        assert len(converted.objects) == len(own), path
        for made, meant in zip(converted.objects, own, strict=True):
            _assert_alike(made, meant, beatmap)
        count += len(own)
    assert count > 5000


@pytest.mark.slow
@pytest.mark.parametrize("mode", [TAIKO, CATCH, MANIA])
def test_real_maps_lose_next_to_nothing_to_what_must_be_playable(corpus: Path, mode: int) -> None:
    lost = total = 0
    for path in sorted(corpus.rglob("*.osu")):
        beatmap = parse(path.read_bytes())
        if beatmap.mode != mode:
            continue
        converted = _back(beatmap, map_events(beatmap, LAYOUT))
        total += len(converted.objects)
        lost += converted.dropped_count - converted.dropped.get("part of another game mode", 0)
    assert total > 5000
    assert lost <= 1  # a slider of 2206596 that lasts a few ms into what follows


# ------------------------------------------------------------------ taiko


TAIKO_MAP = """256,192,500,1,0,0:0:0:0:
256,192,700,1,8,0:0:0:0:
256,192,900,1,12,0:0:0:0:
256,192,1300,2,4,L|396:192,1,140
256,192,2100,12,0,2900,0:0:0:0:
256,192,3300,1,2,0:0:0:0:
"""


def test_taiko_comes_back_through_windows() -> None:
    beatmap = _map(TAIKO, TAIKO_MAP)
    events = through_windows(map_events(beatmap, LAYOUT), VOCAB, LAYOUT, 6000)
    converted = _back(beatmap, events)
    assert converted.dropped == {}
    seen = [(o.kind.value, o.time, o.end_time, o.slider_velocity) for o in converted.objects]
    fast = 100 / 75
    assert seen == [
        ("circle", 500, None, 1.0),
        ("circle", 700, None, 1.0),
        ("circle", 900, None, 1.0),
        ("slider", 1300, 1700, 1.0),
        ("spinner", 2100, 2900, fast),  # 1.33 is the 4/3 that is already there
        ("circle", 3300, None, fast),
    ]
    assert [o.sounds[0].additions for o in converted.objects] == [0, 8, 12, 4, 0, 2]
    roll = converted.objects[3]
    assert (roll.x, roll.length, roll.curve_points) == (0, 140, ((140, 192),))


def test_a_long_drumroll_goes_to_and_fro() -> None:
    beatmap = _map(TAIKO, TAIKO_MAP)
    time, speed = (EventType.TIME, 500), (EventType.SCROLL_SPEED, 200)
    end = (EventType.TIME, 500 + 16 * 400)
    converted = _written(
        beatmap, _said(EventType.DRUMROLL, time, speed), _said(EventType.DRUMROLL_END, end)
    )
    (roll,) = converted.objects
    assert roll.length == 16 * 140 * 2
    xs = [x for x, _ in roll.curve_points]
    assert xs == [512, 0, 512, 0, 512, 0, 512, 0, 384]
    assert sum(abs(b - a) for a, b in zip([0, *xs], xs, strict=False)) == roll.length
    week = (EventType.TIME, 7 * 24 * 3600 * 1000)
    endless = _written(
        beatmap, _said(EventType.DRUMROLL, time), _said(EventType.DRUMROLL_END, week)
    )
    assert endless.dropped == {"drumroll that is too long": 1}


def test_unfinished_taiko_objects_are_dropped_and_said() -> None:
    beatmap = _map(TAIKO, TAIKO_MAP)
    first, second = (EventType.TIME, 500), (EventType.TIME, 900)
    assert _written(
        beatmap, _said(EventType.DRUMROLL, first), _said(EventType.DENDEN_END, second)
    ).dropped == {"denden end without a start": 1, "drumroll without an end": 1}
    assert _written(
        beatmap, _said(EventType.DENDEN, first), _said(EventType.CIRCLE, second)
    ).dropped == {"denden without an end": 1}
    assert _written(
        beatmap, _said(EventType.DENDEN, second), _said(EventType.DENDEN_END, first)
    ).dropped == {"denden that ends before it starts": 1}
    assert _written(beatmap, _said(EventType.SLIDER_HEAD, first)).dropped == {
        "part of another game mode": 1
    }


# ------------------------------------------------------------------ mania


MANIA_MAP = """64,192,500,1,0,0:0:0:0:
448,192,500,1,2,0:0:0:30:
192,192,900,128,0,1700:0:0:0:0:
320,192,900,128,0,1300:0:0:0:0:
320,192,1500,1,0,0:0:0:0:
"""


def test_mania_comes_back_through_windows() -> None:
    beatmap = _map(MANIA, MANIA_MAP)
    events = through_windows(map_events(beatmap, LAYOUT), VOCAB, LAYOUT, 6000)
    converted = _back(beatmap, events)
    assert converted.dropped == {}
    assert [(o.kind.value, o.time, o.x, o.end_time) for o in converted.objects] == [
        ("circle", 500, 64, None),
        ("circle", 500, 448, None),
        ("hold", 900, 192, 1700),
        ("hold", 900, 320, 1300),
        ("circle", 1500, 320, None),
    ]
    assert [o.sounds[0].volume for o in converted.objects] == [60, 30, 60, 60, 60]
    assert all(o.slider_velocity is None for o in converted.objects)


def test_notes_of_a_chord_stand_in_order_of_columns() -> None:
    time = (EventType.TIME, 500)
    notes = [_said(EventType.CIRCLE, time, (EventType.COLUMN, c)) for c in (3, 0, 2)]
    converted = _written(_map(MANIA, MANIA_MAP), *notes)
    assert [o.x for o in converted.objects] == [64, 320, 448]


def test_unusable_notes_are_dropped_and_said() -> None:
    beatmap = _map(MANIA, MANIA_MAP)
    first, second = (EventType.TIME, 500), (EventType.TIME, 900)
    left, right = (EventType.COLUMN, 0), (EventType.COLUMN, 3)
    assert _written(
        beatmap,
        _said(EventType.CIRCLE, first),
        _said(EventType.CIRCLE, first, (EventType.COLUMN, 4)),
        _said(EventType.HOLD_NOTE_END, second, left),
        _said(EventType.HOLD_NOTE, second, right),
    ).dropped == {
        "note without a column": 1,
        "note in a column that the map does not have": 1,
        "hold note end without a start": 1,
        "hold note without an end": 1,
    }
    # A note inside a hold of its column ends the hold before it began.
    within = _written(
        beatmap,
        _said(EventType.HOLD_NOTE, first, left),
        _said(EventType.CIRCLE, second, left),
        _said(EventType.HOLD_NOTE_END, (EventType.TIME, 1300), left),
    )
    assert [o.kind for o in within.objects] == [ObjectKind.CIRCLE]
    # The end of the only hold there is needs no column.
    lonely = _written(
        beatmap, _said(EventType.HOLD_NOTE, first, left), _said(EventType.HOLD_NOTE_END, second)
    )
    assert [(o.time, o.end_time) for o in lonely.objects] == [(500, 900)]


# ------------------------------------------------------------------ catch


def test_in_catch_it_does_not_matter_how_high_a_fruit_stands() -> None:
    beatmap = _map(CATCH, "256,192,500,1,0\n")
    groups = [
        Group(EventType.CIRCLE, time=500, x=100, y=-200),
        Group(EventType.CIRCLE, time=900, x=-200, y=100),
    ]
    made = groups_to_objects(groups, beatmap.timing, 1.4, mode=CATCH)
    assert [(o.x, o.y) for o in made.objects] == [(100, 0)]
    assert made.dropped == {"off screen": 1}
    assert groups_to_objects(groups, beatmap.timing, 1.4).dropped == {"off screen": 2}


# ------------------------------------------------------------------ whatever a model may write


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.integers(VOCAB.offset, VOCAB.size_out - 1),
            st.sampled_from(
                [
                    token
                    for kind in EventType
                    if VOCAB.has(kind) and kind in (EventType.TIME, EventType.COLUMN)
                    for token in VOCAB.id_range(kind)
                ]
            ),
        ),
        max_size=120,
    ),
    st.sampled_from([TAIKO, CATCH, MANIA]),
    st.integers(1, 18),
)
def test_any_ids_give_objects_or_reasons(ids: list[int], mode: int, keys: int) -> None:
    beatmap = _map(mode, "", keys)
    events = decode_window(VOCAB, LAYOUT, ids, 400)
    busy: dict[int, int] = {}
    for item in _back(beatmap, events).objects:
        lane = column_of(item.x, keys) if mode == MANIA else 0
        assert item.time > busy.get(lane, -1)
        busy[lane] = item.time if item.end_time is None else item.end_time
        assert busy[lane] >= item.time
        if item.kind is ObjectKind.HOLD:
            assert mode == MANIA
        if item.kind is ObjectKind.SLIDER:
            assert len(item.sounds) == item.slides + 1 and item.length > 0


# ------------------------------------------------------------------ broken off


@pytest.mark.parametrize(
    ("mode", "begun"),
    [
        (TAIKO, EventType.DRUMROLL),
        (TAIKO, EventType.DENDEN),
        (CATCH, EventType.SPINNER),
        (MANIA, EventType.HOLD_NOTE),
    ],
)
def test_what_is_held_where_the_groups_were_broken_off_lasts_until_then(
    mode: int, begun: EventType
) -> None:
    beatmap = _map(mode, "")
    group = Group(begun, time=900, column=2 if mode == MANIA else None)

    def made(until_ms: int | None) -> Converted:
        return groups_to_objects([group], beatmap.timing, 1.4, mode=mode, until_ms=until_ms)

    (held,) = made(2500).objects
    assert (held.time, held.end_time) == (900, 2500)
    assert made(None).objects == () and made(None).dropped_count == 1
    assert made(900).objects == ()  # held for no time at all
