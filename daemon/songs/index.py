"""Which maps exist and when each was saved last, by someone else than us.

What is on the disk is the truth; events only say where to look. A file whose size and time are as
indexed is not read. A changed one is hashed: content that a client reported as its own does not
count as a save.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from daemon.access import MAX_MAP_BYTES
from daemon.store import SongRow, SongTable

log = logging.getLogger(__name__)

_FILES_AT_ONCE = 400
# A report of a write within this time of the save it explains takes that save back.
_LATE_REPORT_SECONDS = 60.0
# An event is late by this much at most; a file whose times are older was moved here.
_EVENT_DELAY_SECONDS = 30.0


def is_map(name: str) -> bool:
    """Whether a file name is a map's; temporary files of ours and of editors begin with a dot."""
    return name.lower().endswith(".osu") and not name.startswith(".")


class SongIndex:
    """The index over one Songs folder. Methods belong to the daemon's loop."""

    def __init__(self, root: Path, table: SongTable) -> None:
        self.root = Path(os.path.realpath(root))
        self._table = table
        # Whether a scan has seen everything: what is new after that was made after that.
        self._complete = False

    async def scan(self) -> int:
        """Compare the whole folder with the index; how many maps it holds.

        Found changes count as saved when the file says so.
        """
        count = 0
        indexed = set(await self._table.below(str(self.root) + os.sep))
        batches = _batches(self.root)
        while batch := await asyncio.to_thread(next, batches, None):
            count += len(batch)
            indexed.difference_update(batch)
            await self._compare(batch, live=False)
        self._complete = True
        # An unplugged drive looks like a folder from which everything was deleted.
        if indexed and self.root.is_dir() and count:
            await self._table.remove(indexed)
        return count

    async def look_at(self, paths: Iterable[Path]) -> None:
        """Something happened to these files just now; a save counts as of now."""
        real = [os.path.realpath(path) for path in paths]
        await self._compare([path for path in real if is_text(path)], live=True)

    async def look_at_recent(self, folders: int) -> None:
        """Look again at the folders of the maps saved last: events can be lost."""
        parents = {Path(row.path).parent for row in await self._table.newest(folders)}
        found = await asyncio.to_thread(
            lambda: [str(file) for parent in sorted(parents) for file in _maps_in(parent)]
        )
        await self._compare(found, live=False)

    async def newest(self, limit: int) -> list[SongRow]:
        """Existing maps by the time of their last save, newest first, with their hashes."""
        rows: list[SongRow] = []
        for row in await self._table.newest(limit + 20):
            if len(rows) == limit:
                break
            if not _below(row.path, self.root):
                continue
            fresh = await self._fresh(row)
            if fresh is not None:
                rows.append(fresh)
        return rows

    async def report_write(self, path: Path, sha256: str) -> None:
        """This content is ours: it is no save, whether it was seen already or not."""
        key = os.path.realpath(path)
        row = (await self._table.known([key])).get(key)
        if row is not None and row.sha256 == sha256:
            status = (await asyncio.to_thread(_stat_all, [key]))[key]
            if status is not None and (row.size, row.mtime_ns) == (
                status.st_size,
                status.st_mtime_ns,
            ):
                await self._explain(row)
                return
            # Written since: what was seen is an older save of the same content, by somebody (a
            # change and its undo, one right after the other), and stays one.
            await self._compare([key], live=True)
            row = (await self._table.known([key])).get(key)
            if row is not None and row.sha256 == sha256:
                return
        await self._table.report_write(key, sha256)

    async def _explain(self, row: SongRow) -> None:
        """What was seen as a save is ours: it counts no longer, if it was seen just now."""
        late = time.time() - row.saved_at < _LATE_REPORT_SECONDS
        if row.previous_saved_at is not None and late:
            await self._table.put(
                [SongRow(row.path, row.size, row.mtime_ns, row.sha256, row.previous_saved_at)]
            )

    async def _compare(self, paths: list[str], *, live: bool) -> None:
        known = await self._table.known(paths)
        changed: list[SongRow] = []
        gone: list[str] = []
        stats = await asyncio.to_thread(_stat_all, paths)
        for path, status in stats.items():
            row = known.get(path)
            if status is None:
                if row is not None:
                    gone.append(path)
                continue
            if row is not None and (row.size, row.mtime_ns) == (status.st_size, status.st_mtime_ns):
                continue
            changed.append(await self._changed(path, status, row, live=live))
        if changed:
            await self._table.put(changed)
        if gone:
            await self._table.remove(gone)

    async def _changed(
        self, path: str, status: os.stat_result, row: SongRow | None, *, live: bool
    ) -> SongRow:
        now = time.time()
        saved_at = _saved_just_now(status, now) if live else min(status.st_mtime, now)
        if row is None and not live:
            # The first scan must not read a whole Songs folder: hashes come when asked for.
            return SongRow(path, status.st_size, status.st_mtime_ns, None, saved_at)
        sha256 = await asyncio.to_thread(hash_file, path)
        # A file that is new has been saved by nobody before.
        new = row is None and self._complete
        previous = row.saved_at if row is not None else 0.0 if new else None
        if row is not None and row.sha256 == sha256 and sha256 is not None:
            # Touched, not changed.
            saved_at, previous = row.saved_at, row.previous_saved_at
        elif sha256 is not None and await self._table.take_own_write(path, sha256):
            log.debug("own write: %s", path)
            saved_at = saved_at if previous is None else previous
            previous = None
        else:
            log.info("saved: %s", path)
        return SongRow(path, status.st_size, status.st_mtime_ns, sha256, saved_at, previous)

    async def _fresh(self, row: SongRow) -> SongRow | None:
        """The row with what is on the disk now; None where the file is gone."""
        await self._compare([row.path], live=False)
        known = (await self._table.known([row.path])).get(row.path)
        if known is None or known.sha256 is not None:
            return known
        sha256 = await asyncio.to_thread(hash_file, row.path)
        if sha256 is None:
            return None
        known = SongRow(known.path, known.size, known.mtime_ns, sha256, known.saved_at)
        await self._table.put([known])
        return known


