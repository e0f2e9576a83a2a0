"""The options of ``remap``, ``hitsound`` and ``gd`` are the parameters of their requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from google.rpc import code_pb2
from osu_companion.v1 import difficulty_pb2, hitsound_pb2, jobs_pb2
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.main import app
from clients.cli.parameter_options import BY_HAND, names_of
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import FakeDaemon, abort, refusal

COMMANDS = {
    "remap": "RemapBeatmap",
    "hitsound": "HitsoundBeatmap",
    "gd": "MakeGuestDifficulty",
    "generate": "GenerateMapset",
    "mod": "ModBeatmap",
    "timing": "TimeSong",
}
# Of the command itself; none of them may hide what is said before a map is changed.
ITS_OWN = {
    "remap": {
        *("--from", "--to", "--range", "--active", "--seed", "--variants", "--variant"),
        *("--dry-run", "--preview"),
    },
    "hitsound": {
        *("--from", "--to", "--range", "--active", "--seed", "--variants", "--variant"),
        *("--copy-from", "--dry-run", "--preview"),
    },
    "mod": {
        *("--from", "--to", "--range", "--active", "--set", "--format", "--output", "--force"),
        *("--new", "--dismissed", "--dismiss", "--restore", "--fix", "--rules-only", "--dry-run"),
        "--preview",
    },
    "generate": {
        *("--name", "--add", "--title", "--artist", "--creator", "--source", "--tags"),
        *(
            "--background",
            "--preview",
            "--preview-point",
            "--osz",
            "--output",
            "--from",
            "--to",
            "--seed",
        ),
        *("--variants", "--variant", "--dry-run"),
    },
    "timing": {
        *("--from", "--to", "--range", "--active", "--seed", "--apply", "--no-apply", "--dry-run"),
        "--preview",
    },
    "gd": {
        *("--from", "--to", "--range", "--active", "--seed", "--variants", "--variant"),
        *("--name", "--dry-run", "--preview"),
    },
}


def params_of(command: str) -> dict[str, Any]:
    """A command's options by their names."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {
        name: param
        for param in commands[command].params
        for name in (*param.opts, *param.secondary_opts)
        if name.startswith("--")
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_parameter_is_an_option_with_its_help(command: str) -> None:
    params = params_of(command)
    told = set()
    for parameter in PARAMETERS[COMMANDS[command]]:
        if parameter.name in BY_HAND:
            continue
        for name in names_of(parameter):
            for each in name.split("/"):
                assert params[each].help == parameter.text
                # Whether it was given is the daemon's to know.
                assert params[each].default is None
                told.add(each)
    assert set(params) == told | ITS_OWN[command] | {"--model", "--json"}


def paths_of(commands: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Each command as it is typed, with those below it."""
    for name, command in commands.items():
        yield (name,)
        yield from ((name, *below) for below in paths_of(getattr(command, "commands", {})))


def test_no_help_tells_a_limit_that_nobody_would_write(command: Command) -> None:
    paths = [*paths_of(typer.main.get_command(app).commands)]  # type: ignore[attr-defined]
    assert ("restore",) in paths and ("models", "pull") in paths
    for path in paths:
        if path == ("train",):  # a program of its own
            continue
        ran = command(*path, "-h")
        assert ran.code == 0 and "Usage:" in ran.out
        assert not re.findall(r"[0-9]{12,}", ran.out), ran.out


#: Every command that takes a range, with what it needs beside it.
WITH_A_RANGE = (
    *(("remap", "MAP"), ("hitsound", "MAP"), ("gd", "MAP", "--name", "x"), ("mod", "MAP")),
    *(("timing", "MAP"), ("generate", "MAP", "--stars", "3"), ("show", "MAP")),
)


def test_no_command_with_a_range_is_left_out() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    with_range = {
        name
        for name, command in commands.items()
        if {"start", "end"} <= {param.name for param in command.params}
    }
    assert with_range == {words[0] for words in WITH_A_RANGE}


def not_today(_: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
    abort(context, refusal(code_pb2.UNIMPLEMENTED, "NOT_SUPPORTED", "not today"))
    yield jobs_pb2.JobEvent()


def test_what_is_given_is_what_is_asked(
    daemon: FakeDaemon, map_path: Path, command: Command
) -> None:
    daemon.answer = not_today
    ran = command(
        *("hitsound", map_path, "--from", "00:01:500", "--keep-existing", "--no-sample-sets"),
        *("--top-p", "0.5", "--descriptors", "a,b", "--descriptors", "c", "--copy-from", map_path),
    )
    assert (ran.code, ran.err.strip().splitlines()[-1]) == (4, "Not today")
    asked: hitsound_pb2.HitsoundBeatmapRequest = daemon.asked[-1]
    assert (asked.path, asked.copy_from) == (str(map_path), str(map_path))
    assert asked.start_ms == 1500 and not asked.HasField("end_ms") and not asked.HasField("seed")
    given = {field.name for field, _ in asked.options.ListFields()}
    assert given == {"keep_existing", "sample_sets", "top_p", "descriptors"}
    assert asked.options.keep_existing and not asked.options.sample_sets
    assert list(asked.options.descriptors) == ["a", "b", "c"]

    ran = command(
        *("gd", map_path, "--name", "My Hard", "--stars", "3.4", "--mode", "0", "--seed", "7"),
        *("--no-follow", "--to", "9000"),
    )
    assert ran.code == 4
    made: difficulty_pb2.MakeGuestDifficultyRequest = daemon.asked[-1]
    assert (made.name, made.seed, made.end_ms) == ("My Hard", 7, 9000)
    given = {field.name for field, _ in made.options.ListFields()}
    assert given == {"difficulty", "mode", "follow"}
    assert made.options.difficulty == 3.4 and made.options.HasField("mode")


@pytest.mark.parametrize(
    "arguments",
    [
        ("hitsound",),
        ("gd", "--name", "x"),
        *((*words, "--from", "00:02:000", "--to", "1999") for words in WITH_A_RANGE),
        ("hitsound", "MAP", "--from", "noon"),
        ("hitsound", "MAP", "--range", "1 - 2", "--to", "3"),
        ("gd", "MAP", "--stars", "many"),
        ("gd", "MAP", "--name", "x", "--seed", "-1"),
        ("gd", "MAP", "--name", "x", "--mapper-id", str(2**40)),
    ],
)
def test_what_makes_no_sense_is_a_mistake_of_use(
    daemon: FakeDaemon, map_path: Path, command: Command, arguments: tuple[str, ...]
) -> None:
    told = [str(map_path) if word == "MAP" else word for word in arguments]
    assert command(*told, "--json").code == 2
    assert not any(hasattr(request, "options") for request in daemon.asked)
