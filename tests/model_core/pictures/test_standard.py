"""Frames of osu!standard: where objects are, and what they look like."""

from __future__ import annotations

import pytest

from model_core.pictures.theme import ADDED, REMOVED, SOUNDS, WHITE
from tests.model_core.pictures.drawing import (
    SVG,
    Element,
    beatmap,
    discs,
    groups,
    labels,
    svg,
    title,
)

COLOURS = ("[Colours]", "Combo1 : 255,0,128", "Combo2 : 0,200,255")
# Combos begin with the second colour.
FIRST, SECOND = "#00c8ff", "#ff0080"


def frames(root: Element) -> list[Element]:
    return groups(root, "frame")


def test_circles_are_where_the_map_says_in_the_frame_of_their_bar() -> None:
    objects = ("0,0,100,5,0", "512,384,400,1,0", "256,192,2000,5,0")
    root = svg(beatmap(objects, more=COLOURS))
    first, second = frames(root)
    assert len(groups(first, "object")) == 2 and len(groups(second, "object")) == 1
    field = next(each for each in first.iter(f"{SVG}rect") if each.get("fill") == "#222536")
    left, top = float(field.get("x", "")), float(field.get("y", ""))
    right, bottom = left + float(field.get("width", "")), top + float(field.get("height", ""))
    corner, opposite = (discs(each)[0] for each in sorted(groups(first, "object"), key=title))
    assert corner[:2] == pytest.approx((left, top), abs=0.1)
    assert opposite[:2] == pytest.approx((right, bottom), abs=0.1)
    # Circle size 4: the game's radius is a little more than 36.48 pixels of 512.
    assert corner[2] == pytest.approx((right - left) * 36.5 / 512, rel=0.01)


def test_combos_have_their_colours_and_numbers() -> None:
    objects = ("50,50,100,5,0", "150,50,400,1,0", "250,50,700,5,0")
    (frame,) = frames(svg(beatmap(objects, more=COLOURS), 0, 1500))
    drawn = {title(each): each for each in groups(frame, "object")}
    assert set(drawn) == {"00:00:100 (1) circle", "00:00:400 (2) circle", "00:00:700 (1) circle"}
    for name, colour, number in zip(
        sorted(drawn), (FIRST, FIRST, SECOND), ("1", "2", "1"), strict=True
    ):
        assert colour in {fill for *_, fill in discs(drawn[name])}
        assert number in labels(drawn[name])


def test_the_later_in_a_frame_the_wider_its_approach_circle_and_the_deeper_it_lies() -> None:
    objects = ("100,100,0,5,0", "200,100,400,1,0", "300,100,800,1,0")
    (frame,) = frames(svg(beatmap(objects), 0, 1000))
    rings = [discs(each)[0][2] for each in groups(frame, "approach")]
    assert rings == sorted(rings) and rings[0] < rings[-1]
    # What is drawn last lies on top.
    assert [title(each)[:9] for each in groups(frame, "object")] == [
        "00:00:800",
        "00:00:400",
        "00:00:000",
    ]


def test_a_slider_has_a_body_ticks_and_an_arrow_where_it_turns() -> None:
    slider = "100,100,0,6,0,L|400:100,{slides},300"
    once, back = (svg(beatmap((slider.format(slides=slides),)), 0, 4000) for slides in (1, 2))
    for root, arrows in ((once, 0), (back, 1)):
        (drawn,) = groups(root, "object", kind="slider")
        lines = list(drawn.iter(f"{SVG}polyline"))
        # The edge, the body, its middle; then an arrow of a few pixels.
        assert len(lines) == 3 + arrows
        xs = [float(pair.split(",")[0]) for pair in lines[0].get("points", "").split()]
        head = discs(drawn)[-1]
        assert xs[0] == pytest.approx(head[0], abs=0.1)
        scale = head[2] / 0.7 / 36.5
        assert xs[-1] - xs[0] == pytest.approx(300 * scale, rel=0.02)
        assert float(lines[0].get("stroke-width", "")) == pytest.approx(2 * head[2] / 0.7, rel=0.01)
        # 100 pixels a beat and a tick rate of 1: two ticks before the end, small and white.
        ticks = [disc for disc in discs(drawn) if disc[2] < 6 and disc[3] == WHITE]
        assert len(ticks) == 2


def test_stacked_circles_lie_beside_each_other() -> None:
    (frame,) = frames(svg(beatmap(("256,192,0,5,0", "256,192,200,1,0")), 0, 1000))
    later, earlier = (discs(each)[0] for each in groups(frame, "object"))
    assert earlier[0] < later[0] and earlier[1] < later[1]


def test_a_spinner_is_in_the_middle_and_says_how_long_it_takes() -> None:
    root = svg(beatmap(("256,192,0,12,0,2500",)), 0, 3000)
    (drawn,) = groups(root, "object", kind="spinner")
    assert len({disc[:2] for disc in discs(drawn)}) == 1
    assert "spinner 2.5 s" in labels(drawn)


def test_before_and_after_stand_side_by_side_with_what_changed() -> None:
    kept, gone, louder = "100,100,0,5,0", "200,200,500,1,0", "300,100,1000,1,0"
    new, clapped = "400,300,600,1,0", "300,100,1000,1,8"
    root = svg(beatmap((kept, gone, louder)), 0, 1500, after=beatmap((kept, new, clapped)))
    before, after = (groups(root, "side", name=name)[0] for name in ("Before", "After"))
    roles = {"kept": None, "removed": REMOVED, "added": ADDED, "sounds": SOUNDS}
    for side, wanted in (
        (before, {"kept", "removed", "sounds"}),
        (after, {"kept", "added", "sounds"}),
    ):
        drawn = groups(side, "object")
        assert {each.get("data-role") for each in drawn} == wanted
        for each in drawn:
            mark = roles[each.get("data-role", "")]
            marks = {fill for *_, fill in discs(each)} & {REMOVED, ADDED, SOUNDS}
            assert marks == ({mark} if mark else set())
    reach = max(disc[0] for disc in discs(before))
    assert reach < min(disc[0] for disc in discs(after))
    texts = labels(root)
    assert {"Before", "After", "1 removed", "1 added", "1 sound otherwise"} <= set(texts)


def test_where_nothing_moves_the_frames_are_drawn_once_and_the_lanes_twice() -> None:
    root = svg(beatmap(("100,100,0,5,0",)), 0, 1000, after=beatmap(("100,100,0,5,2",)))
    (side,) = groups(root, "side")
    assert [each.get("data-role") for each in groups(side, "object")] == ["sounds"]
    assert "Nothing moves" in labels(root) and len(groups(root, "sounds")) == 2


def test_the_same_map_twice_changes_nothing() -> None:
    same = ("100,100,0,5,0", "100,100,0,5,0", "50,60,500,2,0,B|90:90|120:20,1,100")
    root = svg(beatmap(same), after=beatmap(same))
    assert {each.get("data-role") for each in groups(root, "object")} == {"kept"}
