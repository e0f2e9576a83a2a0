"""DrawBeatmap over the real daemon: every subject, every refusal, and what it costs."""

from __future__ import annotations

import io
import math
import struct
import wave
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import grpc
import pytest
from osu_companion.v1 import difficulty_pb2, difficulty_pb2_grpc, pictures_pb2, pictures_pb2_grpc
from PIL import Image

from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon, sha256, wait_until
from tests.daemon.errors import details, reason, status_of
from tests.daemon.test_remap import applied, final

SVG = pictures_pb2.PICTURE_FORMAT_SVG
_G = "{http://www.w3.org/2000/svg}g"
INT32 = 2**31 - 1


def draw(daemon: RunningDaemon, **fields: Any) -> pictures_pb2.DrawBeatmapResponse:
    request = pictures_pb2.DrawBeatmapRequest(**{"format": SVG, "width": 480, **fields})
    stub = pictures_pb2_grpc.PictureServiceStub
    return daemon.call(stub, "DrawBeatmap", request, timeout=90.0)


def refused(daemon: RunningDaemon, **fields: Any) -> Any:
    with pytest.raises(grpc.RpcError) as caught:
        draw(daemon, **fields)
    return status_of(caught.value)


def roles(answer: pictures_pb2.DrawBeatmapResponse, side: str) -> list[str]:
    """The roles of the playfield's objects on one side of a picture."""
    root = ElementTree.fromstring(answer.picture)
    (half,) = [each for each in root.iter(_G) if each.get("data-name") == side]
    return [each.get("data-role", "") for each in half.iter(_G) if each.get("class") == "object"]


