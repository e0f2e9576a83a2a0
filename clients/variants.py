"""From a variant that the daemon keeps to the file: in place of the one of its job that stands.

A job's change is written once. Writing another of its variants takes the first one back as undo
would, exactly, and puts it back where the other cannot be written. A map that was saved since keeps
what others did to it: what tells the two variants apart is carried over to it, or nothing is
written. A new file that was changed since is somebody's, and stays.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clients.creating import create, place_of
from clients.mapsets import ARCHIVE, Song, contents, write_archive, write_folder
from clients.notices import Teller
from clients.patching import Entry, EntryState, Patcher, UndoConflictError, sha256_hex
from clients.patching.atomic import read as read_map
from clients.patching.folders import digest
from clients.patching.lines import difference
from clients.remapping import Prepared, apply, fit, origin_of

if TYPE_CHECKING:
    from osu_companion.v1 import patches_pb2

    from clients.client import Client

__all__ = ["Written", "prepared_variant", "replaced_by", "write_variant"]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a variant.

    Attributes:
        path: the map, the new file, or the folder or archive of a mapset.
        entry: in the journal; None where nothing had to be written.
        prepared: of a patch, what it changed.
    """

    path: Path
    entry: Entry | None
    prepared: Prepared | None = None


def replaced_by(
    patcher: Patcher, job_id: str, answer: patches_pb2.GetVariantResponse
) -> Entry | None:
    """The change that a variant would take the place of; ``None`` where none of its job stands."""
    return next(iter(_standing(patcher, job_id, answer)), None)


def prepared_variant(
    client: Client, patcher: Patcher, job_id: str, answer: patches_pb2.GetVariantResponse
) -> Prepared:
    """What writing a patch would change in the map as it is now. Nothing is written.

    Raises:
        MapConflictError: someone else changed what the patch touches.
        PatchingError: the map cannot be read, or the bytes of the one that stands are not kept.
    """
    path, patch = Path(answer.path), answer.variant.patch
    current = read_map(path)
    standing = _standing(patcher, job_id, answer)
    if not standing or sha256_hex(current) == patch.base_sha256:
        return fit(client, patch, current, path.name)
    if _alone(patcher, standing) and sha256_hex(current) == standing[0].after_sha256:
        wanted = fit(client, patch, patcher.journal.before(standing[0]) or b"", path.name)
        return Prepared(wanted.patch, current, wanted.after, wanted.rebased)
    change, stands = _carried(client, patcher, job_id, answer, standing)
    return fit(client, change, current, path.name, stands)


def write_variant(
    client: Client,
    patcher: Patcher,
    job_id: str,
    answer: patches_pb2.GetVariantResponse,
    teller: Teller,
    mapset_place: Path | None = None,
) -> Written:
    """Write a variant. What ``teller`` still has to say is said first.

    Args:
        mapset_place: where a mapset goes that does not take another's place: a folder to make its
            own in, or the name of an archive (.osz) to be.

    Raises:
        MapConflictError: someone else changed what the patch touches.
        UndoConflictError: someone else changed the new file, or the mapset, that stands.
        PatchingError: nothing can be written.
            In every case what stood there stands there still.
    """
    replaced = replaced_by(patcher, job_id, answer)
    match answer.variant.WhichOneof("change"):
        case "patch":
            return _write_patch(client, patcher, job_id, answer, teller, replaced)
        case "file":
            return _write_file(client, patcher, job_id, answer, teller, replaced)
        case _:
            return _write_mapset(client, patcher, job_id, answer, teller, replaced, mapset_place)


def _write_patch(
    client: Client,
    patcher: Patcher,
    job_id: str,
    answer: patches_pb2.GetVariantResponse,
    teller: Teller,
    replaced: Entry | None,
) -> Written:
    path, patch = Path(answer.path), answer.variant.patch
    origin = origin_of(job_id, answer.provenance, answer.variant)
    standing = _standing(patcher, job_id, answer)
    prepared = prepared_variant(client, patcher, job_id, answer)
    if prepared.before == prepared.after:
        return Written(path, None, prepared)
    teller.before_writing()
    if replaced is None or sha256_hex(prepared.before) == patch.base_sha256:
        applied = apply(client, patcher, path, patch, origin, teller)
        return Written(path, applied.entry, applied.prepared)
    if sha256_hex(prepared.before) == replaced.after_sha256 and _alone(patcher, standing):
        with _in_place_of(patcher, replaced, lambda: patcher.redo(replaced.path)):
            if not patch.edits:
                # An entry in the journal for nothing would be what the next undo takes back.
                return Written(path, None, prepared)
            applied = apply(client, patcher, path, patch, origin, teller)
        return Written(path, applied.entry, applied.prepared)
    change, stands = _carried(client, patcher, job_id, answer, standing)
    applied = apply(client, patcher, path, change, origin, teller, stands)
    return Written(path, applied.entry, applied.prepared)


