"""``osu-companion mod`` against the real daemon and worker, by rules alone: no model is loaded."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.client import Client
from clients.reports.reading import require
from model_core.beatmap import parse
from model_core.modding.report_json import schema
from tests.clients.cli.running import Command, Ran
from tests.clients.reports.test_browser import browser, opened
from tests.conftest import ROOT
from tests.daemon.conftest import RunningDaemon, start_daemon
from tests.model_core.modding.rules.maps import osu
from tests.model_core.modding.schema_check import errors

__all__ = ["browser"]

OBJECTS = "100,100,1007,1,0\n200,100,1500,1,0\n300,100,31507,1,0"
OFF, LATE = "unsnapped-object/circle@1007", "unsnapped-object/circle@31507"
RULES = "--rules-only"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    folder = tmp_path_factory.mktemp("mod")
    engine = "daemon.worker.engine:ModelEngine"
    daemon = start_daemon(
        folder / "home", folder / "Songs 譜面", OSU_COMPANION_WORKER_ENGINE=engine
    )
    yield daemon
    daemon.close()


@pytest.fixture
def at_home(house: RunningDaemon, home: Path, monkeypatch: pytest.MonkeyPatch) -> RunningDaemon:
    """The shared daemon is the one that commands find."""
    monkeypatch.setenv("OSU_COMPANION_HOME", str(house.home))
    return house


@pytest.fixture
def path(at_home: RunningDaemon, request: pytest.FixtureRequest) -> Path:
    """A map of the test's own, two of whose objects are off the beat."""
    folder = at_home.songs / f"{abs(hash(request.node.name))} Band - Söng"
    folder.mkdir(parents=True)
    file = folder / "Band - Söng [Hard].osu"
    metadata = "Title:Söng\nArtist:Band\nCreator:Mapper\nVersion:Hard"
    file.write_bytes(osu(OBJECTS, metadata=metadata, eol="\r\n"))
    return file


def result(ran: Ran) -> dict[str, Any]:
    """The last line; those before it are of the types that programs know."""
    lines = ran.lines
    assert ran.code == 0, ran
    assert {line["type"] for line in lines[:-1]} <= {"queued", "progress"}
    assert lines[-1]["type"] == "result"
    return lines[-1]


def error(ran: Ran) -> dict[str, Any]:
    last = ran.lines[-1]
    assert last["type"] == "error" and last["exit_code"] == ran.code
    return last


# ---------------------------------------------------------------- reports


def test_the_text_has_every_suggestion_and_its_id(path: Path, command: Command) -> None:
    before = path.read_bytes()
    ran = command("mod", path, RULES)
    assert ran.code == 0 and OFF in ran.out and "00:01:007 (1)" in ran.out
    assert "\x1b" not in ran.out and "No model was asked" in ran.out
    assert path.read_bytes() == before
    assert "Nothing was written yet" in command("history", path).out


def test_the_result_for_programs_holds_the_report(path: Path, command: Command) -> None:
    told = result(command("mod", path, RULES, "--json"))
    assert not errors(told["report"], schema())
    assert (told["path"], told["output"], told["model_asked"]) == (str(path), None, False)
    printed = command("mod", path, RULES, "--format", "json")
    report = json.loads(printed.out)
    require(report)
    assert not errors(report, schema())
    assert {each["id"] for each in report["suggestions"]} >= {OFF, LATE}


def test_markdown_is_a_post(path: Path, command: Command) -> None:
    ran = command("mod", path, RULES, "--format", "markdown")
    assert "- 00:01:007 (1) - The circle is" in ran.out


