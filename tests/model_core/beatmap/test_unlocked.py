"""A remap that brings red lines: the map's own tempo, beats and bars return behind it."""

from __future__ import annotations

import pytest

from model_core.beatmap import RedLine, parse, remap_with_timing
from model_core.beatmap.edits.contracts import check
from model_core.errors import EditRefused, InputError

from .maps import circle, slider, small_map

BASE = parse(small_map())
EDIT = remap_with_timing(BASE, 10000, 13000, [circle(10000), slider(10400)], [RedLine(10000, 400)])
DATA = EDIT.result.to_bytes()


def test_the_tempo_returns_on_a_bar_line() -> None:
    reds = [(red.time, red.beat_length, red.meter) for red in EDIT.result.timing.red_lines]
    assert reds == [(0, 500, 4), (10000, 400, 4), (14000, 500, 4)]
    assert EDIT.patch.apply(BASE.to_bytes()) == DATA
    assert EDIT.patch.invert(BASE.to_bytes()).apply(DATA) == BASE.to_bytes()
    assert (EDIT.summary.red_added, EDIT.summary.generated) == (2, 2)
    assert EDIT.summary.lines[0] == "red line at 00:10:000 - added, 150 BPM, 4/4"
    # The slider lasts by the new tempo: 140 pixels are a beat, two at half the velocity.
    assert [i.end_time for i in EDIT.result.hit_objects if i.time == 10400] == [11200]


def test_nothing_returns_where_nothing_follows() -> None:
    edit = remap_with_timing(BASE, 15000, 20000, [circle(15400)], [RedLine(15000, 400)])
    assert [red.time for red in edit.result.timing.red_lines] == [0, 15000]


def test_the_same_tempo_in_phase_needs_no_return() -> None:
    edit = remap_with_timing(BASE, 10000, 13000, [circle(10000)], [RedLine(12000, 500)])
    assert [red.time for red in edit.result.timing.red_lines] == [0, 12000]


def test_a_bar_line_between_two_milliseconds_is_written_as_it_is() -> None:
    base = parse(small_map().replace(b"0,500,4,2,1,60,1,0", b"0,333.3,4,2,1,60,1,0"))
    edit = remap_with_timing(base, 10000, 13000, [circle(10000)], [RedLine(10000, 400)])
    assert edit.result.timing.red_lines[-1].time == pytest.approx(10 * 4 * 333.3)


def test_a_range_without_a_bar_line_behind_is_refused() -> None:
    with pytest.raises(EditRefused, match=r"no bar line .* at 00:03:500 .* one at 00:04:000"):
        remap_with_timing(BASE, 2500, 3400, [circle(2500)], [RedLine(2500, 400)])


def test_red_lines_outside_the_range_are_refused() -> None:
    with pytest.raises(InputError, match="00:09:000 is outside the range"):
        remap_with_timing(BASE, 10000, 13000, [], [RedLine(9000, 400)])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"14000,500,4", b"14001,500,4", "slider velocity|timing of the circle at 00:15:000"),
        (b"14000,500,4", b"14500,500,4", "slider velocity|timing of the circle at 00:15:000"),
        (b"14000,500,4", b"14000,501,4", "timing of the circle at 00:15:000"),
        (b"14000,500,4", b"14000,500,3", "timing of the circle at 00:15:000"),
        (b"10000,400,4", b"9999,400,4", "would be new"),
        (b"14000,500,4", b"13200,500,4,2,3,40,1,0\r\n14000,500,4", "2 new red lines"),
        (b"14000,-200,4,2,3,40,0,0\r\n", b"", "slider velocity of the circle at 00:15:000"),
        (b"14000,-200,4,2,3,40,0,0", b"14000,-200,4,2,3,41,0,0", "volume of the circle"),
        (b"\r\n0,500,4", b"\r\n0,501,4", "timing of|end time of|Line 32 would be"),
    ],
)
def test_survivors_keep_tempo_and_state(old: bytes, new: bytes, message: str) -> None:
    assert old in DATA
    with pytest.raises(EditRefused, match=message):
        check(EDIT.scope, BASE, parse(DATA.replace(old, new, 1)))


def test_objects_that_are_replaced_are_not_in_the_way_of_the_tempo() -> None:
    # Before its first red line a map has no sounds but that line's; nothing old is left there.
    edit = remap_with_timing(BASE, 0, 20000, [circle(8000)], [RedLine(7000, 400)])
    assert [item.time for item in edit.result.hit_objects] == [8000]
    assert [red.time for red in edit.result.timing.red_lines] == [7000]
    assert edit.patch.apply(BASE.to_bytes()) == edit.result.to_bytes()
