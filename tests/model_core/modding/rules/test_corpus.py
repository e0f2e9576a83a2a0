"""Every rule on every map there is, odd ones as well, and on what is no map at all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import parse
from model_core.modding.rules import Level, check, check_set

from .maps import circles, osu


@pytest.mark.slow
def test_every_file_of_the_corpus_is_checked(corpus: Path) -> None:
    rules: Counter[str] = Counter()
    files = sorted(corpus.rglob("*.osu"))
    assert files
    for file in files:
        beatmap = parse(file.read_bytes())
        findings = check(beatmap)
        assert len({finding.key for finding in findings}) == len(findings), file
        for finding in findings:
            rules[finding.rule] += 1
            if finding.fix is not None:
                # It can be made, and changes something.
                assert finding.fix.edits
        if findings and findings[-1].fix is not None:
            patch = findings[-1].fix.patch(beatmap)
            assert patch.apply(beatmap.to_bytes()) != beatmap.to_bytes()
    # Real maps break most rules somewhere.
    assert len(rules) >= 30


def test_some_files_of_the_corpus_are_checked_as_a_set(corpus: Path) -> None:
    files = sorted(corpus.rglob("*.osu"))[::12]
    maps = [(file.name, parse(file.read_bytes())) for file in files]
    for finding in check_set(maps, levels={file.name: Level.HARD for file in files}):
        assert finding.file in {file.name for file in files}


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300))
def test_what_is_no_map_is_checked_too(data: bytes) -> None:
    check(parse(data))
    check_set([("a.osu", parse(data)), ("b.osu", parse(osu(circles([1000]))))])


LINE = st.text("0123456789,.-|:LBPC \n", max_size=120)


@settings(max_examples=30, deadline=None)
@given(objects=LINE, timing=LINE, events=LINE, mode=st.integers(0, 3), version=st.integers(3, 14))
def test_odd_lines_are_checked_too(
    objects: str, timing: str, events: str, mode: int, version: int
) -> None:
    data = osu(
        objects + "\n" + circles([500, 250, 1000]),
        timing=timing + "\n" + "0,500\n0,-1e-9,4,2,0,60,0,0",
        events=events,
        mode=mode,
        version=version,
    )
    check(parse(data))
    check(parse(data), level=Level.EASY)


def test_objects_that_all_overlap_are_told_once_each() -> None:
    # One pair for each object, not one for every two of them.
    same = "256,192,1000,12,0,900000,0:0:0:0:\n" + circles([1000] * 100 + [*range(2000, 2100)])
    for mode in range(4):
        beatmap = parse(osu(same, mode=mode))
        findings = check(beatmap, level=Level.HARD)
        concurrent = [each for each in findings if each.rule == "concurrent-objects"]
        assert len(concurrent) < len(beatmap.hit_objects)
        assert len(findings) < 4 * len(beatmap.hit_objects)
