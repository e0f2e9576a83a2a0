"""What the tray does, without a screen: its state, its actions, and the daemon's supervision.

Actions come from the GUI's thread, which must not wait; they run one after another on a thread of
their own. A second thread looks after the daemon: it starts it, restarts it when it dies, and
gives up, saying so, when it dies too often.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from osu_companion.local.endpoint import Endpoint
from osu_companion.local.paths import Paths

from clients.client.errors import ClientError
from clients.own_writes import tell_watcher
from clients.patching import EntryState, Patcher, PatchingError
from clients.progress import describe
from clients.tray.desktop import DesktopError, clipboard_text, open_file
from clients.tray.menu import Action, DaemonState, TrayState

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2

log = logging.getLogger(__name__)

_LOOK_S = 2.0
# More deaths than this within a minute are not worth another try.
_MOST_STARTS = 5
_WINDOW_S = 60.0


def start_daemon(paths: Paths) -> Endpoint:
    """The running daemon's endpoint; starts it if need be."""
    from clients.client.starting import ensure_running

    return ensure_running(paths)


class Controller:
    """The tray's actions and state. Fakes for tests come in through the arguments.

    Args:
        on_state: told of every new state, from any thread.
        on_message: told what there is to notify the user of, from any thread.
        on_quit: ends the GUI's loop.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        read_clipboard: Callable[[], str] = clipboard_text,
        show_file: Callable[[Path], None] = open_file,
        start: Callable[[Paths], Endpoint] = start_daemon,
    ) -> None:
        self.paths = paths
        self.patcher = Patcher(paths.state)
        self.on_state: Callable[[TrayState], None] = lambda _state: None
        self.on_message: Callable[[str], None] = lambda _text: None
        self.on_quit: Callable[[], None] = lambda: None
        self._read_clipboard = read_clipboard
        self._show_file = show_file
        self._start = start
        self._state = TrayState()
        self._state_lock = threading.Lock()
        self._actions: queue.SimpleQueue[Action | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name="tray actions", daemon=True),
            threading.Thread(target=self._supervise, name="tray supervision", daemon=True),
        ]

    @property
    def state(self) -> TrayState:
        """The state now."""
        return self._state

    def run(self) -> None:
        """Start the threads."""
        self._change(can_undo=self._can_undo())
        for thread in self._threads:
            thread.start()

    def do(self, action: Action) -> None:
        """Ask for an action; returns at once."""
        log.info("asked to %s", action)
        if action is Action.QUIT:
            self._stopping.set()
            self._actions.put(None)
            self.on_quit()
        elif action is Action.OPEN_LOG:
            self._told(self._open_log)
        elif not self._state.doing:
            # A click while something is under way is dropped, not saved up.
            self._actions.put(action)

    def close(self) -> None:
        """End the threads and the daemon: whoever quits the tray wants its memory back."""
        self._stopping.set()
        self._actions.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)
        from clients.client import Client
        from clients.client.starting import find_running

        with contextlib.suppress(ClientError):
            endpoint = find_running(self.paths)
            if endpoint is not None:
                with Client(endpoint) as client:
                    client.stop()

    # --- actions --------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            action = self._actions.get()
            if action is None or self._stopping.is_set():
                return
            self._told(self._remap if action is Action.REMAP else self._undo)

    def _told(self, work: Callable[[], str]) -> None:
        """Run an action and tell what came of it; nothing that it raises ends the tray."""
        try:
            text = work()
        except (ClientError, PatchingError, DesktopError) as error:
            text = str(error)
        except Exception as error:
            log.exception("an action failed")
            text = f"That failed: {error}. The log has the details."
        self._change(doing="", last=text, can_undo=self._can_undo())
        if text:
            log.info("%s", text)
            self.on_message(text)

    def _remap(self) -> str:
        self._change(doing="Reading the clipboard …")
        range_text = self._read_clipboard().strip()
        if ":" not in range_text or len(range_text) > 500:
            return (
                "There is no timestamp on the clipboard. Select objects in the editor and press "
                "Ctrl+C, then click here again."
            )
        self._change(doing="Waiting for the daemon …")
        endpoint = self._start(self.paths)
        from clients.client import Client
        from clients.remapping import remap_and_apply

        with Client(endpoint) as client:
            path = Path(client.active_map().path)
            self._change(doing=f"Remapping {path.name} …")
            done = remap_and_apply(
                client,
                self.patcher,
                path,
                range_text=range_text,
                on_event=self._show_progress,
                on_notice=lambda notice: self.on_message(notice.text),
            )
        return f"{path.name}: {done.applied.prepared.patch.summary.text} Reload it with Ctrl+L."

    def _undo(self) -> str:
        self._change(doing="Taking the last change back …")
        entry = self.patcher.undo()
        tell_watcher(self.paths, entry.path, entry.before_sha256)
        return f"{entry.path.name}: taken back. Reload it with Ctrl+L."

    def _open_log(self) -> str:
        self._show_file(self.paths.log_file)
        return ""

    def _show_progress(self, event: jobs_pb2.JobEvent) -> None:
        if event.WhichOneof("event") == "progress":
            self._change(doing=describe(event.progress, "RemapBeatmap"))

    def _can_undo(self) -> bool:
        try:
            return bool(self.patcher.journal.entries(states=(EntryState.APPLIED,), limit=1))
        except PatchingError:
            return False

    # --- the daemon -----------------------------------------------------------------------------

    def _supervise(self) -> None:
        starts: deque[float] = deque(maxlen=_MOST_STARTS)
        known = 0
        while not self._stopping.is_set():
            try:
                endpoint = self._start(self.paths)
            except ClientError as error:
                log.warning("%s", error)
                self._change(daemon=DaemonState.FAILED, last=str(error))
                self._stopping.wait(_WINDOW_S)
                continue
            if endpoint.pid != known:
                known = endpoint.pid
                starts.append(time.monotonic())
                log.info("the daemon runs as process %d at %s", endpoint.pid, endpoint.address)
            self._change(daemon=DaemonState.READY)
            while not self._stopping.wait(_LOOK_S) and endpoint.process_alive():
                pass
            if self._stopping.is_set():
                return
            log.warning("the daemon (process %d) is gone", endpoint.pid)
            self._change(daemon=DaemonState.STARTING)
            if len(starts) == _MOST_STARTS and time.monotonic() - starts[0] < _WINDOW_S:
                text = "The daemon keeps dying; it is tried again in a minute. See the log."
                self._change(daemon=DaemonState.FAILED, last=text)
                self.on_message(text)
                self._stopping.wait(_WINDOW_S)

    def _change(
        self,
        *,
        daemon: DaemonState | None = None,
        doing: str | None = None,
        last: str | None = None,
        can_undo: bool | None = None,
    ) -> None:
        with self._state_lock:
            before = self._state
            self._state = replace(
                before,
                daemon=before.daemon if daemon is None else daemon,
                doing=before.doing if doing is None else doing,
                last=before.last if last is None else last,
                can_undo=before.can_undo if can_undo is None else can_undo,
            )
            changed = self._state != before
        if changed:
            self.on_state(self._state)
