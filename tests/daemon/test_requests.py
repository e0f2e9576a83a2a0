"""What HitsoundBeatmap and MakeGuestDifficulty refuse before any model is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from osu_companion.v1 import (
    difficulty_pb2,
    difficulty_pb2_grpc,
    hitsound_pb2,
    hitsound_pb2_grpc,
    jobs_pb2,
    patches_pb2,
    provenance_pb2,
)

from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon, sha256
from tests.daemon.errors import details, reason, status_of

HITSOUND, DIFFICULTY = "HitsoundBeatmap", "MakeGuestDifficulty"
METHODS = (HITSOUND, DIFFICULTY)


def ask(daemon: RunningDaemon, method: str, path: Path, options: Any = None, **fields: Any) -> Any:
    """The stream of a request."""
    if method == HITSOUND:
        request: Any = hitsound_pb2.HitsoundBeatmapRequest(path=str(path), **fields)
        stub = hitsound_pb2_grpc.HitsoundServiceStub
    else:
        fields = {"name": "My Hard", **fields}
        request = difficulty_pb2.MakeGuestDifficultyRequest(path=str(path), **fields)
        stub = difficulty_pb2_grpc.DifficultyServiceStub
    for name, value in (options or {}).items():
        if isinstance(value, list):
            getattr(request.options, name).extend(value)
        else:
            setattr(request.options, name, value)
    return daemon.call(stub, method, request, timeout=60.0)


def refused(daemon: RunningDaemon, method: str, path: Path, **fields: Any) -> Any:
    """The status that a request gets instead of a job."""
    with pytest.raises(grpc.RpcError) as caught:
        list(ask(daemon, method, path, **fields))
    return status_of(caught.value)


def test_all_that_is_wrong_is_said_at_once(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    wrong = {"difficulty": 21.0, "circle_size": 11.0, "mode": 4}
    status = refused(shared_daemon, DIFFICULTY, shared_mapset.map, options=wrong)
    fields = {violation.field for violation in details(status)["BadRequest"].field_violations}
    assert fields == {"options.difficulty", "options.circle_size", "options.mode"}
    contradiction = {"lookback": 0.5, "lookahead": 0.5}
    status = refused(shared_daemon, DIFFICULTY, shared_mapset.map, options=contradiction)
    assert reason(status) == "OPTION_INVALID" and "lookahead" in status.message
    status = refused(shared_daemon, DIFFICULTY, shared_mapset.map, start_ms=4000, end_ms=2000)
    fields = {violation.field for violation in details(status)["BadRequest"].field_violations}
    assert fields == {"start_ms", "end_ms"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"seed": 2**63}, "OPTION_INVALID"),
        ({"base_sha256": "0" * 64}, "MAP_CHANGED"),
        ({"range_text": "the chorus"}, "OPTION_INVALID"),
        ({"model": "v32"}, "MODEL_NOT_FOUND"),
    ],
)
def test_what_every_request_refuses(
    shared_daemon: RunningDaemon,
    shared_mapset: Mapset,
    method: str,
    fields: dict[str, Any],
    wanted: str,
) -> None:
    assert reason(refused(shared_daemon, method, shared_mapset.map, **fields)) == wanted


@pytest.mark.parametrize("method", METHODS)
def test_maps_that_are_not_there_or_not_whole(shared_daemon: RunningDaemon, method: str) -> None:
    other = Mapset(shared_daemon.songs / f"3 Odd {method}")
    other.write(tuple(line.replace("Audio.wav", "gone.mp3") for line in MAP_LINES))
    assert reason(refused(shared_daemon, method, other.map)) == "AUDIO_NOT_FOUND"
    missing = other.folder / "missing.osu"
    assert reason(refused(shared_daemon, method, missing)) == "MAP_NOT_FOUND"
    other.write(("Dear diary,", "today I renamed a text file."))
    assert reason(refused(shared_daemon, method, other.map)) == "NOT_A_BEATMAP"


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"end_ms": -60_000}, "RANGE_EMPTY"),
        ({"start_ms": 2001, "end_ms": 2400}, "RANGE_EMPTY"),
        ({"start_ms": 60_000}, "RANGE_EMPTY"),
        ({"start_ms": -900, "end_ms": -100}, "RANGE_OUTSIDE_SONG"),
    ],
)
def test_ranges_without_anything_to_hitsound(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, fields: dict[str, int], wanted: str
) -> None:
    assert reason(refused(shared_daemon, HITSOUND, shared_mapset.map, **fields)) == wanted


def test_a_map_without_objects_has_nothing_to_hitsound(shared_daemon: RunningDaemon) -> None:
    other = Mapset(shared_daemon.songs / "4 Empty")
    other.write(MAP_LINES[: MAP_LINES.index("[HitObjects]") + 1])
    status = refused(shared_daemon, HITSOUND, other.map)
    assert reason(status) == "RANGE_EMPTY" and "no hit objects" in status.message


def test_maps_to_copy_from_that_cannot_be_had(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, tmp_path: Path
) -> None:
    missing = str(shared_mapset.folder / "missing.osu")
    status = refused(shared_daemon, HITSOUND, shared_mapset.map, copy_from=missing)
    assert reason(status) == "MAP_NOT_FOUND" and "to copy from" in status.message
    elsewhere = Mapset(tmp_path)
    elsewhere.write()
    status = refused(shared_daemon, HITSOUND, shared_mapset.map, copy_from=str(elsewhere.map))
    assert reason(status) == "FOLDER_NOT_ALLOWED"
    diary = shared_mapset.folder / "diary.osu"
    diary.write_text("Dear diary", encoding="utf-8")
    status = refused(shared_daemon, HITSOUND, shared_mapset.map, copy_from=str(diary))
    diary.unlink()
    assert details(status)["BadRequest"].field_violations[0].field == "copy_from"


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201])
def test_names_that_are_none(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, name: str
) -> None:
    status = refused(shared_daemon, DIFFICULTY, shared_mapset.map, name=name)
    assert reason(status) == "OPTION_INVALID"
    assert details(status)["BadRequest"].field_violations[0].field == "name"


@pytest.mark.parametrize(
    ("letter", "named"),
    [
        ("\u200d", "U+200D (ZERO WIDTH JOINER)"),
        ("\u200c", "U+200C (ZERO WIDTH NON-JOINER)"),
        ("\u202e", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("\u3000", "U+3000 (IDEOGRAPHIC SPACE)"),
        ("\u2028", "U+2028 (LINE SEPARATOR)"),
        ("\t", "U+0009"),
        ("\ue000", "U+E000"),
    ],
)
def test_the_letter_that_no_name_has_is_named_with_its_place(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, letter: str, named: str
) -> None:
    name = f"Kana{letter}da's"
    status = refused(shared_daemon, DIFFICULTY, shared_mapset.map, name=name)
    assert reason(status) == "OPTION_INVALID" and "at most" not in status.message
    (violation,) = details(status)["BadRequest"].field_violations
    assert violation.field == "name"
    assert f"cannot have {named} as its character 5: it " in violation.description


@pytest.mark.parametrize("name", ["नेपाली", "Ünï 譜面 👍🏽", "x" * 200])
def test_names_in_any_letters_are_names(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, name: str
) -> None:
    stream = ask(shared_daemon, DIFFICULTY, shared_mapset.map, name=name)
    assert next(iter(stream)).event.job_id
    stream.cancel()


def test_a_file_that_is_there_is_said_before_anything_is_made(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    taken = shared_mapset.folder / "Somebody - A song (A mapper) [My Hard].osu"
    taken.write_bytes(b"somebody's")
    try:
        status = refused(shared_daemon, DIFFICULTY, shared_mapset.map)
    finally:
        taken.unlink()
    assert reason(status) == "FILE_EXISTS" and taken.name in status.message
    assert status.code == grpc.StatusCode.ALREADY_EXISTS.value[0]


def test_a_new_file_is_a_job_like_any_other(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    stream = ask(shared_daemon, DIFFICULTY, shared_mapset.map, {"difficulty": 3.0}, seed=4)
    events = [response.event for response in stream]
    codes = [event.notice.code for event in events if event.HasField("notice")]
    assert provenance_pb2.Notice.CODE_RANKING in codes
    result = events[-1].result
    assert [notice.code for notice in result.notices] == codes
    (variant,) = result.variants
    assert variant.WhichOneof("change") == "file"
    assert sha256(variant.file.content) == variant.file.sha256
    about = result.provenance
    assert (about.verb, about.seed, about.options["difficulty"]) == ("guest difficulty", 4, 3.0)
    assert about.options["name"] == "My Hard" and about.options["variants"] == 1
    job_id = events[-1].job_id
    job = shared_daemon.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=job_id)).job
    assert (job.kind, job.variants) == (DIFFICULTY, 1)
    request = patches_pb2.GetVariantRequest(job_id=job_id, number=1)
    assert shared_daemon.patches("GetVariant", request).variant == variant
    # The daemon itself writes nothing.
    assert not (shared_mapset.folder / variant.file.file_name).exists()


def test_a_waiting_one_waits_again_after_a_restart(
    daemon: RunningDaemon, mapset: Mapset, starter: Callable[..., RunningDaemon]
) -> None:
    running = daemon.remap(mapset.map, "slow", detached=True)
    next(running)
    waiting = ask(daemon, DIFFICULTY, mapset.map, seed=5, detached=True)
    job_id = next(waiting).event.job_id
    daemon.process.kill()
    daemon.process.wait()
    second = starter()
    attached = second.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=job_id))
    event = list(attached)[-1].event
    assert event.result.seed == 5
    assert "[My Hard].osu" in event.result.variants[0].file.file_name
