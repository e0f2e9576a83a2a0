"""``remap`` and ``variant`` against a daemon without a model: files, outputs, exit codes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from osu_companion.v1 import jobs_pb2

from clients.client import Client
from clients.patching import Patcher
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import (
    JOB,
    FakeDaemon,
    abort,
    answering,
    refusal,
    variants_of,
)
from tests.clients.patching.maps import MAP, some_patch

RANGE = ("--from", "00:01:500", "--to", "2250")
NEW = some_patch().apply(MAP)
OTHER_SAVE = MAP + b"\r\n// saved by the editor\r\n"


@pytest.fixture
def answered(daemon: FakeDaemon, map_path: Path) -> FakeDaemon:
    daemon.answer = answering(some_patch(mark=b"1"), some_patch(mark=b"5"))
    daemon.variants = variants_of(some_patch(mark=b"1"), some_patch(mark=b"5"))
    daemon.active = map_path
    return daemon


def test_remap_writes_the_map_and_says_what_it_did(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    ran = command("remap", map_path, *RANGE, "--seed", "7")
    assert ran.code == 0 and map_path.read_bytes() == NEW
    assert "3 objects replaced by 2" in ran.out and "Seed 7" in ran.out
    assert "00:01:500 - 00:02:250" in ran.out and "Ctrl+L" in ran.out
    assert "window 1 of 2, 321 tokens/s, 1 object, 1.0 s left" in ran.err
    assert "Waiting: 1 job before this" in ran.err
    (request,) = [asked for asked in answered.asked if hasattr(asked, "start_ms")]
    assert (request.start_ms, request.end_ms, request.seed) == (1500, 2250, 7)


def test_the_ranking_remark_is_made_once_per_map(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    assert "ranking criteria" in command("remap", map_path, *RANGE).err
    assert command("undo", map_path).code == 0
    assert "ranking criteria" not in command("remap", map_path, *RANGE).err


def test_undo_and_redo_need_no_daemon(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    command("remap", map_path, *RANGE)
    answered.stop()
    assert command("undo").code == 0 and map_path.read_bytes() == MAP
    assert command("redo").code == 0 and map_path.read_bytes() == NEW
    ran = command("undo", map_path, "--json")
    assert ran.lines[-1]["undone"]["path"] == str(map_path)
    assert command("undo").code == 4


def test_json_is_one_object_a_line_and_ends_with_the_result(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    ran = command("remap", map_path, *RANGE, "--json", "--seed", "7", "--variants", "2")
    types = [line["type"] for line in ran.lines]
    assert types == ["queued", "progress", "progress", "progress", "result"]
    assert ran.lines[1]["window"] == 1 and ran.lines[1]["seconds_left"] == 1.0
    said = ran.lines[3]["notice"]
    assert said["code"] == "RANKING" and "ranking" in said["text"]
    assert {*ran.lines[3]} == {*ran.lines[1], "notice"}
    result = ran.lines[-1]
    assert result["applied"] and result["seed"] == 7 and result["job"] == JOB
    assert [v["seam_bits"] for v in result["variants"]] == [0.5, None]
    assert result["summary"]["generated"] == 2 and result["rebased"] is False
    assert any("ranking" in notice for notice in result["notices"])
    assert ran.err == ""


def test_a_dry_run_prints_the_diff_and_writes_nothing(
    answered: FakeDaemon, map_path: Path, home: Path, command: Command
) -> None:
    ran = command("remap", map_path, *RANGE, "--dry-run")
    assert ran.code == 0 and map_path.read_bytes() == MAP
    assert ran.out.startswith("---") and "+1,1,1500,1,0" in ran.out
    # Nothing at all: the remark that is made once per map is still to come.
    assert not (home / "state" / "journal.sqlite3").exists()
    assert "Nothing was written yet" in command("history").out
    assert command("remap", map_path, *RANGE, "--dry-run", "--json").lines[-1]["diff"] in ran.out
    assert "ranking criteria" in command("remap", map_path, *RANGE).err


def test_a_copied_selection_goes_to_the_daemon_as_it_is(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    text = "00:01:500 (1,2,3) - 00:02:250 (4) - "
    ran = command("remap", "--active", "--range", text)
    assert ran.code == 0 and map_path.read_bytes() == NEW
    assert f"The map saved last: {map_path.name}" in ran.err
    assert any(getattr(asked, "range_text", "") == text.strip() for asked in answered.asked)


def test_variants_are_listed_and_another_one_can_be_applied(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    ran = command("remap", map_path, *RANGE, "--variants", "2")
    assert "> 1: 2 objects, seam 0.50 bits/token" in ran.out
    assert "  2: 2 objects, no objects after it" in ran.out
    dry = command("variant", "2", "--dry-run")
    assert "+1,1,1500,5,0" in dry.out and map_path.read_bytes() == NEW
    assert command("variant", "2").code == 0
    assert map_path.read_bytes() == some_patch(mark=b"5").apply(MAP)
    assert command("undo").code == 0 and map_path.read_bytes() == MAP
    assert command("variant", "3").code == 4 and map_path.read_bytes() == MAP
    assert command("variant", "1", "--job", JOB).code == 0 and map_path.read_bytes() == NEW


def test_a_variant_other_than_the_best_can_be_asked_for_at_once(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    assert command("remap", map_path, *RANGE, "--variants", "2", "--variant", "2").code == 0
    assert map_path.read_bytes() == some_patch(mark=b"5").apply(MAP)
    assert command("remap", map_path, *RANGE, "--variant", "2").code == 2


def test_without_a_remap_there_are_no_variants(answered: FakeDaemon, command: Command) -> None:
    ran = command("variant", "1")
    assert ran.code == 4 and "No variants are kept" in ran.err


def _saving_meanwhile(fake: FakeDaemon, path: Path) -> None:
    good = fake.answer

    def answer(request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        path.write_bytes(OTHER_SAVE)
        yield from good(request, context)

    fake.answer = answer


def test_a_save_meanwhile_elsewhere_in_the_map_is_kept(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    _saving_meanwhile(answered, map_path)
    answered.rebased = some_patch(OTHER_SAVE)
    ran = command("remap", map_path, *RANGE)
    assert ran.code == 0 and "saved meanwhile" in ran.out
    assert map_path.read_bytes() == some_patch(OTHER_SAVE).apply(OTHER_SAVE)
    assert b"// saved by the editor" in map_path.read_bytes()


def test_a_save_meanwhile_in_the_range_is_shown_and_nothing_is_written(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    _saving_meanwhile(answered, map_path)
    answered.rebased = refusal(
        code_pb2.FAILED_PRECONDITION, "PATCH_CONFLICT", "the range changed", "line 32"
    )
    ran = command("remap", map_path, *RANGE)
    assert ran.code == 3 and map_path.read_bytes() == OTHER_SAVE
    assert "line 32" in ran.err and "Nothing was written" in ran.err
    assert "+// saved by the editor" in ran.err
    map_path.write_bytes(MAP)
    error = command("remap", map_path, *RANGE, "--json").lines[-1]
    assert error["type"] == "error" and error["exit_code"] == 3
    assert error["reason"] == "PATCH_CONFLICT" and error["violations"] == ["line 32"]
    assert error["message"] == "The range changed. Nothing was written."
    map_path.write_bytes(MAP)
    told = "the range changed. Nothing was written; ask again."
    answered.rebased = refusal(code_pb2.FAILED_PRECONDITION, "PATCH_CONFLICT", told, "line 32")
    error = command("remap", map_path, *RANGE, "--json").lines[-1]
    assert error["message"] == "The range changed. Nothing was written; ask again."


@pytest.mark.parametrize(
    ("code", "reason", "exit_code"),
    [
        (code_pb2.NOT_FOUND, "AUDIO_NOT_FOUND", 4),
        (code_pb2.UNIMPLEMENTED, "NOT_SUPPORTED", 4),
        (code_pb2.FAILED_PRECONDITION, "MAP_CHANGED", 3),
        (code_pb2.INVALID_ARGUMENT, "OPTION_INVALID", 2),
        (code_pb2.RESOURCE_EXHAUSTED, "QUEUE_FULL", 1),
        (code_pb2.UNAVAILABLE, "DAEMON_STOPPING", 5),
    ],
)
def test_refusals_before_the_job(
    answered: FakeDaemon,
    map_path: Path,
    command: Command,
    code: int,
    reason: str,
    exit_code: int,
) -> None:
    def answer(_request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        abort(context, refusal(code, reason, "what happened and the remedy"))
        yield jobs_pb2.JobEvent()

    answered.answer = answer
    ran = command("remap", map_path, *RANGE)
    assert ran.code == exit_code and "What happened and the remedy" in ran.err
    assert map_path.read_bytes() == MAP
    error = command("remap", map_path, *RANGE, "--json").lines[-1]
    assert (error["exit_code"], error["reason"]) == (exit_code, reason)


@pytest.mark.parametrize(
    ("code", "reason", "exit_code"),
    [
        (code_pb2.FAILED_PRECONDITION, "DEGENERATE_OUTPUT", 4),
        (code_pb2.INTERNAL, "WORKER_CRASHED", 1),
        (code_pb2.CANCELLED, "CANCELLED", 130),
    ],
)
def test_failures_of_the_job(
    answered: FakeDaemon,
    map_path: Path,
    command: Command,
    code: int,
    reason: str,
    exit_code: int,
) -> None:
    def answer(_request: Any, _context: Any) -> Iterator[jobs_pb2.JobEvent]:
        failure = jobs_pb2.JobFailure(status=refusal(code, reason, "why"))
        yield jobs_pb2.JobEvent(job_id=JOB, failure=failure)

    answered.answer = answer
    assert command("remap", map_path, *RANGE).code == exit_code
    assert map_path.read_bytes() == MAP


def test_a_stream_that_ends_without_an_answer_is_a_failure(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    answered.answer = lambda _request, _context: iter(())
    assert command("remap", map_path, *RANGE).code == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("--from", "soon", "--to", "5"),
        ("--from", "1"),
        ("--range", "1 - 2", "--from", "1"),
        ("--range", "  "),
        (),
        (*RANGE, "--active"),
        (*RANGE, "--variants", "0"),
        (*RANGE, "--variants", "many"),
        (*RANGE, "--seed", "-3"),
        (*RANGE, "--unknown"),
    ],
)
def test_usage_errors(
    answered: FakeDaemon, map_path: Path, command: Command, wrong: tuple[str, ...]
) -> None:
    assert command("remap", map_path, *wrong).code == 2
    last = command("remap", map_path, *wrong, "--json").lines[-1]
    assert last["type"] == "error" and last["exit_code"] == 2 and last["message"]


def test_a_missing_map_is_refused_without_a_daemon(tmp_path: Path, command: Command) -> None:
    ran = command("remap", tmp_path / "none.osu", *RANGE)
    assert ran.code == 4 and "There is no map at" in ran.err
    assert command("remap", *RANGE).code == 2


def test_no_active_map_is_said(answered: FakeDaemon, command: Command) -> None:
    answered.active = None
    ran = command("remap", "--active", *RANGE)
    assert ran.code == 4 and "No map was saved yet" in ran.err


def test_a_read_only_map_is_one_clear_error(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    map_path.chmod(0o444)
    ran = command("remap", map_path, *RANGE)
    assert ran.code == 1 and "read-only" in ran.err
    assert map_path.read_bytes() == MAP


@pytest.mark.parametrize("step", ["journalled", "temporary flushed", "replaced", "marked"])
def test_ctrl_c_while_the_map_is_written_is_too_late(
    answered: FakeDaemon,
    map_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """Whatever the step, what is said is what was done."""
    made = Patcher.__init__

    def interrupting(self: Patcher, state_folder: Path, **_: object) -> None:
        def observe(now: str) -> None:
            if now == step:
                signal.raise_signal(signal.SIGINT)

        made(self, state_folder, observe=observe)

    monkeypatch.setattr(Patcher, "__init__", interrupting)
    ran = command("remap", map_path, *RANGE, "--json")
    assert (ran.code, ran.lines[-1]["type"]) == (0, "result") and map_path.read_bytes() == NEW
    ran = command("undo", "--json")
    assert (ran.code, ran.lines[-1]["type"]) == (0, "result") and map_path.read_bytes() == MAP


@pytest.mark.parametrize("json", [["--json"], []])
def test_ctrl_c_after_the_result_does_not_say_that_nothing_was_written(
    answered: FakeDaemon,
    map_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    json: list[str],
) -> None:
    leave = Client.__exit__

    def interrupted(self: Client, *error: Any) -> None:
        leave(self, *error)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Client, "__exit__", interrupted)
    ran = command("remap", map_path, *RANGE, *json)
    assert ran.code == 0 and map_path.read_bytes() == NEW
    assert "nothing was written" not in ran.out + ran.err
    if json:
        assert ran.lines[-1]["type"] == "result"


@pytest.mark.parametrize("option", ["--entry", "--before"])
def test_numbers_beyond_all_numbers_are_usage(
    map_path: Path, command: Command, option: str
) -> None:
    assert command("restore", map_path, option, 10**20).code == 2
    assert command("history", "--limit", 10**20).code == 2


def test_an_accident_is_one_line_for_programs_and_none_is_a_traceback(
    answered: FakeDaemon, map_path: Path, home: Path, command: Command
) -> None:
    ran = command("variant", 10**11, "--job", JOB, "--json")
    assert (ran.code, ran.lines[-1]["type"], ran.err) == (1, "error", "")
    ran = command("variant", 10**11, "--job", JOB)
    assert ran.code == 1 and "Traceback" not in ran.err
    assert "Traceback" in (home / "logs" / "command.log").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_names_that_cannot_be_are_refused(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    for name in ("bad\udcff.osu", "x" * 300 + ".osu"):
        ran = command("remap", map_path.with_name(name), *RANGE, "--json")
        assert (ran.code, ran.lines[-1]["reason"]) == (4, "MAP_NOT_FOUND")


def test_a_file_at_the_start_of_an_error_keeps_its_name(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    small = map_path.with_name("m.osu")
    map_path.rename(small)
    small.chmod(0o444)
    assert command("remap", small, *RANGE).err.splitlines()[-1].startswith("m.osu is read-only")
