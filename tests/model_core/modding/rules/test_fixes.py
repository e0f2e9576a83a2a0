"""Suggested edits: what they change, together and in files of any shape."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import Beatmap, object_sounds, parse
from model_core.beatmap.document import line_ending, split_lines
from model_core.modding.rules import Level, check, fix_findings

from .maps import RED, circles, osu

EOLS = st.sampled_from(["\n", "\r\n"])
SOUND = "0:0:0:0:"
#: Edits of these change nothing that is heard or seen.
SILENT = {"unused-green-line", "concurrent-lines", "abnormal-setting", "short-break"}


def objects(dice: random.Random, count: int) -> str:
    """Objects of all kinds, on and off the beat, some of them twice."""
    rows: list[str] = []
    time = 500
    for _ in range(count):
        time += dice.choice([125, 250, 500, 1000]) + dice.choice([0, 0, 0, 1, 2, 7, 13])
        x, y = dice.randint(0, 512), dice.randint(0, 384)
        kind = dice.random()
        if kind < 0.6:
            rows.append(f"{x},{y},{time},{dice.choice([1, 5])},{dice.choice([0, 2, 8])},{SOUND}")
        elif kind < 0.9:
            length, slides = dice.uniform(20, 120), dice.choice([1, 1, 2, 3])
            rows.append(f"{x},{y},{time},2,0,L|{x + 60}:{y},{slides},{length:.9g}")
            time += int(length * slides * 5)
        else:
            rows.append(f"256,192,{time},12,0,{time + dice.randint(0, 900)},{SOUND}")
            time += 900
        if dice.random() < 0.1:
            rows.append(rows[-1])
    return "\n".join(rows)


def greens(dice: random.Random, count: int) -> str:
    """Green lines, some of which change nothing, stand twice or have no volume."""
    rows = [RED]
    time = 0
    for _ in range(count):
        time += dice.choice([0, 500, 1000, 1003])
        velocity, volume = dice.choice(["-100", "-100", "-50"]), dice.choice([60, 60, 3, 104])
        rows.append(f"{time},{velocity},4,2,0,{volume},0,{dice.choice([0, 0, 1])}")
    return "\n".join(rows)


def heard(beatmap: Beatmap) -> list[object]:
    """What the map's objects sound like, how long they are, and kiai and velocity every 50 ms."""
    timing = beatmap.timing
    return [
        *((item.time, item.end_time, object_sounds(item, timing)) for item in beatmap.hit_objects),
        *(
            (timing.kiai_at(time), timing.slider_velocity_at(time), timing.sample_at(time))
            for time in range(0, 20_000, 50)
        ),
    ]


def named(data: bytes, name: str) -> int:
    """How many findings bear a name, those that are only told apart by a number included."""
    rule = name.partition("/")[0]
    findings = check(parse(data), level=Level.HARD, rules=[rule])
    return sum(finding.key.partition("#")[0] == name for finding in findings)


SEEDS, MODES = st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2, 3])


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, eol=EOLS, mode=MODES)
def test_each_edit_takes_its_finding_away_and_touches_only_its_lines(
    seed: int, eol: str, mode: int
) -> None:
    assert_edits_are_exact(seed, eol, mode)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(seed=SEEDS, eol=EOLS, mode=MODES)
def test_so_it_is_in_many_maps(seed: int, eol: str, mode: int) -> None:
    assert_edits_are_exact(seed, eol, mode)


def assert_edits_are_exact(seed: int, eol: str, mode: int) -> None:
    """Makes each edit of a random map, and looks at what it did."""
    dice = random.Random(seed)
    start = dice.randint(0, 9000)
    data = osu(
        objects(dice, 10),
        timing=greens(dice, 6),
        events=f"2,{start},{start + dice.randint(0, 4000)}",
        difficulty=f"OverallDifficulty:{dice.choice(['5', '5.55', '11'])}",
        mode=mode,
        eol=eol,
    )
    beatmap = parse(data)
    findings = check(beatmap, level=Level.HARD)
    names = Counter(finding.key.partition("#")[0] for finding in findings)
    for finding in findings:
        if finding.fix is None:
            continue
        changed = finding.fix.patch(beatmap).apply(data)
        after = parse(changed)
        # Of several that bear one name there is one less.
        name = finding.key.partition("#")[0]
        assert named(after.to_bytes(), name) == names[name] - 1
        # Lines that the edit does not name are the same, in the same order.
        old, new = split_lines(data), split_lines(changed)
        for edit in reversed(finding.fix.edits):
            assert len(edit.replacement) in (0, edit.count)
            del old[edit.first_line : edit.first_line + edit.count]
        for edit in reversed(finding.fix.edits):
            at = edit.first_line - sum(
                other.count - len(other.replacement)
                for other in finding.fix.edits
                if other.first_line < edit.first_line
            )
            del new[at : at + len(edit.replacement)]
        assert old == new
        if finding.rule in SILENT:
            assert heard(after) == heard(beatmap)
        # Nothing else got lost or added.
        removed = finding.rule == "duplicate-objects"
        copies = len(finding.objects) - 1 if removed else 0
        assert len(after.hit_objects) == len(beatmap.hit_objects) - copies


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), eol=EOLS)
def test_all_edits_can_be_made_at_once(seed: int, eol: str) -> None:
    dice = random.Random(seed)
    data = osu(objects(dice, 15), timing=greens(dice, 8), eol=eol)
    beatmap = parse(data)
    wanted = {finding.key for finding in check(beatmap, level=Level.HARD) if finding.fix}
    fixed = fix_findings(beatmap, wanted, level=Level.HARD)
    assert fixed.patch.apply(data) == fixed.beatmap.to_bytes()
    assert set(fixed.made) <= wanted
    remaining = {finding.key for finding in check(fixed.beatmap, level=Level.HARD)}
    assert not remaining & set(fixed.made)
    assert set(fixed.left) == remaining & wanted
    # Taking the whole patch back gives the very file.
    assert fixed.patch.invert(data).apply(fixed.beatmap.to_bytes()) == data


