"""What the difficulties of a set have to share."""

from __future__ import annotations

import pytest

from model_core.beatmap import Beatmap, parse
from model_core.modding.rules import Finding, Level, Severity, check_set, set_rules

from .maps import RED, circles, osu

LONG = circles([1000, 31_000])
META = "Title:{}\nTitleUnicode:{}\nArtist:Band\nSource:Game\nCreator:Mapper\nVersion:{}\nTags:{}"
PROBLEM, WARNING, MINOR = Severity.PROBLEM, Severity.WARNING, Severity.NEGLIGIBLE


def meta(version: str, title: str = "Song", tags: str = "a b") -> str:
    """[Metadata] of one difficulty."""
    return META.format(title, title, version, tags)


def timed(version: str, timing: str, mode: int = 0) -> bytes:
    """A difficulty with its own timing."""
    return osu(LONG, timing=timing, metadata=meta(version), mode=mode)


def setting(version: str, general: str, difficulty: str = "") -> bytes:
    """A difficulty with its own settings."""
    return osu(LONG, general=general, difficulty=difficulty, metadata=meta(version))


def named(*files: bytes) -> list[tuple[str, Beatmap]]:
    """The maps with file names a.osu, b.osu, …"""
    return [(f"{chr(97 + number)}.osu", parse(data)) for number, data in enumerate(files)]


def found(rule: str, *files: bytes, levels: dict[str, Level] | None = None) -> list[Finding]:
    """What one rule finds in a set."""
    return check_set(named(*files), rules=[rule], levels=levels)


THREE_FOUR, FOUR_FOUR = "8000,500,3,2,0,60,1,0", "8000,500,4,2,0,60,1,0"
SETS = [
    ("inconsistent-red-lines", [timed("A", RED), timed("B", RED)], None, 0),
    ("inconsistent-red-lines", [timed("A", RED), timed("B", "0.4,500,4,2,0,60,1,0")], MINOR, 1),
    # One is missing and one is added.
    ("inconsistent-red-lines", [timed("A", RED), timed("B", "1,500,4,2,0,60,1,0")], PROBLEM, 2),
    ("inconsistent-red-lines", [timed("A", RED), timed("B", "0,500.02,4,2,0,60,1,0")], PROBLEM, 1),
    ("inconsistent-red-lines", [timed("A", RED), timed("B", "0,500.005,4,2,0,60,1,0")], None, 0),
    (
        "inconsistent-red-lines",
        [timed("A", f"{RED}\n{FOUR_FOUR}"), timed("B", f"{RED}\n{THREE_FOUR}")],
        PROBLEM,
        1,
    ),
    ("inconsistent-red-lines", [timed("A", f"{RED}\n{THREE_FOUR}"), timed("B", RED)], PROBLEM, 1),
    # Green lines may differ.
    (
        "inconsistent-red-lines",
        [timed("A", f"{RED}\n2000,-50,4,2,0,60,0,0"), timed("B", RED)],
        None,
        0,
    ),
    (
        "inconsistent-bar-lines",
        [timed("A", RED, 1), timed("B", "0,500,4,2,0,60,1,8", 1)],
        PROBLEM,
        1,
    ),
    ("inconsistent-bar-lines", [timed("A", RED, 0), timed("B", "0,500,4,2,0,60,1,8", 1)], None, 0),
    (
        "inconsistent-metadata",
        [osu(LONG, metadata=meta("A")), osu(LONG, metadata=meta("B", "Sogn"))],
        PROBLEM,
        2,
    ),
    (
        "inconsistent-metadata",
        [osu(LONG, metadata=meta("A")), osu(LONG, metadata=meta("B"))],
        None,
        0,
    ),
    (
        "inconsistent-tags",
        [osu(LONG, metadata=meta("A")), osu(LONG, metadata=meta("B", tags="b c"))],
        PROBLEM,
        1,
    ),
    (
        "inconsistent-tags",
        [osu(LONG, metadata=meta("A")), osu(LONG, metadata=meta("B", tags="b  a b"))],
        None,
        0,
    ),
    (
        "duplicate-difficulty-name",
        [osu(LONG, metadata=meta("A")), osu(LONG, metadata=meta("A"))],
        PROBLEM,
        1,
    ),
    (
        "duplicate-difficulty-name",
        [osu(LONG, metadata=meta("A")), osu(LONG, metadata=meta(""))],
        PROBLEM,
        1,
    ),
    (
        "duplicate-difficulty-name",
        [osu(LONG, metadata=meta("A")), osu(LONG, metadata=meta("A"), mode=1)],
        None,
        0,
    ),
    (
        "inconsistent-settings",
        [setting("A", "EpilepsyWarning: 1"), setting("B", "")],
        WARNING,
        1,
    ),
    ("inconsistent-settings", [setting("A", "AudioLeadIn: 0"), setting("B", "")], None, 0),
    (
        "inconsistent-settings",
        [setting("A", "", "SliderTickRate:2"), setting("B", "")],
        MINOR,
        1,
    ),
    (
        "inconsistent-settings",
        [setting("A", "", "ApproachRate:9"), setting("B", "", "SliderTickRate:1.0")],
        None,
        0,
    ),
    (
        "inconsistent-audio-file",
        [setting("A", ""), setting("B", "AudioFilename: other.mp3")],
        WARNING,
        1,
    ),
    ("inconsistent-audio-file", [setting("A", ""), setting("B", "")], None, 0),
    (
        "inconsistent-preview-point",
        [setting("A", "PreviewTime: 1000"), setting("B", "PreviewTime: 1001")],
        WARNING,
        1,
    ),
    (
        "inconsistent-preview-point",
        [setting("A", "PreviewTime: 1000"), setting("B", "PreviewTime: 1000")],
        None,
        0,
    ),
]


