"""What TimeSong refuses before any model is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from osu_companion.v1 import timing_pb2, timing_pb2_grpc

from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon
from tests.daemon.errors import details, reason, status_of


def refused(daemon: RunningDaemon, path: Path | str, **fields: Any) -> Any:
    """The status that a request gets instead of a job."""
    request = timing_pb2.TimeSongRequest(path=str(path), **fields)
    with pytest.raises(grpc.RpcError) as caught:
        list(daemon.call(timing_pb2_grpc.TimingServiceStub, "TimeSong", request))
    return status_of(caught.value)


@pytest.mark.parametrize("of", ["map", "song"])
@pytest.mark.parametrize(
    ("fields", "wanted", "field"),
    [
        ({"seed": 2**63}, "OPTION_INVALID", "seed"),
        ({"base_sha256": "0" * 64}, "MAP_CHANGED", ""),
        ({"range_text": "the chorus"}, "OPTION_INVALID", "range_text"),
        ({"model": "v32"}, "MODEL_NOT_FOUND", ""),
        ({"start_ms": 3000, "end_ms": 3000}, "RANGE_EMPTY", "end_ms"),
        ({"start_ms": 3000, "end_ms": 4999}, "RANGE_EMPTY", "end_ms"),
        ({"range_text": "00:03:000 - 00:03:500 - "}, "RANGE_EMPTY", "end_ms"),
        ({"start_ms": -9000, "end_ms": -100}, "RANGE_OUTSIDE_SONG", "end_ms"),
    ],
)
def test_requests_that_are_none(
    shared_daemon: RunningDaemon,
    shared_mapset: Mapset,
    of: str,
    fields: dict[str, Any],
    wanted: str,
    field: str,
) -> None:
    path = shared_mapset.map if of == "map" else shared_mapset.folder / "audio.wav"
    status = refused(shared_daemon, path, **fields)
    assert reason(status) == wanted
    if field:
        (violation,) = details(status)["BadRequest"].field_violations
        assert violation.field == field


def test_files_that_are_none(shared_daemon: RunningDaemon, tmp_path: Path) -> None:
    odd = Mapset(shared_daemon.songs / "7 Odd")
    odd.write(tuple(line.replace("Audio.wav", "gone.mp3") for line in MAP_LINES))
    assert reason(refused(shared_daemon, odd.map)) == "AUDIO_NOT_FOUND"
    odd.write(("Dear diary,",))
    assert reason(refused(shared_daemon, odd.map)) == "NOT_A_BEATMAP"
    assert reason(refused(shared_daemon, odd.folder / "gone.osu")) == "MAP_NOT_FOUND"
    assert reason(refused(shared_daemon, odd.folder / "gone.mp3")) == "AUDIO_NOT_FOUND"
    assert reason(refused(shared_daemon, odd.folder)) == "AUDIO_UNREADABLE"
    assert reason(refused(shared_daemon, odd.folder / "a set.osz")) == "AUDIO_UNREADABLE"
    elsewhere = tmp_path / "song.mp3"
    elsewhere.write_bytes(b"ID3")
    # Where the folder is not open to requests, it is not even said whether the file is there.
    for path in (elsewhere, tmp_path / "gone.mp3", odd.folder / ".." / ".." / "song.mp3"):
        status = refused(shared_daemon, path)
        assert reason(status) == "FOLDER_NOT_ALLOWED" and "osu-companion allow" in status.message
    assert reason(refused(shared_daemon, "audio.wav")) == "OPTION_INVALID"
    assert reason(refused(shared_daemon, "")) == "OPTION_INVALID"
