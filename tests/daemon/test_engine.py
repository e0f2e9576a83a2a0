"""The real engine in the real worker, with an untrained checkpoint of a few thousand weights."""

from __future__ import annotations

import hashlib
import math
import random
import shutil
import struct
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from osu_companion.v1 import jobs_pb2, models_pb2, provenance_pb2, remap_pb2

from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon, start_daemon
from tests.daemon.errors import reason
from tests.daemon.test_remap import applied, final

SONG_SECONDS = 12


def write_song(path: Path) -> None:
    """Noise bursts on every half second."""
    generator = random.Random(1)
    samples = [
        int(generator.uniform(-1, 1) * 20000 * max(0.0, 1.0 - (n % 8000) / 1500))
        for n in range(16000 * SONG_SECONDS)
    ]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = pytest.importorskip("model_core.training.recipe")
    folder = tmp_path_factory.mktemp("checkpoint")
    network, vocabulary, layout, config = recipe.starter_network(d_model=16, layers=1, heads=2)
    recipe.checkpoint_writer(folder, vocabulary, layout, config)(network)
    return folder


@pytest.fixture(scope="module")
def real_daemon(
    checkpoint: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningDaemon]:
    folder = tmp_path_factory.mktemp("real")
    mapset = Mapset(folder / "Songs" / "1 Somebody - A song")
    mapset.write()
    write_song(mapset.folder / "audio.wav")
    daemon = start_daemon(
        folder / "home",
        folder / "Songs",
        OSU_COMPANION_WORKER_ENGINE="daemon.worker.engine:ModelEngine",
        OSU_COMPANION_MODEL=str(checkpoint),
        OSU_COMPANION_DEVICE="cpu",
        OSU_COMPANION_THREADS="1",
    )
    yield daemon
    daemon.close()


@pytest.fixture
def mapset(real_daemon: RunningDaemon) -> Mapset:
    return Mapset(real_daemon.songs / "1 Somebody - A song")


def variant_of(daemon: RunningDaemon, text: str) -> Mapset:
    """Another mapset with the same song."""
    other = Mapset(daemon.songs / text)
    other.write()
    song = daemon.songs / "1 Somebody - A song" / "audio.wav"
    (other.folder / "audio.wav").write_bytes(song.read_bytes())
    return other


def test_starter_answers_with_patches_and_timings(real_daemon: RunningDaemon, mapset: Mapset):
    from model_core.checkpoints.resolve import STARTER

    if not (STARTER / "config.json").is_file():
        pytest.skip("the starter checkpoint is not part of this checkout")
    stream = real_daemon.remap(mapset.map, model="starter", seed=3, variants=2)
    events = [response.event for response in stream]
    assert events[-1].HasField("result"), events[-1].failure.status.message
    stages = [event.progress.stage for event in events if event.HasField("progress")]
    assert stages == sorted(stages)
    result = events[-1].result
    assert (result.model, result.device, result.precision) == ("starter", "cpu", "float32")
    timings = result.timings
    assert min(timings.decode_ms, timings.encoder_ms, timings.tokens_per_second) > 0
    assert timings.tokens > 0
    assert len(result.variants) + len(result.refused) == 2
    applied(result.variants[0].patch, mapset.map.read_bytes())
    again = final(real_daemon.remap(mapset.map, model="starter", seed=3, variants=2)).result
    assert again.variants == result.variants
    about = result.provenance
    weights = (STARTER / "model.safetensors").read_bytes()
    assert about.checkpoint.weights_sha256 == hashlib.sha256(weights).hexdigest()
    assert about.checkpoint.family and about.checkpoint.parameters > 0
    # What the request left open is told with the values that were used.
    assert about.options["temperature"] > 0 and 0 < about.options["top_p"] <= 1
    assert about.options["top_k"] >= 0 and about.options["variants"] == 2


