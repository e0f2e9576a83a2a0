"""The tray's actions without a screen, against a daemon without a model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from osu_companion.local.endpoint import Endpoint
from osu_companion.local.paths import Paths, find_paths
from osu_companion.v1 import jobs_pb2

from clients.client import UnreachableError
from clients.tray import controller as module
from clients.tray.controller import Controller
from clients.tray.desktop import DesktopError, open_file
from clients.tray.menu import Action, DaemonState, TrayState
from tests.clients.fake_daemon import FakeDaemon, abort, answering, refusal
from tests.clients.patching.maps import MAP, some_patch


class Tray:
    """A controller under test, with what it said and every state it was in."""

    def __init__(self) -> None:
        self.clipboard = "00:01:500 (1,2,3) - 00:02:250 (4) - "
        self.messages: list[str] = []
        self.states: list[TrayState] = []
        self.opened: list[Path] = []
        self.controller = Controller(
            find_paths(), read_clipboard=self._read, show_file=self.opened.append
        )
        self.controller.on_message = self.messages.append
        self.controller.on_state = self.states.append

    def _read(self) -> str:
        if not self.clipboard:
            raise DesktopError("The clipboard cannot be read. Install xclip.")
        return self.clipboard

    def do(self, action: Action) -> str:
        """Run an action and return what the tray said."""
        said = len(self.messages)
        self.controller.do(action)
        # Notices come before what the action came to, which is the state's last word.
        wait_for(lambda: len(self.messages) > said and not self.controller.state.doing)
        wait_for(lambda: self.messages[-1] == self.controller.state.last)
        return self.messages[-1]


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def tray(daemon: FakeDaemon, map_path: Path) -> Iterator[Tray]:
    daemon.answer, daemon.active = answering(some_patch()), map_path
    tray = Tray()
    tray.controller.run()
    wait_for(lambda: tray.controller.state.daemon is DaemonState.READY)
    yield tray
    tray.controller.close()


def test_the_copied_selection_is_remapped_and_undone(
    tray: Tray, daemon: FakeDaemon, map_path: Path
) -> None:
    assert not tray.controller.state.can_undo
    said = tray.do(Action.REMAP)
    assert "3 objects replaced by 2" in said
    assert "ranking" in tray.messages[0] and tray.messages[1:] == [said]
    assert map_path.read_bytes() == some_patch().apply(MAP)
    assert any(getattr(a, "range_text", "") == tray.clipboard.strip() for a in daemon.asked)
    assert any("window 1 of 2" in state.doing for state in tray.states)
    assert tray.controller.state.can_undo
    assert "taken back" in tray.do(Action.UNDO) and map_path.read_bytes() == MAP
    assert not tray.controller.state.can_undo
    tray.do(Action.REMAP)
    assert sum("ranking" in message for message in tray.messages) == 1  # once per map


@pytest.mark.parametrize("clipboard", ["", "a poem", "12:" * 400])
def test_a_clipboard_without_a_timestamp_changes_nothing(
    tray: Tray, daemon: FakeDaemon, map_path: Path, clipboard: str
) -> None:
    tray.clipboard = clipboard
    assert "clipboard" in tray.do(Action.REMAP)
    assert map_path.read_bytes() == MAP


def test_refusals_are_told_and_the_tray_lives_on(
    tray: Tray, daemon: FakeDaemon, map_path: Path
) -> None:
    good = daemon.answer

    def answer(_request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        abort(context, refusal(code_pb2.UNIMPLEMENTED, "NOT_SUPPORTED", "not supported yet"))
        yield jobs_pb2.JobEvent()

    daemon.answer = answer
    assert tray.do(Action.REMAP) == "not supported yet"
    daemon.answer = lambda _request, _context: 1 / 0  # type: ignore[assignment,return-value]
    assert tray.do(Action.REMAP)
    assert "nothing to undo" in tray.do(Action.UNDO)
    daemon.answer = good
    assert "3 objects" in tray.do(Action.REMAP)


def test_clicks_while_something_is_under_way_are_dropped(tray: Tray, daemon: FakeDaemon) -> None:
    go, good = threading.Event(), daemon.answer

    def answer(request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        go.wait(10)
        yield from good(request, context)

    daemon.answer = answer
    tray.controller.do(Action.REMAP)
    wait_for(lambda: "Remapping" in tray.controller.state.doing)
    tray.controller.do(Action.REMAP)
    tray.controller.do(Action.UNDO)
    go.set()
    wait_for(lambda: len(tray.messages) > 1)
    time.sleep(0.1)
    assert len(tray.messages) == 2 and "ranking" in tray.messages[0]


def test_the_log_is_opened_and_a_missing_one_is_said(tray: Tray, tmp_path: Path) -> None:
    tray.controller.do(Action.OPEN_LOG)
    assert tray.opened == [find_paths().log_file]
    with pytest.raises(DesktopError, match="There is no"):
        open_file(tmp_path / "none.log")


def test_quit_ends_the_loop_and_stops_the_daemon(tray: Tray, daemon: FakeDaemon) -> None:
    quits: list[bool] = []
    tray.controller.on_quit = lambda: quits.append(True)
    tray.controller.do(Action.QUIT)
    assert quits == [True]
    tray.controller.close()
    assert daemon.stopped.is_set()


def test_a_daemon_that_dies_is_started_again_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_LOOK_S", 0.01)
    monkeypatch.setattr(module, "_WINDOW_S", 30.0)
    started: list[int] = []

    def start(_paths: Paths) -> Endpoint:
        started.append(len(started) + 1)
        # A process that is dead already: the start time is no process's.
        return Endpoint("127.0.0.1", 1, "", 10_000_000 + len(started), 1.0, "")

    tray = Controller(find_paths(), start=start)
    said: list[str] = []
    tray.on_message = said.append
    tray.run()
    wait_for(lambda: tray.state.daemon is DaemonState.FAILED)
    assert len(started) == 5 and "keeps dying" in said[0]
    tray.close()


def test_a_daemon_that_cannot_start_is_shown() -> None:
    def start(_paths: Paths) -> Endpoint:
        raise UnreachableError("the port is taken")

    tray = Controller(find_paths(), start=start)
    tray.run()
    wait_for(lambda: tray.state.daemon is DaemonState.FAILED)
    assert tray.state.last == "the port is taken"
    tray.close()
