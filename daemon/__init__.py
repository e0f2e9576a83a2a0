"""The daemon: keeps models warm, watches Songs, queues jobs, serves ``osu_companion.v1``.

Torch-free: the model lives in a child process (:mod:`daemon.worker`), whose exit is the only
thing that returns all of a GPU's memory. ``python -m daemon serve`` runs it.
"""

from __future__ import annotations

from importlib import metadata

__all__ = ["version"]


def version() -> str:
    """The program's version, as installed."""
    try:
        return metadata.version("osu-companion")
    except metadata.PackageNotFoundError:
        return "0.0.0"
