"""What has to be said before a map is changed is said, by every client and whatever the options."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import typer.main
from osu_companion.local.paths import find_paths
from osu_companion.v1 import provenance_pb2
from osu_companion.v1.parameters import PARAMETERS

from clients import remapping
from clients.cli.main import app
from clients.cli.parameter_options import BY_HAND, names_of
from clients.client import Client
from clients.notices import Teller, code_of
from clients.patching import Patcher
from clients.remapping import remap_and_apply
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import (
    MAPPER_UNKNOWN,
    OTHER_MAPPER,
    RANKING,
    FakeDaemon,
    answering,
    variants_of,
)
from tests.clients.patching.maps import MAP, some_patch

RANGE = ("--from", "00:01:500", "--to", "2250")
ALL = (OTHER_MAPPER, MAPPER_UNKNOWN, RANKING)


@pytest.fixture
def answered(daemon: FakeDaemon, map_path: Path) -> FakeDaemon:
    patches = some_patch(mark=b"1"), some_patch(mark=b"5")
    daemon.answer = answering(*patches, notices=ALL)
    daemon.variants, daemon.variant_notices = variants_of(*patches), list(ALL)
    daemon.active = map_path
    return daemon


def test_the_warning_comes_every_time_and_the_rest_once_per_map(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    first = command("remap", map_path, *RANGE).err
    assert all(notice.text in first for notice in ALL)
    assert first.count(OTHER_MAPPER.text) == 1 and first.count(RANKING.text) == 1
    command("undo", map_path)
    second = command("remap", map_path, *RANGE).err
    assert OTHER_MAPPER.text in second
    assert RANKING.text not in second and MAPPER_UNKNOWN.text not in second
    third = command("variant", "2").err
    assert OTHER_MAPPER.text in third and RANKING.text not in third


def test_a_variant_of_a_map_that_was_never_changed_is_told_of_too(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    told = command("variant", "1", "--job", "job-1").err
    assert all(notice.text in told for notice in ALL)


def test_programs_get_each_as_a_line_before_the_result(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    ran = command("remap", map_path, *RANGE, "--json")
    notices = [line for line in ran.lines if line.get("stage") == "notice"]
    assert {line["type"] for line in notices} == {"progress"}
    assert [line["notice"]["code"] for line in notices] == [
        "OTHER_MAPPER",
        "MAPPER_UNKNOWN",
        "RANKING",
    ]
    assert ran.lines[-1]["type"] == "result"
    assert set(ran.lines[-1]["notices"]) >= {notice.text for notice in ALL}
    # The warning does not wait for the model.
    assert ran.lines.index(notices[0]) < next(
        index
        for index, line in enumerate(ran.lines)
        if line["type"] == "progress" and line["stage"] != "notice"
    )


def test_a_dry_run_warns_and_leaves_what_is_said_once_for_the_change(
    answered: FakeDaemon, map_path: Path, home: Path, command: Command
) -> None:
    dry = command("remap", map_path, *RANGE, "--dry-run")
    assert OTHER_MAPPER.text in dry.err and RANKING.text not in dry.err
    assert not (home / "state" / "journal.sqlite3").exists()
    assert RANKING.text in command("remap", map_path, *RANGE).err


@pytest.mark.parametrize(
    "options",
    [
        ("--seed", "1"),
        ("--variants", "2", "--variant", "2"),
        ("--model", "other"),
        ("--json",),
        ("--stars", "4", "--no-take-volume", "--descriptors", "a,b", "--guidance", "2"),
        ("--seed", "1", "--variants", "2", "--variant", "1", "--model", "other", "--json"),
    ],
)
def test_no_option_of_the_command_hides_them(
    answered: FakeDaemon, map_path: Path, command: Command, options: tuple[str, ...]
) -> None:
    ran = command("remap", map_path, *RANGE, *options)
    shown = ran.out if "--json" in options else ran.err
    assert ran.code == 0 and all(notice.text in shown for notice in ALL)


def test_the_options_of_the_command_are_those_that_were_tried() -> None:
    """A new option has to be added above: it must not hide what is said."""
    command = typer.main.get_command(app).commands["remap"]  # type: ignore[attr-defined]
    names = {name for param in command.params for name in param.opts if name.startswith("--")}
    told = [each for each in PARAMETERS["RemapBeatmap"] if each.name not in BY_HAND]
    assert names - {"--help"} == {
        *("--from", "--to", "--range", "--active", "--seed", "--variants", "--variant"),
        *("--dry-run", "--model", "--preview", "--json"),
        *(name.split("/")[0] for each in told for name in names_of(each)),
    }


def test_everything_is_said_before_the_map_is_written(answered: FakeDaemon, map_path: Path) -> None:
    seen: list[tuple[str, bool]] = []

    def say(notice: provenance_pb2.Notice) -> None:
        seen.append((code_of(notice), map_path.read_bytes() == MAP))

    with Client(answered.endpoint) as client:
        remap_and_apply(
            client,
            Patcher(find_paths().state),
            map_path,
            on_event=lambda _event: None,
            on_notice=say,
            start_ms=1500,
            end_ms=2250,
        )
    assert map_path.read_bytes() != MAP
    assert seen == [("OTHER_MAPPER", True), ("MAPPER_UNKNOWN", True), ("RANKING", True)]


def test_nothing_can_be_applied_without_somebody_to_tell() -> None:
    for function, name in ((remap_and_apply, "on_notice"), (remapping.apply, "teller")):
        parameter = inspect.signature(function).parameters[name]
        assert parameter.default is inspect.Parameter.empty


def test_a_notice_of_a_newer_daemon_is_said_every_time(map_path: Path, home: Path) -> None:
    newer = provenance_pb2.Notice(code=99, text="something new")  # type: ignore[arg-type]
    for _ in range(2):
        said: list[Any] = []
        teller = Teller(Patcher(find_paths().state), map_path, said.append)
        teller.learn([newer])
        teller.learn([newer])
        teller.before_writing()
        assert said == [newer] and code_of(newer) == "99"


def test_the_journal_says_what_made_a_change(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    command("remap", map_path, *RANGE, "--seed", "7")
    (entry,) = command("history", "--json").lines[-1]["entries"]
    assert entry["verb"] == "remap" and entry["job"] == "job-1"
    assert entry["before_sha256"] != entry["after_sha256"]
    assert entry["detail"] == {
        "start_ms": 1500,
        "end_ms": 2250,
        "seed": 7,
        "seam_bits": 0.5,
        "model": "starter",
        "checkpoint": {"family": "fake", "weights_sha256": "ab" * 32},
        "options": {"temperature": 0.9, "top_k": 0, "variants": 2, "descriptors": ["a"]},
        "device": "cpu",
        "precision": "float32",
        "version": "0",
        "made_at": "2023-11-14T22:13:20Z",
        "base_sha256": "cd" * 32,
    }
    command("variant", "2")
    newest = command("history", "--json").lines[-1]["entries"][0]
    assert newest["detail"]["options"]["temperature"] == 0.9 and newest["variant"] == 2
