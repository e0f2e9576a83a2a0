"""Pictures of maps: a child process draws each.

Decoding a song and drawing take seconds of a processor and more memory than the daemon may hold.
In the daemon: :mod:`~daemon.drawing.asking`. In the child: ``__main__``.
"""
