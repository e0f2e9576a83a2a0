"""Slider shapes: of the length asked for, and on the playfield."""

from __future__ import annotations

from itertools import pairwise
from math import hypot

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import parse
from model_core.training.mapper.flow import LONGEST_SPAN, fold
from model_core.training.mapper.rhythm import Beat
from model_core.training.mapper.shapes import KINDS, Area, reachable, shape


def _path(start: tuple[float, float], points: tuple[tuple[int, int], ...]) -> float:
    """Length of the drawn path in pixels, by the segments that red anchors part."""
    corners: list[list[tuple[float, float]]] = [[start]]
    for point in points:
        if point == corners[-1][-1]:
            corners.append([point])
        else:
            corners[-1].append(point)
    total = 0.0
    for segment in corners:
        control = np.array(segment, dtype=float)
        for t in [np.linspace(0, 1, 200)[:, None]]:
            current = [np.repeat(row[None], len(t), axis=0) for row in control]
            while len(current) > 1:
                current = [(1 - t) * a + t * b for a, b in pairwise(current)]
            total += float(np.sum(np.hypot(*np.diff(current[0], axis=0).T)))
    return total


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    x=st.integers(20, 492),
    y=st.integers(20, 364),
    heading=st.floats(-4, 4),
    length=st.floats(20, LONGEST_SPAN),
    bend=st.floats(0.4, 1.8),
)
def test_shapes_stay_on_the_playfield(
    kind: str, x: int, y: int, heading: float, length: float, bend: float
) -> None:
    made = shape(kind, (float(x), float(y)), heading, length, bend)
    assert Area().holds(*made.end)
    assert all(-67 <= px <= 579 and -60 <= py <= 428 for px, py in made.points)
    assert hypot(made.end[0] - x, made.end[1] - y) <= length * 1.01
    if made.letter == "B":
        assert _path((float(x), float(y)), made.points) >= length - 1.5
    if made.letter == "L":
        assert abs(hypot(made.points[-1][0] - x, made.points[-1][1] - y) - length) < 1.5


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_as_itself_where_there_is_room(kind: str) -> None:
    made = shape(kind, (200.0, 190.0), 0.0, 150.0, 0.8)
    corners = sum(a == b for a, b in zip(made.points, made.points[1:], strict=False))
    assert (made.letter, corners, len(made.points)) == {
        "L": ("L", 0, 1), "P": ("P", 0, 2), "B": ("B", 0, 3), "S": ("B", 0, 3),
        "R": ("B", 1, 3), "M": ("B", 2, 5),
    }[kind]  # fmt: skip


@given(
    x=st.floats(44, 468),
    y=st.floats(36, 348),
    heading=st.floats(-7, 7),
    distance=st.floats(0, 190),
)
def test_moves_that_fit_are_as_long_as_asked(
    x: float, y: float, heading: float, distance: float
) -> None:
    to_x, to_y, angle = reachable(x, y, heading, distance)
    assert Area().holds(to_x, to_y)
    assert abs(hypot(to_x - x, to_y - y) - distance) < 1e-6
    assert np.isfinite(angle)


@given(ticks=st.integers(1, 16).map(lambda n: n * 6), span=st.floats(10, 2400))
def test_folded_sliders_turn_on_the_grid(ticks: int, span: float) -> None:
    slides = fold(Beat(0, ticks), span)
    assert ticks % slides == 0
    part = ticks // slides
    assert part % 2 == 0 or part % 3 == 0
    if slides > 1:
        assert span / slides <= LONGEST_SPAN
        assert span > LONGEST_SPAN


def test_a_slider_line_of_every_kind_is_read_back() -> None:
    for kind in KINDS:
        made = shape(kind, (200.0, 190.0), 0.5, 150.0, 0.8)
        points = "|".join(f"{x}:{y}" for x, y in made.points)
        text = (
            "osu file format v14\r\n\r\n[TimingPoints]\r\n0,500,4,1,0,70,1,0\r\n\r\n"
            f"[HitObjects]\r\n200,190,0,2,0,{made.letter}|{points},1,150\r\n"
        )
        assert len(parse(text.encode()).hit_objects) == 1
