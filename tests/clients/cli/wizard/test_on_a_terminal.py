"""The wizard on a real pseudo-terminal, as a process of its own; no daemon is needed for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.cli.wizard.talking import Talk, wizard_command

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals (pty)")


@posix
def test_shows_a_command_that_a_shell_takes_as_it_is(map_path: Path, home: Path) -> None:
    name = "Artist - It's $HOME & “more” (Me) [Insane].osu"
    path = map_path.rename(map_path.with_name(name))
    with Talk(wizard_command(path), {"OSU_COMPANION_HOME": str(home)}) as talk:
        talk.answer("Number or name [remap]: ", "nonsense")
        talk.until("Give a number from 1 to")
        talk.answer("Number or name [remap]: ", "")
        talk.answer("--stars", "21")
        talk.until("0 to 20 stars")
        talk.answer("--stars", "4.5")
        talk.answer("Range [00:01:000 - 00:09:000]: ", "2000 - 1000")
        talk.until("is not after the start")
        talk.answer("Range [00:01:000 - 00:09:000]: ", "")
        talk.answer("More options? (y/n) [n]: ", "y")
        talk.answer("Which one to change", "descriptors")
        talk.answer("--descriptors", "style/messy, style/clean")
        talk.answer("Which one to change", "")
        talk.answer("or leave (q) [r]: ", "q")
        assert talk.end() == 0
    shown = next(line for line in talk.text.splitlines() if line.startswith("osu-companion remap"))
    printed = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f"osu-companion() {{ printf '%s\\0' \"$@\"; }}; {shown}".replace(
                "osu-companion", "show_arguments"
            ),
        ],
        capture_output=True,
        check=True,
    ).stdout.decode()
    expected = ["remap", path, "--from", "00:01:000", "--to", "00:09:000"]
    expected += ["--stars", "4.5", "--descriptors", "style/messy,style/clean"]
    assert printed.split("\0")[:-1] == [str(part) for part in expected]


@posix
def test_runs_the_command(map_path: Path, home: Path) -> None:
    """The command is one that fails before a daemon is asked: its own words and exit code come."""
    with Talk(wizard_command(map_path), {"OSU_COMPANION_HOME": str(home)}) as talk:
        talk.answer("Number or name", "gd")
        talk.answer("--name: ", "")
        talk.until("has to be given")
        talk.answer("--name: ", "My Hard")
        talk.answer("--mode", "")
        talk.answer("--stars", "")
        talk.answer("Range: ", "")
        talk.answer("More options?", "")
        talk.until("osu-companion gd ")
        map_path.unlink()
        talk.answer("or leave (q) [r]: ", "r")
        assert talk.end() == 4
    assert "There is no map at" in talk.text


@posix
@pytest.mark.parametrize("how", ["interrupt", "end"])
def test_leaving_is_no_error_of_ours(map_path: Path, home: Path, how: str) -> None:
    with Talk(wizard_command(map_path), {"OSU_COMPANION_HOME": str(home)}) as talk:
        if how == "interrupt":
            talk.interrupt("Number or name [remap]: ")
        else:
            talk.until("Number or name [remap]: ")
            os.write(talk._screen, b"\x04")
        assert talk.end() == 130
    assert "Traceback" not in talk.text and "error of its own" not in talk.text
    assert not list(home.rglob("command.log"))


@pytest.mark.parametrize("given", [subprocess.DEVNULL, subprocess.PIPE])
def test_without_a_terminal_it_says_so_and_ends(given: int, home: Path) -> None:
    done = subprocess.run(
        [str(part) for part in wizard_command()],
        stdin=given if given == subprocess.DEVNULL else None,
        input=b"1\n\n\n" if given == subprocess.PIPE else None,
        capture_output=True,
        timeout=60,
        env={**os.environ, "OSU_COMPANION_HOME": str(home)},
        check=False,
    )
    assert done.returncode == 2 and not done.stdout
    assert b"no terminal" in done.stderr and b"--help" in done.stderr
    assert not home.exists()
