"""The clients against the real daemon, with a worker that needs no model."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from osu_companion.local.paths import find_paths

from clients.cli.timestamps import format_time
from clients.client import (
    CancelledError,
    Client,
    RefusedError,
    RemapOptions,
    UsageError,
    find_running,
)
from clients.notices import Teller
from clients.patching import Origin, Patcher
from clients.remapping import MapConflictError, apply, follow, prepare, remap_and_apply
from tests.clients.cli.running import Command

ROOT = Path(__file__).resolve().parents[2]
START, END = 20_000, 24_000
ORIGIN = Origin("remap")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A map of the bundled mapset, in the Songs folder that the daemon will watch."""
    songs = tmp_path / "Songs"
    shutil.copytree(ROOT / "samples", songs)
    monkeypatch.setenv("OSU_COMPANION_SONGS", str(songs))
    monkeypatch.setenv("OSU_COMPANION_WORKER_ENGINE", "tests.daemon.fake_engine:FakeEngine")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return next(songs.glob("*/*Insane*.osu"))


@pytest.fixture
def client(path: Path) -> Iterator[Client]:
    with Client.connect() as client:
        yield client
        client.stop()
    while client.endpoint.process_alive():
        time.sleep(0.02)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def _teller(path: Path) -> Teller:
    return Teller(Patcher(find_paths().state), path, lambda _notice: None)


def _ask(client: Client, path: Path) -> tuple[bytes, object]:
    """A finished remap that was not written, and the bytes it was made for."""
    base = path.read_bytes()
    with client.remap(path, start_ms=START, end_ms=END, seed=7) as stream:
        result = follow(stream, lambda _event: None)
    return base, result.variants[0].patch


def test_the_command_starts_the_daemon_remaps_and_undoes(path: Path, command: Command) -> None:
    original = path.read_bytes()
    try:
        times = ("--from", format_time(START), "--to", format_time(END))
        ran = command("remap", path, *times, "--seed", "7", "--variants", "2")
        assert ran.code == 0, ran.err
        assert "Starting the daemon" in ran.err and "ranking criteria" in ran.err
        first = path.read_bytes()
        assert first != original
        assert command("variant", "2").code == 0 and path.read_bytes() not in (first, original)
        assert command("undo", path).code == 0 and path.read_bytes() == original
        again = command("remap", path, *times, "--seed", "7", "--json")
        assert again.lines[-1]["type"] == "result" and path.read_bytes() == first
        assert command("undo").code == 0 and path.read_bytes() == original
        dry = command("remap", path, *times, "--seed", "7", "--dry-run")
        assert dry.out.startswith("---") and path.read_bytes() == original
        copied = f"{format_time(START)} (1) - {format_time(END)} - "
        assert command("remap", path, "--range", copied).code in (0, 2)
        assert command("status", "--json").lines[-1]["songs"][0]["watched"]
    finally:
        assert command("stop").code == 0
    assert find_running() is None
    assert [file for file in path.parent.rglob("*") if file.name.startswith(".")] == []


def test_a_save_outside_the_range_is_carried_along(client: Client, path: Path) -> None:
    base, patch = _ask(client, path)
    saved = base.replace(b"Tags:", b"Tags:added meanwhile ", 1)
    path.write_bytes(saved)
    applied = apply(client, Patcher(find_paths().state), path, patch, ORIGIN, _teller(path), base)
    assert applied.prepared.rebased
    assert b"Tags:added meanwhile " in path.read_bytes()
    Patcher(find_paths().state).undo(path)
    assert path.read_bytes() == saved


def test_a_save_inside_the_range_is_a_conflict_that_writes_nothing(
    client: Client, path: Path
) -> None:
    base, patch = _ask(client, path)
    lines = base.split(b"\n")
    objects = next(number for number, line in enumerate(lines) if b"[HitObjects]" in line)
    inside = next(
        number
        for number, line in enumerate(lines)
        if number > objects and line.count(b",") > 4 and START < float(line.split(b",")[2]) < END
    )
    lines[inside] = b"1" + lines[inside][1:]
    saved = b"\n".join(lines)
    assert saved != base
    path.write_bytes(saved)
    with pytest.raises(MapConflictError) as caught:
        apply(client, Patcher(find_paths().state), path, patch, ORIGIN, _teller(path), base)
    assert path.read_bytes() == saved
    assert str(inside + 1) in str(caught.value) + " ".join(caught.value.violations)
    assert caught.value.diff
    with pytest.raises(MapConflictError):
        prepare(client, path, patch)  # the daemon knows the base by itself


def test_a_job_is_cancelled_within_a_moment(client: Client, path: Path) -> None:
    slow = RemapOptions(descriptors=("slow",))
    stream = client.remap(path, start_ms=START, end_ms=END, options=slow)
    for event in stream:
        if event.WhichOneof("event") == "progress" and event.progress.tokens:
            break
    started = time.monotonic()
    client.cancel(stream.job_id)
    with pytest.raises(CancelledError):
        follow(stream, lambda _event: None)
    assert time.monotonic() - started < 1.0


def test_what_the_daemon_refuses_is_told(client: Client, path: Path, tmp_path: Path) -> None:
    patcher = Patcher(find_paths().state)
    outside = tmp_path / "elsewhere.osu"
    shutil.copy(path, outside)
    for wrong in (outside, path.with_name("none.osu"), path.with_name("audio.mp3")):
        with pytest.raises(Exception) as caught:
            remap_and_apply(
                client,
                patcher,
                wrong,
                on_event=lambda _e: None,
                on_notice=lambda _n: None,
                start_ms=START,
                end_ms=END,
            )
        assert str(caught.value)
    with pytest.raises(UsageError, match="before it starts"):
        list(client.remap(path, start_ms=END, end_ms=START))


def _active(client: Client) -> str:
    try:
        return client.active_map().path
    except RefusedError:
        return ""


def test_our_own_write_is_not_taken_for_a_save_by_the_editor(client: Client, path: Path) -> None:
    other = next(file for file in path.parent.glob("*.osu") if file != path)
    other.write_bytes(other.read_bytes() + b"// saved by the editor\r\n")
    deadline = time.monotonic() + 10
    while _active(client) != str(other):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    remap_and_apply(
        client,
        Patcher(find_paths().state),
        path,
        on_event=lambda _event: None,
        on_notice=lambda _notice: None,
        start_ms=START,
        end_ms=END,
    )
    time.sleep(1.0)
    assert client.active_map().path == str(other)
