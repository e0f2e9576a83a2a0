"""Ctrl-C, SIGTERM and Windows' Ctrl-Break, turned into one call in the loop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from types import FrameType


def on_stop_signals(stop: Callable[[], None]) -> None:
    """Call ``stop`` in the running loop at each signal that asks for an end."""
    loop = asyncio.get_running_loop()
    wanted = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        wanted.append(signal.SIGBREAK)
        # asyncio's own handlers are not for Windows; the loop is woken by a plain one.
        for number in wanted:
            signal.signal(number, _handler(loop, stop))
        return
    for number in (*wanted, signal.SIGHUP):
        loop.add_signal_handler(number, stop)


def _handler(
    loop: asyncio.AbstractEventLoop, stop: Callable[[], None]
) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        # A second signal may come after the loop has closed.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop)

    return handle
