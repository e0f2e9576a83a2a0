"""What the worker does for each kind of request: one module for each, with one ``answer``.

They are imported by the daemon's tests as well, so none of them imports torch, or what needs it,
before it is asked.
"""
