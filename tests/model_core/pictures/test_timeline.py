"""The timeline: beat lines, waveform, objects, sounds, velocity, kiai, breaks and flags."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from model_core.audio.outline import Outline
from model_core.pictures.beats import beats, cuts
from model_core.pictures.theme import DIVISORS, SETS, TEMPO
from tests.model_core.pictures.drawing import (
    SVG,
    TIMING,
    Element,
    beatmap,
    discs,
    groups,
    labels,
    svg,
    title,
)

CIRCLE = "256,192,1000,5,0"


def _loud(start: float, end: float, step: float) -> Outline:
    """Silence, and sound in the second half of the range."""
    steps = int((end - start) / step) + 1
    levels = np.where(np.arange(steps) * step + start >= (start + end) / 2, 1.0, 0.0)
    return Outline(start, step, levels.astype(np.float32), levels.astype(np.float32) / 2)


def _x(line: Element) -> float:
    return float(line.get("points", "").split(",")[0])


def test_beat_lines_have_the_editors_colours() -> None:
    root = svg(beatmap((CIRCLE,), more=("[Editor]", "BeatDivisor: 4")), 0, 2000)
    lines = groups(root, "beat")
    by_divisor = {
        divisor: [
            float(each.get("data-time", ""))
            for each in lines
            if each.get("data-divisor") == divisor
        ]
        for divisor in ("1", "2", "4")
    }
    assert by_divisor["1"] == [0, 500, 1000, 1500, 2000]
    assert by_divisor["2"] == [250, 750, 1250, 1750]
    assert len(by_divisor["4"]) == 8 and len(lines) == 17
    for each in lines:
        strokes = {line.get("stroke") for line in each.iter(f"{SVG}polyline")}
        assert strokes == {DIVISORS[int(each.get("data-divisor", ""))]}
    xs = [_x(next(each.iter(f"{SVG}polyline"))) for each in lines]
    steps = np.diff(xs)
    assert steps.min() > 0 and steps.max() - steps.min() < 0.2


def test_beats_follow_every_red_line_and_go_back_before_the_first() -> None:
    reds = ("1000,500,4,2,0,60,1,0", "2100,300,3,2,0,60,1,0")
    found = beats(beatmap(timing=reds), 0, 3000)
    assert [beat.time for beat in found] == [0, 500, 1000, 1500, 2000, 2100, 2400, 2700, 3000]
    assert [beat.time for beat in found if beat.bar] == [1000, 2100, 3000]
    assert beats(beatmap(timing=()), 0, 3000) == []


def test_frames_begin_with_bars_and_cover_the_range() -> None:
    pieces = cuts(beatmap(), 100, 9000, 1900)
    assert pieces[0][0] == 100 and pieces[-1][1] >= 9000
    assert all(before[1] == after[0] for before, after in itertools.pairwise(pieces))
    assert [start + 2 for start, _ in pieces[1:]] == [2000, 4000, 6000, 8000]
    assert len(cuts(beatmap(timing=()), 0, 9000, 1000)) == 9


def test_the_waveform_is_as_loud_as_the_song() -> None:
    root = svg(beatmap((CIRCLE,)), 0, 4000, hear=_loud)
    (wave,) = groups(root, "waveform")
    for shape in wave.iter(f"{SVG}polygon"):
        points = [tuple(map(float, pair.split(","))) for pair in shape.get("points", "").split()]
        ys = np.array([y for _, y in points])
        middle = (ys.max() + ys.min()) / 2
        heights = np.abs(ys[: len(ys) // 2] - middle)
        quiet, loud = heights[: len(heights) // 2 - 2], heights[len(heights) // 2 + 2 :]
        assert quiet.max() < 1 < 10 < loud.min()
    assert not groups(svg(beatmap((CIRCLE,)), 0, 4000), "waveform")


def test_objects_sit_on_their_beats() -> None:
    root = svg(beatmap((CIRCLE, "100,100,1500,2,0,L|300:100,2,100")), 0, 2600)
    row = groups(root, "objects")[0]
    beat = {
        float(each.get("data-time", "")): _x(next(each.iter(f"{SVG}polyline")))
        for each in groups(root, "beat")
    }
    for time in (1000, 1500):
        (mark,) = groups(row, "mark", time=time)
        assert discs(mark)[0][0] == pytest.approx(beat[time], abs=0.2)
    (bodies,) = groups(row, "bodies")
    (bar,) = bodies.iter(f"{SVG}polyline")
    ends = [float(pair.split(",")[0]) for pair in bar.get("points", "").split()]
    assert ends == pytest.approx([beat[1500], beat[2500]], abs=0.3)


def test_hitsounds_have_rows_of_their_own_in_the_colours_of_their_sets() -> None:
    objects = (
        "256,192,0,5,2,0:0:0:0:",
        "256,192,500,1,12,1:3:0:0:",
        "256,192,1000,1,0,0:0:0:25:",
    )
    sounds = groups(svg(beatmap(objects), 0, 1500), "sounds")[0]
    whistle, both, quiet = (groups(sounds, "sound", time=time)[0] for time in (0, 500, 1000))
    assert whistle.get("data-additions") == "whistle" and whistle.get("data-volume") == "60"
    assert both.get("data-additions") == "finish+clap"
    assert quiet.get("data-additions") == "none" and quiet.get("data-volume") == "25"
    # The timing line says soft; the second names drum for its additions and normal below.
    assert {disc[3] for disc in discs(whistle)} == {SETS[2]}
    assert {disc[3] for disc in discs(both)} == {SETS[3]}
    bars = [next(each.iter(f"{SVG}rect")) for each in (whistle, both, quiet)]
    assert [bar.get("fill") for bar in bars] == [SETS[2], SETS[1], SETS[2]]
    assert float(bars[0].get("height", "")) > 2 * float(bars[2].get("height", ""))
    finish, clap = discs(both)
    assert finish[1] < clap[1] and finish[0] == clap[0]


def test_velocity_kiai_breaks_and_tempo_are_shown() -> None:
    timing = (TIMING, "1000,-50,4,2,0,60,0,1", "3000,-200,4,2,0,60,0,0")
    more = ("[Events]", "2,1200,2800", "[Editor]", "Bookmarks: 500,99999")
    root = svg(beatmap((CIRCLE,), timing=timing, more=more), 0, 4000)
    (kiai,) = groups(root, "kiai")
    assert (kiai.get("data-start"), kiai.get("data-end")) == ("1000", "3000")
    (period,) = groups(root, "break")
    assert (period.get("data-start"), period.get("data-end")) == ("1200", "2800")
    assert {"1.00×", "2.00×", "0.50×"} <= set(labels(root))
    (line,) = groups(root, "velocity")[0].iter(f"{SVG}polygon")
    heights = {pair.split(",")[1] for pair in line.get("points", "").split()}
    assert len(heights) == 4  # three speeds and the floor
    assert "120 BPM 4/4" in labels(root)
    assert any(each.get("fill") == TEMPO for each in root.iter(f"{SVG}text"))
    assert [title(each) for each in groups(root, "flag")] == ["bookmark"]


def test_taiko_and_mania_show_the_scroll_speed() -> None:
    timing = (TIMING, "1000,-20,4,2,0,60,0,0")
    for mode in (1, 3):
        assert "5.00×" in labels(svg(beatmap((CIRCLE,), mode=mode, timing=timing), 0, 4000))


def test_a_long_range_takes_several_rows() -> None:
    objects = tuple(f"256,192,{time},1,0" for time in range(0, 60_000, 500))
    rows = groups(svg(beatmap(objects), 0, 60_000), "timeline")
    spans = [(int(each.get("data-start", "")), int(each.get("data-end", ""))) for each in rows]
    assert len(rows) > 3 and spans[0][0] == 0 and spans[-1][1] == 60_000
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))
