"""Frames of taiko, catch and mania."""

from __future__ import annotations

import itertools

import pytest

from model_core.pictures.mania import column_colour
from model_core.pictures.theme import CENTRE, HYPERDASH, RIM, ROLL, SWELL
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


def _at(group: Element) -> tuple[float, float]:
    return discs(group)[0][:2]


def test_taiko_is_a_lane_of_dons_and_kats() -> None:
    # Don, kat, strong don, strong kat.
    objects = ("0,0,0,1,0", "0,0,500,1,8", "0,0,1000,1,4", "0,0,1500,1,6")
    root = svg(beatmap(objects, mode=1), 0, 2000)
    drawn = sorted(groups(root, "object"), key=lambda each: _at(each)[0])
    assert [each.get("data-kind") for each in drawn] == ["centre", "rim", "centre", "rim"]
    fills = [{disc[3] for disc in discs(each)} for each in drawn]
    assert all(
        colour in fill for colour, fill in zip((CENTRE, RIM, CENTRE, RIM), fills, strict=True)
    )
    xs, ys = zip(*map(_at, drawn), strict=True)
    steps = [later - earlier for earlier, later in itertools.pairwise(xs)]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.05) and len(set(ys)) == 1
    sizes = [max(disc[2] for disc in discs(each)) for each in drawn]
    assert sizes[0] == sizes[1] < sizes[2] == sizes[3]


def test_drum_rolls_and_dendens_last() -> None:
    roll, denden = "0,0,0,2,0,L|300:0,1,140", "256,192,2000,12,0,3000"
    root = svg(beatmap((roll, denden), mode=1), 0, 4000)
    (rolled,) = groups(root, "object", kind="drum roll")
    (swollen,) = groups(root, "object", kind="swell")
    for group, colour in ((rolled, ROLL), (swollen, SWELL)):
        assert colour in {disc[3] for disc in discs(group)}
        (line, *_) = group.iter(f"{SVG}polyline")
        ends = [float(pair.split(",")[0]) for pair in line.get("points", "").split()]
        assert ends[1] - ends[0] > 50
    assert any(text.endswith(" hits") for text in labels(swollen))
    # A roll's ticks are quarters of a beat.
    assert len([disc for disc in discs(rolled) if disc[2] == 2.5]) >= 4


def test_fruits_fall_from_above_and_hyperdashes_are_red() -> None:
    objects = ("20,0,0,5,0", "20,0,500,1,0", "500,0,600,1,0")
    root = svg(beatmap(objects, mode=2), 0, 2000)
    (frame,) = groups(root, "frame")
    fruits = sorted(groups(frame, "object", kind="fruit"), key=lambda each: -_at(each)[1])
    assert [title(each)[:9] for each in fruits] == ["00:00:000", "00:00:500", "00:00:600"]
    assert [each.get("data-hyper") for each in fruits] == ["False", "True", "False"]
    first, second, far = (_at(each)[0] for each in fruits)
    assert first == pytest.approx(second, abs=0.1) and far > second + 100
    lines = [each for each in frame.iter(f"{SVG}polyline") if each.get("stroke") == HYPERDASH]
    assert len(lines) == 1


def test_streams_and_showers_of_catch_have_their_parts() -> None:
    stream, shower = "50,0,0,6,0,L|450:0,1,400", "256,192,3000,12,0,3900"
    root = svg(beatmap((stream, shower), mode=2), 0, 4000)
    kinds = {each.get("data-kind") for each in groups(root, "object")}
    assert kinds == {"fruit", "droplet", "tiny droplet", "banana"}
    sizes = {
        kind: max(disc[2] for disc in discs(groups(root, "object", kind=kind)[0])) for kind in kinds
    }
    assert sizes["fruit"] > sizes["droplet"] > sizes["tiny droplet"]


@pytest.mark.parametrize("keys", [1, 4, 7, 18])
def test_mania_has_its_columns_and_holds(keys: int) -> None:
    width = 512 / keys
    notes = [f"{int(width * (column + 0.5))},192,{100 * column},1,0" for column in range(keys)]
    hold = "0,192,1900,128,0,2900:0:0:0:0:"
    root = svg(beatmap((*notes, hold), mode=3, difficulty=(f"CircleSize:{keys}",)), 0, 3000)
    (first, *_) = groups(root, "frame")
    boxes = []
    for drawn in groups(first, "object", kind="circle"):
        box = list(drawn.iter(f"{SVG}rect"))[-1]
        boxes.append((float(box.get("x", "")), float(box.get("y", "")), box.get("fill")))
    assert [fill for *_, fill in sorted(boxes)] == [column_colour(n, keys) for n in range(keys)]
    assert len({x for x, *_ in boxes}) == keys
    # Time runs upwards.
    assert [y for _, y, _ in sorted(boxes)] == sorted((y for _, y, _ in boxes), reverse=True)
    held = groups(root, "object", kind="hold")
    assert held and max(float(each.get("height", "0")) for each in held[0].iter(f"{SVG}rect")) > 20


def test_colours_of_columns_are_alike_on_both_hands() -> None:
    for keys in range(1, 19):
        colours = [column_colour(column, keys) for column in range(keys)]
        assert colours == colours[::-1]
