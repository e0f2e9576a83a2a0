"""Kiai on request, and combo colours that stay as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import Beatmap, NewObject, ObjectKind, Sound, parse, remap
from model_core.beatmap.edits.combo_edits import colour_count, colours_passed
from model_core.errors import EditRefused

from .maps import circle, slider, small_map

BASE = parse(small_map())


def kiai_of(beatmap: Beatmap, first: int, last: int) -> list[tuple[float, bool]]:
    return [(t, on) for t, on in beatmap.timing.kiai_changes() if first <= t <= last]


def test_kiai_is_written_within_the_range() -> None:
    edit = remap(BASE, 2500, 3500, [circle(2500), circle(3250)], kiai=[(2600, 3000), (3100, 9000)])
    assert edit.scope.kiai
    assert kiai_of(edit.result, 0, 3600) == [(2600, True), (3000, False), (3100, True), (3500, 0)]
    assert kiai_of(edit.result, 3600, 99999) == [(4000, True), (6000, False)]


def test_kiai_can_be_taken_away() -> None:
    edit = remap(BASE, 4100, 6600, [circle(5500)], kiai=[])
    # The slider that starts before the range keeps its kiai up to its end.
    assert kiai_of(edit.result, 0, 99999) == [(4000, True), (5001, False)]
    assert not remap(BASE, 4100, 6600, [circle(5500)]).scope.kiai


def test_kiai_needs_no_objects() -> None:
    edit = remap(BASE, 4000, 6200, [], kiai=[(4500, 5000)])
    assert edit.result.timing.kiai_changes() == ((4500, True), (5000, False))
    # The lines at 4000 and 6000 say nothing but kiai that the new ones do not.
    assert edit.summary.text.startswith("2 objects removed, 2 green lines added, 1 green line")


def test_kiai_waits_for_the_first_red_line() -> None:
    late = parse(small_map().replace(b"0,500,4,2,1,60,1,0", b"1200,500,4,2,1,60,1,0"))
    edit = remap(late, 400, 1400, [circle(1300)], kiai=[(500, 1400)])
    assert kiai_of(edit.result, 0, 2000) == [(1200, True), (1400, False)]
    data = small_map()
    start, end = data.index(b"0,500,4"), data.index(b"[Colours]")
    with pytest.raises(EditRefused, match="no red line"):
        remap(parse(data[:start] + data[end:]), 2500, 3500, [], kiai=[(2500, 3000)])


def test_a_red_line_with_kiai_is_answered_by_a_green_one() -> None:
    base = parse(small_map().replace(b"4000,-100,4,1", b"3000,400,4,2,1,80,1,1\r\n4000,-100,4,1"))
    edit = remap(base, 2500, 3500, [circle(2600), circle(3200)], kiai=[])
    assert kiai_of(edit.result, 0, 3600) == [(3500, True)]
    assert b"3000,400,4,2,1,80,1,1\r\n3000,-100,4,2,1,80,0,0\r\n" in edit.result.to_bytes()


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 7000),
    st.integers(0, 4000),
    st.lists(st.tuples(st.integers(-100, 12000), st.integers(1, 3000)), max_size=4),
)
def test_kiai_is_as_asked_inside_and_as_it_was_outside(
    start: int, length: int, spans: list[tuple[int, int]]
) -> None:
    end = start + length
    asked = [(first, first + lasting) for first, lasting in spans]
    edit = remap(BASE, start, end, [], kiai=asked)
    free_from = max([start, *(int(i.end_time) + 1 for i in BASE.hit_objects if i.time < start)])
    for moment in range(-50, 12000, 7):
        inside = free_from <= moment < end
        wanted = any(a <= moment < b for a, b in asked) if inside else BASE.timing.kiai_at(moment)
        assert edit.result.timing.kiai_at(moment) == wanted, moment


# --- combo colours -----------------------------------------------------------------------------

COLOURS = b"Combo1 : 255,128,0\r\nCombo2 : 0,128,0\r\nCombo3 : 0,0,255\r\n"
THREE = parse(small_map().replace(b"Combo1 : 255,128,0\r\n", COLOURS))


def colours(beatmap: Beatmap, first_ms: float) -> list[int]:
    count = colour_count(beatmap)
    return [colours_passed(beatmap, i) % count for i in beatmap.hit_objects if i.time > first_ms]


def combos(*starts: bool) -> list[NewObject]:
    return [circle(2500 + 200 * i, 60, new_combo=start) for i, start in enumerate(starts)]


def test_colours_are_counted() -> None:
    assert colour_count(THREE) == 3
    assert colour_count(parse(small_map().replace(b"Combo1 : 255,128,0\r\n", b""))) == 4
    # 500, 2500, 4000 and 15000 start combos; a spinner does not.
    assert colours(THREE, -1) == [1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 1, 1]


def test_later_colours_move_unless_asked_to_stay() -> None:
    edit = remap(THREE, 2500, 3500, combos(True, True, False))
    assert colours(edit.result, 3600) != colours(THREE, 3600)
    assert not edit.scope.next_combo


def test_a_combo_too_many_takes_the_next_ones_start() -> None:
    edit = remap(THREE, 2500, 3500, combos(True, True, False), next_combo=True)
    assert colours(edit.result, 3600) == colours(THREE, 3600)
    assert b"\r\n100,300,4000,2,0,L|240:300" in edit.result.to_bytes()
    assert edit.summary.text.endswith("new combo of the next object changed, nothing else")


def test_a_combo_too_few_gives_the_next_one_a_start() -> None:
    edit = remap(THREE, 3500, 4000, [circle(3600)], next_combo=True)
    # The slider at 4000 started a combo; now the circle at 6000 does.
    assert b"\r\n200,300,6000,5,0" in edit.result.to_bytes()
    assert colours(edit.result, 4100) == colours(THREE, 4100)


def test_what_one_bit_cannot_do_is_done_by_skipped_colours() -> None:
    edit = remap(THREE, 2500, 3500, combos(True, True, True), next_combo=True)
    assert colours(edit.result, 3600) == colours(THREE, 3600)
    assert edit.objects[-1].combo_skip == 1
    assert b"256,192,2900,21,0" in edit.result.to_bytes()
    assert "next object" not in edit.summary.text


def test_nothing_changes_where_the_colours_stay() -> None:
    edit = remap(THREE, 2500, 3500, combos(True, False), next_combo=True)
    assert edit.result.to_bytes() == remap(THREE, 2500, 3500, combos(True, False)).result.to_bytes()


def test_a_spinner_or_nothing_behind_the_range() -> None:
    assert remap(THREE, 6500, 7000, [circle(6500, new_combo=True)], next_combo=True).objects
    assert remap(THREE, 15000, 16000, [circle(15000)], next_combo=True).objects


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 15000), st.integers(0, 6000), st.lists(st.booleans(), max_size=12))
def test_colours_stay_wherever_a_new_combo_is_made(
    start: int, length: int, starts: list[bool]
) -> None:
    step = max(1, length // (len(starts) + 1))
    made = [replace(circle(start + step * i), new_combo=new) for i, new in enumerate(starts)]
    edit = remap(THREE, start, start + length, made, next_combo=True)
    last = max([start + length, *(item.end_time or item.time for item in edit.objects)])
    kept, now = colours(THREE, start + length), colours(edit.result, last)
    following = next((i for i in THREE.hit_objects if i.time > start + length), None)
    if following is None or following.kind is ObjectKind.SPINNER:
        return
    if any(item.new_combo for item in edit.objects):
        assert now == kept


def test_a_slider_takes_a_skip_as_well() -> None:
    wanted = [circle(2500, new_combo=True), replace(slider(2700, 70.0), new_combo=True)]
    wanted.append(replace(slider(3100, 70.0), new_combo=True))
    edit = remap(THREE, 2500, 3500, wanted, next_combo=True)
    assert b"100,100,3100,22,0,L" in edit.result.to_bytes()
    assert edit.objects[0].sounds == (Sound(0, 2, 2, 60),)
