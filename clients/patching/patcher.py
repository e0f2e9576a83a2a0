"""Applies patches to maps, makes new ones, and takes either back.

Order of every write: journal entry (committed), temporary file, replace, entry marked. One lock in
the state folder serialises our own processes (CLI, tray); the hash of the map guards against
everyone else's.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from clients.patching import atomic, copies, folders
from clients.patching.atomic import Observer, silent
from clients.patching.conflicts import keep_copy
from clients.patching.entries import ABSENT, SHOWN, Entry, EntryState, Origin
from clients.patching.errors import (
    BaseChangedError,
    BytesNotKeptError,
    JournalError,
    MapGoneError,
    NameTakenError,
    NothingToUndoError,
    PatchingError,
    UndoConflictError,
)
from clients.patching.folders import NewFile
from clients.patching.journal import Bounds, Journal, digest_of
from clients.patching.lines import LinePatch, sha256_hex
from clients.patching.recovery import settle_all
from clients.patching.versions import Version, told, version_at
from clients.patching.writing import write

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
        bounds: Bounds | None = None,
    ) -> None:
        self.state_folder = state_folder
        self.journal = Journal(state_folder / "journal.sqlite3", clock, bounds)
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
            return self._change(target, before, after, origin)

    def create(self, path: Path, data: bytes, origin: Origin, *, kept: bool = True) -> Entry:
        """Make a new map at ``path``, whose folder is there; never over another file.

        Undo removes it again while it holds these bytes; redo makes it again if they are ``kept``.

        Raises:
            NameTakenError: something has that name already.
            WriteRefusedError: the folder cannot be written.
            JournalError: the undo journal cannot be used.
                In every case nothing was written.
        """
        with self._locked():
            return self._change(atomic.resolve_new(path), None, data, origin, kept=kept)

    def create_folder(self, path: Path, files: Sequence[NewFile], origin: Origin) -> Entry:
        """Make a new folder with these files at ``path``, all of it or nothing.

        Undo removes it again while it holds exactly these; it cannot be redone. Raises what
        ``create`` does.
        """
        after = folders.listing((file.name, file.sha256) for file in files)
        with self._locked():
            new = atomic.resolve_new(path)
            return self._change(new, None, after, origin, files=files, kept=False)

    def undo(self, path: Path | None = None) -> Entry:
        """Take back the newest change of ours, of the map at ``path`` or of any map.

        Returns:
            The entry, now undone. Where the map already holds the old bytes, nothing is written.

        Raises:
            NothingToUndoError: no change of ours is left to take back.
            BytesNotKeptError: it is so long ago that the old bytes are not kept.
            UndoConflictError: someone else changed the map since. Nothing was written; what undo
                would have restored is kept as a conflict copy.
            WriteRefusedError, JournalError: as for ``apply``.
        """
        with self._locked():
            entries = self.journal.entries(self._known(path), (EntryState.APPLIED,), limit=1)
            if not entries:
                raise NothingToUndoError(f"There is nothing to undo{_of(path)}.")
            return self._move(entries[0], EntryState.UNDONE)

    def redo(self, path: Path | None = None) -> Entry:
        """Repeat the change that was undone last.

        Raises:
            NothingToUndoError: nothing was undone, or the map has moved on since.
            UndoConflictError, BytesNotKeptError, WriteRefusedError, JournalError: as for ``undo``.
        """
        with self._locked():
            undone = self.journal.entries(self._known(path), (EntryState.UNDONE,))
            undone.sort(key=lambda entry: (entry.changed_at, -entry.id), reverse=True)
            # A new change ends the redo of what was undone before it, as in every editor: without
            # a map named, "redo" must not bring back an old change of some other map.
            newest = self.journal.entries(states=SHOWN, limit=1) if path is None else []
            for entry in undone:
                if newest and entry.changed_at < newest[0].at:
                    continue
                if folders.digest(entry.path) in (entry.before_sha256, entry.after_sha256):
                    return self._move(entry, EntryState.APPLIED)
            raise NothingToUndoError(f"There is nothing to redo{_of(path)}.")

    def version(
        self,
        path: Path,
        *,
        at: float | None = None,
        entry: int | None = None,
        before: int | None = None,
    ) -> tuple[Version, bytes]:
        """The map at a time, as a change left it or as it found it, with its bytes.

        Exactly one of ``at`` (Unix time), ``entry`` and ``before`` (numbers) is given.

        Raises:
            BytesNotKeptError: that is not known, or no longer kept. The message says what is.
            JournalError: as for ``apply``.
        """
        with self._locked():
            return self._version(self._standing(path), at, entry, before)

    def restore(
        self,
        path: Path,
        *,
        at: float | None = None,
        entry: int | None = None,
        before: int | None = None,
    ) -> tuple[Entry | None, Version]:
        """Bring a map back to a :meth:`version`, whoever changed it since.

        What is there now goes into the journal first, so that undo brings it back.

        Returns:
            The new entry (``None`` where the map is like that already), and what was restored.

        Raises:
            BytesNotKeptError: as for :meth:`version`.
            BaseChangedError, WriteRefusedError, JournalError: as for ``apply``.
        """
        with self._locked():
            target = self._standing(path)
            version, data = self._version(target, at, entry, before)
            current = atomic.read_if_there(target)
            if digest_of(current) == version.sha256:
                return None, version
            target = atomic.resolve_new(target) if current is None else atomic.resolve(target)
            origin = Origin(
                verb="restore",
                summary=f"restored as of {told(version.known_at)}",
                detail=json.dumps({"known_at": version.known_at, "entry": version.entry}),
            )
            return self._change(target, current, data, origin), version

    def history(self, path: Path | None = None, limit: int = 50) -> list[Entry]:
        """The changes of ours, newest first."""
        with self._locked():
            return self.journal.entries(self._known(path), SHOWN, limit)

    def every(self, path: Path | None = None) -> Iterator[Entry]:
        """All changes of ours, newest first, however many there are."""
        with self._locked():
            pass  # settles what a crash interrupted
        yield from self.journal.every(self._known(path))

    def recover(self) -> list[Entry]:
        """Settle writes that a crash interrupted; done before everything else this class does.

        Returns:
            The entries that were found pending, in their new state.
        """
        return settle_all(self.journal)

    def keep_copy(self, path: Path, data: bytes, label: str) -> Path:
        """Keep bytes that could not be written as a file in the state folder."""
        return keep_copy(self.state_folder, path, data, label, self._clock())

    def first_notice(self, path: Path, topic: str) -> bool:
        """True once per map and topic: for things to be said once."""
        return self.journal.first_time(atomic.standing(path), topic)

    # ------------------------------------------------------------------------------------------

    def _change(
        self,
        target: Path,
        before: bytes | None,
        after: bytes,
        origin: Origin,
        *,
        files: Sequence[NewFile] = (),
        kept: bool = True,
    ) -> Entry:
        """Journal a new change and make it."""
        temporary = atomic.temporary_name()
        entry = self.journal.begin(target, before, after, origin, temporary, kept=kept)
        self._observe("journalled")
        expected = digest_of(before)
        self._write(target, after, expected, temporary, entry, EntryState.ABANDONED, files)
        return self._settled(entry, EntryState.APPLIED)

    def _move(self, entry: Entry, goal: EntryState) -> Entry:
        """Bring the map from one side of ``entry`` to the other; nothing if it is there already."""
        undoing = goal is EntryState.UNDONE
        here, there = entry.after_sha256, entry.before_sha256
        expected, wanted_sha256 = (here, there) if undoing else (there, here)
        current = copies.standing(entry)
        found = digest_of(current)
        if found == wanted_sha256:
            return self._settled(entry, goal)
        if not undoing:
            copies.check_redo(entry)
        wanted = self.journal.before(entry) if undoing else self.journal.after(entry)
        what = "undo" if undoing else "redo"
        if found != expected:
            raise self._conflict(entry, current, wanted, what)
        if wanted is None:
            copies.check_undo(entry)
        is_file = current is not None and not entry.path.is_dir()
        target = atomic.resolve(entry.path) if is_file else entry.path
        temporary = atomic.temporary_name()
        moving = EntryState.UNDOING if undoing else EntryState.REDOING
        self.journal.mark(entry, moving, temporary)
        self._observe("journalled")
        try:
            self._write(target, wanted, expected, temporary, entry, entry.state)
        except (BaseChangedError, NameTakenError) as error:
            raise self._conflict(entry, copies.standing(entry), wanted, what) from error
        return self._settled(entry, goal)

    def _write(
        self,
        target: Path,
        data: bytes | None,
        expected_sha256: str,
        temporary: str,
        entry: Entry,
        fallback: EntryState,
        files: Sequence[NewFile] = (),
    ) -> None:
        """Write the file; on failure mark the journalled entry with the state it falls back to."""
        beside = target.parent / temporary
        try:
            write(target, data, expected_sha256, beside, files, self._observe)
        except Exception:
            # Where even this fails, the entry stays unsettled and the next run settles it by hash.
            with contextlib.suppress(JournalError):
                self.journal.mark(entry, fallback)
            raise

    def _settled(self, entry: Entry, state: EntryState) -> Entry:
        """Mark what has happened. It has, also where the journal cannot be written any more (a
        disk that has just become full): then the next run finds out by the map's hash."""
        try:
            entry = self.journal.mark(entry, state)
        except JournalError:
            return dataclasses.replace(entry, state=state)
        self._observe("marked")
        with contextlib.suppress(JournalError):
            self.journal.tidy()
        return entry

    def _version(
        self, target: Path, at: float | None, entry: int | None, before: int | None
    ) -> tuple[Version, bytes]:
        if at is not None:
            version = version_at(self.journal.moves(target), at, target)
            data = self.journal.content(version.sha256)
        else:
            number = entry if entry is not None else before
            assert number is not None, "one of at, entry and before"
            found = self.journal.entry(number)
            if found is None or found.path != target or found.state not in SHOWN:
                raise BytesNotKeptError(
                    f"there is no change {number} of {target.name}. `osu-companion history` lists "
                    "them. Nothing was written."
                )
            after = entry is not None
            digest = found.after_sha256 if after else found.before_sha256
            data = self.journal.after(found) if after else self.journal.before(found)
            version = Version(digest, found.id, found.at)
            if data is None:
                raise BytesNotKeptError(
                    f"before change {number} there was no file {target.name}; `osu-companion undo` "
                    "of that change removes it. Nothing was written."
                )
        if data is None:
            raise BytesNotKeptError(f"the bytes of {target.name} are no longer kept.")
        return version, data

    def _conflict(
        self, entry: Entry, current: bytes | None, wanted: bytes | None, what: str
    ) -> UndoConflictError:
        name = entry.path.name
        happened = "is gone" if current is None else "was changed by another program"
        copy = None
        if entry.before_sha256 == ABSENT and current is not None and what == "redo":
            happened = "is another program's now"
        if wanted is None:
            kept = "If it is not wanted any more, remove it yourself."
        else:
            try:
                copy = self.keep_copy(entry.path, wanted, what)
                kept = f"What {what} would have written is kept in {copy}"
            except OSError as error:
                kept = (
                    f"What {what} would have written could not be kept as a copy "
                    f"({error.strerror or error}); the journal still has it"
                )
        return UndoConflictError(
            f"{name} {happened} since our change, so it was left alone. {kept}",
            path=entry.path,
            current=current,
            wanted=wanted,
            copy=copy,
        )

    def _standing(self, path: Path) -> Path:
        """The path by which the journal knows a map; where it knows none, the map must exist."""
        known = atomic.standing(path)
        if not self.journal.entries(known, SHOWN, limit=1) and not known.exists():
            raise MapGoneError(f"There is no map at {path}, and the journal knows of none.")
        return known

    def _known(self, path: Path | None) -> Path | None:
        # Not strict: the history of a map that was deleted is still worth something.
        return None if path is None else atomic.standing(path)

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
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            raise JournalError(
                f"the state folder {self.state_folder} cannot be used: {reason}. "
                "Give your user write access to it. Nothing was changed."
            ) from error
        try:
            self.recover()
            yield
        finally:
            lock.release()


def _of(path: Path | None) -> str:
    return "" if path is None else f" in {path.name}"
