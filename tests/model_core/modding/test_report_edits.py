"""Edits for what a model expected: one line, one thing, and only where nothing is in the way."""

from __future__ import annotations

import pytest

from model_core.beatmap import Beatmap, ObjectKind, object_sounds, parse
from model_core.beatmap.new_objects import CLAP, WHISTLE
from model_core.modding.reading import EventReading
from model_core.modding.report_edits import Editor
from model_core.modding.rules import Fix
from model_core.modding.suggestions import suggestions
from model_core.tokens import ContextType, Event, EventType, map_events, starter_layout
from model_core.tokens.from_beatmap import hitsound_value

from .rules.maps import RED, osu

LAYOUT = starter_layout()
LINES = (
    "100,100,1000,5,0,0:0:0:0:",
    "200,100,1505,1,2 // kept",
    "100,200,2000,2,0,L|200:200,1,100,0|8,0:0|0:0,0:0:0:0:",
    "256,192,3000,12,0,4000",
    "300,100,4500,1,0",
    "300,100,5000,1,0",
)
NOTES = (
    "64,192,1000,1,0,0:0:0:0:",
    "192,192,1000,128,0,2000:0:0:0:0:",
    "320,192,1500,1,0,0:0:0:0:",
)


def made(
    kind: EventType,
    time: int,
    expected: Event,
    lines: tuple[str, ...] = LINES,
    mode: int = 0,
    nth: int = 0,
    timing: str = RED,
) -> tuple[Beatmap, Fix | None]:
    """The edit for the ``nth`` event of a kind at a time, where something else was expected."""
    beatmap = parse(osu("\n".join(lines), mode=mode, timing=timing, difficulty="CircleSize:4"))
    events = map_events(beatmap, LAYOUT)
    index = [
        index
        for index, (event, at) in enumerate(zip(events.events, events.times, strict=True))
        if event.type is kind and at == time
    ][nth]
    reading = EventReading(
        ContextType.MAP, index, events.events[index], events.times[index], 30.0, 1.0, expected, 2
    )
    lists = {ContextType.MAP: events}
    (said,) = suggestions(beatmap, LAYOUT, lists, {ContextType.MAP: [reading]})
    object_time = said.part.object_time
    own = [
        number for number, item in enumerate(beatmap.hit_objects) if int(item.time) == object_time
    ]
    if mode == 3:
        own = own[nth : nth + 1]
    editor = Editor(beatmap, beatmap, LAYOUT, events)
    return beatmap, editor.fix(said, own)


def changed(beatmap: Beatmap, fix: Fix | None) -> tuple[Beatmap, str, str]:
    """The map with the edit, and its one line before and after."""
    assert fix is not None
    after = parse(fix.patch(beatmap).apply(beatmap.to_bytes()))
    (edit,) = fix.edits
    assert edit.count == len(edit.replacement) == 1
    return after, beatmap.document.lines[edit.first_line].decode(), edit.replacement[0].decode()


def test_a_time_goes_to_the_tick_that_was_meant() -> None:
    beatmap, fix = made(EventType.TIME, 1505, Event(EventType.TIME, 1635))
    assert fix is not None and fix.moves
    after, old, new = changed(beatmap, fix)
    assert after.hit_objects[1].time == 1625  # of 1/4, as a model knows a time to 10 ms
    assert new == old.replace("1505", "1625")


@pytest.mark.parametrize("expected", [2005, 2300, 990, 1000, 700, 1757, 1605])
def test_nothing_moves_onto_or_past_another_object_nor_far_nor_off_the_beat(expected: int) -> None:
    assert made(EventType.TIME, 1505, Event(EventType.TIME, expected))[1] is None


def test_nothing_moves_into_another_pace() -> None:
    timing = f"{RED}\n1550,-50,4,2,0,60,0,0"
    assert made(EventType.TIME, 1505, Event(EventType.TIME, 1625), timing=timing)[1] is None
    timing = f"{RED}\n1550,-100,4,2,0,30,0,0"
    assert made(EventType.TIME, 1505, Event(EventType.TIME, 1625), timing=timing)[1] is None


def test_a_slider_moves_whole_and_a_spinner_with_its_end() -> None:
    beatmap, fix = made(EventType.TIME, 2000, Event(EventType.TIME, 2125))
    after, _, _ = changed(beatmap, fix)
    assert (after.hit_objects[2].time, after.hit_objects[2].end_time) == (2125.0, 2625.0)
    beatmap, fix = made(EventType.TIME, 3000, Event(EventType.TIME, 3125))
    after, _, _ = changed(beatmap, fix)
    assert (after.hit_objects[3].time, after.hit_objects[3].end_time) == (3125.0, 4125.0)


def test_an_end_is_no_start() -> None:
    assert made(EventType.TIME, 2500, Event(EventType.TIME, 2625))[1] is None