def test_a_page_goes_to_a_new_file_in_the_current_folder(
    path: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = Path(result(command("mod", path, RULES, "--format", "html", "--json"))["output"])
    second = Path(result(command("mod", path, RULES, "--format", "html", "--json"))["output"])
    assert first != second and first.parent == second.parent == tmp_path
    assert first.name == "Band - Söng [Hard] modding.html"
    assert first.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    # Nothing of ours stays among the songs, wherever the command is run.
    monkeypatch.chdir(path.parent)
    third = Path(result(command("mod", path, RULES, "--format", "html", "--json"))["output"])
    assert third.exists() and third.parent != path.parent
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_a_file_that_is_there_is_not_written_over_unasked(
    path: Path, command: Command, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "report"
    file.write_text("mine", encoding="utf-8")
    arguments = ("mod", path, RULES, "--format", form, "--output", file)
    told = command(*arguments, "--json")
    assert error(told)["reason"] == "FILE_EXISTS"
    assert len(told.lines) == 1  # told before the map is read, which may take a model long
    ran = command(*arguments)
    assert ran.code == 4 and "--force" in ran.err
    assert file.read_text(encoding="utf-8") == "mine"
    assert command(*arguments, "--force").code == 0
    text = file.read_text(encoding="utf-8")
    assert "Band - Söng" in text and "00:01:007" in text and "\x1b" not in text
    into = command("mod", path, RULES, "--output", path.parent / "report.txt")
    assert into.code == 4 and "Songs" in into.err


@pytest.mark.slow
def test_the_page_opens_in_a_browser_without_a_word_on_its_console(
    path: Path, command: Command, tmp_path: Path, browser: str
) -> None:
    file = tmp_path / "page.html"
    told = result(command("mod", path, RULES, "--format", "html", "--output", file, "--json"))
    page, console = opened(browser, file.read_text(encoding="utf-8"), tmp_path)
    count = told["report"]["counts"]["suggestions"]
    assert f"{count} of {count} shown" in page and console == ""


def test_a_set_and_a_range(path: Path, command: Command) -> None:
    other = path.with_name("other.osu")
    other.write_bytes(osu(OBJECTS, metadata="Title:Other\nArtist:Band\nVersion:Easy"))
    ran = command("mod", path, RULES, "--set", "--rules", "inconsistent-metadata")
    assert "[other.osu]" in ran.out
    told = result(command("mod", path, RULES, "--to", "00:02:000", "--json"))
    ids = {each["id"] for each in told["report"]["suggestions"]}
    assert OFF in ids and LATE not in ids and not any(name.endswith("/map") for name in ids)


# ---------------------------------------------------------------- new, dismissed


def test_new_dismissed_and_restored(path: Path, command: Command) -> None:
    refused = command("mod", path, "--dismiss", OFF)
    assert refused.code == 2 and "not modded yet" in refused.err
    everything = result(command("mod", path, RULES, "--new", "--json"))["report"]
    assert everything["counts"]["suggestions"] > 2
    assert "Nothing to suggest" in command("mod", path, RULES, "--new").out

    told = result(command("mod", path, "--dismiss", OFF, "--dismiss", LATE, "--json"))
    assert told["dismissed"] == [OFF, LATE]
    ran = command("mod", path, "--restore", LATE)
    assert ran.code == 0 and "1 restored" in ran.out and OFF in ran.out and LATE not in ran.out
    ran = command("mod", path, RULES)
    assert OFF not in ran.out and LATE in ran.out and "1 dismissed" in ran.out
    ran = command("mod", path, RULES, "--dismissed")
    assert OFF in ran.out and "dismissed The circle" in ran.out
    shown = result(command("mod", path, RULES, "--json"))["report"]
    assert shown["dismissed"] == [OFF]
    assert command("mod", path, "--restore", "no-sense/x").code == 2


# ---------------------------------------------------------------- edits


def test_edits_are_written_as_one_change_and_taken_back(path: Path, command: Command) -> None:
    before = path.read_bytes()
    told = result(command("mod", path, "--fix", OFF, "--fix", LATE, "--json"))
    assert told["applied"] and set(told["made"]) == {OFF, LATE} and told["left"] == []
    assert [item.time for item in parse(path.read_bytes()).hit_objects] == [1000, 1500, 31500]
    (entry,) = command("history", path, "--json").lines[-1]["entries"]
    assert (entry["verb"], entry["job"]) == ("fix", told["job"])
    assert entry["detail"]["fixed"] == told["made"]
    assert command("undo", path).code == 0 and path.read_bytes() == before
    assert command("redo", path).code == 0 and path.read_bytes() != before


def test_a_dry_run_prints_the_difference(path: Path, command: Command) -> None:
    before = path.read_bytes()
    ran = command("mod", path, "--fix", "unsnapped-object", "--dry-run")
    assert ran.code == 0 and "-100,100,1007,1,0" in ran.out and "+100,100,1000,1,0" in ran.out
    told = result(command("mod", path, "--fix", OFF, "--dry-run", "--json"))
    assert told["diff"].count("\n-") == 1 and not told["applied"]
    assert path.read_bytes() == before


def test_edits_can_be_seen_before_they_are_made(
    path: Path, command: Command, tmp_path: Path
) -> None:
    picture = tmp_path / "edit.png"
    told = result(command("mod", path, "--fix", OFF, "--dry-run", "--preview", picture, "--json"))
    assert told["preview"]["path"] == str(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_what_was_left_is_told_with_its_reason(path: Path, command: Command) -> None:
    plain = next(
        each["id"]
        for each in result(command("mod", path, RULES, "--json"))["report"]["suggestions"]
        if not each["fix"]
    )
    ran = command("mod", path, "--fix", plain, "--fix", OFF)
    assert ran.code == 0 and f"Not made: {plain} - It has no suggested edit" in ran.out
    assert "00:01:007 (1) - move the circle to 00:01:000" in ran.out and "undo" in ran.out
    before = path.read_bytes()
    last = error(command("mod", path, "--fix", plain, "--fix", "no-sense/x", "--json"))
    assert last["exit_code"] == 4 and last["reason"] == "EDIT_REFUSED"
    assert len(last["violations"]) == 2
    assert command("mod", path, RULES, "--fix", "model").code == 4
    assert path.read_bytes() == before


def test_rules_and_all_name_what_is_shown(path: Path, command: Command) -> None:
    result(command("mod", path, RULES, "--to", "2000", "--json"))
    told = result(
        command("mod", path, RULES, "--fix", "all", "--from", "00:31:000", "--dry-run", "--json")
    )
    assert told["made"] == [LATE]
    result(command("mod", path, RULES, "--json"))
    command("mod", path, "--dismiss", LATE)
    told = result(command("mod", path, "--fix", "rules", "--dry-run", "--json"))
    assert OFF in told["made"] and LATE not in told["made"]


def test_a_report_that_is_there_serves_the_edits(
    path: Path, command: Command, house: RunningDaemon
) -> None:
    job = result(command("mod", path, RULES, "--json"))["job"]
    assert result(command("mod", path, "--fix", OFF, "--dry-run", "--json"))["job"] == job
    path.write_bytes(path.read_bytes().replace(b"Artist:Band", b"Artist:Bnad"))
    assert result(command("mod", path, "--fix", OFF, "--dry-run", "--json"))["job"] != job


def test_a_map_that_is_saved_before_the_edits_are_made_stays(
    path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = path.read_bytes() + b"400,100,33000,1,0,0:0:0:0:\r\n"
    ask = Client.fix

    def save_first(client: Client, job_id: str, ids: list[str]) -> Any:
        path.write_bytes(saved)
        return ask(client, job_id, ids)

    monkeypatch.setattr(Client, "fix", save_first)
    last = error(command("mod", path, "--fix", OFF, "--json"))
    assert (last["exit_code"], last["reason"]) == (3, "MAP_CHANGED")
    assert path.read_bytes() == saved


def test_a_map_that_is_saved_before_the_edits_are_written_stays(
    path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = path.read_bytes().replace(b"100,100,1007", b"123,100,1007")
    ask = Client.fix

    def save_then(client: Client, job_id: str, ids: list[str]) -> Any:
        answer = ask(client, job_id, ids)
        path.write_bytes(saved)
        return answer

    monkeypatch.setattr(Client, "fix", save_then)
    last = error(command("mod", path, "--fix", OFF, "--json"))
    assert last["exit_code"] == 3 and path.read_bytes() == saved


_TIMES = st.lists(
    st.integers(1000, 40_000), min_size=1, max_size=12, unique_by=lambda time: time // 40
)
_EVENTS = st.sampled_from(["", "2,1200,1500", "2,5000,5100"])
_TIMING = st.sampled_from(["", "\n5000,-100,4,2,0,60,0,0", "\n7003,-50,4,2,0,0,0,1"])


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_TIMES, _EVENTS, _TIMING, st.sampled_from(["\n", "\r\n"]), st.integers(0, 3))
def test_edits_and_undo_give_every_byte_back(
    path: Path,
    command: Command,
    times: list[int],
    events: str,
    timing: str,
    eol: str,
    mode: int,
) -> None:
    lines = "\n".join(f"{(7 * time) % 512},192,{time},1,0" for time in sorted(times))
    before = osu(
        lines, events=events, timing=f"0,500,4,2,0,60,1,0{timing}", mode=mode, eol=eol, general=""
    )
    path.write_bytes(before)
    ran = command("mod", path, "--fix", "rules", "--json")
    if ran.code == 4:
        assert path.read_bytes() == before
        return
    told = result(ran)
    after = path.read_bytes()
    assert told["made"] and after != before
    # What was made is not found again.
    again = result(command("mod", path, RULES, "--json"))["report"]
    assert not set(told["made"]) & {each["id"] for each in again["suggestions"]}
    assert command("undo", path).code == 0
    assert path.read_bytes() == before


# ---------------------------------------------------------------- what makes no sense


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "pdf"),
        ("--dry-run",),
        ("--preview",),
        ("--force",),
        ("--fix", "all", "--format", "html"),
        ("--fix", "all", "--output", "x"),
        ("--dismiss", "a/b", "--fix", "all"),
        ("--restore", "a/b", "--new"),
        ("--active",),
        ("--from", "noon"),
        ("--range", "1 - 2", "--to", "3"),
        ("--level", "many"),
        ("--level", "6", RULES),
        ("--rules", "no-sense", RULES),
        ("--divisors", "0", RULES),
    ],
)
def test_what_makes_no_sense_is_a_mistake_of_use(
    path: Path, command: Command, arguments: tuple[str, ...]
) -> None:
    ran = command("mod", path, *arguments, "--json")
    assert ran.code == 2 and error(ran)["message"]


def test_maps_that_are_not_there(path: Path, command: Command) -> None:
    assert command("mod").code == 2
    assert command("mod", path.with_name("gone.osu")).code == 4
    path.write_bytes(b"Dear diary")
    ran = command("mod", path, RULES)
    assert ran.code == 4 and "not a beatmap" in ran.err


def test_the_commands_of_the_page_do_what_they_say(
    path: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "modding.md").read_text(encoding="utf-8")
    block = page.split("## The command", 1)[1].split("```", 2)[1]
    before = path.read_bytes()
    lines = [shlex.split(line) for line in block.strip().splitlines()]
    assert len(lines) > 8
    for _, *arguments in lines:
        told = [str(path) if word == "Map [Insane].osu" else word for word in arguments]
        # No song lies beside the map, so that no model is asked.
        ran = command(*told)
        assert ran.code == 0, (told, ran)
        if "--fix" in told and "--dry-run" not in told:
            assert path.read_bytes() != before
    assert path.read_bytes() == before
    assert Path("report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
