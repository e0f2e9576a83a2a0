"""The one place that talks to the model hub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from model_core.errors import CheckpointError

_FILES = ("config.json", "generation_config.json", "tokenizer.json", "model*.safetensors")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def is_repository(name: str) -> bool:
    """Whether a name has the form ``owner/model``."""
    return _NAME.fullmatch(name) is not None


def fetch(repository: str, gamemode: int | None = None) -> Path:
    """The local folder of a repository's checkpoint, downloaded unless it is in the hub's cache.

    With a game mode, the repository's own checkpoint for that mode is taken where it has one
    (``gamemode=N/``); the rest of the repository is then not downloaded.

    Raises:
        CheckpointError: the repository is not there, not open, or cannot be reached.
    """
    from huggingface_hub import snapshot_download

    with _errors_told(repository):
        subfolder = _mode_folder(repository, gamemode)
        patterns = [f"{subfolder}/{name}" if subfolder else name for name in _FILES]
        root = Path(snapshot_download(repository, allow_patterns=patterns))
    return root / subfolder if subfolder else root


def fetch_files(repository: str, names: Sequence[str]) -> Path:
    """The local folder of some files of a repository, downloaded unless they are in the cache.

    Raises:
        CheckpointError: the repository is not there, not open, or cannot be reached.
    """
    from huggingface_hub import snapshot_download

    with _errors_told(repository):
        return Path(snapshot_download(repository, allow_patterns=list(names)))


@contextmanager
def _errors_told(repository: str) -> Iterator[None]:
    """The hub client's errors as ours, which say what to do."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise CheckpointError(
            f"{repository} asks for its terms to be accepted. Do so on its page, log in with"
            " `hf auth login`, and try again."
        ) from error
    except RepositoryNotFoundError as error:
        raise CheckpointError(
            f"There is no model repository {repository}, or it is private. Check the name, or log"
            " in with `hf auth login`."
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise CheckpointError(
            f"{repository} is not downloaded yet and the hub cannot be reached ({error})."
            " Connect to the internet once, or name a local folder."
        ) from error


def _mode_folder(repository: str, gamemode: int | None) -> str:
    """``gamemode=N`` if the repository has such a checkpoint, else nothing."""
    if gamemode is None:
        return ""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    folder = f"gamemode={gamemode}"
    try:
        hf_hub_download(repository, f"{folder}/tokenizer.json")
    except LocalEntryNotFoundError:
        return ""  # offline and never downloaded: the root may be there
    except EntryNotFoundError:
        return ""
    return folder
