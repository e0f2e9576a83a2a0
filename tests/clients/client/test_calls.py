"""Both clients over a real socket: token, deadlines, streams, errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import code_pb2
from osu_companion.v1 import jobs_pb2

from clients.client import (
    AsyncClient,
    CancelledError,
    ChangedError,
    Client,
    ClientError,
    FailedError,
    RefusedError,
    RemapOptions,
    UnreachableError,
    UsageError,
)
from tests.clients.fake_daemon import JOB, FakeDaemon, abort, answering, refusal, variants_of
from tests.clients.patching.maps import some_patch


def test_a_remap_streams_its_events_with_token_and_deadline(
    daemon: FakeDaemon, map_path: Path
) -> None:
    daemon.answer = answering(some_patch())
    options = RemapOptions(temperature=0.9, take_volume=False, descriptors=("jump aim",))
    with Client(daemon.endpoint) as client:
        stream = client.remap(map_path, start_ms=1500, end_ms=2250, seed=7, options=options)
        kinds = [event.WhichOneof("event") for event in stream]
    assert kinds == ["queued", "notice", "progress", "progress", "result"]
    assert stream.job_id == JOB
    (request,) = daemon.asked
    assert (request.path, request.start_ms, request.seed) == (str(map_path), 1500, 7)
    assert request.options.HasField("take_volume") and not request.options.take_volume
    assert not request.options.HasField("take_slider_velocity")
    assert list(request.options.descriptors) == ["jump aim"]
    assert 60 < daemon.remaining[0] < 86_400


def test_every_unary_method_reaches_the_daemon(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.active, daemon.rebased = map_path, some_patch()
    daemon.variants = variants_of(some_patch())
    with Client(daemon.endpoint) as client:
        assert client.status().model == "starter"
        assert [model.name for model in client.models()] == ["starter"]
        assert client.load_model("starter").loaded
        assert client.unload_model(force=True) and not client.unload_model()
        assert client.active_map().path == str(map_path)
        assert len(client.recent_maps(1)) == 1
        client.report_write(map_path, "ab")
        assert client.job(JOB).job_id == client.cancel(JOB).job_id == JOB
        assert len(client.jobs()) == 1
        answer = client.variant(JOB, 1)
        assert answer.seed == 7
        assert client.rebase(answer.variant.patch, b"bytes").result_sha256
        assert client.rebase(answer.variant.patch, map_path).result_sha256
        assert [e.WhichOneof("event") for e in client.attach(JOB)][-1] == "result"
        client.stop()
    assert daemon.stopped.is_set()
    assert all(remaining < 4_000 for remaining in daemon.remaining), daemon.remaining


async def test_the_asynchronous_client_does_the_same(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer, daemon.active = answering(some_patch()), map_path
    daemon.rebased, daemon.variants = some_patch(), variants_of(some_patch())
    async with AsyncClient(daemon.endpoint) as client:
        stream = client.remap(map_path, range_text="00:01:500 (1,2) - ")
        kinds = [event.WhichOneof("event") async for event in stream]
        assert (
            kinds == ["queued", "notice", "progress", "progress", "result"] and stream.job_id == JOB
        )
        assert daemon.asked[0].range_text == "00:01:500 (1,2) - "
        assert (await client.status()).model == "starter"
        assert len(await client.models()) == len(await client.jobs()) == 1
        assert (await client.load_model("m")).loaded and await client.unload_model(force=True)
        assert (await client.active_map()).path == str(map_path)
        assert len(await client.recent_maps()) == 1
        await client.report_write(map_path, "ab")
        assert (await client.job(JOB)).job_id == (await client.cancel(JOB)).job_id
        answer = await client.variant(JOB, 1)
        assert (await client.rebase(answer.variant.patch, b"bytes")).result_sha256
        with pytest.raises(RefusedError):
            await client.variant(JOB, 9)
        async with client.attach(JOB) as joined:
            assert [e.WhichOneof("event") async for e in joined][-1] == "result"
        await client.stop()


async def test_errors_of_streams_reach_the_asynchronous_client(
    daemon: FakeDaemon, map_path: Path
) -> None:
    async with AsyncClient(replace(daemon.endpoint, token="wrong")) as client:
        with pytest.raises(UnreachableError, match="wrong token"):
            await client.status()
        with pytest.raises(UnreachableError, match="wrong token"):
            _ = [event async for event in client.remap(map_path, start_ms=0, end_ms=1)]


def test_a_wrong_token_is_said(daemon: FakeDaemon) -> None:
    with (
        Client(replace(daemon.endpoint, token="wrong")) as client,
        pytest.raises(UnreachableError, match="wrong token") as caught,
    ):
        client.status()
    assert caught.value.reason == "TOKEN_WRONG"


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (code_pb2.FAILED_PRECONDITION, "MAP_CHANGED", ChangedError),
        (code_pb2.FAILED_PRECONDITION, "PATCH_CONFLICT", ChangedError),
        (code_pb2.FAILED_PRECONDITION, "DEGENERATE_OUTPUT", RefusedError),
        (code_pb2.FAILED_PRECONDITION, "EDIT_REFUSED", RefusedError),
        (code_pb2.NOT_FOUND, "AUDIO_NOT_FOUND", RefusedError),
        (code_pb2.UNIMPLEMENTED, "NOT_SUPPORTED", RefusedError),
        (code_pb2.PERMISSION_DENIED, "FOLDER_NOT_ALLOWED", RefusedError),
        (code_pb2.INVALID_ARGUMENT, "RANGE_EMPTY", RefusedError),
        (code_pb2.INVALID_ARGUMENT, "OPTION_INVALID", UsageError),
        (code_pb2.RESOURCE_EXHAUSTED, "QUEUE_FULL", FailedError),
        (code_pb2.INTERNAL, "WORKER_CRASHED", FailedError),
        (code_pb2.CANCELLED, "CANCELLED", CancelledError),
        (code_pb2.UNAVAILABLE, "DAEMON_STOPPING", UnreachableError),
    ],
)
def test_each_reason_is_its_kind_of_error(
    daemon: FakeDaemon, map_path: Path, code: int, reason: str, kind: type[ClientError]
) -> None:
    def answer(_request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        abort(context, refusal(code, reason, "what happened and what to do", "line 12: changed"))
        yield jobs_pb2.JobEvent()

    daemon.answer = answer
    with Client(daemon.endpoint) as client, pytest.raises(kind, match="what to do") as caught:
        list(client.remap(map_path, start_ms=0, end_ms=1))
    assert caught.value.reason == reason
    assert caught.value.violations == ("line 12: changed",)


def test_an_error_without_details_is_told_apart_by_its_code(
    daemon: FakeDaemon, map_path: Path
) -> None:
    def answer(_request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        context.abort(grpc.StatusCode.NOT_FOUND, "from somewhere else")
        yield jobs_pb2.JobEvent()

    daemon.answer = answer
    with Client(daemon.endpoint) as client, pytest.raises(RefusedError, match="somewhere else"):
        list(client.remap(map_path, start_ms=0, end_ms=1))


def test_leaving_the_stream_is_noticed_by_the_daemon(daemon: FakeDaemon, map_path: Path) -> None:
    def answer(_request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        yield jobs_pb2.JobEvent(job_id=JOB, queued=jobs_pb2.JobQueued())
        daemon.dropped.wait(10)

    daemon.answer = answer
    with Client(daemon.endpoint) as client, client.remap(map_path, start_ms=0, end_ms=1) as stream:
        next(stream)
    assert daemon.dropped.wait(5)


def test_no_proxy_captures_the_loopback(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with Client(daemon.endpoint) as client:
        assert client.status(timeout_s=5).model == "starter"


def test_a_daemon_that_went_away_is_unreachable(daemon: FakeDaemon) -> None:
    endpoint = daemon.endpoint
    daemon.stop()
    with Client(endpoint) as client, pytest.raises(UnreachableError, match="cannot be reached"):
        client.status()


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_ms": 1},
        {"start_ms": 0, "end_ms": 2**40},
        {"start_ms": 0, "end_ms": 1, "seed": -1},
        {"start_ms": 0, "end_ms": 1, "seed": 2**63},
        {"start_ms": 0, "end_ms": 1, "variants": -1},
    ],
)
def test_requests_that_the_contract_cannot_carry_are_refused_here(
    daemon: FakeDaemon, map_path: Path, wrong: dict[str, Any]
) -> None:
    with Client(daemon.endpoint) as client, pytest.raises(UsageError):
        client.remap(map_path, **wrong)
    assert daemon.asked == []
