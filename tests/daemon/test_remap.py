"""A remap over a real socket, with a real worker process."""

from __future__ import annotations

import time

import grpc
import pytest
from google.rpc import code_pb2
from osu_companion.v1 import jobs_pb2, models_pb2, patches_pb2

from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon, sha256, wait_until
from tests.daemon.errors import details, reason, status_of


def final(stream) -> jobs_pb2.JobEvent:
    return list(stream)[-1].event


def applied(patch: patches_pb2.BeatmapPatch, data: bytes) -> bytes:
    """What a client without a parser does."""
    assert sha256(data) == patch.base_sha256
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    for edit in reversed(patch.edits):
        lines[edit.first_line : edit.first_line + edit.count] = edit.replacement
    result = b"".join(lines)
    assert sha256(result) == patch.result_sha256
    return result


def test_streams_queued_progress_result(shared_daemon: RunningDaemon, shared_mapset: Mapset):
    events = [response.event for response in shared_daemon.remap(shared_mapset.map, seed=7)]
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds[0] == "queued"
    assert kinds[-1] == "result"
    assert "progress" in kinds
    assert len({event.job_id for event in events}) == 1
    result = events[-1].result
    assert result.seed == 7
    assert result.device == "cpu"
    assert result.timings.total_ms > result.timings.queue_ms >= 0
    (variant,) = result.variants
    before = shared_mapset.map.read_bytes()
    after = applied(variant.patch, before)
    assert after.count(b"\r\n") == after.count(b"\n")
    assert variant.patch.summary.generated == 8
    assert "replaced" in variant.patch.summary.text
    roles = {item.role for item in variant.patch.preview.objects}
    assert len(roles) == 3
    # The daemon itself writes nothing.
    assert shared_mapset.map.read_bytes() == before


def test_same_seed_same_bytes_and_chosen_seed_is_told(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
):
    first = final(shared_daemon.remap(shared_mapset.map)).result
    again = final(shared_daemon.remap(shared_mapset.map, seed=first.seed)).result
    other = final(shared_daemon.remap(shared_mapset.map, seed=first.seed + 1)).result
    assert first.variants[0].patch == again.variants[0].patch
    assert first.variants[0].patch != other.variants[0].patch


def test_range_as_copied_from_the_editor(shared_daemon: RunningDaemon, shared_mapset: Mapset):
    text = "00:02:000 (5) - 00:04:000 (1) - "
    stream = shared_daemon.remap(shared_mapset.map, start_ms=0, end_ms=0, range_text=text)
    patch = final(stream).result.variants[0].patch
    assert patch.start_ms == 2000
    assert patch.end_ms >= 4000


def test_variants_stay_retrievable(shared_daemon: RunningDaemon, shared_mapset: Mapset):
    event = final(shared_daemon.remap(shared_mapset.map, variants=3))
    assert [variant.number for variant in event.result.variants] == [1, 2, 3]
    request = patches_pb2.GetVariantRequest(job_id=event.job_id, number=2)
    found = shared_daemon.patches("GetVariant", request)
    assert found.variant == event.result.variants[1]
    assert found.seed == event.result.seed
    with pytest.raises(grpc.RpcError) as caught:
        request.number = 4
        shared_daemon.patches("GetVariant", request)
    assert reason(status_of(caught.value)) == "VARIANT_NOT_FOUND"


def test_what_a_library_prints_does_not_break_the_pipe(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
):
    assert final(shared_daemon.remap(shared_mapset.map, "print")).HasField("result")


