"""Taking a change back, as ``osu-companion undo`` does."""

from __future__ import annotations

from pathlib import Path

from osu_companion.local.paths import Paths

from clients.client.requests import absolute
from clients.library.asks import AnyPath
from clients.library.writing import Change
from clients.own_writes import tell_watcher
from clients.patching import Patcher


def taken_back(paths: Paths, path: AnyPath | None) -> Change:
    """Undo the last change, of that map or of any."""
    entry = Patcher(paths.state).undo(None if path is None else Path(absolute(path)))
    tell_watcher(paths, entry.path, entry.before_sha256)
    return Change(entry.path, entry.id, entry.summary or entry.verb)
