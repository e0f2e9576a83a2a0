"""Restore, history and its export: what people type, and what programs get."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from osu_companion.local.paths import find_paths

from clients.cli.moments import parse_moment
from clients.patching import Origin, Patcher, sha256_hex
from tests.clients.cli.running import Command
from tests.clients.patching.maps import MAP, some_patch

NEW = some_patch().apply(MAP)
DETAIL = {
    "start_ms": 1500,
    "end_ms": 2250,
    "model": "starter",
    "seed": 7,
    "checkpoint": "ab" * 32,
    "options": {"temperature": 0.9},
    "device": "cpu",
}
ORIGIN = Origin("remap", "job-1", 2, "3 objects replaced by 2", json.dumps(DETAIL))


@pytest.fixture
def changed(map_path: Path) -> Path:
    """A map that was changed twice an hour ago and half an hour ago, and once taken back."""
    past = time.time() - 3600

    def clock() -> float:
        return past

    patcher = Patcher(find_paths().state, clock=clock)
    patcher.apply(map_path, some_patch(), ORIGIN)
    past += 1800
    patcher.apply(map_path, some_patch(NEW, b"2"), ORIGIN)
    patcher.undo(map_path)
    return map_path


def test_restore_by_time_and_by_change(changed: Path, command: Command) -> None:
    assert changed.read_bytes() == NEW
    ran = command("restore", changed, "--before", 1, "--dry-run")
    assert ran.code == 0 and "-1,1,1500,1,0" in ran.out and changed.read_bytes() == NEW
    ran = command("restore", changed, "--before", 1)
    assert ran.code == 0 and "`osu-companion undo` takes it back" in ran.out
    assert changed.read_bytes() == MAP
    last = command("restore", changed, "--at", "45m", "--json").lines[-1]
    assert last["restored"] and last["version"]["sha256"] == sha256_hex(NEW)
    assert last["entry"]["verb"] == "restore" and changed.read_bytes() == NEW
    ran = command("restore", changed, "--at", "45 minutes ago")
    assert ran.code == 0 and "like that already" in ran.out
    assert command("undo").code == 0 and changed.read_bytes() == MAP
    # A deleted map is there again.
    changed.unlink()
    assert command("restore", changed, "--entry", 2).code == 0
    assert changed.read_bytes() == some_patch(NEW, b"2").apply(NEW)


def test_restore_refuses_what_it_does_not_know(
    changed: Path, command: Command, tmp_path: Path
) -> None:
    ran = command("restore", changed, "--at", "2h")
    assert ran.code == 4 and "--before 1" in ran.err and "Nothing was written" in ran.err
    # Numbers that are larger than any that the journal can hold make no sense.
    for number, code in ((77, 4), (0, 4), (-1, 4), (2**63 - 1, 4), (2**63, 2), (-(2**70), 2)):
        ran = command("restore", changed, f"--entry={number}")
        assert ran.code == code and "error of its own" not in ran.err, ran
    assert command("restore", tmp_path / "none.osu", "--at", "1m").code == 4
    for wrong in ([], ["--at", "1m", "--entry", 1], ["--at", "soon"], ["--at", "23"]):
        assert command("restore", changed, *wrong).code == 2
    assert command("restore", changed, "--at", "2999-01-01", "--json").lines[-1]["exit_code"] == 2
    assert changed.read_bytes() == NEW


def test_more_than_there_can_be_is_all(changed: Path, command: Command) -> None:
    assert command("history", "--limit", 2**63).code == 2
    for limit in (3, 2**63 - 1):
        listed = command("history", "--limit", limit, "--json").lines[-1]["entries"]
        assert len(listed) == len(command("history", "--json").lines[-1]["entries"])
        whole = command("history", "--export", "-").out
        assert command("history", "--export", "-", "--limit", limit).out == whole


def test_the_export_tells_where_everything_comes_from(
    changed: Path, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "changes.jsonl"
    ran = command("history", changed, "--export", file)
    assert ran.code == 0 and "2 changes" in ran.out
    first, second = (json.loads(line) for line in file.read_text("ascii").splitlines())
    assert datetime.fromisoformat(first["time"]) < datetime.fromisoformat(second["time"])
    assert (first["state"], second["state"]) == ("applied", "undone")
    for name in ("start_ms", "end_ms", "model", "checkpoint", "seed", "options"):
        assert first[name] == DETAIL[name]
    assert first["detail"] == {"device": "cpu"}
    assert (first["before_sha256"], first["after_sha256"]) == (sha256_hex(MAP), sha256_hex(NEW))
    assert (first["path"], first["verb"], first["variant"]) == (str(changed), "remap", 2)
    assert first["summary"] == ORIGIN.summary and first["bytes_kept"] is True
    # To standard output, the same lines and nothing else.
    assert command("history", "--export", "-").out == file.read_text("ascii")
    # Of the newest one only.
    assert command("history", "--export", "-", "--limit", 1).lines == [second]


def test_the_export_replaces_a_file_only_when_told(
    changed: Path, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "changes.jsonl"
    file.write_text("mine")
    ran = command("history", "--export", file)
    assert ran.code == 4 and "--force" in ran.err and file.read_text() == "mine"
    last = command("history", "--export", file, "--force", "--json").lines[-1]
    assert last["exported"] == 2 and len(file.read_text().splitlines()) == 2
    assert command("history", "--export", tmp_path, "--force").code == 4
    assert command("history", "--export", tmp_path / "none" / "a.jsonl").code == 1
    for folder in ("", ".", "/"):
        ran = command("history", "--export", folder, "--force")
        assert ran.code == 4 and "is a folder" in ran.err
    assert "cannot be written" in command("history", "--export", tmp_path / ("a" * 300)).err
    assert command("history", "--export", "-", "--json").lines[-1]["exit_code"] == 2
    assert {entry.name for entry in tmp_path.iterdir() if entry.is_file()} == {file.name}


def test_history_says_whose_bytes_are_gone(map_path: Path, command: Command) -> None:
    from clients.patching import Bounds

    patcher = Patcher(find_paths().state, bounds=Bounds(size_bytes=1))
    for number in range(12):
        patcher.apply(map_path, some_patch(map_path.read_bytes(), b"%d" % number), ORIGIN)
    told = command("history", map_path).out.splitlines()
    assert [line.count("bytes no longer kept") for line in told] == [0] * 10 + [1] * 2
    entries = command("history", map_path, "--json").lines[-1]["entries"]
    assert [entry["before_kept"] for entry in entries] == [True] * 10 + [False] * 2
    for _ in range(10):
        assert command("undo", map_path).code == 0
    ran = command("undo", map_path)
    assert ran.code == 4 and "no longer kept" in ran.err


NOW = datetime(2026, 11, 23, 22, 30, 15).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23 22:10:30", datetime(2026, 11, 23, 22, 10, 30)),
        ("2026-11-23T22:10", datetime(2026, 11, 23, 22, 10)),
        ("2026-11-22", datetime(2026, 11, 22)),
        ("22:10", datetime(2026, 11, 23, 22, 10)),
        ("9:05:59", datetime(2026, 11, 23, 9, 5, 59)),
        ("10m", datetime(2026, 11, 23, 22, 20, 15)),
        ("1h30m", datetime(2026, 11, 23, 21, 0, 15)),
        ("2 hours ago", datetime(2026, 11, 23, 20, 30, 15)),
        ("1 day ago", datetime(2026, 11, 22, 22, 30, 15)),
        ("45s", datetime(2026, 11, 23, 22, 29, 30)),
        (" 1W ", datetime(2026, 11, 16, 22, 30, 15)),
    ],
)
def test_times_as_people_write_them(text: str, expected: datetime) -> None:
    assert int(parse_moment(text, NOW)) == expected.timestamp()


def test_times_with_a_zone() -> None:
    at = datetime.fromisoformat("2026-11-20T22:10:00+09:00").timestamp()
    assert int(parse_moment("2026-11-20T22:10:00+09:00", NOW)) == at


def test_a_change_is_found_at_the_second_it_is_listed_with() -> None:
    """Written at 22:10:30.4, a change is listed as of 22:10:30."""
    second = datetime(2026, 11, 23, 22, 10, 30).timestamp()
    assert second + 0.4 <= parse_moment("2026-11-23 22:10:30", NOW) < second + 1
    assert parse_moment("2026-11-23 22:10:30.25", NOW) == second + 0.25
    # But never beyond now.
    assert parse_moment("22:30:15", NOW) == NOW


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process is fixed on Windows")
def test_a_time_that_the_clock_showed_twice_is_the_later_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        after = datetime(2026, 10, 26, 12, 0).timestamp()
        twice = parse_moment("2026-10-25 02:30", after)
        assert int(twice) == datetime.fromisoformat("2026-10-25T02:30+01:00").timestamp()
        # Asked between the two, only the first has been.
        between = datetime.fromisoformat("2026-10-25T02:45+02:00").timestamp()
        first = datetime.fromisoformat("2026-10-25T02:30+02:00").timestamp()
        assert int(parse_moment("2026-10-25 02:30", between)) == first
    finally:
        monkeypatch.undo()
        time.tzset()


def test_longer_ago_than_clocks_go_is_their_beginning() -> None:
    assert parse_moment("99999w", NOW) == 0.0
    assert parse_moment("1960-01-01", NOW) == 0.0


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "22:61", "10", "-5m", "m", "10x", "2026-13-01"]
)
def test_what_is_no_time_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="how long ago"):
        parse_moment(text, NOW)


@pytest.mark.parametrize("text", ["23:59", "2027-01-01"])
def test_times_to_come_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="future"):
        parse_moment(text, NOW)


def test_an_export_into_a_folder_is_refused_in_words(command: Command) -> None:
    ran = command("history", "--export", Path(Path.cwd().anchor), "--force")
    assert ran.code != 0 and "Traceback" not in ran.err and ran.err.strip()


def test_a_reader_that_has_seen_enough_is_no_error(changed: Path, home: Path) -> None:
    command = [sys.executable, "-m", "clients.cli", "history", "--export", "-"]
    environment = {**os.environ, "OSU_COMPANION_HOME": str(home)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(30) == 1
    assert said == b""