def test_a_draft_becomes_an_answer(checkpoint: Path, tmp_path: Path, monkeypatch):
    """The engine around a model that always writes the same circles."""
    import model_core.remap
    from daemon.worker.engine import ModelEngine
    from model_core.beatmap import NewObject, ObjectKind, Sound
    from model_core.beatmap.edits import remap
    from model_core.remap import Candidate, Progress, RemapResult

    def write_circles(
        model, beatmap, audio, start_ms, end_ms, options, progress, cancelled, refiner
    ):
        assert refiner == "some folder"
        assert options.variants == 2
        assert options.top_p == pytest.approx(0.5)
        assert options.temperature is None
        assert not options.take_volume
        assert not cancelled()
        progress(Progress("decode", 1, 1, 12, 100.0, 4, 0.5))
        circles = tuple(
            NewObject(ObjectKind.CIRCLE, when, 10, 20, False, (Sound(0, 1, 1, 60),))
            for when in range(start_ms, end_ms, 500)
        )
        edit = remap(beatmap, start_ms, end_ms, circles)
        candidate = Candidate(1, 1, edit, circles, None)
        spent = {"encoder": 5.0, "decode": 50.0, "patch": 1.0, "rank": 2.0}
        return RemapResult(
            (candidate,), ("variant 1: silence",), options.seed, 12, 1, spent, ("It was deaf.",)
        )

    monkeypatch.setattr(model_core.remap, "remap_range", write_circles)
    write_song(tmp_path / "song.wav")
    data = ("\n".join(MAP_LINES)).encode()
    request = remap_pb2.RemapBeatmapRequest(
        start_ms=2000, end_ms=4000, seed=1, variants=2, model=str(checkpoint)
    )
    request.options.top_p = 0.5
    request.options.take_volume = False
    engine = ModelEngine()
    engine.load(str(checkpoint), "cpu", "auto", 0)
    seen = []
    task = {
        "method": "RemapBeatmap",
        "model": str(checkpoint),
        "request": request.SerializeToString(),
        "map": data,
        "audio": str(tmp_path / "song.wav"),
        "refiner": "some folder",
    }
    answer = engine.work(task, seen.append, lambda: False)
    assert [step.stage for step in seen] == ["AUDIO", "DECODE", "PATCH"]
    result = jobs_pb2.JobResult.FromString(answer["result"])
    assert list(result.refused) == ["variant 1: silence"]
    told = [(notice.code, notice.text) for notice in result.notices]
    assert told == [(provenance_pb2.Notice.CODE_MODEL, "It was deaf.")]
    assert math.isnan(result.variants[0].seam_bits)
    assert result.timings.tokens_per_second == pytest.approx(240)
    assert result.timings.rank_ms == pytest.approx(2)
    after = applied(result.variants[0].patch, data)
    assert after.count(b"\n10,20,") == 4
    preview = result.variants[0].patch.preview
    generated = [item for item in preview.objects if item.role == item.ROLE_GENERATED]
    assert [item.start_ms for item in generated] == [2000, 2500, 3000, 3500]


def test_a_mode_with_a_fine_tune_of_its_own_is_loaded_anew_and_no_other(
    checkpoint: Path, tmp_path: Path
):
    from daemon.worker.engine import ModelEngine

    folder = tmp_path / "published"
    shutil.copytree(checkpoint, folder)
    shutil.copytree(checkpoint, folder / "gamemode=1")
    engine = ModelEngine()

    def loaded(mode: int) -> object:
        facts = engine.load(str(folder), "cpu", "auto", 0, mode)
        assert facts["mode"] == mode
        return engine._model

    base = loaded(0)
    assert loaded(3) is base is loaded(0)
    taiko = loaded(1)
    assert taiko is not base and taiko.folder == folder / "gamemode=1"  # type: ignore[attr-defined]
    assert loaded(1) is taiko


def test_model_is_described(real_daemon: RunningDaemon):
    model = real_daemon.models("LoadModel", models_pb2.LoadModelRequest()).model
    assert model.family == "starter"
    assert model.parameters > 1000
    status = real_daemon.status()
    assert (status.device, status.device_reason) == ("cpu", "as asked")
    assert not status.warnings


def test_range_outside_the_song(real_daemon: RunningDaemon, mapset: Mapset):
    event = final(real_daemon.remap(mapset.map, start_ms=60_000, end_ms=64_000))
    assert reason(event.failure.status) == "RANGE_OUTSIDE_SONG"
    assert str(SONG_SECONDS * 1000) in event.failure.status.message


def test_audio_that_is_none(real_daemon: RunningDaemon):
    other = variant_of(real_daemon, "2 Damaged")
    (other.folder / "audio.wav").write_bytes(b"this is no sound at all" * 100)
    event = final(real_daemon.remap(other.map))
    assert reason(event.failure.status) == "AUDIO_UNREADABLE"
    (other.folder / "audio.wav").write_bytes(b"")
    event = final(real_daemon.remap(other.map))
    assert reason(event.failure.status) == "AUDIO_UNREADABLE"


def test_map_without_timing(real_daemon: RunningDaemon):
    other = variant_of(real_daemon, "3 Untimed")
    other.write(tuple(line for line in MAP_LINES if line != "0,500,4,2,0,60,1,0"))
    write_song(other.folder / "audio.wav")
    event = final(real_daemon.remap(other.map))
    assert reason(event.failure.status) == "INPUT_UNUSABLE"
    assert "red line" in event.failure.status.message


@pytest.mark.parametrize("name", ["no-such-folder", "/no/such/folder"])
def test_checkpoint_that_is_none(real_daemon: RunningDaemon, mapset: Mapset, name: str):
    event = final(real_daemon.remap(mapset.map, model=name))
    assert reason(event.failure.status) == "CHECKPOINT_UNUSABLE"


def test_cancel_while_it_generates(real_daemon: RunningDaemon, mapset: Mapset):
    for seed in range(10):
        stream = real_daemon.remap(mapset.map, end_ms=11_000, variants=8, seed=seed)
        for response in stream:
            if response.event.progress.stage == jobs_pb2.JOB_STAGE_DECODE:
                request = jobs_pb2.CancelJobRequest(job_id=response.event.job_id)
                real_daemon.jobs("CancelJob", request)
                break
        last = list(stream)[-1].event
        if last.HasField("failure") and reason(last.failure.status) == "CANCELLED":
            return
    raise AssertionError("no job was cancelled")


def test_worker_holds_no_grpc():
    script = (
        "import sys, daemon.worker.child, daemon.worker.engine, model_core.remap\n"
        "sys.exit('grpc is in the worker' if 'grpc' in sys.modules else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
