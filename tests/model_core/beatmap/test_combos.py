"""Combos: where they start, what the objects are numbered, and which colour they have."""

from __future__ import annotations

from model_core.beatmap import Beatmap, parse

C, S, NEW = 1, 8, 4


def beatmap(*objects: tuple[int, int], breaks: str = "") -> Beatmap:
    lines = [f"1,1,{time},{bits},0" + (f",{time}" if bits & S else "") for time, bits in objects]
    return parse("\n".join(("[Events]", breaks, "[HitObjects]", *lines)).encode())


def test_the_first_object_starts_a_combo() -> None:
    combos = beatmap((10, C), (20, C), (30, C | NEW), (40, C)).combos
    assert combos.numbers == (1, 2, 1, 2)
    assert combos.starts == (True, False, True, False)
    assert combos.colours == (1, 1, 2, 2)


def test_a_spinner_counts_but_starts_nothing() -> None:
    combos = beatmap((10, S | NEW), (20, S), (30, C), (40, S | NEW), (50, C)).combos
    assert combos.numbers == (1, 2, 1, 2, 1)
    assert combos.starts == (False, False, True, False, True)
    assert combos.colours == (0, 0, 1, 1, 2)


def test_a_break_starts_a_combo() -> None:
    objects = [(10, C), (20, C), (1000, C), (1010, C)]
    for breaks in ("2,100,900", "Break,100,900", " 2 ,100,900", "2,100,110", "2,950,20"):
        assert beatmap(*objects, breaks=breaks).combo_starts()[2], breaks
    for breaks in ("2,100,1000", "2,100", "break,100,900", "2,100,x", "3,100,900"):
        assert not beatmap(*objects, breaks=breaks).combo_starts()[2], breaks


def test_breaks_are_taken_in_order_of_their_starts() -> None:
    objects = [(10, C), (20, C), (300, C), (1000, C)]
    # The long one comes first and holds the others up until it is over.
    combos = beatmap(*objects, breaks="2,50,200\n2,30,900").combos
    assert combos.starts == (True, False, False, True)


def test_objects_count_in_order_of_time() -> None:
    combos = beatmap((30, C), (10, C), (20, C | NEW), (20, C)).combos
    # The first in the file starts a combo, and so does the first in time.
    assert combos.numbers == (1, 1, 1, 2)
    assert combos.starts == (True, True, True, False)


def test_the_object_behind_a_spinner_in_the_file_starts_a_combo_as_well() -> None:
    combos = beatmap((10, C), (90, S), (20, C), (30, C), (100, C)).combos
    assert combos.starts == (True, False, True, False, True)


def test_colours_are_skipped_where_the_line_starts_a_combo() -> None:
    skip = 2 << 4
    combos = beatmap(
        (10, C | skip), (20, C | NEW | skip), (30, C | skip), (40, S | NEW | skip)
    ).combos
    assert combos.colours == (1, 4, 4, 4)
    after = beatmap((10, C), (20, S), (30, C | skip), (40, C | NEW | 7 << 4)).combos
    assert after.colours == (1, 1, 2, 10)
