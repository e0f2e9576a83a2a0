"""``show`` and ``--preview``: files, terminals, questions; against a daemon without a model."""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from clients.cli import terminal_pictures
from clients.cli.optional_values import with_values
from clients.cli.terminal_pictures import Protocol, encoded, protocol
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import PICTURE, FakeDaemon, answering, variants_of
from tests.clients.patching.maps import MAP, some_patch

RANGE = ("--from", "00:01:500", "--to", "2250")
NEW = some_patch().apply(MAP)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of the test, and a terminal that shows no pictures."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in (
        "TERM_PROGRAM",
        "KITTY_WINDOW_ID",
        "KONSOLE_VERSION",
        "LC_TERMINAL",
        "TMUX",
        "STY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return folder


@pytest.fixture
def answered(daemon: FakeDaemon, map_path: Path) -> FakeDaemon:
    daemon.answer = answering(some_patch(mark=b"1"), some_patch(mark=b"5"))
    daemon.variants = variants_of(some_patch(mark=b"1"), some_patch(mark=b"5"))
    daemon.active = map_path
    return daemon


def drawn(daemon: FakeDaemon) -> list[Any]:
    return [asked for asked in daemon.asked if type(asked).__name__ == "DrawBeatmapRequest"]


class Typed(io.StringIO):
    """A terminal on which somebody types."""

    def isatty(self) -> bool:
        return True


def test_a_picture_is_written_under_the_maps_name_and_over_no_other(
    daemon: FakeDaemon, map_path: Path, folder: Path, command: Command
) -> None:
    ran = command("show", map_path, *RANGE)
    first = folder / f"{map_path.stem}.png"
    assert ran.code == 0 and first.read_bytes() == PICTURE and str(first) in ran.out
    assert "Not in the picture: waveform: no audio" in ran.err
    (request,) = drawn(daemon)
    assert request.path == str(map_path) and (request.start_ms, request.end_ms) == (1500, 2250)
    again = command(
        "show", map_path, "--json", "--format", "svg", "--width", "800", "--no-playfield"
    )
    (line,) = again.lines
    assert line["path"] == str(folder / f"{map_path.stem}.svg") and line["width"] == 800
    assert line["left_out"] == ["waveform: no audio"] and line["type"] == "result"
    assert drawn(daemon)[-1].without_playfield and not drawn(daemon)[-1].without_timeline
    third = command("show", map_path)
    assert str(folder / f"{map_path.stem} (2).png") in third.out
    assert map_path.read_bytes() == MAP


def test_a_file_that_is_there_needs_force(
    daemon: FakeDaemon, map_path: Path, folder: Path, command: Command
) -> None:
    file = folder / "a" / "b.png"
    assert command("show", map_path, "--output", file).code == 0
    file.write_bytes(b"mine")
    refused = command("show", map_path, "--output", file)
    assert refused.code == 4 and "--force" in refused.err and file.read_bytes() == b"mine"
    below = command("show", map_path, "--output", file / "c.png")
    assert below.code == 1 and "cannot be written" in below.err and "Errno" not in below.err
    assert command("show", map_path, "--output", file, "--force").code == 0
    assert file.read_bytes() == PICTURE


def test_nothing_is_written_among_the_songs(
    daemon: FakeDaemon,
    map_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
) -> None:
    daemon.songs = [map_path.parent.parent]
    before = sorted(map_path.parent.parent.rglob("*"))
    refused = command("show", map_path, "--output", map_path.parent / "x.png")
    assert refused.code == 4 and "Songs" in refused.err
    monkeypatch.chdir(map_path.parent)
    ran = command("show", map_path, "--json")
    assert ran.code == 0 and Path(ran.lines[0]["path"]).is_relative_to(home)
    assert sorted(map_path.parent.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "gif"), "png or svg"),
        (("--output", "x.jpeg"), ".png or .svg"),
        (("--output", "x.png", "--format", "svg"), "contradict"),
        (("--inline",), "not known to show pictures"),
        (("--inline", "--format", "svg"), "PNG"),
        (("--job", "j"), "not both"),
        (("--from", "soon"), "no time"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    daemon: FakeDaemon, map_path: Path, command: Command, arguments: tuple[str, ...], said: str
) -> None:
    ran = command("show", map_path, *arguments)
    assert ran.code == 2 and said in ran.err and not drawn(daemon)


def test_a_jobs_variant_is_shown(daemon: FakeDaemon, command: Command, folder: Path) -> None:
    ran = command("show", "--job", "job-1", "--variant", "2")
    assert ran.code == 0 and (folder / "variant 2.png").is_file()
    (request,) = drawn(daemon)
    assert (request.variant.job_id, request.variant.number) == ("job-1", 2)


