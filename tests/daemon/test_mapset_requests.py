"""What GenerateMapset refuses before any model is asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from osu_companion.v1 import jobs_pb2, mapset_pb2, mapset_pb2_grpc
from osu_companion.v1.parameters import PARAMETERS

from tests.daemon.conftest import RunningDaemon, sha256
from tests.daemon.errors import details, reason, status_of
from tests.daemon.test_contract_parameters import bad_values

METHOD = "GenerateMapset"


def ask(
    daemon: RunningDaemon,
    path: Path | str,
    options: dict[str, Any] | None = None,
    difficulties: tuple[dict[str, Any], ...] = (),
    metadata: dict[str, Any] | None = None,
    **fields: Any,
) -> Any:
    """The stream of a request; a difficulty is its options, with its ``name`` among them."""
    request = mapset_pb2.GenerateMapsetRequest(path=str(path), **fields)
    fill(request.options, options or {})
    for wish in difficulties:
        added = request.difficulties.add(name=wish.get("name", ""))
        fill(added.options, {key: value for key, value in wish.items() if key != "name"})
    fill(request.metadata, metadata or {})
    return daemon.call(mapset_pb2_grpc.MapsetServiceStub, METHOD, request, timeout=60.0)


def fill(message: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, list):
            getattr(message, name).extend(value)
        else:
            setattr(message, name, value)


def refused(daemon: RunningDaemon, path: Path | str, **fields: Any) -> Any:
    """The status that a request gets instead of a job."""
    with pytest.raises(grpc.RpcError) as caught:
        list(ask(daemon, path, **fields))
    return status_of(caught.value)


def violations(status: Any) -> dict[str, str]:
    return {v.field: v.description for v in details(status)["BadRequest"].field_violations}


@pytest.fixture
def song(shared_daemon: RunningDaemon) -> Path:
    path = shared_daemon.songs / "Söng.mp3"
    path.write_bytes(b"ID3 is no song")
    return path


def test_every_bad_value_is_named_with_its_limits(shared_daemon: RunningDaemon, song: Path) -> None:
    """Of the request, and of one difficulty among several."""
    tried = 0
    for parameter in PARAMETERS[METHOD]:
        its_own = parameter.name in ("seed", "start_ms", "end_ms")
        for value in bad_values(parameter):
            wrong = {parameter.name: value}
            status = refused(shared_daemon, song, **(wrong if its_own else {"options": wrong}))
            assert reason(status) == "OPTION_INVALID", parameter
            ((field, told),) = violations(status).items()
            assert field == (parameter.name if its_own else f"options.{parameter.name}")
            assert parameter.limits in told
            tried += 1
            if its_own:
                continue
            status = refused(shared_daemon, song, difficulties=({"mode": 1}, wrong))
            assert reason(status) == "OPTION_INVALID", parameter
            ((field, told),) = violations(status).items()
            assert field == f"difficulties[1].options.{parameter.name}"
            assert parameter.limits in told
    assert tried > 40


def test_all_that_is_wrong_is_said_at_once(shared_daemon: RunningDaemon, song: Path) -> None:
    status = refused(
        shared_daemon,
        song,
        options={"mode": 4},
        difficulties=({"difficulty": 21.0}, {"name": "a\nb", "key_count": 0}),
        metadata={"creator": "x" * 201, "preview_ms": -1},
    )
    assert set(violations(status)) == {
        "options.mode",
        "difficulties[0].options.difficulty",
        "difficulties[1].name",
        "difficulties[1].options.key_count",
        "metadata.creator",
        "metadata.preview_ms",
    }


def test_values_that_contradict_each_other(shared_daemon: RunningDaemon, song: Path) -> None:
    """The field that is named is where it was given."""
    shares = {"lookback": 0.5, "lookahead": 0.6}
    status = refused(shared_daemon, song, options=shares)
    assert set(violations(status)) == {"options.lookahead"}
    status = refused(shared_daemon, song, difficulties=({}, shares))
    assert set(violations(status)) == {"difficulties[1].options.lookahead"}
    status = refused(
        shared_daemon, song, options={"lookahead": 0.6}, difficulties=({}, {"lookback": 0.5})
    )
    assert set(violations(status)) == {"options.lookahead"}
    status = refused(shared_daemon, song, start_ms=4000, end_ms=2000)
    assert set(violations(status)) == {"start_ms", "end_ms"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"seed": 2**63}, "seed"),
        ({"variants": 9}, "variants"),
        ({"variants": -1}, "variants"),
        ({"difficulties": ({},) * 17}, "difficulties"),
        ({"difficulties": ({"name": "A?"}, {}, {"name": "a "})}, "difficulties[2].name"),
        ({"difficulties": ({"name": "x" * 201},)}, "difficulties[0].name"),
        ({"difficulties": ({}, {"name": "???"})}, "difficulties[1].name"),
        ({"metadata": {"title": "東方"}}, "metadata.title"),
        ({"difficulties": ({"name": "a\u200db"},)}, "difficulties[0].name"),
        ({"metadata": {"title_unicode": "a\nb"}}, "metadata.title_unicode"),
        ({"metadata": {"title_unicode": "a\u200db"}}, "metadata.title_unicode"),
        ({"metadata": {"tags": ["a", "b\u200d"]}}, "metadata.tags"),
        ({"metadata": {"tags": ["x" * 1025]}}, "metadata.tags"),
        ({"metadata": {"background": "../up.jpg"}}, "metadata.background"),
        ({"metadata": {"background": "C:\\bg.jpg"}}, "metadata.background"),
        ({"metadata": {"background": "virus.exe"}}, "metadata.background"),
        ({"metadata": {"background": 'a",0,0\n.png'}}, "metadata.background"),
    ],
)
def test_what_is_not_usable(
    shared_daemon: RunningDaemon, song: Path, fields: dict[str, Any], field: str
) -> None:
    status = refused(shared_daemon, song, **fields)
    assert reason(status) == "OPTION_INVALID"
    assert set(violations(status)) == {field}
    if "\u200d" in str(fields) or "\\u200d" in str(fields):
        assert "U+200D (ZERO WIDTH JOINER)" in violations(status)[field]


def test_audio_outside_the_open_folders(shared_daemon: RunningDaemon, tmp_path: Path) -> None:
    """The remedy is the very command; a link does not lead out either."""
    outside = tmp_path / "Downloads" / "song.mp3"
    outside.parent.mkdir()
    outside.write_bytes(b"ID3")
    status = refused(shared_daemon, outside)
    assert reason(status) == "FOLDER_NOT_ALLOWED"
    assert f'osu-companion allow "{outside.parent}"' in status.message
    assert details(status)["ErrorInfo"].metadata["folder"] == str(outside.parent)
    if os.name != "nt":
        link = shared_daemon.songs / "link.mp3"
        link.symlink_to(outside)
        assert reason(refused(shared_daemon, link)) == "FOLDER_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda songs: songs / "none.mp3", "AUDIO_NOT_FOUND"),
        (lambda songs: songs, "AUDIO_UNREADABLE"),
        (lambda songs: next(songs.rglob("*.osu")), "AUDIO_UNREADABLE"),
        (lambda songs: "song.mp3", "OPTION_INVALID"),
        (lambda songs: "", "OPTION_INVALID"),
    ],
)
def test_what_is_no_audio_file(
    shared_daemon: RunningDaemon, make: Callable[[Path], Any], wanted: str
) -> None:
    status = refused(shared_daemon, make(shared_daemon.songs))
    assert reason(status) == wanted
    assert "audio" in status.message or "There is no file" in status.message


def test_audio_that_is_not_the_one_that_was_meant(shared_daemon: RunningDaemon, song: Path) -> None:
    assert reason(refused(shared_daemon, song, base_sha256="0" * 64)) == "MAP_CHANGED"
    assert reason(refused(shared_daemon, song, model="v32")) == "MODEL_NOT_FOUND"


def test_a_job_carries_what_it_was_made_of(shared_daemon: RunningDaemon, song: Path) -> None:
    """The daemon fills in the seed, the model and the audio's hash; it keeps no copy of a song."""
    meant = sha256(song.read_bytes())
    stream = ask(shared_daemon, song, base_sha256=meant.upper(), detached=True)
    first = next(stream)
    job = shared_daemon.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=first.event.job_id)).job
    assert (job.kind, job.path, job.model) == (METHOD, str(song), "starter")
    assert job.seed < 2**31
    shared_daemon.jobs("CancelJob", jobs_pb2.CancelJobRequest(job_id=job.job_id))
    list(stream)
