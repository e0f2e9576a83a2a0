"""What may be typed, and which arguments it becomes."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.main import app
from clients.cli.wizard.answers import arguments, is_yes, path_of, range_arguments
from clients.cli.wizard.facts import Facts, facts_of
from clients.cli.wizard.settings import Setting, requests_of

SETTINGS = {
    (request.command, setting.name): setting
    for request in requests_of(app)
    for setting in request.settings
}
NUMBERS = [each for each in SETTINGS.values() if each.kind in ("number", "whole number")]
MAP = Facts(mode=0, first_ms=1000, last_ms=9000)


def setting(command: str, name: str) -> Setting:
    return SETTINGS[command, name]


@pytest.mark.parametrize("each", [s for s in SETTINGS.values() if not s.required])
def test_an_empty_answer_gives_nothing(each: Setting) -> None:
    assert arguments(each, "  ") == []


@given(st.sampled_from(NUMBERS), st.one_of(st.integers(), st.floats()))
def test_numbers_within_their_limits_and_no_others(each: Setting, number: float) -> None:
    above = each.parameter is not None and each.parameter.above_low
    fits = each.kind == "number" or isinstance(number, int)
    fits = fits and abs(number) != float("inf") and number == number
    fits = fits and (each.low is None or number > each.low or (number == each.low and not above))
    fits = fits and (each.high is None or number <= each.high)
    if fits:
        told = arguments(each, str(number))
        value = told[-1].rpartition("=")[2] if len(told) == 1 else told[1]
        assert float(value) == number
        assert told[0].partition("=")[0] == each.flags[0]
    else:
        with pytest.raises(ValueError, match=r"limits|is no"):
            arguments(each, str(number))


def test_every_limit_of_the_table_is_told() -> None:
    for table in PARAMETERS.values():
        for parameter in table:
            for each in SETTINGS.values():
                if each.parameter is not parameter or parameter.high is None:
                    continue
                with pytest.raises(ValueError) as refused:
                    arguments(each, str(int(parameter.high) + 1))
                assert parameter.limits in str(refused.value)
                with pytest.raises(ValueError):
                    arguments(each, "many")


def test_switches_choices_and_what_may_stand_alone() -> None:
    dry, keep = setting("remap", "dry_run"), setting("hitsound", "keep_existing")
    assert arguments(dry, "y") == ["--dry-run"] and arguments(dry, "no") == []
    assert arguments(keep, "yes") == ["--keep-existing"]
    assert arguments(keep, "n") == ["--no-keep-existing"]
    assert arguments(setting("timing", "super_timing"), "n") == ["--no-super-timing"]
    preview = setting("remap", "preview")
    assert arguments(preview, "y") == ["--preview"] and arguments(preview, "n") == []
    assert arguments(preview, "a b.png") == ["--preview", str(Path("a b.png").absolute())]
    with pytest.raises(ValueError, match=r"\.png or \.svg"):
        arguments(preview, "picture.gif")
    with pytest.raises(ValueError, match="yes or no"):
        arguments(keep, "maybe")


def test_several_values() -> None:
    stars, names = setting("generate", "stars"), setting("generate", "name")
    assert arguments(stars, "2, 4.5,") == ["--stars", "2", "--stars", "4.5"]
    with pytest.raises(ValueError, match="0 to 20 stars"):
        arguments(stars, "2, 45")
    assert arguments(names, "Easy, really; Insane") == [
        "--name",
        "Easy, really",
        "--name",
        "Insane",
    ]
    fix = setting("mod", "fix")
    assert arguments(fix, "rules; x/circle@1007") == ["--fix", "rules", "--fix", "x/circle@1007"]
    words = setting("gd", "descriptors")
    assert arguments(words, " style/messy ,, b") == ["--descriptors", "style/messy,b"]
    assert arguments(words, " , ") == []


def test_what_looks_like_an_option_is_bound_to_its_own() -> None:
    assert arguments(setting("remap", "timeshift_bias"), "-5") == ["--timeshift-bias=-5"]
    assert arguments(setting("gd", "name"), "--force") == ["--name=--force"]
    assert range_arguments("-500 - 2000", MAP, True) == ["--from=-500", "--to", "00:02:000"]


@pytest.mark.parametrize(
    ("text", "needed", "expected"),
    [
        ("", False, []),
        ("00:01:500 - 00:02:000", True, ["--from", "00:01:500", "--to", "00:02:000"]),
        ("00:01:500 to 2000", True, ["--from", "00:01:500", "--to", "00:02:000"]),
        ("1500,2000", False, ["--from", "00:01:500", "--to", "00:02:000"]),
        ("1500 2000", False, ["--from", "00:01:500", "--to", "00:02:000"]),
        ("00:01:500 - ", False, ["--from", "00:01:500"]),
        ("00:01:500 -", True, ["--from", "00:01:500", "--to", "00:09:000"]),
        ("00:01:500", True, ["--from", "00:01:500", "--to", "00:09:000"]),
        ("00:01:500 (1,2) - ", True, ["--range", "00:01:500 (1,2) -"]),
        (
            "00:01:500 (1,2) - 00:02:000 (3) - ",
            False,
            ["--range", "00:01:500 (1,2) - 00:02:000 (3) -"],
        ),
    ],
)
def test_ranges(text: str, needed: bool, expected: list[str]) -> None:
    assert range_arguments(text, MAP, needed) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "has to be given"),
        ("soon", "is no time"),
        ("(1,2)", "is no time"),
        ("2000 - 1000", "not after"),
        ("9000", "not after"),
        ("1 2 3", "a start and an end"),
    ],
)
def test_no_ranges(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        range_arguments(text, MAP, True)


def test_a_range_without_a_known_end_is_asked_for_again() -> None:
    with pytest.raises(ValueError, match="Where does it end"):
        range_arguments("1000", Facts(), True)
    with pytest.raises(ValueError, match="Only times"):
        range_arguments("00:01:500 (1) - ", MAP, False, by_text=False)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_taken_or_refused_in_words(text: str) -> None:
    for each in SETTINGS.values():
        try:
            told = arguments(each, text)
        except ValueError as error:
            assert str(error)
        else:
            assert all(isinstance(part, str) for part in told)
    try:
        range_arguments(text, MAP, True)
    except ValueError as error:
        assert str(error)


def test_files_have_to_be_there_and_of_their_kind(map_path: Path) -> None:
    other = setting("hitsound", "copy_from")
    assert arguments(other, str(map_path)) == ["--copy-from", str(map_path)]
    with pytest.raises(ValueError, match="There is no file"):
        arguments(other, str(map_path) + "x.osu")
    with pytest.raises(ValueError, match="There is no file"):
        arguments(setting("generate", "background"), "x" * 5000)
    song = map_path.with_name("audio.mp3")
    song.touch()
    with pytest.raises(ValueError, match=r"no map: those are \.osu files"):
        arguments(other, str(song))


@pytest.mark.parametrize(
    "name", ["a b.osu", "it's.osu", "A - B (C) [D].osu", "譜面.osu", "a$b&.osu"]
)
def test_paths_as_terminals_write_dropped_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    ways = [str(path), f'"{path}"', f"'{path}'", f"  {path} "]
    if sys.platform != "win32":
        ways += ["".join(f"\\{c}" if not c.isalnum() and c != "/" else c for c in str(path))]
        ways += [shlex.quote(str(path))]
    else:
        ways.append(f"& '{path}'")
    for way in ways:
        if "'" in name and way.startswith("'") and way != shlex.quote(str(path)):
            continue
        if way == shlex.quote(str(path)) and "'" in name:
            continue  # nobody's terminal drops an apostrophe so
        assert path_of(way) == str(path)


def test_a_backslash_of_the_name_stays(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("a backslash divides folders there")
    path = tmp_path / "a\\b.osu"
    path.touch()
    assert path_of(str(path)) == str(path)
    assert path_of("it's") == str(Path("it's").absolute())
    assert path_of("it\\'s 'open") == str(Path("it\\'s 'open").absolute())


def test_yes_and_no() -> None:
    assert is_yes("Y", False) and is_yes("", True)
    assert not is_yes(" off ", True) and not is_yes("", False)


def test_facts(map_path: Path, tmp_path: Path) -> None:
    facts = facts_of(map_path)
    assert (facts.first_ms, facts.last_ms) == (1000, 9000)
    assert (facts.mode, facts.audio) == (0, map_path.parent / "audio.ogg")
    odd = tmp_path / "odd.osu"
    odd.write_bytes(b"\xff\xfe\n[General]\nMode: 7\n[HitObjects]\n1,1,nan\n1\n1,1,1e999,\n\0")
    assert facts_of(odd) == Facts()
    assert facts_of(tmp_path / "none.osu") == Facts()
    assert facts_of(tmp_path) == Facts()
    song = map_path.rename(map_path.with_suffix(".mp3"))
    assert facts_of(song) == Facts()  # of which mode a song's maps are, nobody knows
