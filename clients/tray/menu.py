"""The tray's menu as a pure function of its state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a menu item does."""

    REMAP = "remap"
    UNDO = "undo"
    OPEN_LOG = "open log"
    QUIT = "quit"


class DaemonState(StrEnum):
    """What the tray knows of the daemon."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TrayState:
    """Everything that the menu depends on.

    Attributes:
        doing: what is under way, in words; empty while idle. One thing at a time.
        last: what the last action came to, in words.
        can_undo: whether the journal holds a change to take back.
    """

    daemon: DaemonState = DaemonState.STARTING
    doing: str = ""
    last: str = ""
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A menu line. ``action`` is ``None`` for a line that only tells."""

    text: str
    action: Action | None = None
    enabled: bool = True
    # What a plain click on the icon does, where the platform has such a thing.
    default: bool = False


_DAEMON_WORDS = {
    DaemonState.STARTING: "Starting …",
    DaemonState.READY: "Ready",
    DaemonState.FAILED: "The daemon does not run",
}
_LINE_LENGTH = 60


def state_line(state: TrayState) -> str:
    """The state in one line: what is under way, or how things stand."""
    if state.doing:
        return _shortened(state.doing)
    if state.daemon is DaemonState.READY and state.last:
        return _shortened(f"Ready. {state.last}")
    return _DAEMON_WORDS[state.daemon]


def build_menu(state: TrayState) -> tuple[Item, ...]:
    """The menu's lines, from top to bottom.

    Remapping is offered while the daemon starts, too: it waits for it. Undo needs no daemon.
    """
    idle = not state.doing
    return (
        Item(state_line(state), enabled=False),
        Item("Remap the copied selection", Action.REMAP, enabled=idle, default=True),
        Item("Undo last change", Action.UNDO, enabled=idle and state.can_undo),
        Item("Open the log", Action.OPEN_LOG),
        Item("Quit", Action.QUIT),
    )


def _shortened(text: str) -> str:
    line = text.splitlines()[0]
    return line if len(line) <= _LINE_LENGTH else line[: _LINE_LENGTH - 1].rstrip() + "…"
