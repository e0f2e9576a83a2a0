"""The one place that talks to the model hub: what a repository holds, and why it cannot be had.

:mod:`~model_core.checkpoints.pulling` downloads; :mod:`~model_core.checkpoints.hub_cache` reads
what is here. A checkpoint that is here is used without asking the hub, so that it stays what it was
until it is pulled again.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from model_core.checkpoints import hub_cache
from model_core.checkpoints.files import CONFIG, GENERATION, TOKENIZER, missing_shards, weight_files
from model_core.checkpoints.published import HubName, hub_name, short_name
from model_core.errors import (
    CheckpointError,
    CheckpointNotFound,
    HubAccessDenied,
    HubUnreachable,
)

log = logging.getLogger(__name__)

# Seconds until a hub that says nothing counts as not there.
_TIMEOUT_S = 15.0

# All that is ever downloaded of a repository. No pattern crosses a folder, whatever the hub says.
_CHECKPOINT = (
    r"config\.json|generation_config\.json|tokenizer\.json"
    r"|model(-\d{5}-of-\d{5})?\.safetensors|model\.safetensors\.index\.json"
)
_PARTS = re.compile(rf"(?:gamemode=(?P<mode>\d)/)?(?:{_CHECKPOINT})")
_ADAPTER = re.compile(
    r"adapter_config\.json|adapter_model\.safetensors|mapperatorinator_lora_metadata\.json"
)
# The refiner's are pickles: they are only ever read as weights (weights_only).
_REFINER = re.compile(r"tokenizer\.pkl|model_ema\.pkl")
# Small, and what people ask for afterwards.
_ABOUT = re.compile(r"README\.md|LICENSE(\.md|\.txt)?")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub. ``name`` with ``/``; ``size`` in bytes; ``etag`` names it in the cache.

    ``etag`` is the SHA-256 of a large file and git's SHA-1 of a small one.
    """

    name: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What the hub says about a revision of a repository."""

    name: HubName
    commit: str
    files: tuple[RemoteFile, ...]
    licence: str = ""

    def modes(self) -> tuple[int, ...]:
        """The game modes that have a fine-tune of their own (``gamemode=N/``)."""
        return modes_in(file.name for file in self.files)

    def needed(self, modes: Collection[int] | None = None, base: bool = True) -> list[RemoteFile]:
        """The files to download: base and fine-tunes, or adapter, or refiner.

        modes: whose fine-tunes are wanted where there are some; None: all.

        Raises:
            CheckpointError: the repository holds none of these.
        """
        names = {file.name for file in self.files}
        chosen = [file for file in self.files if _wanted(file.name, modes, base)]
        if CONFIG not in names and not self.modes():
            for pattern, sign in ((_ADAPTER, "adapter_config.json"), (_REFINER, "model_ema.pkl")):
                if sign in names:
                    chosen = [each for each in self.files if pattern.fullmatch(each.name)]
                    break
        about = [file for file in self.files if _ABOUT.fullmatch(file.name)]
        _require_checkpoint(self.name, {file.name for file in chosen})
        return chosen + about


def modes_in(names: Iterator[str] | Collection[str]) -> tuple[int, ...]:
    """The game modes whose fine-tunes are among the files of a repository."""
    return tuple(
        sorted({int(name[9]) for name in names if re.fullmatch(rf"gamemode=\d/{TOKENIZER}", name)})
    )


def endpoint() -> str | None:
    """Another hub than the public one, as the hub's library wants it named; None: the public one.

    The library reads the variable once, when it is imported; this is what it says now.
    """
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or None


def is_repository(name: str) -> bool:
    """Whether a name means something on the hub: ``owner/name`` or ``v32``, with ``@revision``."""
    return hub_name(name) is not None


def look(name: HubName) -> Listing:
    """Ask the hub what a name means now.

    Raises:
        CheckpointNotFound, HubAccessDenied, HubUnreachable: as their names say.
    """
    from huggingface_hub import HfApi

    with errors_told(name):
        info = HfApi(endpoint=endpoint()).model_info(
            name.repository,
            revision=name.revision or None,
            files_metadata=True,
            timeout=_TIMEOUT_S,
        )
    files = []
    for each in info.siblings or ():
        etag = each.blob_id if each.lfs is None else each.lfs.sha256
        if each.size is not None and etag and re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", etag):
            files.append(RemoteFile(each.rfilename, each.size, etag))
    if not info.sha or not re.fullmatch(r"[0-9a-f]{40}", info.sha):
        raise HubUnreachable(f"The hub's answer about {name} is not one of a model hub.")
    return Listing(name, info.sha, tuple(files), _licence(info))


def fetch(repository: str, gamemode: int | None = None) -> Path:
    """The local folder of a checkpoint on the hub, downloaded unless it is here.

    With a game mode, the repository's own checkpoint for that mode is taken where it has one
    (``gamemode=N/``); the rest of the repository is then not downloaded. What is here is used as
    it is, without asking the hub.

    Raises:
        CheckpointError: the repository is not there, not open, or cannot be reached.
    """
    name = _named(repository)
    root = hub_cache.snapshot(name)
    wanted = "" if gamemode is None else f"gamemode={gamemode}"
    if root is not None:
        if wanted and whole(root / wanted):
            return root / wanted
        there = wanted and hub_cache.may_hold(name.repository, root.name, f"{wanted}/{TOKENIZER}")
        if not there and whole(root):
            return root
        # What belongs to it must be of the commit that is here, not of a newer one.
        asked = HubName(name.repository, root.name)
    else:
        asked = name
    from model_core.checkpoints.pulling import pull

    modes = () if gamemode is None else (gamemode,)
    try:
        pulled = pull(str(asked), modes, base=gamemode is None, pin_as=name)
    except HubUnreachable:
        if root is None or not whole(root):
            raise
        log.warning("the hub is not reached: the base of %s is used for mode %s", name, gamemode)
        return root
    folder = pulled.folder / wanted
    return folder if wanted and whole(folder) else pulled.folder


def fetch_files(repository: str, names: Sequence[str]) -> Path:
    """The local folder of some files of a repository, downloaded unless they are in the cache.

    Those that the repository does not have are left out, unless it has none.

    Raises:
        CheckpointError: the repository is not there, not open, or cannot be reached.
    """
    name = _named(repository)
    root = hub_cache.snapshot(name)
    if root is not None:
        record = hub_cache.record_of(name.repository, root.name)
        there = set(names) if record is None else set(names) & set(record.files)
        if there and all((root / each).is_file() for each in there):
            return root
    from model_core.checkpoints.pulling import pull_files

    return pull_files(str(name), names).folder


def whole(folder: Path) -> bool:
    """Whether every file of a checkpoint is in a folder, by name."""
    if not all((folder / name).is_file() for name in (CONFIG, GENERATION, TOKENIZER)):
        return False
    try:
        return bool(weight_files(folder)) and not missing_shards(folder)
    except CheckpointError:
        return False


@contextmanager
def errors_told(name: HubName) -> Iterator[None]:
    """The hub client's errors as ours, which say what to do."""
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        HTTPError,  # of the library's HTTP client: the base of all its errors
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise HubAccessDenied(
            f"{name.repository} asks for its terms to be accepted. Do so on its page, log in with"
            " `hf auth login`, and try again."
        ) from error
    except RepositoryNotFoundError as error:
        raise CheckpointNotFound(
            f"There is no model repository {name.repository}, or it is private. Check the name, or"
            " log in with `hf auth login`."
        ) from error
    except RevisionNotFoundError as error:
        raise CheckpointNotFound(
            f'{name.repository} has no revision "{name.revision}". Leave out what follows the @'
            " for the newest one."
        ) from error
    except EntryNotFoundError as error:
        raise CheckpointNotFound(
            f"A file of {name} is not on the hub any more. Pull it again to get what is there now."
        ) from error
    except HFValidationError as error:
        raise CheckpointNotFound(f"{name} cannot be a name on the hub: {error}.") from error
    except OfflineModeIsEnabled as error:
        raise HubUnreachable(
            f"{name} is not here, and nothing is downloaded in offline mode (HF_HUB_OFFLINE)."
            f" `osu-companion models pull {short_name(str(name))}` downloads it; unset the variable"
            " first if you have set it."
        ) from error
    except HfHubHTTPError as error:
        code = error.response.status_code
        if code in (401, 403):
            raise HubAccessDenied(
                f"The hub does not give {name} to you ({code}). Log in with `hf auth login`; if you"
                " are logged in, your token may be old or lack the right to read it."
            ) from error
        raise HubUnreachable(
            f"The hub cannot give {name} at the moment (it answers {code}). Try again later; what"
            " is downloaded already stays."
        ) from error
    except (HTTPError, ConnectionError, TimeoutError) as error:
        raise HubUnreachable(
            f"{name} is not downloaded yet and the hub cannot be reached"
            f" ({error or type(error).__name__}). Look at the connection and try again, or name a"
            " local folder."
        ) from error


