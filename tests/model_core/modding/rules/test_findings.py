"""Names, places and order of findings."""

from __future__ import annotations

import subprocess
import sys

import pytest

from model_core.beatmap import parse
from model_core.modding.rules import (
    Category,
    Finding,
    Level,
    Severity,
    Source,
    check,
    level_of,
    timestamp,
)
from model_core.modding.rules.levels import named_level
from model_core.modding.rules.registry import rule

from .cases_objects import holds
from .maps import RED, circles, osu

BAD = osu(
    "\n".join((circles([1002], 0), circles([1500, 2005], -100, 300), circles([9000], 50))),
    timing=f"{RED}\n5000,-100,4,2,0,60,0,0",
)


def keys(data: bytes) -> set[str]:
    """The names of all findings."""
    return {finding.key for finding in check(parse(data), level=Level.HARD)}


def test_findings_come_in_order_of_time_and_always_the_same() -> None:
    findings = check(parse(BAD))
    times = [finding.time for finding in findings if finding.time is not None]
    assert times == sorted(times)
    whole = [finding.time is None for finding in findings]
    assert whole == sorted(whole, reverse=True)
    assert findings == check(parse(BAD))


def test_a_finding_keeps_its_name_when_the_map_changes_elsewhere() -> None:
    before = keys(BAD)
    lines = BAD.decode().replace("[HitObjects]\n", f"[HitObjects]\n{circles([250])}\n")
    changed = lines.replace("50,192,9000", "60,200,9250").encode()
    assert {key for key in before if "@9000" not in key} <= keys(changed)


def test_no_two_findings_of_a_map_have_one_name() -> None:
    data = osu("\n".join(circles([1002, 1002, 1002], x) for x in (0, 100, 200)))
    findings = check(parse(data))
    assert len({finding.key for finding in findings}) == len(findings)


def test_objects_are_named_as_the_editor_names_them() -> None:
    [finding] = check(parse(osu(circles([500, 1002]))), rules=["unsnapped-object"])
    assert finding.timestamp == "00:01:002 (2)"
    assert finding.source is Source.RULES
    assert finding.category is Category.TIMING
    assert [item.index for item in finding.objects] == [1]


def test_in_mania_they_are_named_by_time_and_column() -> None:
    data = osu(holds((1000, 1500, 2), (1500, 1500, 2)), mode=3)
    [finding] = check(parse(data), rules=["concurrent-objects"])
    assert finding.timestamp == "00:01:500 (1000|2,1500|2)"
    assert finding.key == "concurrent-objects/hold@1000|2+circle@1500|2"


def test_what_is_of_the_whole_map_has_no_time() -> None:
    [finding] = check(parse(osu("")), rules=["no-objects"])
    assert finding.time is None and finding.timestamp == ""
    assert timestamp(62_345.9) == "01:02:345"


@pytest.mark.parametrize(
    ("stars", "level"),
    [(0.0, Level.EASY), (1.99, Level.EASY), (2.0, Level.NORMAL), (2.7, Level.HARD),
     (4.0, Level.INSANE), (5.3, Level.EXPERT), (6.49, Level.EXPERT), (6.5, Level.EXPERT_PLUS)],
)  # fmt: skip
def test_levels_begin_where_the_game_says(stars: float, level: Level) -> None:
    assert level_of(stars) is level


def test_the_level_follows_from_the_stars_unless_it_is_given() -> None:
    short = osu("100,100,1000,2,0,L|200:100,1,20,0|0,0:0|0:0,0:0:0:0:\n" + circles([2000, 3000]))
    beatmap = parse(short)
    assert len(check(beatmap, rules=["short-slider"])) == 1
    assert check(beatmap, rules=["short-slider"], stars=2.5) == []
    assert check(beatmap, rules=["short-slider"], level=Level.EXPERT) == []


@pytest.mark.parametrize(
    ("mode", "name", "level"),
    [(1, "Mapper's Muzukashii", Level.HARD), (1, "Inner Oni", Level.EXPERT),
     (1, "Oni", Level.INSANE), (2, "Rain's Cup", Level.EASY), (2, "OVERDOSE", Level.EXPERT),
     (0, "Cup", None), (1, "Onion", None), (2, "", None)],
)  # fmt: skip
def test_taiko_and_catch_have_names_for_levels(mode: int, name: str, level: Level | None) -> None:
    assert named_level(mode, name) is level


def test_a_name_counts_before_the_computed_stars_and_after_the_given_ones() -> None:
    fast = circles([1000], 0) + "\n" + circles([1200], 512)
    beatmap = parse(osu(fast, mode=2, metadata="Version:Rain"))
    assert check(beatmap, rules=["hyperdash"]) == []
    assert len(check(beatmap, rules=["hyperdash"], stars=1.0)) == 1


def test_other_divisors_may_be_allowed() -> None:
    fifth = parse(osu(circles([1100])))
    assert [each.severity for each in check(fifth, rules=["unsnapped-object"])] == [
        Severity.PROBLEM
    ]
    assert check(fifth, rules=["unsnapped-object"], divisors=(1, 2, 4, 5)) == []


def test_two_rules_of_one_name_are_a_mistake() -> None:
    def again(subject: object) -> list[Finding]:
        return []

    check(parse(b""))
    with pytest.raises(ValueError, match="two rules called no-objects"):
        rule("no-objects", Category.COMPOSE)(again)  # type: ignore[arg-type, type-var]


def test_the_rules_need_no_torch() -> None:
    code = (
        "import sys; from model_core.beatmap import parse;"
        "from model_core.modding.rules import check, check_set; check(parse(b'')); check_set([]);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
