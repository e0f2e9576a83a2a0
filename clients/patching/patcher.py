"""Applies patches to maps, and takes them back.

Order of every write: journal entry (committed), temporary file, replace, entry marked. One lock in
the state folder serialises our own processes (CLI, tray); the hash of the map guards against
everyone else's.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from clients.patching import atomic
from clients.patching.atomic import Observer, silent
from clients.patching.conflicts import keep_copy
from clients.patching.errors import (
    BaseChangedError,
    JournalError,
    NothingToUndoError,
    PatchingError,
    UndoConflictError,
)
from clients.patching.journal import UNSETTLED, Entry, EntryState, Journal, Origin
from clients.patching.lines import LinePatch, sha256_hex

_LOCK_TIMEOUT_S = 20.0


class Patcher:
    """Writes maps. ``state_folder`` holds the journal, the lock and conflict copies.

    ``observe`` is told of every step that a crash could follow.
    """

    def __init__(
        self,
        state_folder: Path,
        *,
        clock: Callable[[], float] = time.time,
        observe: Observer = silent,
    ) -> None:
        self.state_folder = state_folder
        self.journal = Journal(state_folder / "journal.sqlite3", clock)
        self._clock = clock
        self._observe = observe

    def apply(self, path: Path, patch: LinePatch, origin: Origin) -> Entry:
        """Apply a patch to the map at ``path``.

        Raises:
            BaseChangedError: the map is not the one that the patch was made for.
            WriteRefusedError: the map cannot be read or written.
            JournalError: the undo journal cannot be used.
            PatchingError: the patch is not well formed.
                In every case the map is as it was.
        """
        with self._locked():
            target = atomic.resolve(path)
            before = atomic.read(target)
            found = sha256_hex(before)
            if found != patch.base_sha256:
                raise BaseChangedError(target, patch.base_sha256, found)
            try:
                after = patch.apply(before)
            except ValueError as error:
                raise PatchingError(f"{error}. Nothing was changed.") from error
            temporary = atomic.temporary_name()
            entry = self.journal.begin(target, before, after, origin, temporary)
            self._observe("journalled")
            self._replace(target, after, found, temporary, entry, EntryState.ABANDONED)
            entry = self.journal.mark(entry, EntryState.APPLIED)
            self._observe("marked")
            return entry

    def undo(self, path: Path | None = None) -> Entry:
        """Take back the newest change of ours, of the map at ``path`` or of any map.

        Returns:
            The entry, now undone. Where the map already holds the old bytes, nothing is written.

        Raises:
            NothingToUndoError: no change of ours is left to take back.
            UndoConflictError: someone else changed the map since. Nothing was written; what undo
                would have restored is kept as a conflict copy.
            WriteRefusedError, JournalError: as for ``apply``.
        """
        with self._locked():
            entry = self._newest(path, EntryState.APPLIED)
            if entry is None:
                raise NothingToUndoError(f"There is nothing to undo{_of(path)}.")
            return self._move(entry, self.journal.before(entry), EntryState.UNDONE)

    def redo(self, path: Path | None = None) -> Entry:
        """Repeat the change that was undone last.

        Raises:
            NothingToUndoError: nothing was undone, or the map has moved on since.
            UndoConflictError, WriteRefusedError, JournalError: as for ``undo``.
        """
        with self._locked():
            undone = self.journal.entries(self._known(path), (EntryState.UNDONE,))
            undone.sort(key=lambda entry: (entry.changed_at, -entry.id), reverse=True)
            # A new change ends the redo of what was undone before it, as in every editor: without
            # a map named, "redo" must not bring back an old change of some other map.
            newest = self.journal.entries(limit=1) if path is None else []
            for entry in undone:
                if newest and entry.changed_at < newest[0].at:
                    continue
                if self._digest(entry.path) in (entry.before_sha256, entry.after_sha256):
                    return self._move(entry, self.journal.after(entry), EntryState.APPLIED)
            raise NothingToUndoError(f"There is nothing to redo{_of(path)}.")

    def history(self, path: Path | None = None, limit: int = 50) -> list[Entry]:
        """The changes of ours, newest first."""
        with self._locked():
            return [
                entry
                for entry in self.journal.entries(self._known(path), limit=limit)
                if entry.state is not EntryState.ABANDONED
            ]

    def recover(self) -> list[Entry]:
        """Settle writes that a crash interrupted; done before everything else this class does.

        Returns:
            The entries that were found pending, in their new state.
        """
        settled = []
        for entry in self.journal.entries(states=UNSETTLED):
            if entry.temporary:
                atomic.remove_temporary(entry.path.parent / entry.temporary)
            found = self._digest(entry.path)
            if entry.state is EntryState.APPLYING:
                # Bytes of neither kind: someone saved since. Kept as applied, so that undo shows
                # the conflict and hands out the old bytes instead of losing them.
                never = found == entry.before_sha256
                state = EntryState.ABANDONED if never else EntryState.APPLIED
            elif entry.state is EntryState.UNDOING:
                state = EntryState.UNDONE if found == entry.before_sha256 else EntryState.APPLIED
            else:
                state = EntryState.APPLIED if found == entry.after_sha256 else EntryState.UNDONE
            settled.append(self.journal.mark(entry, state))
        return settled

    def keep_copy(self, path: Path, data: bytes, label: str) -> Path:
        """Keep bytes that could not be written as a file in the state folder."""
        return keep_copy(self.state_folder, path, data, label, self._clock())

    def first_notice(self, path: Path, topic: str) -> bool:
        """True once per map and topic: for things to be said once."""
        return self.journal.first_time(path.resolve(), topic)

    # ------------------------------------------------------------------------------------------

    def _move(self, entry: Entry, wanted: bytes, goal: EntryState) -> Entry:
        """Bring the map from one side of ``entry`` to the other; nothing if it is there already."""
        target = entry.path
        undoing = goal is EntryState.UNDONE
        what = "undo" if undoing else "redo"
        expected = entry.after_sha256 if undoing else entry.before_sha256
        current = atomic.read(target) if target.is_file() else None
        found = sha256_hex(current) if current is not None else ""
        if found == sha256_hex(wanted):
            return self.journal.mark(entry, goal)
        if found != expected:
            raise self._conflict(entry, current, wanted, what)
        atomic.resolve(target)
        temporary = atomic.temporary_name()
        moving = EntryState.UNDOING if undoing else EntryState.REDOING
        self.journal.mark(entry, moving, temporary)
        self._observe("journalled")
        try:
            self._replace(target, wanted, expected, temporary, entry, entry.state)
        except BaseChangedError as error:
            raise self._conflict(entry, atomic.read(target), wanted, what) from error
        entry = self.journal.mark(entry, goal)
        self._observe("marked")
        return entry

    def _replace(
        self,
        target: Path,
        data: bytes,
        expected_sha256: str,
        temporary: str,
        entry: Entry,
        fallback: EntryState,
    ) -> None:
        """Replace the map; on failure mark the journalled entry with the state it falls back to."""
        try:
            atomic.replace_file(
                target,
                data,
                expected_sha256=expected_sha256,
                temporary=target.parent / temporary,
                observe=self._observe,
            )
        except Exception:
            # Where even this fails, the entry stays unsettled and the next run settles it by hash.
            with contextlib.suppress(JournalError):
                self.journal.mark(entry, fallback)
            raise

    def _conflict(
        self, entry: Entry, current: bytes | None, wanted: bytes, what: str
    ) -> UndoConflictError:
        copy = self.keep_copy(entry.path, wanted, what)
        happened = "is gone" if current is None else "was changed by another program"
        return UndoConflictError(
            f"{entry.path.name} {happened} since our change, so it was left alone. "
            f"What {what} would have written is kept in {copy}",
            path=entry.path,
            current=current,
            wanted=wanted,
            copy=copy,
        )

    def _newest(self, path: Path | None, state: EntryState) -> Entry | None:
        entries = self.journal.entries(self._known(path), (state,), limit=1)
        return entries[0] if entries else None

    def _known(self, path: Path | None) -> Path | None:
        # Not strict: the history of a map that was deleted is still worth something.
        return None if path is None else path.resolve()

    def _digest(self, path: Path) -> str:
        try:
            return sha256_hex(path.read_bytes())
        except OSError:
            return ""

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            self.state_folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.state_folder / "journal.lock", timeout=_LOCK_TIMEOUT_S)
            lock.acquire()
        except Timeout as error:
            raise JournalError(
                "another osu-companion command has been writing for a long time. Try again, or "
                "end it."
            ) from error
        except OSError as error:
            raise JournalError(
                f"the state folder {self.state_folder} cannot be used: {error.strerror or error}. "
                "Nothing was changed."
            ) from error
        try:
            self.recover()
            yield
        finally:
            lock.release()


def _of(path: Path | None) -> str:
    return "" if path is None else f" in {path.name}"
