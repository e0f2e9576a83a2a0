"""Bars, rank correlation, agreement of sounds, likelihoods: answers that are known."""

from __future__ import annotations

import math

import pytest

from model_core.beatmap import object_sounds, parse
from model_core.beatmap.new_objects import CLAP, WHISTLE
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.evaluation.figures.conditioning import wins
from model_core.training.evaluation.figures.guest import median_error, spearman
from model_core.training.evaluation.figures.hitsounds import Agreement, backbeat, bare
from tests.model_core.training.evaluation.maps import MAP


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        (Bar(0.8), 0.8, True),
        (Bar(0.8), 0.799, False),
        (Bar(0.5, "at most"), 0.5, True),
        (Bar(0.5, "at most"), 0.51, False),
        (Bar(1.0, "below"), 1.0, False),
        (Bar(1.0, "below"), 0.99, True),
        (Bar(0.8), math.nan, False),
        (Bar(0.5, "at most"), math.nan, False),
    ],
)
def test_bars(bar: Bar, value: float, met: bool) -> None:
    assert Line("x", value, bar).met is met


def test_what_could_not_be_measured_is_missed_and_what_has_no_bar_is_not() -> None:
    assert Line("x", None, Bar(0.8)).met is False
    assert Line("x", 0.0).met is None
    assert Measured((Line("x", 0.0),)).met
    assert not Measured((Line("x", 0.0), Line("y", 0.1, Bar(0.2)))).met


def test_spearman_goes_by_ranks() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 400, 8000]) == pytest.approx(1.0)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1.0)
    # One exchange of neighbours among four: 1 - 6 * 2 / (4 * 15).
    assert spearman([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(0.8)
    assert spearman([1, 2, 3], [5, 5, 5]) == 0.0
    assert spearman([1], [2]) == 0.0


def test_the_median_error_is_of_absolute_differences() -> None:
    assert median_error([1, 2, 3], [2, 2, 0]) == 1.0
    assert math.isnan(median_error([], []))


def test_the_true_condition_wins_only_against_every_other() -> None:
    assert wins([5.0, 3.0, 4.0], 1)
    assert not wins([5.0, 3.0, 3.0], 1)
    assert not wins([2.0, 3.0, 4.0], 1)


def test_sounds_agree_only_exactly() -> None:
    tally = Agreement()
    tally.add([0, CLAP, CLAP, CLAP | WHISTLE], [0, CLAP, 0, CLAP])
    assert (tally.accuracy, tally.accuracy_any) == (0.5, 0.5)
    # Claps: given 3, wanted 2, hit 2.
    assert tally.f1(CLAP) == pytest.approx(2 * 2 / 5)
    assert tally.f1(WHISTLE) == 0.0
    assert Agreement().accuracy == Agreement().accuracy_any == 0.0


def test_a_bare_map_has_its_objects_and_no_additions() -> None:
    beatmap = parse(MAP)
    none = bare(beatmap)
    assert [(o.time, o.x, o.end_time) for o in none.hit_objects] == [
        (o.time, o.x, o.end_time) for o in beatmap.hit_objects
    ]
    for before, after in zip(beatmap.hit_objects, none.hit_objects, strict=True):
        sounds = object_sounds(after, none.timing)
        own = object_sounds(before, beatmap.timing)
        assert not any(node.additions for node in sounds.nodes)
        assert [n.sample_set for n in sounds.nodes] == [n.sample_set for n in own.nodes]
    assert any(
        n.additions for o in beatmap.hit_objects for n in object_sounds(o, beatmap.timing).nodes
    )
    assert bare(none) is none


def test_the_backbeat_claps_on_two_and_four() -> None:
    # Beats of 500 ms from 1000 on, four to a bar.
    times = [1000.0, 1500.0, 2000.0, 2500.0, 2750.0, 3000.0, 3505.0]
    assert backbeat(parse(MAP), times) == [0, CLAP, 0, CLAP, 0, 0, CLAP]
