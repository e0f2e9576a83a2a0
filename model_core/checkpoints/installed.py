"""Which checkpoints of the hub are on this machine, and removing them. Without torch and hub."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from model_core.checkpoints import hub_cache
from model_core.checkpoints.adapters import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from model_core.checkpoints.files import CONFIG
from model_core.checkpoints.hub import modes_in, whole
from model_core.checkpoints.published import REFINER, HubName, hub_name, published
from model_core.errors import CheckpointError, CheckpointNotFound

_REFINER_WEIGHTS = "model_ema.pkl"


@dataclass(frozen=True, slots=True)
class Installed:
    """One checkpoint in the hub's cache.

    Attributes:
        kind: ``checkpoint``, ``adapter`` or ``refiner``; empty where nothing can be used yet.
        modes: game modes (0–3) whose own fine-tune is here.
        modes_missing: those that the repository has and this machine has not.
        size: bytes on the disk.
        waiting: bytes of a download that was interrupted, to be carried on.
        pinned: whether it was pulled by this program, not found.
    """

    name: HubName
    commit: str
    folder: Path
    kind: str
    modes: tuple[int, ...]
    modes_missing: tuple[int, ...]
    size: int
    waiting: int
    licence: str
    pinned: bool

    @property
    def usable(self) -> bool:
        """Whether all files of something that can be loaded are here."""
        return bool(self.kind)


def installed() -> list[Installed]:
    """Every checkpoint of these families in the cache, whoever downloaded it, in order of name.

    Other models that share the cache are not listed, unless this program pulled them.
    """
    found = []
    for repository in hub_cache.repositories():
        pinned = hub_cache.pins(repository)
        if published(repository) is None and not pinned and not _of_these_families(repository):
            continue
        for revision in pinned or {"": ""}:
            one = find(HubName(repository, revision))
            if one is not None:
                found.append(one)
    return found


def find(name: HubName) -> Installed | None:
    """What is on this machine of a name; also where only a part of it has come so far."""
    folder = hub_cache.repository_folder(name.repository)
    commit = hub_cache.commit_of(name)
    # Until all of it is here, what a pull has finished waits for the rest.
    begun = folder.glob("blobs/*.incomplete" if commit else "blobs/*")
    waiting = sum(_size_of(each) for each in begun)
    if not commit:
        if not waiting:
            return None
        return Installed(name, "", folder, "", (), (), 0, waiting, "", False)
    snapshot = hub_cache.snapshot_folder(name.repository, commit)
    files = [each for each in snapshot.rglob("*") if each.is_file()]
    names = [each.relative_to(snapshot).as_posix() for each in files]
    record = hub_cache.record_of(name.repository, commit)
    here = modes_in(names)
    there = modes_in(record.files) if record is not None else ()
    blobs = {each.resolve(): _size_of(each) for each in files}
    return Installed(
        name,
        commit,
        snapshot,
        _kind(snapshot, names),
        here,
        tuple(mode for mode in there if mode not in here),
        sum(blobs.values()),
        waiting,
        record.licence if record is not None and record.licence else _licence_of(snapshot),
        commit in hub_cache.pins(name.repository).values(),
    )


def is_installed(name: str) -> bool:
    """Whether a name on the hub can be loaded without asking the hub."""
    found = hub_name(name)
    one = None if found is None else find(found)
    return one is not None and one.usable


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed, and how many bytes that gave back."""

    name: HubName
    freed: int