def test_a_snapping_goes_to_its_own_tick() -> None:
    beatmap, fix = made(EventType.SNAPPING, 1505, Event(EventType.SNAPPING, 1))
    after, _, new = changed(beatmap, fix)
    assert after.hit_objects[1].time == 1500 and new.endswith(",1500,1,2 // kept\n")
    # A tick of 1/4 that is also one of 1/1 gives nothing to move to.
    assert made(EventType.SNAPPING, 4500, Event(EventType.SNAPPING, 4))[1] is None
    assert made(EventType.SNAPPING, 4500, Event(EventType.SNAPPING, 0))[1] is None


def test_a_combo_begins_and_ends() -> None:
    beatmap, fix = made(EventType.NEW_COMBO, 1000, Event(EventType.HITSOUND, 32))
    _, old, new = changed(beatmap, fix)
    assert (old.split(",")[3], new.split(",")[3]) == ("5", "1")
    beatmap, fix = made(EventType.HITSOUND, 5000, Event(EventType.NEW_COMBO))
    after, _, _ = changed(beatmap, fix)
    assert after.hit_objects[5].new_combo
    assert made(EventType.HITSOUND, 1000, Event(EventType.NEW_COMBO))[1] is None


@pytest.mark.parametrize("additions", [0, WHISTLE, CLAP | WHISTLE])
@pytest.mark.parametrize("sets", [(1, 1), (2, 2), (3, 1)])
def test_a_sound_becomes_the_expected_one_and_no_other(
    additions: int, sets: tuple[int, int]
) -> None:
    value = hitsound_value(additions, *sets)
    beatmap, fix = made(EventType.HITSOUND, 5000, Event(EventType.HITSOUND, value))
    before = object_sounds(beatmap.hit_objects[5], beatmap.timing)
    if fix is None:
        assert (before.nodes[0].additions, before.nodes[0].sample_set) == (additions, sets[0])
        return
    after, old, new = changed(beatmap, fix)
    (sound,) = object_sounds(after.hit_objects[5], after.timing).nodes
    assert (sound.additions, sound.sample_set) == (additions, sets[0])
    if additions:
        assert sound.addition_set == sets[1]
    assert old.split(",")[:4] == new.split(",")[:4]
    others = [object_sounds(item, after.timing) for item in after.hit_objects[:5]]
    assert others == [object_sounds(item, beatmap.timing) for item in beatmap.hit_objects[:5]]


def test_a_sliders_end_sounds_alone() -> None:
    value = hitsound_value(WHISTLE, 2, 2)
    beatmap, fix = made(EventType.HITSOUND, 2500, Event(EventType.HITSOUND, value), nth=-1)
    after, _, _ = changed(beatmap, fix)
    old, new = (object_sounds(m.hit_objects[2], m.timing) for m in (beatmap, after))
    assert new.nodes[0] == old.nodes[0] and new.body == old.body
    assert (old.nodes[1].additions, new.nodes[1].additions) == (CLAP, WHISTLE)


def test_a_note_changes_its_column_where_the_other_is_free() -> None:
    beatmap, fix = made(EventType.COLUMN, 1500, Event(EventType.COLUMN, 3), NOTES, 3)
    after, old, new = changed(beatmap, fix)
    assert after.column_of(after.hit_objects[2]) == 3 and new == old.replace("320,", "448,")
    assert made(EventType.COLUMN, 1500, Event(EventType.COLUMN, 1), NOTES, 3)[1] is None  # held
    assert made(EventType.COLUMN, 1500, Event(EventType.COLUMN, 7), NOTES, 3)[1] is None


def test_a_note_moves_past_no_note_of_another_column() -> None:
    def moved(wanted: int, *lines: str) -> bool:
        beatmap, fix = made(EventType.TIME, 1500, Event(EventType.TIME, wanted), lines, 3)
        if fix is not None:
            times = [each.time for each in changed(beatmap, fix)[0].hit_objects]
            assert times == sorted(times) and 1500 not in times
        return fix is not None

    last = NOTES[2]
    assert moved(1625, *NOTES) and moved(1375, *NOTES)  # the file's last object
    assert not moved(1625, *NOTES, "448,192,1600,1,0,0:0:0:0:")
    assert moved(1375, *NOTES, "448,192,1600,1,0,0:0:0:0:")
    assert not moved(1375, NOTES[0], "448,192,1400,1,0,0:0:0:0:", last)
    assert not moved(1625, NOTES[0], "448,192,1500,1,0,0:0:0:0:", last)  # one chord


@pytest.mark.parametrize(
    ("kind", "time", "expected"),
    [
        (EventType.CIRCLE, 1000, Event(EventType.SLIDER_HEAD)),
        (EventType.POSITION, 1000, Event(EventType.POSITION, 400)),
        (EventType.VOLUME, 1000, Event(EventType.VOLUME, 20)),
        (EventType.SNAPPING, 1000, Event(EventType.BEAT)),
    ],
)
def test_what_is_no_plain_edit_has_none(kind: EventType, time: int, expected: Event) -> None:
    assert made(kind, time, expected)[1] is None


def test_additions_are_no_sounds_in_taiko() -> None:
    lines = (LINES[0], LINES[4])
    found = made(EventType.HITSOUND, 4500, Event(EventType.HITSOUND, 9), lines, 1)
    assert found[1] is None and found[0].hit_objects[0].kind is ObjectKind.CIRCLE
