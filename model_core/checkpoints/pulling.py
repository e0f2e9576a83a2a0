"""Downloads from the model hub that can be cut off anywhere and carried on later.

The hub's library says what there is and makes the connections; the bytes are taken here, because
the library throws an interrupted file away: on a slow line a checkpoint of 800 MB would never
arrive. Files grow as ``blobs/ETAG.incomplete`` in the library's own cache, are proved by the hash
that the hub announced, and only then get their place.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_core.checkpoints import hub_cache
from model_core.checkpoints.hub import Listing, RemoteFile, endpoint, errors_told, look
from model_core.checkpoints.hub_cache import Record
from model_core.checkpoints.integrity import check
from model_core.checkpoints.published import HubName, hub_name
from model_core.checkpoints.pull_place import STOPPED, Cancel, Place, never, proven
from model_core.checkpoints.pull_progress import Meter, PullProgress
from model_core.errors import (
    Cancelled,
    CheckpointError,
    CheckpointNotFound,
    DiskFull,
    HubUnreachable,
)

log = logging.getLogger(__name__)

# Waits before each further try while nothing arrives; any byte begins the row anew.
PAUSES_S: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# A line that is silent for so long is tried anew.
_SILENCE_S = 20.0
# Left free on the disk beyond the download itself.
_SPARE_BYTES = 64 * 1024 * 1024
# Answers that pass: too many requests, and the hub's own troubles.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC})


@dataclass(frozen=True, slots=True)
class Pulled:
    """What is here now. ``downloaded``: bytes that came over the line this time."""

    name: HubName
    commit: str
    folder: Path
    size: int
    downloaded: int
    changed: bool


def pull(
    name: str,
    modes: Collection[int] | None = None,
    *,
    base: bool = True,
    pin_as: HubName | None = None,
    progress: Callable[[PullProgress], None] | None = None,
    cancelled: Cancel = never,
) -> Pulled:
    """Download a checkpoint from the hub; what is here already is not downloaded again.

    Args:
        name: ``v32`` or ``owner/name``, with ``@revision`` for another than the newest.
        modes: the game modes whose fine-tunes are wanted; None: all that there are. What an
            earlier pull brought is brought again where the revision has changed.
        base: whether the base is wanted too. It always comes where no fine-tune does.
        pin_as: the name that means this from now on; None: ``name``.
        progress: called often; with times and rates that people can be shown.
        cancelled: asked at every piece of a file.

    Raises:
        Cancelled: what came stays, and the next pull carries on.
        CheckpointNotFound, HubAccessDenied, HubUnreachable, DiskFull: as their names say.
        CheckpointError: the repository holds no checkpoint, or a file arrived damaged.
    """
    asked = _named(name)
    keep = pin_as or asked
    told = progress or (lambda _: None)
    told(PullProgress("looking", asked.repository))
    listing = look(asked)
    before = hub_cache.commit_of(keep)
    if before and before != listing.commit and modes is not None:
        modes = {*modes, *_modes_here(hub_cache.snapshot_folder(keep.repository, before))}
    if modes is not None and not set(modes) & set(listing.modes()):
        base = True
    files = listing.needed(modes, base)
    return _get(listing, files, keep, told, cancelled)


def pull_files(
    name: str,
    names: Sequence[str],
    *,
    progress: Callable[[PullProgress], None] | None = None,
    cancelled: Cancel = never,
) -> Pulled:
    """Download some files of a repository, those of them that it has; raises as :func:`pull` does.

    Raises:
        CheckpointNotFound: it has none of them.
    """
    asked = _named(name)
    listing = look(asked)
    found = [file for file in listing.files if file.name in names]
    if not found:
        raise CheckpointNotFound(f"{name} has no file {' nor '.join(names)}.")
    return _get(listing, found, asked, progress or (lambda _: None), cancelled)


def _get(
    listing: Listing,
    files: list[RemoteFile],
    keep: HubName,
    told: Callable[[PullProgress], None],
    cancelled: Cancel,
) -> Pulled:
    repository, commit = listing.name.repository, listing.commit
    before = hub_cache.commit_of(keep)
    place = Place(repository, commit)
    with _disk_told(place.folder):
        todo = []
        for file in files:
            # What lies here is proved as well: pulling again is how a damaged file is mended.
            if not place.holds(file):
                todo.append(file)
            else:
                told(PullProgress("checking", repository, commit, file.name))
                if not proven(file, place.path(file), cancelled):
                    log.warning("%s of %s is damaged and comes anew", file.name, listing.name)
                    place.discard(file)
                    todo.append(file)
        _require_room(place, todo)
        have = sum(file.size for file in files) - sum(file.size for file in todo)
        meter = Meter(
            PullProgress(
                "downloading",
                repository,
                commit,
                files=len(files),
                files_done=len(files) - len(todo),
                bytes_total=sum(file.size for file in files),
            ),
            told,
            have + sum(place.begun(file) for file in todo),
        )
        for file in todo:
            meter.begin(file.name)
            if place.adopt(file, cancelled):
                meter.found(file.size - place.begun(file))
            else:
                _bring(listing, file, place, meter, cancelled)
            meter.file_done()
        meter.stage("checking")
        hub_cache.write_record(
            repository,
            commit,
            Record({file.name: file.size for file in listing.files}, listing.licence),
        )
        _require_whole(listing, files, place)
        hub_cache.pin(keep, commit)
        _forget_older(keep, before, commit)
    return Pulled(
        keep,
        commit,
        place.snapshot,
        meter.progress.bytes_total,
        meter.received,
        changed=bool(before) and before != commit,
    )


def _bring(
    listing: Listing, file: RemoteFile, place: Place, meter: Meter, cancelled: Cancel
) -> None:
    """Download one file, from where it was left, and prove it."""
    with place.alone(file):
        part = place.part(file)
        part.parent.mkdir(parents=True, exist_ok=True)
        began = place.begun(file)
        for fresh in (False, True):
            _receive(listing, file, part, meter, cancelled)
            if proven(file, part, cancelled):
                place.put(file)
                return
            part.unlink(missing_ok=True)
            meter.lost(file.size)
            if fresh or not began:
                break
            log.warning("%s did not fit together with what came earlier; once more", file.name)
    raise CheckpointError(
        f"{file.name} of {listing.name} arrived damaged: its bytes are not those that the hub"
        " announced. It was thrown away. Pull again; if this happens again, a proxy or a virus"
        " scanner may be changing what is downloaded."
    )


def _receive(
    listing: Listing, file: RemoteFile, part: Path, meter: Meter, cancelled: Cancel
) -> None:
    """Have all bytes of a file, trying anew where the line breaks."""
    tries = 0
    while True:
        have = part.stat().st_size if part.exists() else 0
        if have > file.size:
            part.unlink()
            meter.lost(file.size)
            have = 0
        if have == file.size and part.exists():
            return
        try:
            with errors_told(listing.name):
                _stream(listing, file, part, have, meter, cancelled)
        except HubUnreachable as error:
            code = getattr(getattr(error.__cause__, "response", None), "status_code", None)
            if code is not None and code not in _PASSING and code != 416:
                raise
            if code == 416:
                # The hub's file ends before our part does: begin it again.
                part.unlink(missing_ok=True)
                meter.lost(have)
            came = part.stat().st_size if part.exists() else 0
            tries = 0 if came > have else tries + 1
            if tries > len(PAUSES_S):
                raise HubUnreachable(
                    f"The download of {file.name} of {listing.name} broke off"
                    f" ({error.__cause__ or error}). What came stays: the same command carries on."
                ) from error
            meter.waiting(tries)
            log.info("%s: %s; trying again", file.name, error.__cause__ or error)
            _pause(PAUSES_S[max(tries, 1) - 1], cancelled)


def _stream(
    listing: Listing,
    file: RemoteFile,
    part: Path,
    have: int,
    meter: Meter,
    cancelled: Cancel,
) -> None:
    """Append what one connection gives.

    Raises the library's errors, Cancelled, or OSError where it cannot be written.
    """
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        build_hf_headers,
        get_session,
        hf_raise_for_status,
    )

    url = hf_hub_url(
        listing.name.repository, file.name, revision=listing.commit, endpoint=endpoint()
    )
    headers: dict[str, Any] = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    if cancelled():
        raise Cancelled(STOPPED)
    with get_session().stream("GET", url, headers=headers, timeout=_SILENCE_S) as response:
        if response.is_error:
            response.read()
        hf_raise_for_status(response)
        resumed = response.status_code == 206
        if have and not resumed:  # whoever stands between us and the hub knows no ranges
            meter.lost(have)
        with part.open("ab" if resumed else "wb") as opened:
            for piece in response.iter_bytes():
                opened.write(piece)
                meter.add(len(piece))
                if cancelled():
                    raise Cancelled(STOPPED)
                if opened.tell() > file.size:
                    return  # more than announced: the proof will say no
    if part.stat().st_size < file.size:
        raise ConnectionError("the connection was closed early")


def _pause(seconds: float, cancelled: Cancel) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if cancelled():
            raise Cancelled(STOPPED)
        time.sleep(min(left, 0.1))


def _require_room(place: Place, todo: list[RemoteFile]) -> None:
    different = {file.etag: file for file in todo}.values()
    missing = sum(file.size - place.begun(file) for file in different)
    if not missing:
        return
    folder = place.folder
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < missing + _SPARE_BYTES:
        raise DiskFull(
            f"{place.repository} needs {_size(missing)} more, and the disk of {folder} has"
            f" {_size(free)} free. Make room (`osu-companion models remove` frees what a model"
            " takes), or set HF_HOME to a folder on a larger disk."
        )


@contextlib.contextmanager
def _disk_told(folder: Path) -> Iterator[None]:
    try:
        yield
    except CheckpointError:
        raise
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise DiskFull(
                f"The disk of {folder} is full. What came stays: make room, and the same command"
                " carries on; or set HF_HOME to a folder on a larger disk."
            ) from error
        raise CheckpointError(
            f"{error.filename or folder} cannot be written: {error.strerror or error}. Mend its"
            " permissions, or set HF_HOME to another folder."
        ) from error


def _require_whole(listing: Listing, files: list[RemoteFile], place: Place) -> None:
    """Whether what came fits together; what an interrupted pull left beside it does not matter."""
    came = {file.name for file in files}
    if not any(name.endswith("config.json") for name in came):
        return
    problems = [each for each in check(place.snapshot) if each.file in came]
    if problems:
        raise CheckpointError(
            f"{listing.name} was downloaded as the hub has it, but is no whole checkpoint: "
            + "; ".join(map(str, problems))
            + "."
        )


def _forget_older(keep: HubName, before: str, commit: str) -> None:
    """Give back the space of the commit that the name meant until now, if nobody names it."""
    if not before or before == commit:
        return
    from model_core.checkpoints.installed import forget_commit

    hub_cache.unpin(keep.repository, before)
    if before not in hub_cache.commits_by_ref(keep.repository).values():
        try:
            forget_commit(keep.repository, before)
        except CheckpointError as error:
            # A program that has it loaded; the next removal takes it along.
            log.warning("%s", error)


def _modes_here(folder: Path) -> set[int]:
    return {int(each.name[9:]) for each in folder.glob("gamemode=?") if each.name[9:].isdigit()}


def _named(name: str) -> HubName:
    found = hub_name(name)
    if found is None:
        raise CheckpointNotFound(
            f'"{name}" is neither the name of a published model (`osu-companion models list`) nor'
            " a hub repository (owner/name)."
        )
    return found


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
