"""Entry of the child process; only the daemon starts it."""

from __future__ import annotations

from daemon.worker.child import main

if __name__ == "__main__":
    main()
