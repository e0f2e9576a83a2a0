"""Who may call, and which files may be opened."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from osu_companion.local.config import allow_folder
from osu_companion.v1 import remap_pb2, remap_pb2_grpc, status_pb2, status_pb2_grpc

from daemon.access import Access
from daemon.refusal import Refusal, fitting
from tests.daemon.conftest import Mapset, RunningDaemon
from tests.daemon.errors import details, reason, status_of


@pytest.mark.parametrize(
    ("metadata", "wanted"),
    [
        ((), "TOKEN_MISSING"),
        ((("authorization", "Basic abc"),), "TOKEN_MISSING"),
        ((("authorization", "Bearer wrong"),), "TOKEN_WRONG"),
        ((("authorization", "Bearer "),), "TOKEN_WRONG"),
    ],
)
def test_every_method_wants_the_token(shared_daemon: RunningDaemon, metadata, wanted: str):
    status = status_pb2_grpc.StatusServiceStub(shared_daemon.channel)
    with pytest.raises(grpc.RpcError) as caught:
        status.GetStatus(status_pb2.GetStatusRequest(), metadata=metadata, timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert reason(status_of(caught.value)) == wanted
    stream = remap_pb2_grpc.RemapServiceStub(shared_daemon.channel).RemapBeatmap(
        remap_pb2.RemapBeatmapRequest(), metadata=metadata, timeout=5
    )
    with pytest.raises(grpc.RpcError) as caught:
        list(stream)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert reason(status_of(caught.value)) == wanted


def test_health_and_reflection_want_none(shared_daemon: RunningDaemon):
    health = health_pb2_grpc.HealthStub(shared_daemon.channel)
    for service in ("", "osu_companion.v1.RemapService"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    reflection = reflection_pb2_grpc.ServerReflectionStub(shared_daemon.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = reflection.ServerReflectionInfo(iter([request]), timeout=5)
    names = {service.name for service in answer.list_services_response.service}
    assert "osu_companion.v1.JobService" in names


def test_bytes_that_are_no_message_get_an_answer(shared_daemon: RunningDaemon):
    call = shared_daemon.channel.unary_unary("/osu_companion.v1.StatusService/GetStatus")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"\xff\xff\xff", metadata=shared_daemon.endpoint.metadata, timeout=5)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason(status_of(caught.value)) == "OPTION_INVALID"
    unknown = shared_daemon.channel.unary_unary("/osu_companion.v1.StatusService/Nothing")
    with pytest.raises(grpc.RpcError) as caught:
        unknown(b"", timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert shared_daemon.status().pid == shared_daemon.process.pid


def test_the_endpoint_file_is_the_users_alone(shared_daemon: RunningDaemon):
    file = shared_daemon.paths.endpoint_file
    if os.name != "nt":
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
    assert shared_daemon.endpoint.process_alive()
    assert shared_daemon.endpoint.token not in shared_daemon.paths.log_file.read_text()


def test_a_folder_is_allowed_without_a_restart(shared_daemon: RunningDaemon, tmp_path: Path):
    mapset = Mapset(tmp_path / "elsewhere")
    mapset.write()
    with pytest.raises(grpc.RpcError) as caught:
        list(shared_daemon.remap(mapset.map))
    status = status_of(caught.value)
    assert reason(status) == "FOLDER_NOT_ALLOWED"
    assert "osu-companion allow" in status.message
    assert details(status)["ErrorInfo"].metadata["folder"] == str(mapset.folder)
    allow_folder(shared_daemon.paths.config_file, mapset.folder)
    assert list(shared_daemon.remap(mapset.map))[-1].event.HasField("result")


@pytest.fixture
def access(tmp_path: Path) -> Access:
    (tmp_path / "Songs").mkdir()
    return Access(tmp_path / "config.toml", lambda: [tmp_path / "Songs"])


def refused(access: Access, path: str | Path) -> str:
    with pytest.raises(Refusal) as caught:
        access.read_map(str(path))
    return caught.value.reason


def test_nothing_leads_out(access: Access, tmp_path: Path):
    songs = tmp_path / "Songs"
    outside = tmp_path / "outside.osu"
    outside.write_bytes(b"osu file format v14\n")
    assert refused(access, outside) == "FOLDER_NOT_ALLOWED"
    assert refused(access, songs / ".." / "outside.osu") == "FOLDER_NOT_ALLOWED"
    # A folder whose name merely begins like an allowed one.
    assert refused(access, tmp_path / "Songs2" / "a.osu") == "FOLDER_NOT_ALLOWED"
    assert refused(access, "Songs/a.osu") == "OPTION_INVALID"
    assert refused(access, f"{songs}/a\0.osu") == "OPTION_INVALID"
    assert refused(access, "") == "OPTION_INVALID"
    try:
        (songs / "link.osu").symlink_to(outside)
    except OSError:
        pytest.skip("no symbolic links here")
    assert refused(access, songs / "link.osu") == "FOLDER_NOT_ALLOWED"


def test_what_an_error_says_fits_into_trailers(access: Access):
    deep = "/" + "/".join(["日本語の譜面フォルダ" * 6] * 10)
    with pytest.raises(Refusal) as caught:
        access.resolve(f"{deep}/a.osu")
    status = fitting(caught.value)
    assert len(quote(status.message)) + status.ByteSize() * 4 // 3 < 8000
    assert details(status)["ErrorInfo"].reason == "FOLDER_NOT_ALLOWED"
    assert status.message.startswith("/日本語") and "allowed_folders" in status.message


def test_only_files_that_can_be_maps_are_read(access: Access, tmp_path: Path):
    songs = tmp_path / "Songs"
    (songs / "notes.txt").write_text("hello")
    assert refused(access, songs / "notes.txt") == "NOT_A_BEATMAP"
    (songs / "folder.osu").mkdir()
    assert refused(access, songs / "folder.osu") == "NOT_A_BEATMAP"
    with (songs / "huge.osu").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert refused(access, songs / "huge.osu") == "NOT_A_BEATMAP"
    if hasattr(os, "mkfifo"):
        os.mkfifo(songs / "pipe.osu")
        assert refused(access, songs / "pipe.osu") == "NOT_A_BEATMAP"
    assert refused(access, songs / "gone.osu") == "MAP_NOT_FOUND"


def test_audio_is_found_whatever_its_case_and_separators(access: Access, tmp_path: Path):
    folder = tmp_path / "Songs" / "set"
    (folder / "Sound").mkdir(parents=True)
    audio = folder / "Sound" / "Audio.MP3"
    audio.write_bytes(b"x")
    assert access.find_audio(folder / "a.osu", "sound\\audio.mp3") == audio.resolve()
    (tmp_path / "secret.mp3").write_bytes(b"x")
    with pytest.raises(Refusal) as caught:
        access.find_audio(folder / "a.osu", "../../secret.mp3")
    assert caught.value.reason == "FOLDER_NOT_ALLOWED"
    with pytest.raises(Refusal) as caught:
        access.find_audio(folder / "a.osu", "sound")
    assert caught.value.reason == "AUDIO_NOT_FOUND"
    with pytest.raises(Refusal) as caught:
        access.find_audio(folder / "a.osu", "x" * 300 + ".mp3")
    assert caught.value.reason == "AUDIO_NOT_FOUND"
