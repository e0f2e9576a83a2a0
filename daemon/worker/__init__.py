"""The model worker: a child process that holds torch, and the daemon's hold on it.

In the daemon: :mod:`~daemon.worker.process` (one child), :mod:`~daemon.worker.supervisor` (which
child, for how long). In the child: ``__main__``, :mod:`~daemon.worker.child`,
:mod:`~daemon.worker.engine`. Between them: :mod:`~daemon.worker.frames` over pipes.
"""
