"""Where the files of a download go, in the layout of the hub library's cache, and their proof."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from model_core.checkpoints import hub_cache
from model_core.checkpoints.hub import RemoteFile
from model_core.errors import Cancelled, CheckpointError

Cancel = Callable[[], bool]

STOPPED = "The download was stopped; the next pull carries on."


def never() -> bool:
    """For a pull that nobody cancels."""
    return False


class Place:
    """Where a commit's files go: the layout of the library's cache."""

    def __init__(self, repository: str, commit: str) -> None:
        self.repository = repository
        self.folder = hub_cache.repository_folder(repository)
        self.snapshot = hub_cache.snapshot_folder(repository, commit)
        self._blobs = self.folder / "blobs"

    def part(self, file: RemoteFile) -> Path:
        """The file while it grows."""
        return self._blobs / f"{file.etag}.incomplete"

    def begun(self, file: RemoteFile) -> int:
        """How many bytes of the file came earlier."""
        with contextlib.suppress(OSError):
            return min(file.size, self.part(file).stat().st_size)
        return 0

    def holds(self, file: RemoteFile) -> bool:
        """Whether the file is in its place, by its size."""
        with contextlib.suppress(OSError):
            return self.path(file).stat().st_size == file.size
        return False

    def discard(self, file: RemoteFile) -> None:
        """Throw a damaged file away."""
        blob = self._blobs / file.etag
        if self.path(file).is_symlink():
            blob.unlink(missing_ok=True)
        self.path(file).unlink(missing_ok=True)

    def adopt(self, file: RemoteFile, cancelled: Cancel) -> bool:
        """Use the bytes that another commit, or another file of this one, has already."""
        blob = self._blobs / file.etag
        if not blob.is_file() or not proven(file, blob, cancelled):
            return False
        self._link(file, blob, new=False)
        return True

    def put(self, file: RemoteFile) -> None:
        """Give the whole and proven file its place."""
        blob = self._blobs / file.etag
        self.part(file).replace(blob)
        self._link(file, blob, new=True)

    @contextlib.contextmanager
    def alone(self, file: RemoteFile) -> Iterator[None]:
        """Keep other programs, the library's among them, from the same file."""
        from filelock import FileLock, Timeout

        locks = hub_cache.cache_folder() / ".locks" / self.folder.name
        locks.mkdir(parents=True, exist_ok=True)
        lock = FileLock(locks / f"{file.etag}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise CheckpointError(
                f"Another program is downloading {file.name} of {self.repository} right now. Wait"
                " until it is done, or end it."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def path(self, file: RemoteFile) -> Path:
        """Where the file is looked for by name."""
        return self.snapshot.joinpath(*file.name.split("/"))

    def _link(self, file: RemoteFile, blob: Path, new: bool) -> None:
        path = self.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if not _no_links():
            try:
                path.symlink_to(os.path.relpath(blob, path.parent))
                return
            except OSError:  # Windows allows links to developers only; some disks to nobody
                pass
        # Without links the file itself lies here, and once only, as the library has it.
        if new:
            blob.replace(path)
        else:
            shutil.copyfile(blob, path)


def _no_links() -> bool:
    # The library's own switch, for disks where links can be made but are not wanted.
    return os.environ.get("HF_HUB_DISABLE_SYMLINKS", "").upper() in {"1", "ON", "YES", "TRUE"}


def proven(file: RemoteFile, part: Path, cancelled: Cancel) -> bool:
    """Whether the bytes are those that the hub announced."""
    digest = hashlib.sha256() if len(file.etag) == 64 else hashlib.sha1()
    if len(file.etag) == 40:
        digest.update(b"blob %d\0" % file.size)
    with part.open("rb") as opened:
        while piece := opened.read(1 << 20):
            if cancelled():
                raise Cancelled(STOPPED)
            digest.update(piece)
    return part.stat().st_size == file.size and digest.hexdigest() == file.etag
