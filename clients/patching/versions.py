"""What the journal knows of a map at a time: only what stood there when a write of ours was made.

Between two writes of ours other programs may have saved; where they did, the journal knows the map
as our earlier write left it and as our later one found it, and says that others wrote between.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clients.patching.entries import ABSENT, Move
from clients.patching.errors import BytesNotKeptError


@dataclass(frozen=True, slots=True)
class Version:
    """A content of a map, seen at ``known_at`` (Unix time); ``remark`` is for people."""

    sha256: str
    entry: int
    known_at: float
    remark: str = ""


def version_at(moves: Sequence[Move], at: float, path: Path) -> Version:
    """The map as it was at a time, after the last write of ours before it.

    Args:
        moves: of the map, oldest first.

    Raises:
        BytesNotKeptError: nothing is known of that time, or the bytes are not kept any more; the
            message names the nearest times that are known.
    """
    earlier = [move for move in moves if move.at <= at]
    if not earlier:
        raise _unknown(moves, at, path, "is not known: no change of ours was made until then")
    move = earlier[-1]
    if move.to_sha256 == ABSENT:
        raise _unknown(moves, at, path, "is that there was no file")
    if not move.to_kept:
        raise _unknown(moves, at, path, "is no longer kept")
    remark = ""
    after = moves[len(earlier)] if len(earlier) < len(moves) else None
    if after is not None and after.from_sha256 != move.to_sha256:
        remark = (
            f"Another program changed {path.name} between {told(move.at)} and {told(after.at)}; "
            f"this is the map as of the former. As of the latter: --before {after.entry}."
        )
    return Version(move.to_sha256, move.entry, move.at, remark)


def told(at: float) -> str:
    """A time for people, to the second, and as ``--at`` takes it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _unknown(moves: Sequence[Move], at: float, path: Path, what: str) -> BytesNotKeptError:
    if not moves:
        return BytesNotKeptError(
            f"nothing of {path.name} is kept: no change of ours was made to it. "
            "Nothing was written."
        )
    # Each as (time, how to ask for it): what a write found, and what it left.
    known = [
        (move.at, f"before change {move.entry} (--before {move.entry})")
        for move in moves
        if move.from_kept
    ]
    known += [
        (move.at, f"after change {move.entry} (--entry {move.entry})")
        for move in moves
        if move.to_kept
    ]
    earlier = max((item for item in known if item[0] <= at), default=None)
    later = min((item for item in known if item[0] > at), key=lambda item: item[0], default=None)
    near = [f"{told(when)}, {how}" for when, how in filter(None, (earlier, later))]
    nearest = f"The nearest known: {'; '.join(near)}" if near else "No other time is kept either"
    return BytesNotKeptError(
        f"what {path.name} held at {told(at)} {what}. {nearest}. Nothing was written."
    )
