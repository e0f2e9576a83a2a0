"""Back from token ids to objects: exact where it can be, never failing where it cannot."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap.new_objects import ObjectKind
from model_core.tokens import EventType, map_events, starter_layout, starter_vocabulary
from model_core.tokens.decode import decode_window, rescale_positions
from model_core.tokens.groups import events_to_groups
from model_core.tokens.prompts import encode_events
from model_core.tokens.slider_shapes import slowed
from model_core.tokens.to_objects import Converted, groups_to_objects
from tests.model_core.tokens.maps import small_map, through_windows

VOCAB = starter_vocabulary()
LAYOUT = starter_layout()
BEATMAP = small_map()


def _objects(ids: list[int], frame_time: int = 0) -> Converted:
    events = decode_window(VOCAB, LAYOUT, ids, frame_time)
    groups = events_to_groups(rescale_positions(events, LAYOUT), LAYOUT)
    return groups_to_objects(groups, BEATMAP.timing, BEATMAP.slider_multiplier)


def test_a_map_comes_back_from_its_tokens() -> None:
    events = through_windows(map_events(BEATMAP, LAYOUT), VOCAB, LAYOUT, 12000)
    groups = events_to_groups(rescale_positions(events, LAYOUT), LAYOUT)
    converted = groups_to_objects(groups, BEATMAP.timing, BEATMAP.slider_multiplier)
    assert converted.dropped == {}
    for made, given_object in zip(converted.objects, BEATMAP.hit_objects, strict=True):
        assert made.kind is given_object.kind
        assert made.time == given_object.time
        assert abs(made.x - max(given_object.x, 0)) <= 1
        assert abs(made.y - given_object.y) <= 1
        if made.kind is not ObjectKind.CIRCLE:
            assert made.end_time is not None
            assert abs(made.end_time - given_object.end_time) <= 1
        if made.kind is ObjectKind.SLIDER:
            assert given_object.length is not None
            assert abs(made.length - given_object.length) < 0.6
            assert made.slides == given_object.slides
            assert len(made.sounds) == made.slides + 1


def test_sounds_are_those_that_were_heard() -> None:
    events = map_events(BEATMAP, LAYOUT)
    groups = events_to_groups(rescale_positions(events, LAYOUT), LAYOUT)
    objects = groups_to_objects(groups, BEATMAP.timing, BEATMAP.slider_multiplier).objects
    slider = objects[3]
    heard = [(s.additions, s.sample_set, s.addition_set, s.volume) for s in slider.sounds]
    assert heard == [(0, 2, 2, 70), (8, 2, 3, 70), (4, 2, 2, 70)]
    assert slider.body is not None
    assert (slider.body.additions, slider.body.sample_set) == (8, 3)


def test_curves_are_written_as_mappers_write_them() -> None:
    events = map_events(BEATMAP, LAYOUT)
    groups = events_to_groups(rescale_positions(events, LAYOUT), LAYOUT)
    objects = groups_to_objects(groups, BEATMAP.timing, BEATMAP.slider_multiplier).objects
    curves = [(o.curve_letter, o.curve_points) for o in objects if o.kind is ObjectKind.SLIDER]
    assert curves == [
        ("L", ((240, 200),)),
        ("P", ((350, 180), (420, 250))),
        ("B", ((120, 60), (120, 60), (120, 160))),
    ]


def _tokens(*parts: tuple[EventType, int]) -> list[int]:
    return [VOCAB.encode_clipped(kind, value) for kind, value in parts]


_HEAD = [(EventType.TIME, 50), (EventType.SNAPPING, 1), (EventType.POSITION, 478)]


def test_an_unfinished_slider_is_dropped_and_said() -> None:
    converted = _objects(_tokens(*_HEAD, (EventType.SLIDER_HEAD, 0)))
    assert converted.objects == ()
    assert converted.dropped == {"slider without an end": 1}
    assert converted.dropped_count == 1


def test_a_slider_that_ends_before_it_starts_is_dropped() -> None:
    ids = _tokens(
        *_HEAD,
        (EventType.SLIDER_HEAD, 0),
        (EventType.POSITION, 480),
        (EventType.LAST_ANCHOR, 0),
        (EventType.TIME, 40),
        (EventType.LAST_ANCHOR, 0),
        (EventType.TIME, 30),
        (EventType.SLIDER_END, 0),
    )
    assert _objects(ids).dropped == {"slider that ends before it starts": 1}


def test_objects_at_one_time_and_far_off_screen_are_dropped() -> None:
    circle = (EventType.CIRCLE, 0)
    away = [(EventType.TIME, 90), (EventType.SNAPPING, 1), (EventType.POSITION, 0)]
    converted = _objects(_tokens(*_HEAD, circle, *_HEAD, circle, *away, circle))
    assert len(converted.objects) == 1
    assert converted.dropped == {"overlaps the object before it": 1, "off screen": 1}


def test_a_path_far_longer_than_the_slide_is_drawn_smaller() -> None:
    line = ("L", [(400, 100)])
    assert slowed(1.0, False, 150.0, 300.0, line, (100, 100)) == (1.0, ("L", [(250, 100)]))
    # A tail anchor somewhat past the end is what mappers leave too, and stays.
    assert slowed(1.0, False, 200.0, 300.0, line, (100, 100)) == (1.0, line)
    # Made so small that two points fall on one, it would get another length.
    tiny = ("P", [(400, 100), (401, 100)])
    assert slowed(1.0, False, 30.0, 301.0, tiny, (100, 100)) == (1.0, tiny)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, VOCAB.size_in + 5), max_size=120), st.integers(0, 100_000))
def test_any_ids_give_objects_or_reasons(ids: list[int], frame_time: int) -> None:
    """Whatever a model writes, conversion ends in objects that a map can hold."""
    previous_end = -1
    for item in _objects(ids, frame_time).objects:
        assert item.time > previous_end
        assert 0 <= item.x <= 512 and 0 <= item.y <= 384
        previous_end = item.time if item.end_time is None else item.end_time
        assert previous_end >= item.time
        if item.kind is ObjectKind.SLIDER:
            assert item.length > 0
            assert len(item.sounds) == item.slides + 1


_OBJECT_IDS = st.sampled_from(
    [
        token
        for kind in (
            EventType.SLIDER_HEAD,
            EventType.BEZIER_ANCHOR,
            EventType.PERFECT_ANCHOR,
            EventType.CATMULL_ANCHOR,
            EventType.RED_ANCHOR,
            EventType.LAST_ANCHOR,
            EventType.SLIDER_END,
            EventType.SPINNER,
            EventType.SPINNER_END,
            EventType.CIRCLE,
        )
        for token in VOCAB.id_range(kind)
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(VOCAB.id_range(EventType.TIME)),
            st.sampled_from(VOCAB.id_range(EventType.SNAPPING)),
            st.sampled_from(VOCAB.id_range(EventType.POSITION)),
            _OBJECT_IDS,
        ),
        max_size=25,
    )
)
def test_groups_in_any_order_give_objects_or_reasons(
    groups: list[tuple[int, int, int, int]],
) -> None:
    converted = _objects([token for group in groups for token in group])
    times = [item.time for item in converted.objects]
    assert times == sorted(times)


_MAP_IDS = encode_events(VOCAB, map_events(BEATMAP, LAYOUT).events, 0)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(_MAP_IDS) - 1),
            st.integers(0, len(_MAP_IDS) - 1),
            st.integers(VOCAB.offset, VOCAB.size_out - 1),
            st.sampled_from(["drop", "repeat", "swap", "replace", "copy"]),
        ),
        max_size=12,
    )
)
def test_a_damaged_map_gives_objects_or_reasons(
    damages: list[tuple[int, int, int, str]],
) -> None:
    """Nearly right output is the likely kind: a real map with tokens lost, moved or changed."""
    ids = list(_MAP_IDS)
    for first, second, token, damage in damages:
        first, second = first % len(ids), second % len(ids)
        match damage:
            case "drop":
                del ids[first]
            case "repeat":
                ids.insert(first, ids[first])
            case "swap":
                ids[first], ids[second] = ids[second], ids[first]
            case "replace":
                ids[first] = token
            case "copy":
                ids[first] = ids[second]
    converted = _objects(ids)
    end = -1
    for item in converted.objects:
        assert item.time > end
        end = item.time if item.end_time is None else item.end_time
        assert (item.end_time is None) == (item.kind is ObjectKind.CIRCLE)
        if item.kind is ObjectKind.SLIDER:
            assert item.slider_velocity is not None
            assert 0.1 <= item.slider_velocity <= 10
            duration = item.length * item.slides / (140 * item.slider_velocity)
            beat_length = BEATMAP.timing.beat_length_at(item.time)
            assert abs(item.time + duration * beat_length - end) <= 1