def test_a_terminal_that_can_shows_the_picture(
    daemon: FakeDaemon,
    map_path: Path,
    folder: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    ran = command("show", map_path, "--inline")
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", ran.out)
    assert base64.b64decode("".join(piece for _, piece in pieces)) == PICTURE
    assert pieces[0][0] == "a=T,f=100,q=2,m=1" and pieces[-1][0] == "m=0" and len(pieces) > 1
    assert not list(folder.iterdir())
    # Standard output is no terminal here: nothing is shown unasked.
    assert "\x1b" not in command("show", map_path).out


def test_terminals_are_told_by_their_environment() -> None:
    for environment, wanted in (
        ({"TERM": "xterm-kitty"}, Protocol.KITTY),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Protocol.KITTY),
        ({"TERM": "xterm-ghostty"}, Protocol.KITTY),
        ({"TERM_PROGRAM": "WezTerm"}, Protocol.ITERM2),
        ({"TERM_PROGRAM": "iTerm.app"}, Protocol.ITERM2),
        ({"KONSOLE_VERSION": "230801"}, Protocol.KITTY),
        ({"KONSOLE_VERSION": "210401"}, None),
        ({"KONSOLE_VERSION": "²"}, None),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "screen", "TERM_PROGRAM": "iTerm.app"}, None),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, None),
        ({}, None),
    ):
        assert protocol(environment) is wanted, environment
    letters = encoded(PICTURE, Protocol.ITERM2)
    head, _, body = letters.partition(":")
    assert head.startswith("\x1b]1337;File=inline=1;") and f"size={len(PICTURE)}" in head
    assert base64.b64decode(body.rstrip("\n").removesuffix("\x07")) == PICTURE


def test_preview_shows_the_change_before_it_is_written(
    answered: FakeDaemon, map_path: Path, folder: Path, command: Command
) -> None:
    ran = command("remap", map_path, *RANGE, "--preview", "change.svg")
    assert ran.code == 0 and map_path.read_bytes() == NEW
    assert (folder / "change.svg").read_bytes() == b"<svg/>" and "change.svg" in ran.err
    request = drawn(answered)[0]
    assert request.variant.job_id == "job-1" and request.variant.number == 1
    names = [type(asked).__name__ for asked in answered.asked]
    assert names.index("DrawBeatmapRequest") < names.index("ReportWriteRequest")
    assert command("undo", map_path).code == 0
    beside = command("remap", map_path, *RANGE, "--dry-run", "--preview", map_path.parent / "x.png")
    assert beside.code == 0 and (map_path.parent / "x.png").read_bytes() == PICTURE


@pytest.mark.parametrize("name", ["remap", "hitsound"])
def test_preview_alone_names_the_file_itself_and_programs_are_told(
    answered: FakeDaemon, map_path: Path, folder: Path, command: Command, name: str
) -> None:
    ran = command(name, "--preview", map_path, *RANGE, "--dry-run", "--json")
    assert ran.code == 0 and map_path.read_bytes() == MAP
    told = ran.lines[-1]["preview"]
    assert Path(told["path"]) == folder / "osu-companion preview.png"
    assert Path(told["path"]).read_bytes() == PICTURE and told["left_out"]
    again = command(name, map_path, *RANGE, "--dry-run", "--json", "--preview")
    assert Path(again.lines[-1]["preview"]["path"]).name == "osu-companion preview (2).png"
    assert "preview" not in command(name, map_path, *RANGE, "--dry-run", "--json").lines[-1]


@pytest.mark.parametrize(
    ("typed", "writes"),
    [("n\n", False), ("what\nno\n", False), ("", False), ("\n", True), ("y\n", True)],
)
def test_a_terminal_is_asked_whether_to_write(
    answered: FakeDaemon,
    map_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    writes: bool,
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(typed))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    ran = command("remap", map_path, *RANGE, "--preview", "x.png")
    assert ran.code == (0 if writes else 130)
    assert map_path.read_bytes() == (NEW if writes else MAP)
    assert "Write this? [Y/n]" in ran.err
    if not writes:
        assert "nothing was written" in ran.err
        assert command("undo", map_path).code == 4
    # Without --preview nobody is asked, and a dry run has nothing to ask.
    monkeypatch.setattr(sys, "stdin", Typed(""))
    assert "Write this" not in command("remap", map_path, *RANGE, "--dry-run", "--preview").err


def test_a_preview_of_another_kind_of_file_is_refused_at_once(
    answered: FakeDaemon, map_path: Path, command: Command
) -> None:
    ran = command("remap", map_path, *RANGE, "--preview=change.gif")
    assert ran.code == 2 and ".png or .svg" in ran.err and not answered.asked


def test_an_option_that_stands_alone_takes_no_map_for_its_value() -> None:
    assert with_values(["--preview", "a.osu"]) == ["--preview=", "a.osu"]
    assert with_values(["--preview", "A.PNG", "--json"]) == ["--preview", "A.PNG", "--json"]
    assert with_values(["a.osu", "--preview"]) == ["a.osu", "--preview="]
    assert with_values(["--preview=x.svg"]) == ["--preview=x.svg"]
    assert with_values(["--", "--preview"]) == ["--", "--preview"]


def test_the_width_of_a_terminal_is_never_absurd() -> None:
    assert terminal_pictures.width_of_terminal(io.StringIO()) == terminal_pictures.WIDEST
