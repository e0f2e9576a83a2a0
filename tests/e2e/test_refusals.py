"""Bad input is an answer: a reason, an exit code, a remedy; and the next request works."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from osu_companion.local.endpoint import write_endpoint
from osu_companion.v1 import status_pb2

from clients.cli.timestamps import format_time
from clients.client import Client, ClientError, RefusedError, UnreachableError, UsageError
from clients.remapping import follow
from tests.e2e.house import House, Mapset, moment

START = moment(20_000)
END = START + 1_846


@pytest.fixture(autouse=True)
def the_next_request_works(house: House, mapset: Mapset):
    """After each of these tests, a good request gets its answer from the same worker."""
    with house.client() as client:
        worker = client.status().worker_pid
        yield
        other = mapset if mapset.audio.is_file() else house.mapset()
        stream = client.remap(other.normal, start_ms=START, end_ms=END, seed=1)
        assert follow(stream, lambda _: None).variants
        status = client.status()
        assert (status.worker_pid, status.worker_crashes) == (worker, 0)


def refused(
    house: House, path: Path, start: int = START, end: int = END, **more: str
) -> ClientError:
    """What the daemon answers to a remap that it must not do; the map stays as it is."""
    before = path.read_bytes() if path.is_file() else None
    with house.client() as client, pytest.raises(ClientError) as caught:
        follow(client.remap(path, start_ms=start, end_ms=end, **more), lambda _: None)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert "Traceback" not in str(caught.value) and len(str(caught.value)) > 20
    return caught.value


def test_missing_map_and_missing_audio(house: House, mapset: Mapset) -> None:
    missing = mapset.folder / "no such map.osu"
    error = refused(house, missing)
    assert (type(error), error.reason) == (RefusedError, "MAP_NOT_FOUND")
    told = house.run("remap", missing, "--from", START, "--to", END, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "MAP_NOT_FOUND")
    mapset.audio.unlink()
    told = house.run("remap", mapset.insane, "--from", START, "--to", END, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "AUDIO_NOT_FOUND")
    assert "audio.mp3" in told["message"]


def test_audio_that_is_none(house: House, mapset: Mapset) -> None:
    mapset.audio.write_bytes(b"ID3 this is no sound " * 500)
    assert refused(house, mapset.insane).reason == "AUDIO_UNREADABLE"
    mapset.audio.write_bytes(b"")
    assert refused(house, mapset.insane).reason == "AUDIO_UNREADABLE"
    mapset.audio.unlink()


def test_a_text_file_renamed(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    path.write_bytes(b"Dear diary,\r\n\r\ntoday I mapped nothing.\r\n")
    error = refused(house, path)
    assert (type(error), error.reason) == (RefusedError, "NOT_A_BEATMAP")
    path.write_bytes(bytes(range(256)) * 64)
    assert refused(house, path).reason == "NOT_A_BEATMAP"
    path.write_bytes(b"")
    assert refused(house, path).reason == "NOT_A_BEATMAP"


def test_maps_that_hold_too_little(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    data = path.read_bytes()
    path.write_bytes(data.partition(b"[TimingPoints]")[0] + b"[HitObjects]\r\n")
    error = refused(house, path)
    assert error.reason == "INPUT_UNUSABLE" and "red line" in str(error)
    path.write_bytes(data.partition(b"[HitObjects]")[0])
    error = refused(house, path)
    assert error.reason == "EDIT_REFUSED" and "[HitObjects]" in str(error)
    path.write_bytes(b"osu file format v14\r\n")
    assert refused(house, path).reason == "AUDIO_NOT_FOUND"


def test_ranges_that_are_none(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    assert refused(house, path, 3_600_000, 3_604_000).reason == "RANGE_OUTSIDE_SONG"
    assert refused(house, path, -4_000, -1_000).reason == "RANGE_OUTSIDE_SONG"
    assert refused(house, path, START + 1, START + 1).reason == "RANGE_EMPTY"
    between = format_time(START + 1)
    told = house.run("remap", path, "--from", between, "--to", between, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "RANGE_EMPTY")


def test_options_that_make_no_sense(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    assert isinstance(refused(house, path, variants=99), UsageError)  # type: ignore[arg-type]
    assert isinstance(refused(house, path, END, START), UsageError)
    assert refused(house, path, base_sha256="0" * 64).reason == "MAP_CHANGED"
    for wrong in (
        ("remap", path),
        ("remap", "--from", START, "--to", END),
        ("remap", path, "--active", "--from", START, "--to", END),
        ("remap", path, "--range", ""),
        ("remap", path, "--range", "the chorus", "--json"),
        ("remap", path, "--from", "noon", "--to", END, "--json"),
        ("remap", path, "--from", END, "--to", START, "--json"),
        ("remap", path, "--from", START, "--to", END, "--seed", "-1", "--json"),
        ("remap", path, "--no-such-option", "--json"),
    ):
        ran = house.run(*wrong)
        assert ran.code == 2, (wrong, ran)
        if "--json" in wrong:
            assert ran.error["exit_code"] == 2


def test_a_folder_that_was_not_allowed(house: House, mapset: Mapset, tmp_path: Path) -> None:
    elsewhere = tmp_path / "maps"
    shutil.copytree(mapset.folder, elsewhere)
    path = next(elsewhere.glob("*Insane*.osu"))
    error = refused(house, path)
    assert error.reason == "FOLDER_NOT_ALLOWED" and "osu-companion allow" in str(error)
    before = path.read_bytes()
    assert house.run("allow", elsewhere).code == 0
    times = ("--from", START, "--to", END, "--seed", 1)
    assert house.run("remap", path, *times, "--json").result["applied"]
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


def test_a_wrong_token(house: House, mapset: Mapset, tmp_path: Path) -> None:
    endpoint = replace(house.endpoint, token="not the daemon's")
    with Client(endpoint) as client, pytest.raises(UnreachableError) as caught:
        follow(client.remap(mapset.insane, start_ms=START, end_ms=END), lambda _: None)
    assert caught.value.reason == "TOKEN_WRONG"
    with grpc.insecure_channel(endpoint.address) as channel:
        call = channel.unary_unary("/osu_companion.v1.StatusService/GetStatus")
        with pytest.raises(grpc.RpcError) as missing:
            call(status_pb2.GetStatusRequest().SerializeToString(), timeout=30)
    assert missing.value.code() is grpc.StatusCode.UNAUTHENTICATED
    # The command, in a home whose endpoint file does not have the daemon's token.
    stranger = House(tmp_path / "stranger")
    stranger.paths.create()
    write_endpoint(stranger.paths.endpoint_file, endpoint)
    told = stranger.run("remap", mapset.insane, "--from", START, "--to", END, "--json").error
    assert told["exit_code"] == 5
    assert str(endpoint.pid) in told["message"]
