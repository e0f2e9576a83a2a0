"""What a crash interrupted, settled by what the map's bytes say."""

from __future__ import annotations

import contextlib

from clients.patching import folders
from clients.patching.entries import ABSENT, UNSETTLED, Entry, EntryState
from clients.patching.errors import JournalError
from clients.patching.journal import Journal


def settle_all(journal: Journal) -> list[Entry]:
    """Remove temporary files that were left, and mark what happened to each pending entry.

    Returns:
        The entries that were found pending, in their new state.

    Raises:
        JournalError: the undo journal cannot be used.
    """
    settled = []
    for entry in journal.entries(states=UNSETTLED):
        if entry.temporary:
            folders.remove_temporary(entry.path.parent / entry.temporary)
        if _writes_new_file(entry):
            _remove_beginning(journal, entry)
        found = folders.digest(entry.path)
        # As of when it was begun: that is closer to when it happened than now is.
        settled.append(journal.mark(entry, _outcome(entry, found), at=entry.changed_at))
    return settled


def _outcome(entry: Entry, found: str) -> EntryState:
    if entry.state is EntryState.APPLYING:
        # Bytes of neither kind: someone saved since. Kept as applied, so that undo shows the
        # conflict and hands out the old bytes instead of losing them.
        return EntryState.ABANDONED if found == entry.before_sha256 else EntryState.APPLIED
    if entry.state is EntryState.UNDOING:
        return EntryState.UNDONE if found == entry.before_sha256 else EntryState.APPLIED
    return EntryState.APPLIED if found == entry.after_sha256 else EntryState.UNDONE


def _writes_new_file(entry: Entry) -> bool:
    digests = (entry.before_sha256, entry.after_sha256)
    source = digests[1] if entry.state is EntryState.UNDOING else digests[0]
    return source == ABSENT


def _remove_beginning(journal: Journal, entry: Entry) -> None:
    """Remove the beginning of our bytes, left where a new file had to be written in place."""
    with contextlib.suppress(JournalError, OSError):
        digest = entry.before_sha256 if entry.state is EntryState.UNDOING else entry.after_sha256
        wanted, found = journal.content(digest), entry.path.read_bytes()
        if wanted is not None and found != wanted and wanted.startswith(found):
            entry.path.unlink()