@pytest.mark.parametrize(("rule", "files", "severity", "count"), SETS)
def test_a_rule_finds_what_disagrees(
    rule: str, files: list[bytes], severity: Severity | None, count: int
) -> None:
    findings = found(rule, *files)
    assert [finding.severity for finding in findings] == [severity] * count
    for finding in findings:
        assert finding.file in ("a.osu", "b.osu")
        assert finding.message.endswith(".")


def test_a_song_of_two_minutes_needs_a_normal() -> None:
    rule = "missing-low-difficulty"
    short = osu(circles([1000, 150_999]))
    long = osu(circles([1000, 151_000]))
    [finding] = found(rule, short, levels={"a.osu": Level.HARD})
    assert finding.severity is Severity.INFO
    assert found(rule, long, levels={"a.osu": Level.HARD}) == []
    assert found(rule, short, levels={"a.osu": Level.NORMAL}) == []
    assert len(found(rule, long, levels={"a.osu": Level.INSANE})) == 1
    # A lower difficulty is there already.
    assert found(rule, short, short, levels={"a.osu": Level.HARD, "b.osu": Level.EASY}) == []


def test_every_rule_for_sets_is_tried_here() -> None:
    broken = {rule for rule, _, _, count in SETS if count}
    kept = {rule for rule, _, _, count in SETS if not count}
    assert broken == kept == {rule.id for rule in set_rules()} - {"missing-low-difficulty"}


def test_the_difficulty_that_differs_from_most_is_told() -> None:
    files = [osu(LONG, metadata=meta(name, title)) for name, title in ("AX", "BY", "CY")]
    findings = found("inconsistent-metadata", *files)
    assert {finding.file for finding in findings} == {"a.osu"}
    assert {finding.expected for finding in findings} == {"'Y'"}


@pytest.mark.parametrize(("rule", "files", "severity", "count"), SETS)
def test_suggested_edits_make_the_difficulties_agree(
    rule: str, files: list[bytes], severity: Severity | None, count: int
) -> None:
    maps = dict(named(*files))
    before = check_set(list(maps.items()), rules=[rule])
    for finding in before:
        if finding.fix is None:
            continue
        old = maps[finding.file].to_bytes()
        new = finding.fix.patch(maps[finding.file]).apply(old)
        assert len(old.splitlines()) == len(new.splitlines())
        changed = sum(a != b for a, b in zip(old.splitlines(), new.splitlines(), strict=True))
        assert changed == 1
        after = check_set([*(maps | {finding.file: parse(new)}).items()], rules=[rule])
        assert {each.key for each in after} == {each.key for each in before} - {finding.key}


def test_one_map_or_none_disagrees_with_nobody() -> None:
    assert check_set([]) == []
    assert [each.rule for each in check_set(named(osu(LONG)), levels={"a.osu": Level.EASY})] == []