def remove(name: str) -> Removed:
    """Remove a checkpoint of the hub from this machine, with whatever came of it so far.

    ``owner/name`` removes every revision; with ``@revision`` only that one goes. Folders outside
    the hub's cache are never touched.

    Raises:
        CheckpointNotFound: it is not here.
        CheckpointError: it is no hub checkpoint (a user's own folder, the starter), or a file is
            in use.
    """
    asked = hub_name(name)
    if asked is None:
        raise CheckpointError(
            f"{name} did not come from the hub, so it is not removed: your own folders are never"
            " touched, and the starter belongs to the program."
        )
    folder = hub_cache.repository_folder(asked.repository)
    if not folder.is_dir():
        raise CheckpointNotFound(f"{asked} is not on this machine; there is nothing to remove.")
    before = _space_of(folder)
    if asked.revision:
        commit = hub_cache.commit_of(asked)
        if not commit:
            raise CheckpointNotFound(f"{asked} is not on this machine; there is nothing to remove.")
        _drop_refs(asked.repository, commit)
        forget_commit(asked.repository, commit)
    if not asked.revision or not any((folder / "snapshots").glob("*")):
        _remove_tree(folder)
        with contextlib.suppress(OSError):
            shutil.rmtree(hub_cache.cache_folder() / ".locks" / folder.name)
    return Removed(asked, before - _space_of(folder))


def forget_commit(repository: str, commit: str) -> int:
    """Remove a commit's files, and the bytes that no other commit uses; how many were freed."""
    folder = hub_cache.repository_folder(repository)
    gone = hub_cache.snapshot_folder(repository, commit)
    before = _space_of(folder)
    others = [each for each in (folder / "snapshots").glob("*") if each != gone]
    used = {_blob_of(file) for other in others for file in other.rglob("*") if file.is_file()}
    mine = {_blob_of(file) for file in gone.rglob("*") if file.is_symlink()}
    hub_cache.unpin(repository, commit)
    _remove_tree(gone)
    for blob in mine - used:
        with contextlib.suppress(OSError):
            if blob.parent == (folder / "blobs").absolute():
                blob.unlink()
    return before - _space_of(folder)


def _drop_refs(repository: str, commit: str) -> None:
    refs = hub_cache.repository_folder(repository) / "refs"
    for ref, meant in hub_cache.commits_by_ref(repository).items():
        if meant == commit:
            (refs / ref).unlink(missing_ok=True)


def _remove_tree(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise CheckpointError(
            f"{error.filename or folder} cannot be removed: {error.strerror or error}. If a program"
            " uses the model, end it and try again."
        ) from error


def _kind(folder: Path, names: list[str]) -> str:
    if whole(folder) or any(whole(folder / f"gamemode={mode}") for mode in modes_in(names)):
        return "checkpoint"
    if ADAPTER_CONFIG in names and ADAPTER_WEIGHTS in names:
        return "adapter"
    if _REFINER_WEIGHTS in names and "tokenizer.pkl" in names:
        return REFINER
    return ""


def _of_these_families(repository: str) -> bool:
    """Whether a repository that nobody named is of these families: by a file that only they have.

    Other people's models may be large: nothing else of theirs is looked at.
    """
    root = hub_cache.snapshot(HubName(repository))
    if root is None:
        return False
    for folder in (root, *root.glob("gamemode=?")):
        try:
            if '"vocab_size_in"' in (folder / CONFIG).read_text(encoding="utf-8"):
                return True
        except (OSError, UnicodeDecodeError):
            continue
    return False


def _licence_of(folder: Path) -> str:
    """The licence in the front matter of a model card."""
    try:
        with (folder / "README.md").open(encoding="utf-8") as card:
            if card.readline().strip() != "---":
                return ""
            for line in card:
                key, _, value = line.partition(":")
                if key.strip() == "license" and not key.startswith(" "):
                    return value.strip().strip("\"'")
                if line.strip() == "---":
                    return ""
    except (OSError, UnicodeDecodeError):
        pass
    return ""


def _blob_of(file: Path) -> Path:
    """The first file that a link names, its own links not followed."""
    if not file.is_symlink():
        return file.absolute()
    return Path(os.path.abspath(file.parent / file.readlink()))  # noqa: PTH100 - not resolved


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _space_of(folder: Path) -> int:
    """Bytes that a folder's own files take; links count nothing."""
    if not folder.is_dir():
        return 0
    return sum(
        each.lstat().st_size
        for each in folder.rglob("*")
        if not each.is_symlink() and each.is_file()
    )
