"""``timing``: red lines on standard output, and in a map only where that is wanted."""

from __future__ import annotations

import dataclasses
import io
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from osu_companion.v1 import jobs_pb2, provenance_pb2, reports_pb2, timing_pb2

from clients.client import Client, TimingOptions
from clients.client.errors import UsageError
from clients.patching import LinePatch
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import FakeDaemon, answering
from tests.clients.patching.maps import MAP, some_patch

NEW = some_patch(mark=b"1").apply(MAP)
LINES = ("577,368.1,4,1,0,100,1,0", "61000,400,3,1,0,100,1,0")


class Typed(io.StringIO):
    """A terminal on which somebody types."""

    def isatty(self) -> bool:
        return True


def timed(*patches: LinePatch, beat_length: float = 368.1) -> Any:
    """A job that hears two red lines."""
    ready = answering(*patches)

    def answer(request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        for event in ready(request, context):
            if event.HasField("result"):
                event.result.timing.CopyFrom(
                    reports_pb2.SongTiming(
                        red_lines=[
                            reports_pb2.RedLine(
                                time_ms=577, beat_length_ms=beat_length, meter=4, line=line
                            )
                            for line in LINES
                        ],
                        text="140 beats heard",
                        beats=140,
                        median_error_ms=3.3,
                    )
                )
                for variant in event.result.variants:
                    variant.patch.summary.lines.append("red line at 00:00:577 - moved")
            yield event

    return answer


def requests_of(daemon: FakeDaemon) -> list[Any]:
    return [each for each in daemon.asked if isinstance(each, timing_pb2.TimeSongRequest)]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "Songs" / "1 Artist - Title" / "音.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"ID3")
    return path


def test_standard_output_has_the_lines_of_a_song_alone(
    daemon: FakeDaemon, song: Path, command: Command
) -> None:
    daemon.answer = timed()
    ran = command("timing", song, "--super", "--from", "00:01:000", "--timing-iterations", 3)
    assert (ran.code, ran.out) == (0, "\n".join(LINES) + "\n")
    assert "140 beats heard" in ran.err and "音.mp3" in ran.err
    (asked,) = requests_of(daemon)
    assert asked.path == str(song) and asked.start_ms == 1000 and not asked.HasField("end_ms")
    assert asked.options.super_timing and asked.options.timing_iterations == 3
    assert not asked.options.HasField("one_tempo") and not asked.HasField("seed")


def test_programs_get_all_of_it(daemon: FakeDaemon, song: Path, command: Command) -> None:
    daemon.answer = timed(beat_length=math.nan)
    result = command("timing", song, "--json").lines[-1]
    assert [line["line"] for line in result["red_lines"]] == list(LINES)
    # A map may hold what JSON does not.
    assert result["red_lines"][0]["beat_length_ms"] is None
    assert (result["beats"], result["map_error_ms"], result["applied"]) == (140, None, False)
    # What people are told beside the lines, programs have in the fields.
    assert not any("140" in notice for notice in result["notices"])


@pytest.mark.parametrize(
    ("options", "writes"), [((), False), (("--apply",), True), (("--no-apply",), False)]
)
def test_without_a_terminal_only_apply_writes(
    daemon: FakeDaemon, map_path: Path, command: Command, options: tuple[str, ...], writes: bool
) -> None:
    daemon.answer = timed(some_patch(mark=b"1"))
    ran = command("timing", map_path, *options)
    assert (ran.code, ran.out) == (0, "\n".join(LINES) + "\n")
    assert map_path.read_bytes() == (NEW if writes else MAP)
    assert "red line at 00:00:577 - moved" in ran.err
    assert ("--apply writes" in ran.err) is not writes
    assert ("the ranking criteria want people" in ran.err) is writes
    assert command("undo", map_path).code == (0 if writes else 4)
    assert map_path.read_bytes() == MAP


@pytest.mark.parametrize(
    ("typed", "writes"),
    [("\n", False), ("", False), ("what\nno\n", False), ("y\n", True), ("YES\n", True)],
)
def test_a_terminal_is_asked_and_silence_is_no(
    daemon: FakeDaemon,
    map_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    writes: bool,
) -> None:
    daemon.answer = timed(some_patch(mark=b"1"))
    monkeypatch.setattr(sys, "stdin", Typed(typed))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    ran = command("timing", map_path)
    assert ran.code == 0 and "[y/N]" in ran.err
    assert map_path.read_bytes() == (NEW if writes else MAP)


def test_a_dry_run_shows_the_difference_and_writes_nothing(
    daemon: FakeDaemon, map_path: Path, command: Command
) -> None:
    daemon.answer = timed(some_patch(mark=b"1"))
    ran = command("timing", map_path, "--dry-run")
    assert ran.code == 0 and ran.out.startswith("--- ")
    assert map_path.read_bytes() == MAP
    result = command("timing", map_path, "--dry-run", "--json").lines[-1]
    assert result["diff"].startswith("--- ") and not result["applied"]
    assert command("timing", map_path, "--dry-run", "--apply").code == 2


def test_a_map_that_is_right_is_not_written(
    daemon: FakeDaemon, map_path: Path, command: Command
) -> None:
    same = LinePatch(some_patch(mark=b"1").base_sha256, some_patch(mark=b"1").base_sha256, ())
    daemon.answer = timed(same)
    ran = command("timing", map_path, "--apply")
    assert ran.code == 0 and map_path.read_bytes() == MAP
    assert "the ranking criteria" not in ran.err
    assert command("undo", map_path).code == 4


def test_what_the_daemon_warns_of_is_said(daemon: FakeDaemon, song: Path, command: Command) -> None:
    drifting = provenance_pb2.Notice(
        code=provenance_pb2.Notice.CODE_MODEL, text="No steady tempo was heard."
    )
    ready = timed()

    def answer(request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        for event in ready(request, context):
            if event.HasField("result"):
                event.result.notices.append(drifting)
            yield event

    daemon.answer = answer
    assert "No steady tempo was heard." in command("timing", song).err
    told = command("timing", song, "--json").lines[-1]
    assert "No steady tempo was heard." in told["notices"]


def test_paths_that_are_none(
    daemon: FakeDaemon, song: Path, map_path: Path, command: Command
) -> None:
    for arguments, code, said in (
        ((), 2, "Which song?"),
        ((song.parent / "gone.mp3",), 4, "no audio file"),
        ((song.parent / "gone.osu",), 4, "no map"),
        ((song.parent,), 4, "no audio file"),
        ((song, "--apply"), 2, "--apply is for maps"),
        ((song, "--dry-run"), 2, "--dry-run is for maps"),
        ((song, "--preview"), 2, "--preview is for maps"),
        ((map_path, "--active"), 2, "not both"),
        ((map_path, "--from", "soon"), 2, "is no time"),
    ):
        ran = command("timing", *arguments)
        assert (ran.code, ran.out) == (code, ""), (arguments, ran)
        assert said in ran.err
    assert daemon.asked == []


def test_the_library_asks_for_what_it_is_given(daemon: FakeDaemon, song: Path) -> None:
    daemon.answer = timed()
    options = TimingOptions(timing_tolerance=2.5, resnap=True)
    with Client(daemon.endpoint) as client:
        with client.timing(song, end_ms=9000, seed=4, options=options) as stream:
            events = list(stream)
        assert events[-1].result.timing.beats == 140
        with pytest.raises(UsageError):
            client.timing(song, seed=-1)
        wrong = dataclasses.replace(options, resnap="maybe")  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="resnap"):
            client.timing(song, options=wrong)
    (asked,) = requests_of(daemon)
    assert (asked.end_ms, asked.seed, asked.options.timing_tolerance) == (9000, 4, 2.5)
    assert asked.options.resnap