def tone(path: Path, seconds: float = 3.0) -> None:
    """A wav that can be decoded."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        count = int(seconds * 8000)
        file.writeframes(
            b"".join(struct.pack("<h", int(9000 * math.sin(n / 3))) for n in range(count))
        )


@pytest.fixture
def job(shared_daemon: RunningDaemon, shared_mapset: Mapset) -> tuple[str, Any]:
    """A finished remap of 2 to 4 s, and its patch."""
    shared_mapset.write()
    event = final(shared_daemon.remap(shared_mapset.map, seed=5))
    return event.job_id, event.result.variants[0].patch


def test_a_path_is_drawn_as_png_and_svg_and_bad_audio_is_told(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    shared_mapset.write()
    path = str(shared_mapset.map)
    answer = draw(shared_daemon, path=path, format=pictures_pb2.PICTURE_FORMAT_UNSPECIFIED, width=0)
    image = Image.open(io.BytesIO(answer.picture))
    assert image.format == "PNG" and image.size == (answer.width, answer.height)
    assert answer.media_type == "image/png" and answer.width == 1600
    # The first object is at 0.
    assert (answer.start_ms, answer.end_ms) == (-200, 9800)
    (told,) = answer.left_out
    assert told.startswith("waveform: ") and "udio.wav" in told
    drawing = draw(shared_daemon, path=path, start_ms=1000, end_ms=3000)
    assert drawing.media_type == "image/svg+xml" and b'class="waveform"' not in drawing.picture
    assert (drawing.start_ms, drawing.end_ms) == (1000, 3000)
    # 1000, 1500 … 3000.
    assert roles(drawing, "map") == ["kept"] * 5


def test_the_waveform_is_of_the_audio_beside_the_map(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    other = Mapset(shared_daemon.songs / "2 Ünïcode 夜")
    data = other.write()
    tone(other.folder / "audio.wav")
    answer = draw(shared_daemon, path=str(other.map), start_ms=0, end_ms=3000)
    assert b'class="waveform"' in answer.picture and not answer.left_out
    beside = draw(shared_daemon, content=data, path_beside=str(other.map), start_ms=0, end_ms=3000)
    assert beside.picture == answer.picture
    alone = draw(shared_daemon, content=data, start_ms=0, end_ms=3000)
    assert b'class="waveform"' not in alone.picture and "path_beside" in alone.left_out[0]
    (other.folder / "audio.wav").unlink()
    without = draw(shared_daemon, path=str(other.map), without_timeline=True)
    assert not without.left_out and b'class="timeline"' not in without.picture


def test_a_patch_and_its_variant_are_drawn_before_and_after(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, job: tuple[str, Any]
) -> None:
    job_id, patch = job
    path = str(shared_mapset.map)
    by_patch = draw(shared_daemon, path=path, patch=patch)
    by_variant = draw(shared_daemon, variant={"job_id": job_id, "number": 1})
    assert by_patch == by_variant
    # The range of the change, and a second around it.
    assert (by_patch.start_ms, by_patch.end_ms) == (1000, 5000)
    before, after = roles(by_patch, "Before"), roles(by_patch, "After")
    assert before.count("removed") == 5 and "added" not in before
    assert after.count("added") > 5 and "removed" not in after
    assert before.count("kept") == after.count("kept") == 4


def test_a_map_that_was_saved_since_is_drawn_as_it_was(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, job: tuple[str, Any]
) -> None:
    job_id, patch = job
    before = draw(shared_daemon, variant={"job_id": job_id, "number": 1})
    saved = shared_mapset.map.read_bytes().replace(b",2500,1,", b",2600,1,")
    shared_mapset.map.write_bytes(saved)
    later = draw(shared_daemon, variant={"job_id": job_id, "number": 1})
    assert later.picture == before.picture
    assert any("saved after" in reason for reason in later.left_out)
    # A change that nobody keeps the base of cannot be drawn on other bytes.
    patch.base_sha256 = sha256(b"other")
    status = refused(shared_daemon, path=str(shared_mapset.map), patch=patch)
    assert reason(status) == "MAP_CHANGED" and "Ask for the change again" in status.message
    shared_mapset.map.unlink()
    gone = draw(shared_daemon, variant={"job_id": job_id, "number": 1})
    assert gone.picture == before.picture


def test_the_applied_patch_looks_as_the_after_side_did(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, job: tuple[str, Any]
) -> None:
    _, patch = job
    data = shared_mapset.map.read_bytes()
    both = draw(shared_daemon, content=data, patch=patch, start_ms=2000, end_ms=4000)
    after = draw(shared_daemon, content=applied(patch, data), start_ms=2000, end_ms=4000)
    assert len(roles(both, "After")) == len(roles(after, "map"))
    wrong = data.replace(b"A song", b"Another")
    assert reason(refused(shared_daemon, content=wrong, patch=patch)) == "MAP_CHANGED"


def test_a_new_file_is_drawn_as_it_would_be(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    shared_mapset.write()
    request = difficulty_pb2.MakeGuestDifficultyRequest(path=str(shared_mapset.map), name="Mine")
    stub = difficulty_pb2_grpc.DifficultyServiceStub
    events = shared_daemon.call(stub, "MakeGuestDifficulty", request, timeout=60.0)
    event = final(events)
    answer = draw(shared_daemon, variant={"job_id": event.job_id, "number": 1})
    assert "[Mine]" in answer.picture.decode() and set(roles(answer, "map")) == {"kept"}
    status = refused(shared_daemon, variant={"job_id": event.job_id, "number": 1, "map": 2})
    (violation,) = details(status)["BadRequest"].field_violations
    assert violation.field == "variant.map"


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"width": 479}, "width", "480 to 4000"),
        ({"width": -1}, "width", "480 to 4000"),
        ({"width": INT32}, "width", "480 to 4000"),
        ({"format": 7}, "format", "PNG (1) or SVG (2)"),
        ({"end_ms": 2000, "start_ms": -INT32}, "end_ms", "3600000"),
        ({"start_ms": INT32 - 5}, "", ""),
        ({"range_text": "the chorus"}, "range_text", "no time"),
        ({"range_text": "00:01:000 - 00:02:000", "end_ms": 5}, "range_text", "not both"),
        ({"without_playfield": True, "without_timeline": True}, "without_timeline", "nothing"),
        ({"patch": {}, "variant": {"job_id": "x", "number": 1}}, "patch", "no patch"),
    ],
)
def test_bad_values_are_named_with_their_limits(
    shared_daemon: RunningDaemon,
    shared_mapset: Mapset,
    fields: dict[str, Any],
    field: str,
    said: str,
) -> None:
    shared_mapset.write()
    subject = {} if "variant" in fields else {"path": str(shared_mapset.map)}
    if not field:
        assert draw(shared_daemon, **subject, **fields).picture
        return
    status = refused(shared_daemon, **subject, **fields)
    assert reason(status) == "OPTION_INVALID"
    (violation,) = details(status)["BadRequest"].field_violations
    assert violation.field == field and said in violation.description


def test_a_range_that_ends_before_it_starts_names_both_ends(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    path = str(shared_mapset.map)
    status = refused(shared_daemon, path=path, start_ms=2000, end_ms=1999)
    assert reason(status) == "OPTION_INVALID" and "before it starts" in status.message
    fields = [each.field for each in details(status)["BadRequest"].field_violations]
    assert sorted(fields) == ["end_ms", "start_ms"]


def test_what_is_not_there_is_refused(shared_daemon: RunningDaemon, tmp_path: Path) -> None:
    outside = tmp_path / "map.osu"
    outside.write_bytes(b"osu file format v14\n")
    for fields, wanted in (
        ({}, "OPTION_INVALID"),
        ({"path": str(shared_daemon.songs / "none.osu")}, "MAP_NOT_FOUND"),
        ({"path": str(outside)}, "FOLDER_NOT_ALLOWED"),
        ({"path": "map.osu"}, "OPTION_INVALID"),
        ({"content": b"Dear diary"}, "NOT_A_BEATMAP"),
        ({"content": b"osu file format v14\n", "path_beside": str(outside)}, "FOLDER_NOT_ALLOWED"),
        ({"variant": {"job_id": "none", "number": 1}}, "JOB_NOT_FOUND"),
    ):
        assert reason(refused(shared_daemon, **fields)) == wanted, fields


def test_range_text_names_objects_of_the_map(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    shared_mapset.write()
    text = "00:01:000 (3,4,5) - "
    answer = draw(shared_daemon, path=str(shared_mapset.map), range_text=text)
    assert (answer.start_ms, answer.end_ms) == (1000, 2000)


@pytest.mark.slow
def test_the_daemon_neither_grows_nor_waits(daemon: RunningDaemon, mapset: Mapset) -> None:
    """A large map is drawn in a child; the daemon answers meanwhile, and no child stays."""
    import psutil

    lines = tuple(f"{n % 512},{n % 384},{200 + 9 * n},1,0,0:0:0:0:" for n in range(8_000))
    mapset.write((*MAP_LINES, *lines))
    request = pictures_pb2.DrawBeatmapRequest(path=str(mapset.map), start_ms=0, end_ms=60_000)
    calls = [
        pictures_pb2_grpc.PictureServiceStub(daemon.channel).DrawBeatmap.future(
            request, metadata=daemon.endpoint.metadata, timeout=100.0
        )
        for _ in range(3)
    ]
    process = psutil.Process(daemon.process.pid)
    # Two at a time; the third waits for its place.
    wait_until(lambda: len(process.children(recursive=True)) == 2)
    assert daemon.status().pid == daemon.process.pid
    # Whoever goes away takes the drawing along.
    for call in calls[1:]:
        call.cancel()
    assert calls[0].result().picture
    wait_until(lambda: not process.children(recursive=True))
    assert process.memory_info().rss < 120e6
