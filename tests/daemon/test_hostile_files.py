"""Whatever calls itself .osu, and whatever a request holds, gets a result or a clear code."""

from __future__ import annotations

import grpc
import pytest
from google.rpc import code_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osu_companion.v1 import remap_pb2, remap_pb2_grpc

from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon
from tests.daemon.errors import reason, status_of

MAP = "\r\n".join(MAP_LINES).encode()
HEADER = b"osu file format v14\n[General]\nAudioFilename: audio.wav\n"
WILD = (b"", b"nan", b"1e999", b"-2147483648", b"99999999999", b"\x00", b"\xff\xfe", b"|", b"B|1:1")

damaged = st.builds(
    lambda cut, end, piece, to: (MAP[:cut] + piece + MAP[end:])[:to],
    st.integers(0, len(MAP)),
    st.integers(0, len(MAP)),
    st.sampled_from(WILD),
    st.one_of(st.none(), st.integers(0, len(MAP))),
)
files = st.one_of(damaged, st.binary(max_size=300), st.binary(max_size=300).map(HEADER.__add__))
numbers = st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(-1000, 20_000))

ordinary = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def outcome(stream) -> str:
    """ "" for a result, else the reason."""
    try:
        last = list(stream)[-1].event
    except grpc.RpcError as error:
        return reason(status_of(error))
    if last.HasField("result"):
        return ""
    assert last.failure.status.code not in (code_pb2.OK, code_pb2.UNKNOWN)
    return reason(last.failure.status)


@ordinary
@given(files)
def test_any_file(shared_daemon: RunningDaemon, data: bytes):
    mapset = Mapset(shared_daemon.songs / "3 Any")
    mapset.write()
    mapset.map.write_bytes(data)
    why = outcome(shared_daemon.remap(mapset.map, start_ms=2000, end_ms=2600))
    assert why not in ("INTERNAL", "WORKER_CRASHED"), data


@ordinary
@given(
    start=numbers,
    end=numbers,
    variants=numbers,
    seed=st.integers(0, 2**64 - 1),
    temperature=st.one_of(st.none(), st.floats(width=64)),
    top_p=st.one_of(st.none(), st.floats(width=64)),
    text=st.one_of(st.just(""), st.text(max_size=40)),
    path=st.one_of(st.none(), st.text(max_size=40)),
)
def test_any_request(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, start, end, variants, seed, temperature,
    top_p, text, path,
):  # fmt: skip
    request = remap_pb2.RemapBeatmapRequest(
        path=str(shared_mapset.map) if path is None else path,
        start_ms=start,
        # A long range of the fake engine's is only slow.
        end_ms=min(end, start + 20_000, 2**31 - 1),
        variants=variants,
        seed=seed,
        range_text=text,
    )
    if temperature is not None:
        request.options.temperature = temperature
    if top_p is not None:
        request.options.top_p = top_p
    stub = remap_pb2_grpc.RemapServiceStub
    why = outcome(shared_daemon.call(stub, "RemapBeatmap", request))
    assert why not in ("INTERNAL", "WORKER_CRASHED")


@pytest.mark.parametrize("size", [17 * 1024 * 1024])
def test_message_that_is_too_large(shared_daemon: RunningDaemon, size: int):
    call = shared_daemon.channel.unary_unary("/osu_companion.v1.PatchService/RebasePatch")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"\x00" * size, metadata=shared_daemon.endpoint.metadata, timeout=10)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert shared_daemon.status().pid == shared_daemon.process.pid