def hash_file(path: str) -> str | None:
    """SHA-256 of a map; None where it cannot be read (yet)."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_MAP_BYTES + 1)
    except OSError:
        return None
    return hashlib.sha256(data).hexdigest() if len(data) <= MAX_MAP_BYTES else None


def _saved_just_now(status: os.stat_result, now: float) -> float:
    """When a file of which an event told was saved.

    Events of several files come in any order, their times do not. A copy keeps the time of its
    content, but not that of its own (on Windows: of its making), so the later one counts.
    """
    stamp = max(status.st_mtime, status.st_ctime)
    return stamp if now - _EVENT_DELAY_SECONDS <= stamp <= now else now


def is_text(path: str) -> bool:
    """Whether the path can be stored and sent. Archives unpacked with the wrong encoding leave
    names on Linux that are no text; their maps are passed over."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _batches(root: Path) -> Iterator[list[str]]:
    batch: list[str] = []
    # followlinks off: a link in Songs must not lead the walk around in circles.
    for folder, _, names in os.walk(root):
        paths = (os.path.join(folder, name) for name in names if is_map(name))  # noqa: PTH118
        batch += [path for path in paths if is_text(path)]
        if len(batch) >= _FILES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _maps_in(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if is_map(entry.name) and is_text(str(entry))]
    except OSError:
        return []


def _stat_all(paths: list[str]) -> dict[str, os.stat_result | None]:
    found: dict[str, os.stat_result | None] = {}
    for path in paths:
        try:
            found[path] = Path(path).stat()
        except OSError:
            found[path] = None
    return found


def _below(path: str, root: Path) -> bool:
    return os.path.normcase(path).startswith(os.path.normcase(str(root) + os.sep))