REFUSED = {
    "missing map": ({"path": "missing.osu"}, grpc.StatusCode.NOT_FOUND, "MAP_NOT_FOUND"),
    "relative path": ({"path": None}, grpc.StatusCode.INVALID_ARGUMENT, "OPTION_INVALID"),
    "empty range": (
        {"start_ms": 2001, "end_ms": 2001},
        grpc.StatusCode.INVALID_ARGUMENT,
        "RANGE_EMPTY",
    ),
    "backwards": ({"end_ms": 10}, grpc.StatusCode.INVALID_ARGUMENT, "OPTION_INVALID"),
    "before the song": (
        {"start_ms": -500, "end_ms": -10},
        grpc.StatusCode.INVALID_ARGUMENT,
        "RANGE_OUTSIDE_SONG",
    ),
    "variants": ({"variants": 99}, grpc.StatusCode.INVALID_ARGUMENT, "OPTION_INVALID"),
    "seed": ({"seed": 2**63}, grpc.StatusCode.INVALID_ARGUMENT, "OPTION_INVALID"),
    "other bytes": (
        {"base_sha256": "0" * 64},
        grpc.StatusCode.FAILED_PRECONDITION,
        "MAP_CHANGED",
    ),
    "nonsense range": (
        {"range_text": "from here to there"},
        grpc.StatusCode.INVALID_ARGUMENT,
        "OPTION_INVALID",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_requests_that_never_become_jobs(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, case: str
):
    fields, code, wanted = REFUSED[case]
    fields = dict(fields)
    path = shared_mapset.map
    if "path" in fields:
        name = fields.pop("path")
        path = shared_mapset.folder / name if name else shared_mapset.map.name
    with pytest.raises(grpc.RpcError) as caught:
        list(shared_daemon.remap(path, **fields))
    assert caught.value.code() is code
    status = status_of(caught.value)
    assert reason(status) == wanted
    if code is grpc.StatusCode.INVALID_ARGUMENT:
        assert details(status)["BadRequest"].field_violations
    if code is grpc.StatusCode.FAILED_PRECONDITION:
        assert details(status)["PreconditionFailure"].violations


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (("Dear diary,", "today I renamed a text file."), "NOT_A_BEATMAP"),
        ((), "NOT_A_BEATMAP"),
        (tuple(line.replace("Audio.wav", "gone.mp3") for line in MAP_LINES), "AUDIO_NOT_FOUND"),
        (tuple(line for line in MAP_LINES if "Audio" not in line), "AUDIO_NOT_FOUND"),
        (
            tuple(line.replace("Audio.wav", "..\\..\\..\\x.wav") for line in MAP_LINES),
            "AUDIO_NOT_FOUND",
        ),
    ],
)
def test_files_that_cannot_be_remapped(
    shared_daemon: RunningDaemon, lines: tuple[str, ...], wanted: str
):
    other = Mapset(shared_daemon.songs / "2 Odd")
    other.write(lines)
    with pytest.raises(grpc.RpcError) as caught:
        list(shared_daemon.remap(other.map))
    assert reason(status_of(caught.value)) == wanted


def test_failures_of_the_model_are_the_last_event(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
):
    event = final(shared_daemon.remap(shared_mapset.map, "degenerate"))
    assert reason(event.failure.status) == "DEGENERATE_OUTPUT"
    assert event.failure.status.code == code_pb2.FAILED_PRECONDITION
    event = final(shared_daemon.remap(shared_mapset.map, "raise"))
    assert reason(event.failure.status) == "INTERNAL"
    assert "Traceback" not in event.failure.status.message
    assert "RuntimeError" in shared_daemon.paths.log_file.read_text()
    assert final(shared_daemon.remap(shared_mapset.map)).HasField("result")


def test_cancel_stops_a_job_early(shared_daemon: RunningDaemon, shared_mapset: Mapset):
    shared_daemon.models("LoadModel", models_pb2.LoadModelRequest())
    stream = shared_daemon.remap(shared_mapset.map, "slow")
    for response in stream:
        if response.event.progress.stage == jobs_pb2.JOB_STAGE_DECODE:
            break
    job_id = response.event.job_id
    began = time.monotonic()
    shared_daemon.jobs("CancelJob", jobs_pb2.CancelJobRequest(job_id=job_id))
    event = final(stream)
    # Generous: how fast is measured end to end, on the best of several tries.
    assert time.monotonic() - began < 3
    assert reason(event.failure.status) == "CANCELLED"
    job = shared_daemon.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=job_id)).job
    assert job.state == jobs_pb2.JOB_STATE_CANCELLED


def test_a_dropped_stream_cancels_unless_detached(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
):
    def state(job_id: str) -> int:
        return shared_daemon.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=job_id)).job.state

    stream = shared_daemon.remap(shared_mapset.map, "slow")
    job_id = next(stream).event.job_id
    wait_until(lambda: state(job_id) == jobs_pb2.JOB_STATE_RUNNING)
    stream.cancel()
    wait_until(lambda: state(job_id) == jobs_pb2.JOB_STATE_CANCELLED, 2.0)

    stream = shared_daemon.remap(shared_mapset.map, detached=True)
    job_id = next(stream).event.job_id
    stream.cancel()
    attached = shared_daemon.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=job_id))
    assert final(attached).HasField("result")
    wait_until(lambda: state(job_id) == jobs_pb2.JOB_STATE_DONE)


def test_two_clients_at_once_wait_their_turn(shared_daemon: RunningDaemon, shared_mapset: Mapset):
    first = shared_daemon.remap(shared_mapset.map, seed=1)
    assert next(first).event.queued.position == 0
    second = shared_daemon.remap(shared_mapset.map, seed=2)
    positions = [
        response.event.queued.position
        for response in second
        if response.event.WhichOneof("event") == "queued"
    ]
    assert positions[0] == 1
    assert final(first).HasField("result")
    listed = shared_daemon.jobs("ListJobs", jobs_pb2.ListJobsRequest(limit=2)).jobs
    assert [job.seed for job in listed] == [2, 1]
    assert all(job.state == jobs_pb2.JOB_STATE_DONE for job in listed)
    only = jobs_pb2.ListJobsRequest(states=[jobs_pb2.JOB_STATE_QUEUED])
    assert not shared_daemon.jobs("ListJobs", only).jobs
