"""The Songs folder as the rest of the daemon sees it: found, watched, indexed.

The watch is a hint. Folders used lately are looked at again every half minute and the whole of
Songs every hour, since watches lose events without a word.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable
from pathlib import Path

from osu_companion.local.config import Config
from osu_companion.v1 import status_pb2

from daemon.refusal import Refusal
from daemon.songs.debounce import Debouncer
from daemon.songs.discovery import SongsRoot, find_songs
from daemon.songs.index import SongIndex
from daemon.songs.watch import Watch, WatchError
from daemon.store import SongRow, SongTable
from daemon.store.song_table import ANYWHERE

log = logging.getLogger(__name__)

_RECENT_SECONDS = 30.0
_FULL_SECONDS = 3600.0
_RECENT_MAPS = 200


class Library:
    """Start with :meth:`start`; everything else answers at once, also before that."""

    def __init__(self, config: Config, table: SongTable) -> None:
        self._config = config
        self._table = table
        self._root: SongsRoot | None = find_songs(config.songs)
        self._index: SongIndex | None = None
        self._watch: Watch | None = None
        self._note = ""
        self._debouncer = Debouncer(self._quiet)
        self._task: asyncio.Task[None] | None = None
        self._looking: set[asyncio.Task[None]] = set()
        # Set once the index knows what is on the disk.
        self.scanned = asyncio.Event()

    def roots(self) -> list[Path]:
        """The Songs folders whose maps may be read."""
        return [] if self._root is None else [self._root.path]

    def folders(self) -> list[status_pb2.SongsFolder]:
        """For the status."""
        if self._root is None:
            return []
        watched = self._watch is not None and self._watch.alive
        return [
            status_pb2.SongsFolder(
                path=str(self._root.path),
                source=self._root.source,
                present=self._root.path.is_dir(),
                watched=watched,
                note="" if watched else self._note,
            )
        ]

    def warnings(self) -> list[str]:
        """What keeps it from working, in words."""
        if self._root is None:
            return [_NOT_FOUND]
        if not self._root.path.is_dir():
            return [f"the Songs folder {self._root.path} does not exist"]
        if self._note and self._config.watch:
            return [f"{self._root.path}: {self._note}"]
        return []

    def start(self) -> None:
        """Begin to watch and to scan, behind everything else."""
        self._task = asyncio.create_task(self._keep(), name="songs")

    async def stop(self) -> None:
        self._debouncer.close()
        for task in (*self._looking, *([self._task] if self._task else [])):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)

    async def recent(self, limit: int) -> list[SongRow]:
        """Maps by the time of their last save, newest first.

        Raises:
            Refusal: there is no Songs folder, or no map in it.
        """
        if self._root is None or not self._root.path.is_dir():
            raise Refusal("SONGS_NOT_FOUND", f"There is no Songs folder: {self.warnings()[0]}")
        if self._index is None:
            self._index = SongIndex(self._root.path, self._table)
        if self._task is not None and not self.scanned.is_set():
            # Just started: a moment's patience gives the right answer.
            try:
                async with asyncio.timeout(5.0):
                    await self.scanned.wait()
            except TimeoutError:
                log.info("asked for recent maps before the first scan was done")
        rows = await self._index.newest(limit)
        if not rows:
            raise Refusal(
                "NO_ACTIVE_MAP",
                f"No map was found in {self._root.path}. Save the map in the editor once, or name "
                "the file",
            )
        return rows

    async def report_write(self, path: Path, sha256: str) -> None:
        """A client wrote, or will write, this content."""
        if self._index is not None:
            await self._index.report_write(path, sha256)
        else:
            await self._table.report_write(str(path), sha256)

    async def expect(self, sha256: str) -> None:
        """Content that is handed out to be written: ours, also where no client reports it."""
        try:
            await self._table.report_write(ANYWHERE, sha256)
        except sqlite3.Error as error:
            # A full disk must not stop the answer; the write then looks like a save, that is all.
            log.error("an own write could not be noted: %s", error)

    async def _keep(self) -> None:
        next_full = 0.0
        while True:
            try:
                next_full = await self._round(next_full)
            except Exception:
                # The library is a convenience: it may fail, the daemon may not.
                log.exception("the Songs folder could not be looked at")
            await asyncio.sleep(_RECENT_SECONDS)

    async def _round(self, next_full: float) -> float:
        if self._root is None or not self._root.path.is_dir():
            self._root = await asyncio.to_thread(find_songs, self._config.songs)
        root = self._root
        if root is None or not await asyncio.to_thread(root.path.is_dir):
            self.scanned.set()
            return 0.0
        if self._index is None:
            self._index = SongIndex(root.path, self._table)
        if self._config.watch and (self._watch is None or not self._watch.alive):
            await self._begin_watch(root.path)
        elif not self._config.watch:
            self._note = "watching is switched off in the configuration"
        if time.monotonic() < next_full:
            await self._index.look_at_recent(_RECENT_MAPS)
            return next_full
        started = time.monotonic()
        count = await self._index.scan()
        self.scanned.set()
        log.info("%s: %d maps, scanned in %.1f s", root.path, count, time.monotonic() - started)
        return time.monotonic() + _FULL_SECONDS

    async def _begin_watch(self, root: Path) -> None:
        loop = asyncio.get_running_loop()

        def touched(path: Path) -> None:
            # RuntimeError: the loop has ended while watchdog's thread has not.
            try:
                loop.call_soon_threadsafe(self._debouncer.touch, path)
            except RuntimeError:
                log.debug("a late event: %s", path)

        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)
        watch = Watch(root, touched)
        try:
            await asyncio.to_thread(watch.start)
        except WatchError as error:
            note = f"not watched ({error}); looked at every {_RECENT_SECONDS:.0f} s instead"
            if note != self._note:
                log.warning("%s: %s", root, note)
            self._note, self._watch = note, None
            return
        self._watch, self._note = watch, ""

    def _quiet(self, path: Path) -> None:
        if self._index is not None:
            self._look(self._index.look_at([path]))

    def _look(self, work: Awaitable[None]) -> None:
        async def look() -> None:
            try:
                await work
            except Exception:
                log.exception("a saved map could not be looked at")

        task = asyncio.create_task(look())
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)


_NOT_FOUND = (
    "no Songs folder was found; name it in the configuration (songs) to use the map saved last"
)
