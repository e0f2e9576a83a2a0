"""What people are told of a job's last step, by what they asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from osu_companion.v1 import jobs_pb2
from osu_companion.v1.parameters import PARAMETERS

from clients.client import AsyncClient, Client, ClientError
from clients.library.progress import progress_of
from clients.progress import describe, stage_words
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import JOB, FakeDaemon, abort, refusal

PATCH = jobs_pb2.JOB_STAGE_PATCH
LAST = jobs_pb2.JobEvent(
    job_id=JOB, progress=jobs_pb2.JobProgress(stage=PATCH, window=2, windows=2, seconds_left=-1)
)
ASKED = {
    "RemapBeatmap": (("remap", "MAP", "--from", 0, "--to", 9), "making the patch"),
    "HitsoundBeatmap": (("hitsound", "MAP"), "making the patch"),
    "MakeGuestDifficulty": (("gd", "MAP", "--name", "x"), "writing the difficulty"),
    "GenerateMapset": (("generate", "SONG", "--stars", 3), "writing the mapset"),
    "ModBeatmap": (("mod", "MAP"), "writing the report"),
    "TimeSong": (("timing", "MAP"), "writing the red lines"),
}


def at_the_end(_request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
    yield LAST
    abort(context, refusal(code_pb2.UNIMPLEMENTED, "NOT_SUPPORTED", "not today"))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


@pytest.mark.parametrize("method", PARAMETERS)
def test_every_request_names_what_it_makes_in_the_end(
    daemon: FakeDaemon, map_path: Path, command: Command, method: str
) -> None:
    daemon.answer, daemon.songs = at_the_end, [map_path.parents[1]]
    song = map_path.parent / "audio.mp3"
    song.write_bytes(b"ID3 a song")
    words, wanted = ASKED[method]
    told = [{"MAP": map_path, "SONG": song}.get(str(word), word) for word in words]
    ran = command(*told)
    assert ran.code == 4 and wanted.capitalize() in ran.err, ran.err
    stages = [line.get("stage") for line in command(*told, "--json").lines]
    assert wanted in stages


def test_the_clients_know_what_they_asked_for(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer = at_the_end
    with Client(daemon.endpoint) as client:
        assert client.timing(map_path).method == "TimeSong"
        stream = client.attach(JOB)
        event = next(stream)
        assert stream.method == "AttachJob"
        told = progress_of(event, stream.method)
    # Nobody knows what such a job makes.
    assert told is not None and told.stage == "writing the result"
    assert told.text == "Writing the result, window 2 of 2" == describe(LAST.progress)

    async def ask() -> str:
        async with AsyncClient(daemon.endpoint) as client:
            stream = client.generate(map_path)
            with pytest.raises(ClientError):
                _ = [event async for event in stream]
            return stream.method

    assert stage_words(PATCH, asyncio.run(ask())) == "writing the mapset"