def test_two_edits_of_one_line_are_made_one_after_the_other() -> None:
    spinner = f"256,192,1002,12,0,3003,{SOUND}"
    data = osu(spinner)
    keys = [finding.key for finding in check(parse(data), rules=["unsnapped-object"])]
    assert len(keys) == 2
    fixed = fix_findings(parse(data), keys, level=Level.HARD)
    assert fixed.beatmap.to_bytes() == data.replace(b"1002", b"1000").replace(b"3003", b"3000")
    assert sorted(fixed.made) == sorted(keys)
    assert fixed.left == ()


def test_names_of_nothing_change_nothing() -> None:
    data = osu(circles([1002]))
    fixed = fix_findings(parse(data), ["unsnapped-object/circle@77"], level=Level.HARD)
    assert fixed.patch.edits == () and fixed.made == () and fixed.left == ()


def test_what_has_no_edit_is_left() -> None:
    data = osu(circles([1000]), timing="")
    fixed = fix_findings(parse(data), ["no-red-line/map"], level=Level.HARD)
    assert fixed.left == ("no-red-line/map",)
    assert fixed.beatmap.to_bytes() == data


def test_spelling_and_comments_of_a_changed_line_stay() -> None:
    data = osu("256, 192 ,1002,1,0,0:0:0:0: // off")
    [finding] = check(parse(data), rules=["unsnapped-object"])
    assert finding.fix is not None
    changed = finding.fix.patch(parse(data)).apply(data)
    assert changed == data.replace(b"1002", b"1000")


def test_times_of_old_formats_are_written_as_the_file_counts_them() -> None:
    # Format 3 is 24 ms early: what is written as 978 is played at 1002.
    data = osu(circles([978]), timing="-24,500", version=3)
    [finding] = check(parse(data), rules=["unsnapped-object"])
    assert finding.time == 1002.0
    assert finding.fix is not None
    assert finding.fix.patch(parse(data)).apply(data) == data.replace(b"978", b"976")


def test_lines_that_only_a_carriage_return_parts_are_left_alone() -> None:
    data = osu(circles([1002])).replace(b"[HitObjects]\n", b"[HitObjects]\r")
    [finding] = check(parse(data), rules=["unsnapped-object"])
    assert finding.fix is None


def test_a_file_of_two_byte_letters_is_checked_and_not_edited() -> None:
    data = osu(circles([1002])).decode().encode("utf-16")
    [finding] = check(parse(data), rules=["unsnapped-object"])
    assert finding.fix is None


@pytest.mark.parametrize("change", ["utf-16", "carriage returns"])
def test_a_map_that_cannot_be_edited_by_lines_is_checked_and_gets_no_edit(change: str) -> None:
    """The text of an edit was once made before it was asked whether there can be one."""
    data = osu(circles([1007, 2003]), timing=f"{RED}\n1507,-100,4,2,0,60,0,1")
    broken = data.decode().encode("utf-16") if change == "utf-16" else data.replace(b"\n", b"\r")
    found = check(parse(broken), level=Level.HARD)
    whole = check(parse(data), level=Level.HARD)
    assert [each.key for each in found] == [each.key for each in whole]
    assert any(each.fix for each in whole)
    assert all(each.fix is None for each in found)


def test_what_is_first_or_last_in_a_file_is_edited_as_what_is_between() -> None:
    """An edit between takes a shorter way; the ends of the file have their own rules."""
    data = osu(circles([1007, 2003])).rstrip()
    beatmap = parse(data)
    fixes = [each.fix for each in check(beatmap, rules=["unsnapped-object"])]
    assert len(fixes) == 2
    for fix in fixes:
        assert fix is not None
        (edit,) = fix.edits
        old = beatmap.document.lines[edit.first_line]
        assert line_ending(edit.replacement[0]) == line_ending(old)
