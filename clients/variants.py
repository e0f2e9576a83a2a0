"""From a variant that the daemon keeps to the file: in place of the one of its job that stands.

A job's change is written once. Writing another of its variants takes the first one back as undo
would (exactly, and only where nobody has changed the file since), and puts it back where the other
cannot be written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from clients.creating import create
from clients.mapsets import ARCHIVE, Song, write_archive, write_folder
from clients.notices import Teller
from clients.patching import Entry, EntryState, Patcher
from clients.remapping import Prepared, apply, origin_of

if TYPE_CHECKING:
    from osu_companion.v1 import patches_pb2

    from clients.client import Client

__all__ = ["replaced_by", "write_variant"]


def replaced_by(
    patcher: Patcher, job_id: str, answer: patches_pb2.GetVariantResponse
) -> Entry | None:
    """The change that a variant would take the place of; ``None`` where none of its job stands.

    A patch takes the place of its map's newest change alone: what was written since builds on
    that.
    """
    if answer.variant.HasField("patch"):
        newest = next(iter(patcher.history(Path(answer.path), limit=1)), None)
        stands = newest is not None and newest.job == job_id
        return newest if newest is not None and stands and _applied(newest) else None
    made = (entry for entry in patcher.every() if entry.job == job_id)
    return next((entry for entry in made if _applied(entry)), None)


def write_variant(
    client: Client,
    patcher: Patcher,
    job_id: str,
    answer: patches_pb2.GetVariantResponse,
    teller: Teller,
    mapset_place: Path | None = None,
) -> tuple[Entry, Prepared | None]:
    """Write a variant. What ``teller`` still has to say is said first.

    Args:
        mapset_place: where a mapset goes that does not take another's place: a folder to make its
            own in, or the name of an archive (.osz) to be.

    Returns the entry in the journal, and what was written where it is a patch.

    Raises:
        MapConflictError: someone else changed what the patch touches.
        PatchingError: the one that stands was changed since, or nothing can be written. Whatever
            stood there stands there still.
    """
    path, variant = Path(answer.path), answer.variant
    origin = origin_of(job_id, answer.provenance, variant)
    replaced = replaced_by(patcher, job_id, answer)
    teller.before_writing()
    with _in_place_of(patcher, replaced):
        if variant.HasField("patch"):
            applied = apply(client, patcher, path, variant.patch, origin, teller)
            return applied.entry, applied.prepared
        if variant.HasField("file"):
            return create(client, patcher, path, variant.file, origin, teller), None
        mapset, song = variant.mapset, Song(path, answer.provenance.base_sha256)
        place = mapset_place
        if replaced is not None:
            archived = replaced.path.suffix.lower() == ARCHIVE
            place = replaced.path if archived else replaced.path.parent
        assert place is not None, "a mapset that replaces none needs a place"
        if place.suffix.lower() == ARCHIVE:
            return write_archive(patcher, place, mapset, song, origin, teller), None
        return write_folder(client, patcher, place, mapset, song, origin, teller), None


def _applied(entry: Entry) -> bool:
    return entry.state is EntryState.APPLIED


@contextlib.contextmanager
def _in_place_of(patcher: Patcher, replaced: Entry | None) -> Iterator[None]:
    """Without an entry's change, which comes back where the work inside fails."""
    if replaced is None:
        yield
        return
    patcher.undo(replaced.path)
    try:
        yield
    except BaseException:
        # The error that stopped the work is the one to tell of.
        with contextlib.suppress(Exception):
            patcher.redo(replaced.path)
        raise
