"""Patches for files that changed after they were made."""

from __future__ import annotations

import grpc
import pytest
from osu_companion.v1 import patches_pb2

from tests.daemon.conftest import Mapset, RunningDaemon, sha256
from tests.daemon.errors import details, reason, status_of
from tests.daemon.test_remap import applied, final


@pytest.fixture
def patch(shared_daemon: RunningDaemon, shared_mapset: Mapset) -> patches_pb2.BeatmapPatch:
    shared_mapset.write()
    return final(shared_daemon.remap(shared_mapset.map, seed=3)).result.variants[0].patch


def rebase(daemon: RunningDaemon, **fields) -> patches_pb2.BeatmapPatch:
    request = patches_pb2.RebasePatchRequest(**fields)
    return daemon.patches("RebasePatch", request).patch


def test_change_elsewhere_is_kept(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, patch: patches_pb2.BeatmapPatch
):
    before = shared_mapset.map.read_bytes()
    current = before.replace(b"Title:A song", b"Title:A song\r\nTitleUnicode:Ein Lied")
    wanted = applied(patch, before).replace(
        b"Title:A song", b"Title:A song\r\nTitleUnicode:Ein Lied"
    )
    shared_mapset.map.write_bytes(current)
    by_path = rebase(shared_daemon, patch=patch, current_path=str(shared_mapset.map))
    assert applied(by_path, current) == wanted
    assert by_path.summary == patch.summary
    by_bytes = rebase(shared_daemon, patch=patch, current_bytes=current)
    assert by_bytes == by_path
    # A rebased patch can be rebased again: its base is kept too.
    later = current.replace(b"Creator:A mapper", b"Creator:Another")
    again = rebase(shared_daemon, patch=by_path, current_bytes=later)
    assert applied(again, later) == wanted.replace(b"Creator:A mapper", b"Creator:Another")


def test_change_inside_names_the_lines(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, patch: patches_pb2.BeatmapPatch
):
    lines = shared_mapset.map.read_bytes().split(b"\n")
    index = next(i for i, line in enumerate(lines) if b",2500,1," in line)
    lines[index] = lines[index].replace(b",2500,", b",2510,")
    with pytest.raises(grpc.RpcError) as caught:
        rebase(shared_daemon, patch=patch, current_bytes=b"\n".join(lines))
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    status = status_of(caught.value)
    assert reason(status) == "PATCH_CONFLICT"
    named = details(status)["ErrorInfo"].metadata["lines"].split(",")
    assert str(index + 1) in named
    assert len(details(status)["PreconditionFailure"].violations) == len(named)


def test_a_conflict_of_every_line_is_still_an_answer(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, patch: patches_pb2.BeatmapPatch
):
    """Many new objects in the range: what an error says must fit into its trailers."""
    before = shared_mapset.map.read_bytes()
    many = b"".join(b"50,50,%d,1,0,0:0:0:0:\r\n" % (3000 + time) for time in range(900))
    with pytest.raises(grpc.RpcError) as caught:
        rebase(
            shared_daemon,
            patch=patch,
            base_bytes=before,
            current_bytes=before + many,
        )
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert reason(status_of(caught.value)) == "PATCH_CONFLICT"


def test_base_comes_from_the_caller_where_it_is_not_kept(shared_daemon: RunningDaemon):
    base = b"osu file format v14\n\n[General]\nMode: 0\n\n[Metadata]\nTitle:x\n\n[HitObjects]\n"
    result = base + b"1,1,1000,1,0\n"
    made = patches_pb2.BeatmapPatch(
        base_sha256=sha256(base),
        result_sha256=sha256(result),
        edits=[patches_pb2.LineEdit(first_line=9, count=0, replacement=[b"1,1,1000,1,0\n"])],
        start_ms=900,
        end_ms=1100,
    )
    with pytest.raises(grpc.RpcError) as caught:
        rebase(shared_daemon, patch=made, current_bytes=base)
    assert reason(status_of(caught.value)) == "BASE_NOT_FOUND"
    again = rebase(shared_daemon, patch=made, current_bytes=base, base_bytes=base)
    assert applied(again, base) == result
    # Bytes that are not the base are no help.
    with pytest.raises(grpc.RpcError) as caught:
        rebase(shared_daemon, patch=made, current_bytes=base, base_bytes=result + b"x")
    assert reason(status_of(caught.value)) == "BASE_NOT_FOUND"


def test_patches_that_are_none(shared_daemon: RunningDaemon, patch: patches_pb2.BeatmapPatch):
    with pytest.raises(grpc.RpcError) as caught:
        rebase(shared_daemon, patch=patch)
    assert reason(status_of(caught.value)) == "OPTION_INVALID"
    patch.edits[0].first_line = 10_000
    with pytest.raises(grpc.RpcError) as caught:
        rebase(shared_daemon, patch=patch, current_bytes=b"osu file format v14\n")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
