"""Shares of holds and of speed changes, counted by hand."""

from __future__ import annotations

import pytest

from model_core.maps.traits import hold_note_ratio, is_hitsounded, keys_of, scroll_speed_ratio
from tests.model_core.remap.maps import circles, write_map


def test_holds_among_all_notes() -> None:
    notes = ["64,192,500,1,0", "192,192,500,128,0,900:0:0:0:0:", "64,192,1000,1,0"]
    assert hold_note_ratio(write_map(notes, mode=3)) == pytest.approx(1 / 3)
    assert hold_note_ratio(write_map([], mode=3)) == 0


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        (["0,500,4,2,1,60,1,0"], 0),
        (["0,500,4,2,1,60,1,0", "1000,-100,4,2,1,60,0,0"], 0),
        (["0,500,4,2,1,60,1,0", "1000,-50,4,2,1,60,0,0", "2000,-200,4,2,1,60,0,0"], 2),
        # A red line sets the speed back; tempo alone is no change.
        (["0,500,4,2,1,60,1,0", "1000,-50,4,2,1,60,0,0", "2000,400,4,2,1,60,1,0"], 2),
        (["0,500,4,2,1,60,1,0", "2000,250,4,2,1,60,1,0"], 0),
        # Of lines at one time only the last counts.
        (["0,500,4,2,1,60,1,0", "0,-50,4,2,1,60,0,0", "1000,400,4,2,1,60,1,0",
          "1000,-50,4,2,1,60,0,0"], 0),
    ],
)  # fmt: skip
def test_speed_changes_for_each_time_at_which_notes_start(lines: list[str], changes: int) -> None:
    notes = [*circles(0, 3500), *circles(0, 3500, shift=100)]  # eight times, twice
    beatmap = write_map(notes, mode=1, timing="\n".join(lines))
    assert scroll_speed_ratio(beatmap) == pytest.approx(changes / 8)


def test_no_objects_no_changes() -> None:
    assert scroll_speed_ratio(write_map([], mode=1)) == 0


def test_sounds_at_a_sliders_nodes_are_sounds() -> None:
    slider = "100,100,500,2,0,L|200:100,1,100,{},0:0|0:0,0:0:0:0:"
    assert is_hitsounded(write_map([slider.format("0|2")]))
    assert not is_hitsounded(write_map([slider.format("0|2")]), as_reference=True)
    assert not is_hitsounded(write_map([slider.format("0|1")]))
    assert is_hitsounded(write_map(circles(0, 500, sound=1)), as_reference=True)


def test_only_mania_has_columns() -> None:
    assert keys_of(write_map([], mode=3)) == 4
    assert keys_of(write_map([], mode=0)) is None
