"""What a result needs to show and write its variants: the same ways as the command's."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clients.client.errors import FailedError
from clients.client.requests import absolute
from clients.creating import place_of
from clients.mapsets import ARCHIVE, free_name
from clients.notices import Teller
from clients.patching import Patcher, unified_diff
from clients.places import require_place, songs_folder
from clients.remapping import apply, origin_of, prepare
from clients.variants import prepared_variant, replaced_by, write_variant

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2

    from clients.client import Client

_ELSE = "say where it shall go (into)"


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
    """

    connect: Callable[[], Client]
    patcher: Patcher
    teller: Teller
    path: Path
    base: bytes
    job_id: str
    result: jobs_pb2.JobResult

    def write(
        self,
        variant: patches_pb2.BeatmapVariant,
        into: Path | str | None = None,
        archive: bool = False,
    ) -> Change | None:
        """Write a variant, in place of another of the same job that stands.

        Args:
            into: the folder for a mapset; without it, Songs. ``archive``: as an .osz.

        Returns:
            ``None`` where it stands already, or changes nothing.
        """
        client = self.connect()
        place = None if not variant.HasField("mapset") else _place(client, variant, into, archive)
        if variant.HasField("patch") and not variant.patch.edits and not self._stands(variant):
            return None
        with _whole():
            written = write_variant(
                client, self.patcher, self.job_id, self._answer(variant), self.teller, place
            )
        if written.entry is None:
            return None
        rebased = written.prepared is not None and written.prepared.rebased
        return Change(written.entry.path, written.entry.id, _text(variant), rebased)

    def map_diff(self, variant: patches_pb2.BeatmapVariant) -> str:
        """A unified diff of what the patch would change in the map as it is now."""
        with _whole():
            prepared = prepared_variant(
                self.connect(), self.patcher, self.job_id, self._answer(variant)
            )
        return prepared.diff(self.path.name)

    def file_diff(self, variant: patches_pb2.BeatmapVariant) -> str:
        """A unified diff from nothing to the new map."""
        return unified_diff(b"", variant.file.content, place_of(variant.file, self.path).name)

    def write_fix(self, variant: patches_pb2.BeatmapVariant, made: Sequence[str]) -> Change | None:
        """Write suggested edits of the job's report."""
        if not variant.patch.edits:
            return None
        origin = origin_of(self.job_id, self.result.provenance, variant)
        detail = json.loads(origin.detail) | {"fixed": list(made)}
        origin = dataclasses.replace(origin, verb="fix", detail=json.dumps(detail))
        with _whole():
            applied = apply(
                self.connect(),
                self.patcher,
                self.path,
                variant.patch,
                origin,
                self.teller,
                self.base,
            )
        return Change(
            applied.entry.path, applied.entry.id, _text(variant), applied.prepared.rebased
        )

    def fix_diff(self, variant: patches_pb2.BeatmapVariant) -> str:
        """A unified diff of what suggested edits would change in the map as it is now."""
        with _whole():
            return prepare(self.connect(), self.path, variant.patch, self.base).diff(self.path.name)

    def _answer(self, variant: patches_pb2.BeatmapVariant) -> patches_pb2.GetVariantResponse:
        """The variant as the daemon hands it out again later."""
        from osu_companion.v1 import patches_pb2

        return patches_pb2.GetVariantResponse(
            variant=variant,
            path=str(self.path),
            seed=self.result.seed,
            notices=self.result.notices,
            provenance=self.result.provenance,
        )

    def _stands(self, variant: patches_pb2.BeatmapVariant) -> bool:
        return replaced_by(self.patcher, self.job_id, self._answer(variant)) is not None


def _text(variant: patches_pb2.BeatmapVariant) -> str:
    return variant.file.text or variant.mapset.text or variant.patch.summary.text


def _place(
    client: Client, variant: patches_pb2.BeatmapVariant, into: Path | str | None, archive: bool
) -> Path:
    """Where a mapset goes: the folder it is made in, or the archive to be."""
    parent = songs_folder(client, _ELSE) if into is None else Path(absolute(into))
    require_place(parent)
    if not archive:
        return parent
    return parent / free_name(parent, variant.mapset.folder_name, ARCHIVE)


@contextlib.contextmanager
def _whole() -> Iterator[None]:
    """Tells a patch that does not give what it promises as what it is."""
    try:
        yield
    except ValueError as error:
        raise FailedError(
            f"The change did not arrive whole ({error}). Nothing was written; ask again."
        ) from error
