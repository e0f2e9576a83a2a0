"""Making suggested edits in a process of its own: rules are run again for them, on any map.

A big map's many edits take seconds and memory that the daemon does not give away.
"""
