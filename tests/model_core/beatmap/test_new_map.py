"""New maps read back as they were meant."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import MapHeader, NewObject, ObjectKind, RedLine, parse, write_map

from .maps import circle, random_notes, random_objects, slider

HEADER = MapHeader("song.mp3", title="T", artist="A", creator="C", slider_multiplier=1.4)
REDS = (RedLine(0, 500.0), RedLine(4000, 400.0, 3))


def test_sections_and_line_ends() -> None:
    data = write_map(
        HEADER,
        REDS,
        [circle(1000), circle(500)],
        breaks=[(5000, 8000)],
        colours=[(255, 0, 0), (0, 255, 0)],
        bookmarks=[100, 200],
        events_lines=["//Storyboard Layer 0 (Background)", 'Sprite,Pass,Centre,"x.png",0,0'],
    )
    assert data.count(b"\n") == data.count(b"\r\n")
    beatmap = parse(data)
    assert beatmap.version == 14 and beatmap.mode == 0
    assert [span.name for span in beatmap.document.sections] == [
        *("General", "Editor", "Metadata", "Difficulty"),
        *("Events", "TimingPoints", "Colours", "HitObjects"),
    ]
    assert [item.time for item in beatmap.hit_objects] == [500, 1000]
    assert beatmap.breaks[0].end == 8000
    assert beatmap.timing.meter_at(4100) == 3
    assert beatmap.editor["Bookmarks"] == "100,200"
    assert b"Combo2 : 0,255,0\r\n" in data
    assert b'Sprite,Pass,Centre,"x.png",0,0\r\n' in data


def test_slider_velocity_volume_and_kiai_are_written() -> None:
    objects = [
        circle(500, 40),
        slider(1000, 210.0, 1.5),
        circle(2000, 80),
        slider(2500, 140.0, 1.0),
    ]
    beatmap = parse(write_map(HEADER, REDS, objects, kiai=[(2000, 2500), (3500, 4500)]))
    timing = beatmap.timing
    assert [timing.sample_at(t + 5).volume for t in (500, 1000, 2000, 2500)] == [40, 60, 80, 60]
    assert beatmap.hit_objects[1].end_time == pytest.approx(1500)
    assert beatmap.hit_objects[3].end_time == pytest.approx(3000)
    switches = ((2000, True), (2500, False), (3500, True), (4500, False))
    assert timing.kiai_changes() == switches


def test_a_red_line_is_needed() -> None:
    with pytest.raises(ValueError, match="red line"):
        write_map(HEADER, (), [])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_any_objects_read_back(seed: int) -> None:
    dice = random.Random(seed)
    objects = sorted(random_objects(dice, 100, 9000, dice.randint(0, 20)), key=lambda o: o.time)
    kiai = [(1000, 2000), (4000, 6500)]
    beatmap = parse(write_map(HEADER, REDS, objects, kiai))
    assert len(beatmap.hit_objects) == len(objects)
    keys = [(p.time, p.uninherited) for p in beatmap.timing_points]
    assert len(keys) == len(set(keys)) and keys == sorted(keys, key=lambda k: (k[0], not k[1]))
    assert beatmap.timing.kiai_changes() == (
        (1000, True),
        (2000, False),
        (4000, True),
        (6500, False),
    )
    times = [item.time for item in objects]
    for item, meant in zip(beatmap.hit_objects, objects, strict=True):
        assert (item.kind, item.time, item.x, item.y) == (meant.kind, meant.time, meant.x, meant.y)
        # Objects at one time share one line, so only lone ones can have their own velocity.
        if meant.slider_velocity is not None and times.count(meant.time) == 1:
            assert beatmap.timing.slider_velocity_at(item.time) == pytest.approx(
                meant.slider_velocity
            )
        check_sets(beatmap.timing.sample_at(item.time + 5).sample_set, item.node_sets, meant)


def check_sets(line_set: int, node_sets: tuple[tuple[int, int], ...], meant: NewObject) -> None:
    if meant.kind is not ObjectKind.SLIDER:
        return
    for (normal, addition), sound in zip(node_sets, meant.sounds, strict=True):
        heard = normal or line_set
        assert heard == sound.sample_set
        assert (addition or heard) == sound.addition_set


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10))
def test_any_notes_read_back(seed: int, keys: int) -> None:
    dice = random.Random(seed)
    notes = random_notes(dice, 100, 9000, dice.randint(0, 30), keys)
    notes = sorted(notes, key=lambda item: item.time)
    header = replace(HEADER, mode=3, circle_size=float(keys))
    beatmap = parse(write_map(header, REDS, notes))
    assert beatmap.mode == 3
    speeds = {item.time: item.slider_velocity for item in notes if item.slider_velocity}
    for item, meant in zip(beatmap.hit_objects, notes, strict=True):
        assert (item.kind, item.time, item.x, item.y) == (meant.kind, meant.time, meant.x, meant.y)
        assert item.end_time == (meant.end_time or meant.time)
        wanted = speeds.get(meant.time, 1.0)
        assert beatmap.timing.scroll_speed_at(item.time) == pytest.approx(wanted)
        volume = beatmap.timing.sample_at(item.end_time + 5).volume
        assert meant.sounds[0].volume in (0, item.sample.volume or volume)
