"""Remaps, hitsounds and guest difficulties in every mode, with the starter in a real worker."""

from __future__ import annotations

import hashlib

import pytest
from osu_companion.v1 import jobs_pb2

from model_core.checkpoints.resolve import STARTER
from tests.daemon.contract_house import (
    DIFFICULTY,
    END,
    HITSOUND,
    KINDS,
    METHODS,
    MODES,
    START,
    Contract,
    heard,
    judge_variant,
)

DECODE = jobs_pb2.JOB_STAGE_DECODE
# Enough of them that a job is not over before it can be cancelled.
MANY = 8


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_result_keeps_its_promises_and_comes_again(
    contract: Contract, kind: str, mode: int
) -> None:
    before, files = contract.maps[mode].read_bytes(), contract.files()
    events, result = heard(contract.ask(kind, mode))
    (variant,) = result.variants
    assert variant.number == 1
    judge_variant(variant, before)
    stages = [event.progress.stage for event in events if event.HasField("progress")]
    assert stages == sorted(stages) and DECODE in stages

    about = result.provenance
    assert (about.verb, about.job_id, about.seed) == (kind, events[-1].job_id, 7)
    assert (about.start_ms, about.end_ms) == (START, END)
    assert about.base_sha256 == hashlib.sha256(before).hexdigest()
    weights = (STARTER / "model.safetensors").read_bytes()
    assert about.checkpoint.weights_sha256 == hashlib.sha256(weights).hexdigest()
    assert (about.model, about.device, about.precision) == ("starter", "cpu", "float32")
    assert about.options["variants"] == 1 and about.program_version
    assert (result.path, result.seed) == (str(contract.maps[mode]), 7)
    assert result.timings.total_ms >= result.timings.decode_ms > 0 and result.timings.tokens > 0

    # The same seed once more, by a job that nobody waits for at first.
    stream = contract.ask(kind, mode, detached=True)
    job_id = next(stream).job_id
    stream.close()
    _, again = heard(contract.client.attach(job_id))
    assert list(again.variants) == [variant]
    job = contract.client.job(job_id)
    assert (job.kind, job.state, job.variants) == (METHODS[kind], jobs_pb2.JOB_STATE_DONE, 1)
    assert job.detached and job.kept_until.seconds > job.finished_at.seconds
    assert contract.client.variant(job_id, 1).variant == variant
    # The daemon itself writes nothing.
    assert contract.files() == files


@pytest.mark.parametrize("kind", KINDS)
def test_several_variants(contract: Contract, kind: str) -> None:
    before = contract.maps[0].read_bytes()
    _, alone = heard(contract.ask(kind, 0))
    events, result = heard(contract.ask(kind, 0, variants=3))
    assert len(result.variants) + len(result.refused) == 3
    assert [each.number for each in result.variants] == list(range(1, len(result.variants) + 1))
    made = [each.file.sha256 or each.patch.result_sha256 for each in result.variants]
    assert len(set(made)) == len(made) >= 2, result.refused
    for variant in result.variants:
        judge_variant(variant, before)
    told = [
        (event.progress.window, event.progress.windows)
        for event in events
        if event.HasField("progress") and event.progress.stage == DECODE
    ]
    shares = [window / windows for window, windows in told if windows]
    assert shares == sorted(shares)
    assert result.provenance.options["variants"] == 3
    (one,) = alone.variants
    if kind == HITSOUND:
        # What is certain comes first; the others are drawn.
        assert result.variants[0] == one
        assert result.provenance.options["variant_temperature"] > 0
    if kind == DIFFICULTY:
        # What one variant alone would be is among them, wherever it ranks.
        assert one.file in [each.file for each in result.variants]
    _, again = heard(contract.ask(kind, 0, variants=3))
    assert again.variants == result.variants and again.refused == result.refused
    _, other = heard(contract.ask(kind, 0, variants=3, seed=8))
    assert other.variants != result.variants


@pytest.mark.parametrize("kind", KINDS)
def test_cancelled_with_all_its_variants(contract: Contract, kind: str) -> None:
    files, crashes = contract.files(), contract.daemon.status().worker_crashes
    worker = contract.daemon.status().worker_pid
    whole = {"start_ms": 0, "end_ms": 60_000, "variants": MANY}
    stream = contract.ask(kind, 0, **whole)
    job_id = next(event for event in stream if event.progress.stage == DECODE).job_id
    contract.client.cancel(job_id)
    events = list(stream)
    assert events[-1].HasField("failure"), "it was over before it could be cancelled"
    job = contract.client.job(job_id)
    assert job.state == jobs_pb2.JOB_STATE_CANCELLED and job.variants == 0
    # Leaving the stream cancels as well, and the worker is there for the next.
    stream = contract.ask(kind, 0, **whole)
    job_id = next(event for event in stream if event.progress.stage == DECODE).job_id
    stream.close()
    events = list(contract.client.attach(job_id))
    assert events[-1].HasField("failure")
    assert contract.client.job(job_id).state == jobs_pb2.JOB_STATE_CANCELLED
    heard(contract.ask(kind, 0))
    status = contract.daemon.status()
    assert (status.worker_crashes, status.worker_pid) == (crashes, worker)
    assert contract.files() == files