def _write_file(
    client: Client,
    patcher: Patcher,
    job_id: str,
    answer: patches_pb2.GetVariantResponse,
    teller: Teller,
    replaced: Entry | None,
) -> Written:
    beside, file = Path(answer.path), answer.variant.file
    origin = origin_of(job_id, answer.provenance, answer.variant)
    path = place_of(file, beside)
    if replaced is not None and digest(path) == file.sha256 == replaced.after_sha256:
        return Written(path, None)
    teller.before_writing()
    if replaced is None:
        return Written(path, create(client, patcher, beside, file, origin, teller))
    _check_newest(patcher, replaced)
    with _in_place_of(patcher, replaced, lambda: patcher.redo(replaced.path)):
        return Written(path, create(client, patcher, beside, file, origin, teller))


def _write_mapset(
    client: Client,
    patcher: Patcher,
    job_id: str,
    answer: patches_pb2.GetVariantResponse,
    teller: Teller,
    replaced: Entry | None,
    place: Path | None,
) -> Written:
    song = Song(Path(answer.path), answer.provenance.base_sha256)

    def write(message: patches_pb2.GetVariantResponse, place: Path) -> Entry:
        origin = origin_of(job_id, message.provenance, message.variant)
        mapset = message.variant.mapset
        if place.suffix.lower() == ARCHIVE:
            return write_archive(patcher, place, mapset, song, origin, teller)
        return write_folder(client, patcher, place, mapset, song, origin, teller)

    if replaced is None:
        assert place is not None, "a mapset that replaces none needs a place"
        entry = write(answer, place)
        return Written(entry.path, entry)
    if replaced.variant == answer.variant.number and digest(replaced.path) == replaced.after_sha256:
        return Written(replaced.path, None)
    archived = replaced.path.suffix.lower() == ARCHIVE
    place = replaced.path if archived else replaced.path.parent
    # Whatever may be refused is refused before anything is taken away. A mapset is not kept, so
    # that only the daemon can bring the one that stands back.
    contents(answer.variant.mapset, song)
    stands = client.variant(job_id, replaced.variant)
    _check_newest(patcher, replaced)
    with _in_place_of(patcher, replaced, lambda: write(stands, place)):
        entry = write(answer, place)
    return Written(entry.path, entry)


def _standing(patcher: Patcher, job_id: str, answer: patches_pb2.GetVariantResponse) -> list[Entry]:
    """The changes of a job that were not taken back, newest first.

    There is more than one where a variant was carried over to a map that was saved meanwhile.
    """
    path = Path(answer.path) if answer.variant.HasField("patch") else None
    return [entry for entry in patcher.every(path) if entry.job == job_id and _applied(entry)]


def _alone(patcher: Patcher, standing: Sequence[Entry]) -> bool:
    """Whether undo would take the job's change away, all of it."""
    return len(standing) == 1 and _is_newest(patcher, standing[0])


def _carried(
    client: Client,
    patcher: Patcher,
    job_id: str,
    answer: patches_pb2.GetVariantResponse,
    standing: Sequence[Entry],
) -> tuple[patches_pb2.BeatmapPatch, bytes]:
    """The patch from the variant that stands to the one that is wanted, and what it is made for:
    the map as it was when the first of them was written, with the one that stands."""
    from osu_companion.v1 import patches_pb2

    name = Path(answer.path).name
    base = patcher.journal.before(standing[-1]) or b""
    wanted = fit(client, answer.variant.patch, base, name)
    theirs = client.variant(job_id, standing[0].variant).variant.patch
    stands = fit(client, theirs, base, name).after
    found = difference(stands, wanted.after)
    message = patches_pb2.BeatmapPatch()
    message.CopyFrom(wanted.patch)
    message.base_sha256, message.result_sha256 = found.base_sha256, found.result_sha256
    del message.edits[:]
    for edit in found.edits:
        message.edits.add(
            first_line=edit.first_line, count=edit.count, replacement=edit.replacement
        )
    return message, stands


def _applied(entry: Entry) -> bool:
    return entry.state is EntryState.APPLIED


def _is_newest(patcher: Patcher, entry: Entry) -> bool:
    """Whether an entry is what undo would take back of its path."""
    newest = next(filter(_applied, patcher.every(entry.path)), None)
    return newest is not None and newest.id == entry.id


def _check_newest(patcher: Patcher, entry: Entry) -> None:
    if not _is_newest(patcher, entry):
        raise UndoConflictError(
            f"{entry.path.name} was changed since it was made (`osu-companion history` says how),"
            " so it was left alone. Take that back first, or move the file away.",
            path=entry.path,
            current=None,
            wanted=None,
            copy=None,
        )


@contextlib.contextmanager
def _in_place_of(
    patcher: Patcher, replaced: Entry, bring_back: Callable[[], object]
) -> Iterator[None]:
    """Without an entry's change, which is brought back where the work inside fails."""
    patcher.undo(replaced.path)
    try:
        yield
    except BaseException:
        # The error that stopped the work is the one to tell of.
        with contextlib.suppress(Exception):
            bring_back()
        raise
