"""The hub's cache on this machine, read without the hub's library.

The library's layout (``models--OWNER--NAME`` with ``blobs``, ``refs``, ``snapshots``) is kept, so
that every other program finds what this one downloaded, and the other way round. Two things are
ours: a ref below ``refs/osu-companion`` pins what was pulled until it is pulled again, whatever
other programs do to ``refs/main``; ``osu-companion/COMMIT.json`` keeps what the hub said about a
commit: all of its files, its licence.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from model_core.checkpoints.published import HubName

_COMMIT = re.compile(r"[0-9a-f]{40}")
_OURS = "osu-companion"
_NEWEST = "main"


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the hub's library keeps its cache, by the same variables in the same order."""
    given = os.environ if environ is None else environ
    default = Path("~", ".cache").expanduser()
    home = given.get("HF_HOME") or Path(given.get("XDG_CACHE_HOME") or default, "huggingface")
    chosen = given.get("HF_HUB_CACHE") or given.get("HUGGINGFACE_HUB_CACHE") or Path(home, "hub")
    return Path(os.path.expandvars(os.path.expanduser(str(chosen))))  # noqa: PTH111


def repository_folder(repository: str, cache: Path | None = None) -> Path:
    """The folder of a repository in the cache, whether it is there or not."""
    return (cache or cache_folder()) / ("models--" + repository.replace("/", "--"))


def repositories(cache: Path | None = None) -> list[str]:
    """The names of all model repositories in the cache."""
    folder = cache or cache_folder()
    try:
        found = sorted(each.name for each in folder.iterdir() if each.name.startswith("models--"))
    except OSError:
        return []
    return [name.removeprefix("models--").replace("--", "/", 1) for name in found]


@dataclass(frozen=True, slots=True)
class Record:
    """What the hub said about a commit. ``files``: size in bytes of each, downloaded or not."""

    files: dict[str, int] = field(default_factory=dict)
    licence: str = ""


def record_of(repository: str, commit: str) -> Record | None:
    """The record of a commit that was pulled; None for one that another program downloaded."""
    try:
        text = _record_file(repository, commit).read_text(encoding="utf-8")
        stored = json.loads(text)
        files = {str(name): int(size) for name, size in stored["files"].items()}
        return Record(files, str(stored.get("licence", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def may_hold(repository: str, commit: str, file: str) -> bool:
    """Whether a commit has a file on the hub, or nobody here knows.

    Of what another program downloaded, the library remembers files that it asked for in vain.
    """
    record = record_of(repository, commit)
    if record is not None:
        return file in record.files
    return not (repository_folder(repository) / ".no_exist" / commit / file).exists()


def write_record(repository: str, commit: str, record: Record) -> None:
    """Keep what the hub said about a commit."""
    file = _record_file(repository, commit)
    file.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(file, json.dumps(asdict(record), indent=1))


def pins(repository: str) -> dict[str, str]:
    """The commits that were pulled, by the revision that was asked for (empty: the newest)."""
    folder = repository_folder(repository) / "refs" / _OURS
    found: dict[str, str] = {}
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError:
        return found
    for name in names:
        commit = _read_ref(folder / name)
        if commit:
            revision = unquote(name)
            found["" if revision == _NEWEST else revision] = commit
    return found


def pin(name: HubName, commit: str) -> None:
    """Have a name mean a commit until it is pulled again."""
    refs = repository_folder(name.repository) / "refs"
    _write_ref(refs / _OURS / quote(name.revision or _NEWEST, safe=""), commit)
    # As the library does after a download, so that other programs find it without a network.
    if name.revision != commit:
        _write_ref(refs / (name.revision or _NEWEST), commit)


def unpin(repository: str, commit: str) -> None:
    """Forget the pins and the record of a commit."""
    folder = repository_folder(repository) / "refs" / _OURS
    for revision, pinned in pins(repository).items():
        if pinned == commit:
            (folder / quote(revision or _NEWEST, safe="")).unlink(missing_ok=True)
    _record_file(repository, commit).unlink(missing_ok=True)


def commit_of(name: HubName) -> str:
    """The commit that a name means on this machine; empty where it means none.

    What was pulled comes first, then what another program downloaded under that revision.
    """
    folder = repository_folder(name.repository)
    pinned = pins(name.repository).get(name.revision)
    if pinned and snapshot_folder(name.repository, pinned).is_dir():
        return pinned
    revision = name.revision or _NEWEST
    is_commit = _COMMIT.fullmatch(revision) is not None
    commit = revision if is_commit else _read_ref(folder / "refs" / revision)
    if commit and snapshot_folder(name.repository, commit).is_dir():
        return commit
    return ""


def snapshot_folder(repository: str, commit: str) -> Path:
    """Where the files of a commit are."""
    return repository_folder(repository) / "snapshots" / commit


def snapshot(name: HubName) -> Path | None:
    """The folder with what is on this machine of a name."""
    commit = commit_of(name)
    return snapshot_folder(name.repository, commit) if commit else None


def commits_by_ref(repository: str) -> dict[str, str]:
    """Every ref of a repository in the cache, ours included, with its commit."""
    refs = repository_folder(repository) / "refs"
    return {
        each.relative_to(refs).as_posix(): _read_ref(each)
        for each in refs.glob("**/*")
        if each.is_file()
    }


def _record_file(repository: str, commit: str) -> Path:
    return repository_folder(repository) / _OURS / f"{commit}.json"


def _read_ref(file: Path) -> str:
    try:
        commit = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return commit if _COMMIT.fullmatch(commit) else ""


def _write_ref(file: Path, commit: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if _read_ref(file) != commit:
        _write_whole(file, commit)


def _write_whole(file: Path, text: str) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(file)
