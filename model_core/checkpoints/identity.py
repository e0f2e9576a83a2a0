"""Which weights a checkpoint's folder holds, for the record of what made a change.

A name says little: a folder can be written over, a hub repository gets new commits. The hub's cache
says both without reading the weights; for any other folder they are hashed, beside the first
request where they are large.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from model_core.checkpoints.adapters import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from model_core.checkpoints.files import weight_files

log = logging.getLogger(__name__)

_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Identity:
    """``revision``: the hub's commit, or empty. ``weights_sha256``: see :func:`identify`."""

    revision: str = ""
    weights_sha256: str = ""


def identify(folder: Path) -> Identity:
    """The identity of the weights in ``folder``.

    The hash is SHA-256 of the weights file in lower-case hexadecimal; of several files, of the
    lines ``SHA-256 NAME\\n`` of all of them in order of name. Of an adapter, of these lines of its
    configuration, which says how strongly it is merged, and its weights.

    Raises ``OSError`` where they cannot be read.
    """
    hashes = {file.name: _sha256(file) for file in _files(folder)}
    whole = next(iter(hashes.values()), "")
    if len(hashes) > 1:
        listed = "".join(f"{sha256} {name}\n" for name, sha256 in hashes.items())
        whole = hashlib.sha256(listed.encode()).hexdigest()
    return Identity(revision_of(folder), whole)


def _files(folder: Path) -> list[Path]:
    if (folder / ADAPTER_CONFIG).is_file():
        return [folder / ADAPTER_CONFIG, folder / ADAPTER_WEIGHTS]
    return weight_files(folder)


def revision_of(folder: Path) -> str:
    """The commit of a folder in the hub's cache, ``.../snapshots/COMMIT``."""
    for part in (folder, *folder.parents):
        if part.parent.name == "snapshots" and _REVISION.fullmatch(part.name):
            return part.name
    return ""


def _sha256(file: Path) -> str:
    # The hub's cache links to blobs; those of large files are named by their hash.
    blob = file.resolve()
    if blob.parent.name == "blobs" and _SHA256.fullmatch(blob.name):
        return blob.name
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class Identifying:
    """Finds an identity beside other work; :meth:`result` waits for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._identity = Identity()
        # Hashing gives the interpreter's lock free, and must not hold up the worker's end.
        self._thread = threading.Thread(target=self._work, name="identify", daemon=True)
        self._thread.start()

    def result(self) -> Identity:
        """The identity; an empty one where the files could not be read."""
        self._thread.join()
        return self._identity

    def _work(self) -> None:
        try:
            self._identity = identify(self._folder)
        except OSError as error:
            log.warning("the weights in %s could not be identified: %s", self._folder, error)
