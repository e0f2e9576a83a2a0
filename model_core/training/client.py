"""What the training program does for a client that runs it: it stops when its input ends.

Ctrl-C comes to processes in another way on every system, and twice where a terminal and a client
both send it. The end of standard input is the same everywhere, and comes, too, when the client
dies.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading

__all__ = ["stop_when_input_ends"]


def stop_when_input_ends() -> None:
    """From now on the end of standard input does what Ctrl-C does, once."""
    # A shell's background job ignores Ctrl-C, and its children with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_wait, name="client", daemon=True).start()


def _wait() -> None:
    try:
        while os.read(sys.stdin.fileno(), 4096):
            pass
    except (OSError, ValueError):  # no standard input at all: nothing to wait for
        return
    if os.name == "nt":
        _thread.interrupt_main()
    else:
        os.kill(os.getpid(), signal.SIGINT)