def _named(repository: str) -> HubName:
    name = hub_name(repository)
    if name is None:
        raise CheckpointNotFound(f'"{repository}" is no name of a repository (owner/name).')
    return name


def _wanted(file: str, modes: Collection[int] | None, base: bool) -> bool:
    found = _PARTS.fullmatch(file)
    if found is None:
        return False
    if found["mode"] is None:
        return base
    return modes is None or int(found["mode"]) in modes


def _require_checkpoint(name: HubName, files: set[str]) -> None:
    folders = {file.rpartition("/")[0] for file in files}
    special = any(_ADAPTER.fullmatch(file) or _REFINER.fullmatch(file) for file in files)
    for folder in sorted(folders):
        have = {file.rpartition("/")[2] for file in files if file.rpartition("/")[0] == folder}
        missing = [each for each in (CONFIG, GENERATION, TOKENIZER) if each not in have]
        if not any(each.endswith(".safetensors") for each in have):
            missing.append("model.safetensors")
        if missing and not special:
            where = f"{name}, folder {folder}," if folder else str(name)
            raise CheckpointError(
                f"{where} is no checkpoint that this program can use: it has no"
                f" {', '.join(missing)}."
            )
    if not files:
        raise CheckpointError(
            f"{name} is no checkpoint that this program can use: it has no {CONFIG}."
        )


def _licence(info: object) -> str:
    card = getattr(info, "card_data", None)
    told = getattr(card, "license", None)
    if isinstance(told, str) and told:
        return told
    tags = getattr(info, "tags", None) or ()
    return next((tag[8:] for tag in tags if str(tag).startswith("license:")), "")
