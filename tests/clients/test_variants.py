"""Variants over the real daemon: listed, shown, and written in place of one another."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from osu_companion.local.paths import find_paths

from clients.client import Client, find_running
from clients.patching import NameTakenError
from tests.clients.cli.running import Command

ROOT = Path(__file__).resolve().parents[2]
RANGE = ("--from", "20000", "--to", "24000")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A map of the bundled mapset, in the Songs folder of a daemon that the command starts."""
    songs = tmp_path / "Songs"
    shutil.copytree(ROOT / "samples", songs)
    monkeypatch.setenv("OSU_COMPANION_SONGS", str(songs))
    monkeypatch.setenv("OSU_COMPANION_WORKER_ENGINE", "tests.daemon.fake_engine:FakeEngine")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield next(songs.glob("*/*Insane*.osu"))
    stop()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def stop() -> None:
    """End the daemon, and wait until it is gone."""
    endpoint = find_running()
    if endpoint is not None:
        with Client(endpoint) as client:
            client.stop()
        while endpoint.process_alive():
            time.sleep(0.02)


def result_of(ran: Any) -> dict[str, Any]:
    """What a command with ``--json`` ended with."""
    assert ran.code == 0, ran
    last: dict[str, Any] = ran.lines[-1]
    return last


def promised(number: int, job: str) -> Any:
    """A variant as the daemon keeps it."""
    endpoint = find_running()
    assert endpoint is not None
    with Client(endpoint) as client:
        return client.variant(job, number).variant


def applied_to(path: Path, before: bytes, command: Command) -> dict[str, Any]:
    """A remap with three variants, the first of them written."""
    path.write_bytes(before)
    return result_of(command("remap", path, *RANGE, "--variants", "3", "--seed", "7", "--json"))


def edited_inside(data: bytes) -> bytes:
    """The map with an object of the range somewhere else."""
    lines = data.split(b"\n")
    start = next(at for at, line in enumerate(lines) if b"[HitObjects]" in line)
    for at in range(start, len(lines)):
        fields = lines[at].split(b",")
        if len(fields) > 4 and 20_500 < int(fields[2]) < 23_000:
            lines[at] = b",".join([b"%d" % ((int(fields[0]) + 77) % 500), *fields[1:]])
            return b"\n".join(lines)
    raise AssertionError("no object there")


def test_what_is_kept_is_listed_and_shown(path: Path, command: Command) -> None:
    assert "Nothing is kept" in command("variants").out
    original = path.read_bytes()
    job = applied_to(path, original, command)["job"]
    ran = command("variants")
    assert f"{job}  remap {path.name} 00:20:000 - 00:24:000" in ran.out and "24 h more" in ran.out
    assert " > 1: " in ran.out and "   3: " in ran.out and "seam 0.20" in ran.out
    for arguments in ((path,), ("--job", job), (path, "--job", job), ("list", path)):
        (listed,) = result_of(command("variants", *arguments, "--json"))["jobs"]
        assert (listed["job"], listed["method"], listed["applied"]) == (job, "RemapBeatmap", 1)
        assert (listed["path"], listed["seed"]) == (str(path), 7)
        assert [each["number"] for each in listed["variants"]] == [1, 2, 3]
    assert result_of(command("variants", "--json", path.with_name("x.osu")))["jobs"] == []
    shown = command("variants", "show", "2")
    assert shown.out.startswith("---")
    assert shown.out == command("variants", "apply", "2", "--dry-run").out
    assert result_of(command("variants", "--json", "show", "1"))["diff"] == ""
    assert command("undo").code == 0
    assert result_of(command("variants", "--json"))["jobs"][0]["applied"] is None
    assert path.read_bytes() == original


def test_one_takes_the_place_of_the_other_whoever_restarts(path: Path, command: Command) -> None:
    original = path.read_bytes()
    job = applied_to(path, original, command)["job"]
    stop()
    told = command("variants", "apply", "3")
    assert told.code == 0 and "Ctrl+L" in told.out
    third = path.read_bytes()
    assert result_of(command("variants", "show", "3", "--json"))["diff"] == ""
    again = result_of(command("variants", "apply", "3", path, "--json"))
    assert not again["applied"] and path.read_bytes() == third
    assert len(result_of(command("history", "--json"))["entries"]) == 2
    # The shorter name does the same.
    assert command("variant", "2", "--job", job).code == 0
    assert path.read_bytes() not in (third, original)
    assert command("undo", path).code == 0 and path.read_bytes() == original
    assert command("variants", "apply", "4").code == 4
    assert command("variants", "apply", "1", "--job", "none").code == 4


def test_a_save_elsewhere_stays_and_one_inside_stops_it(path: Path, command: Command) -> None:
    original = path.read_bytes()
    job = applied_to(path, original, command)["job"]
    first = path.read_bytes()
    saved = first.replace(b"Tags:", b"Tags:meanwhile ", 1)
    path.write_bytes(saved)
    shown = result_of(command("variants", "show", "2", "--json"))["diff"]
    ran = command("variants", "apply", "2")
    assert ran.code == 0 and "saved meanwhile" in ran.out
    second = path.read_bytes()
    patch = promised(2, job).patch
    wanted = applied(patch, original).replace(b"Tags:", b"Tags:meanwhile ", 1)
    assert second == wanted and "meanwhile" in second.decode()
    assert shown and result_of(command("variants", "show", "2", "--json"))["diff"] == ""
    # Once more, from one that was carried over itself.
    assert command("variants", "apply", "3").code == 0
    third = applied(promised(3, job).patch, original)
    assert path.read_bytes() == third.replace(b"Tags:", b"Tags:meanwhile ", 1)
    assert command("undo", path).code == 0 and path.read_bytes() == second
    assert command("undo", path).code == 0 and path.read_bytes() == saved

    theirs = edited_inside(saved)
    path.write_bytes(theirs)
    ran = command("variants", "apply", "3", "--json")
    assert ran.code == 3 and ran.lines[-1]["reason"] == "PATCH_CONFLICT"
    assert path.read_bytes() == theirs
    # Back at the mapper's own, however that came about, it is as at first.
    path.write_bytes(original)
    assert command("variants", "apply", "3").code == 0
    assert path.read_bytes() == applied(promised(3, job).patch, original)


