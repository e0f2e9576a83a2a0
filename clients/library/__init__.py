"""The library call for editor tools: requests that run to their end, with results that can write.

``import clients`` is all that a tool needs, see docs/library.md; nothing here is imported before it
is used. ``clients.client`` below it has the streams of events, for who wants every one of them.
"""
