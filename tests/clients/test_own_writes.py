"""A real daemon watches while maps are written: ours are never taken for saves in the editor."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from osu_companion.local.paths import find_paths

from clients.client import Client
from clients.client.requests import line_patch
from clients.own_writes import tell_watcher
from clients.patching import Entry, Origin, Patcher, sha256_hex
from clients.remapping import follow, prepare
from tests.clients.cli.running import Command
from tests.conftest import ROOT

START, END = 20_000, 24_000
ORIGIN = Origin("remap")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


@pytest.fixture
def songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    songs = tmp_path / "Songs"
    shutil.copytree(ROOT / "samples", songs)
    monkeypatch.setenv("OSU_COMPANION_SONGS", str(songs))
    monkeypatch.setenv("OSU_COMPANION_WORKER_ENGINE", "tests.daemon.fake_engine:FakeEngine")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return songs


@pytest.fixture
def path(songs: Path) -> Path:
    """The map that is written."""
    return next(songs.glob("*/*Insane*.osu"))


@pytest.fixture
def edited(songs: Path) -> Path:
    """The map that is open in the editor."""
    return next(songs.glob("*/*Normal*.osu"))


@pytest.fixture
def client(path: Path, edited: Path) -> Iterator[Client]:
    with Client.connect() as client:
        client.recent_maps()  # after the first scan
        seen(client, edited, lambda: edited.write_bytes(edited.read_bytes() + b"// saved\r\n"))
        assert client.active_map().path == str(edited)
        yield client
        client.stop()
    while client.endpoint.process_alive():
        time.sleep(0.02)


def seen(client: Client, path: Path, work: object = None) -> None:
    """Do it, and wait until the daemon knows what the file holds now."""
    if callable(work):
        work()
    wanted = sha256_hex(path.read_bytes())
    deadline = time.monotonic() + 30
    while wanted not in {entry.sha256 for entry in client.recent_maps()}:
        assert time.monotonic() < deadline, "the daemon has not seen the write"
        time.sleep(0.05)
    time.sleep(0.5)  # and the watch's own, later look


def asked(client: Client, path: Path) -> tuple[bytes, object]:
    base = path.read_bytes()
    with client.remap(path, start_ms=START, end_ms=END, seed=7) as stream:
        return base, follow(stream, lambda _: None).variants[0].patch


def test_every_verb_of_the_command(
    client: Client, path: Path, edited: Path, command: Command
) -> None:
    times = ("--from", START, "--to", END, "--seed", 7)
    for arguments in (
        ("remap", path, *times),
        ("undo", path),
        ("redo", path),
        ("restore", path, "--before", 1),
        ("undo", path),
    ):
        ran = command(*arguments)
        assert ran.code == 0, ran.err
        seen(client, path)
        assert client.active_map().path == str(edited), arguments
    # What someone else saves there is a save as ever.
    seen(client, path, lambda: path.write_bytes(path.read_bytes() + b"// theirs\r\n"))
    assert client.active_map().path == str(path)


def test_a_remap_that_nobody_reports(client: Client, path: Path, edited: Path) -> None:
    _, patch = asked(client, path)
    patcher = Patcher(find_paths().state)
    seen(client, path, lambda: patcher.apply(path, line_patch(patch), ORIGIN))
    assert client.active_map().path == str(edited)


def test_a_remap_carried_to_newer_bytes_that_nobody_reports(
    client: Client, path: Path, edited: Path
) -> None:
    base, patch = asked(client, path)
    seen(client, path, lambda: path.write_bytes(base + b"\r\n// theirs"))
    seen(client, edited, lambda: edited.write_bytes(edited.read_bytes() + b"// again\r\n"))
    prepared = prepare(client, path, patch, base)
    assert prepared.rebased
    patcher = Patcher(find_paths().state)
    seen(client, path, lambda: patcher.apply(path, line_patch(prepared.patch), ORIGIN))
    assert client.active_map().path == str(edited)


@pytest.mark.parametrize("when", ["before", "late"])
def test_new_files_and_their_undo(client: Client, path: Path, edited: Path, when: str) -> None:
    patcher = Patcher(find_paths().state)
    new = path.with_name("new difficulty.osu")
    data = path.read_bytes().replace(b"Version:Insane", b"Version:New")
    steps = (lambda: patcher.create(new, data, ORIGIN), patcher.undo, patcher.redo)
    for step in steps:
        if when == "before":
            tell_watcher(find_paths(), new, sha256_hex(data))
        step()
        if new.exists():
            seen(client, new)
        if when == "late":
            tell_watcher(find_paths(), new, sha256_hex(data) if new.exists() else "")
        assert client.active_map().path == str(edited)


def test_reports_that_come_late(client: Client, path: Path, edited: Path) -> None:
    _, patch = asked(client, path)
    patcher = Patcher(find_paths().state)
    patcher.apply(path, line_patch(patch), ORIGIN)
    seen(client, path)

    def then(entry: Entry | None, sha256: str) -> None:
        assert entry is not None
        seen(client, path)
        tell_watcher(find_paths(), path, sha256)
        assert client.active_map().path == str(edited)

    entry = patcher.undo(path)
    then(entry, entry.before_sha256)
    entry = patcher.redo(path)
    then(entry, entry.after_sha256)
    restored, version = patcher.restore(path, before=1)
    then(restored, version.sha256)
