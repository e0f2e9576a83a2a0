"""The command ``osu-companion``.

``main`` defines the commands and imports little, so that ``--help`` is quick; each command's work
lives in a module of its own that is imported when it runs.
"""
