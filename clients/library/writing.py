"""What a result needs to show and write its variants: the same ways as the command's."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clients.client.errors import RefusedError
from clients.client.requests import absolute
from clients.creating import create, place_of
from clients.mapsets import ARCHIVE, Song, free_name, write_archive, write_folder
from clients.notices import Teller
from clients.patching import Entry, EntryState, Origin, Patcher, unified_diff
from clients.remapping import Applied, apply, origin_of, prepare

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2

    from clients.client import Client


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was written; ``undo`` takes it back.

    Attributes:
        path: the file, or the folder of a new mapset.
        entry: its number in the history.
        text: what was changed, for people.
        rebased: the map had been saved meanwhile, and the change was carried over to its new state.
    """

    path: Path
    entry: int
    text: str
    rebased: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """Writes what one job made.

    Args:
        connect: a client of the running daemon.
        path: the map, or the song, that was asked for.
        base: the map's bytes when it was asked for; empty if they are not known.
        changed_origin: makes another origin of the usual one.
    """

    connect: Callable[[], Client]
    patcher: Patcher
    teller: Teller
    path: Path
    base: bytes
    job_id: str
    result: jobs_pb2.JobResult
    changed_origin: Callable[[Origin], Origin] = lambda origin: origin

    def change_map(self, variant: patches_pb2.BeatmapVariant) -> Change | None:
        """Write a patch, in place of another of the same job where that was written last.

        ``None`` where nothing would change.
        """
        if not variant.patch.edits:
            return None
        client, origin = self.connect(), self.origin(variant)
        newest = next(iter(self.patcher.history(self.path, limit=1)), None)
        replaces = (
            newest is not None and newest.job == self.job_id and newest.state is EntryState.APPLIED
        )
        if replaces:
            self.teller.before_writing()
            self.patcher.undo(self.path)
        try:
            applied = self._apply(client, variant, origin)
        except BaseException:
            if replaces:
                self.patcher.redo(self.path)
            raise
        text = applied.prepared.patch.summary.text
        return Change(applied.entry.path, applied.entry.id, text, applied.prepared.rebased)

    def _apply(
        self, client: Client, variant: patches_pb2.BeatmapVariant, origin: Origin
    ) -> Applied:
        return apply(client, self.patcher, self.path, variant.patch, origin, self.teller, self.base)

    def map_diff(self, variant: patches_pb2.BeatmapVariant) -> str:
        """A unified diff of what the patch would change in the map as it is now."""
        client = self.connect()
        return prepare(client, self.path, variant.patch, self.base).diff(self.path.name)

    def create_map(self, variant: patches_pb2.BeatmapVariant) -> Change:
        """Make the new map beside the one that was asked for."""
        client, origin = self.connect(), self.origin(variant)
        entry = create(client, self.patcher, self.path, variant.file, origin, self.teller)
        return _change(entry, variant.file.text)

    def file_diff(self, variant: patches_pb2.BeatmapVariant) -> str:
        """A unified diff from nothing to the new map."""
        name = place_of(variant.file, self.path).name
        return unified_diff(b"", variant.file.content, name)

    def create_mapset(
        self, variant: patches_pb2.BeatmapVariant, into: Path | str | None, archive: bool
    ) -> Change:
        """Make the new mapset, as a folder or as an archive, under a name that is free."""
        client, origin = self.connect(), self.origin(variant)
        parent = songs_folder(client) if into is None else Path(absolute(into))
        mapset, song = variant.mapset, Song(self.path, self.result.provenance.base_sha256)
        if not parent.is_dir():
            raise RefusedError(
                f"There is no folder {parent}. Nothing was written.", reason="SONGS_NOT_FOUND"
            )
        if archive:
            target = parent / free_name(parent, mapset.folder_name, ARCHIVE)
            entry = write_archive(self.patcher, target, mapset, song, origin, self.teller)
        else:
            entry = write_folder(client, self.patcher, parent, mapset, song, origin, self.teller)
        return _change(entry, mapset.text)

    def origin(self, variant: patches_pb2.BeatmapVariant) -> Origin:
        """Where the variant comes from, for the history."""
        return self.changed_origin(origin_of(self.job_id, self.result.provenance, variant))

    def but(self, changed_origin: Callable[[Origin], Origin]) -> Hand:
        """The same with other origins."""
        return dataclasses.replace(self, changed_origin=changed_origin)


def _change(entry: Entry, text: str) -> Change:
    return Change(entry.path, entry.id, text)


def songs_folder(client: Client) -> Path:
    """The game's Songs folder.

    Raises:
        RefusedError: it was not found.
    """
    for folder in client.status().songs:
        if folder.present:
            return Path(folder.path)
    raise RefusedError(
        "No Songs folder was found to put a mapset in: say where it shall go (into), or name your "
        "Songs folder in the configuration (songs).",
        reason="SONGS_NOT_FOUND",
    )