def test_under_another_change_of_ours(path: Path, command: Command) -> None:
    job = applied_to(path, path.read_bytes(), command)["job"]
    first = path.read_bytes()
    other = ("remap", path, "--from", "30000", "--to", "32000", "--seed", "1")
    assert command(*other).code == 0
    both = path.read_bytes()
    assert command("variants", "apply", "2", "--job", job).code == 0
    assert path.read_bytes() not in (first, both)
    assert command("undo").code == 0 and path.read_bytes() == both


def applied(patch: Any, base: bytes) -> bytes:
    """The map that a patch makes."""
    from clients.client.requests import line_patch

    return line_patch(patch).apply(base)


def test_new_files_replace_each_other_and_nobody_elses(path: Path, command: Command) -> None:
    files = set(path.parent.iterdir())
    made = result_of(command("gd", path, "--name", "My Hard", "--variants", "3", "--json"))
    assert [each["number"] for each in made["variants"]] == [1, 2, 3] and made["variant"] == 1
    new = Path(made["path"])
    first = new.read_bytes()
    assert "Variants (" in command("gd", path, "--name", "B", "--variants", "2", "--dry-run").out
    ran = command("variants", "apply", "2", new)
    assert ran.code == 0 and str(new) in ran.out
    second = new.read_bytes()
    assert second == promised(2, made["job"]).file.content != first
    again = result_of(command("variants", "apply", "2", new, "--json"))
    assert not again["applied"]
    shown = result_of(command("variants", "show", "3", new, "--json"))
    assert shown["content"].encode() != second and shown["file"] == new.name

    new.write_bytes(second + b"// mine\r\n")
    stop()
    ran = command("variants", "apply", "1", "--job", made["job"])
    assert ran.code == 3 and new.read_bytes() == second + b"// mine\r\n"
    new.unlink()
    assert command("variants", "apply", "1", "--job", made["job"]).code == 0
    assert new.read_bytes() == first
    # A change of ours on it is a change of its own.
    assert command("remap", new, "--from", "2000", "--to", "3000", "--seed", "1").code == 0
    changed = new.read_bytes()
    ran = command("variants", "apply", "2", "--job", made["job"])
    assert ran.code == 3 and "changed since" in ran.err and new.read_bytes() == changed
    assert command("undo").code == 0 and command("undo", new).code == 0
    assert set(path.parent.iterdir()) == files


def test_one_that_was_only_shown_is_written_later(path: Path, command: Command) -> None:
    made = result_of(
        command("gd", path, "--name", "Later", "--variants", "2", "--dry-run", "--json")
    )
    assert command("variants", "apply", "2").code == 0
    assert Path(made["path"]).read_bytes() == promised(2, made["job"]).file.content


def test_mapsets_replace_each_other(path: Path, command: Command, tmp_path: Path) -> None:
    song = path.with_name("song.wav")
    song.write_bytes(b"RIFF and more")
    asked = ("generate", song, "--stars", "2", "--title", "T", "--artist", "A")
    made = result_of(command(*asked, "--variants", "2", "--json"))
    folder = Path(made["path"])

    def map_of(where: Path) -> bytes:
        return next(where.glob("*.osu")).read_bytes()

    def content(number: int) -> bytes:
        variant = promised(number, made["job"])
        return bytes(variant.mapset.maps[0].content)

    assert map_of(folder) == content(1) != content(2)
    shown = result_of(command("variants", "show", "2", "--json"))
    assert next(iter(shown["contents"].values())).encode() == content(2)
    assert command("variants", "apply", "2").code == 0 and map_of(folder) == content(2)
    assert not result_of(command("variants", "apply", "2", "--json"))["applied"]
    # Somebody's file in it, or a song that is another one now: it stays as it is.
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    assert command("variants", "apply", "1").code == 3
    assert map_of(folder) == content(2) and (folder / "mine.txt").is_file()
    (folder / "mine.txt").unlink()
    song.write_bytes(b"RIFF and less")
    assert command("variants", "apply", "1").code == 3 and map_of(folder) == content(2)
    song.write_bytes(b"RIFF and more")
    assert command("undo").code == 0 and not folder.exists()
    # Written nowhere, it goes where it is wanted.
    archive = tmp_path / "new.osz"
    assert command("variants", "apply", "1", "--output", archive).code == 0
    first = archive.read_bytes()
    assert command("variants", "apply", "2").code == 0
    assert archive.read_bytes() != first and not folder.exists()


def test_a_mapset_comes_back_where_the_other_cannot_be_written(
    path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = path.with_name("song.wav")
    song.write_bytes(b"RIFF and more")
    asked = ("generate", song, "--stars", "2", "--title", "T", "--artist", "A")
    folder = Path(result_of(command(*asked, "--variants", "2", "--json"))["path"])
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    import clients.variants as variants

    write, tried = variants.write_folder, list[int]()

    def full_once(*arguments: Any) -> Any:
        tried.append(1)
        if len(tried) == 1:
            raise NameTakenError("no room for it")
        return write(*arguments)

    monkeypatch.setattr(variants, "write_folder", full_once)
    assert command("variants", "apply", "2").code == 4
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == files
    assert len(tried) == 2
    assert not (find_paths().state / "conflicts").exists()
