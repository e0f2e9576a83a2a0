"""Downloads, and all else about checkpoints that takes long: a child process for each question.

The hub's library and the readers of weights stay out of the daemon (they take memory, and block),
and a download that is stopped is a process that ends. In the daemon:
:mod:`~daemon.downloads.asking`. In the child: ``__main__``. Between them: the frames of
:mod:`daemon.worker.frames` over pipes.
"""
