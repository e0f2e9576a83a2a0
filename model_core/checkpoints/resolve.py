"""Which folder a checkpoint's name stands for: the starter, a local folder, a hub repository.

A published checkpoint may hold a fine-tune for a game mode in a subfolder ``gamemode=N`` beside its
base. A request for that mode takes the fine-tune; timing is always asked of the base, because the
fine-tunes were not trained for it (the published models' checkpoint selection).

No torch here: the daemon asks this room what is installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from model_core.checkpoints import hub, hub_cache
from model_core.checkpoints.files import CONFIG, TOKENIZER, local_folder
from model_core.checkpoints.published import hub_name, short_name
from model_core.errors import CheckpointError

STARTER_NAME = "starter"
STARTER = Path(__file__).parent.parent / "starter"

_MODE_FOLDER = re.compile(r"gamemode=\d+")
_MODE_NAMES = ("osu", "taiko", "catch", "mania")


@dataclass(frozen=True, slots=True)
class Location:
    """Where a checkpoint's files are, and where its base's are asked for.

    ``checkpoint`` is the name as it was given. ``selected`` tells that ``folder`` is the fine-tune
    for the request's mode, chosen beside its base rather than named itself. ``warning`` is for
    people: a fine-tune that the hub has and this machine has not; empty: nothing to say.
    """

    checkpoint: str
    folder: Path
    selected: bool = False
    warning: str = ""

    @property
    def subfolder(self) -> str:
        """``gamemode=N``, or empty for a base: what an adapter says it was trained for."""
        return mode_of(self.folder)

    def base(self) -> Location:
        """The checkpoint that timing is asked of: this one unless a mode's folder was selected.

        It is this one, too, where a local folder holds nothing but the modes' folders.

        Raises:
            CheckpointError: the hub has the base, this machine has not, and it cannot be had.
        """
        if not self.selected:
            return self
        local = local_folder(self.checkpoint)
        if local is not None:
            return Location(self.checkpoint, local) if (local / CONFIG).exists() else self
        return Location(self.checkpoint, hub.fetch(self.checkpoint, None))


def mode_folder(gamemode: int) -> str:
    """The name of the subfolder with a mode's fine-tune."""
    return f"gamemode={gamemode}"


def mode_of(folder: Path) -> str:
    """``gamemode=N`` if the folder is the fine-tune of a mode by its name, else empty."""
    return folder.name if _MODE_FOLDER.fullmatch(folder.name) else ""


def mode_folders(folder: Path) -> list[str]:
    """The modes' subfolders of a checkpoint, in order of mode."""
    if not folder.is_dir():
        return []
    found = [each.name for each in folder.iterdir() if each.is_dir() and mode_of(each)]
    return sorted(found, key=lambda name: int(name.partition("=")[2]))


def resolve(checkpoint: str | Path, gamemode: int | None = 0, auto_select: bool = True) -> Location:
    """Where the files of ``"starter"``, a local folder or a hub repository are.

    gamemode: the mode that is asked for; None takes the base.
    auto_select: whether a mode's fine-tune is taken where the checkpoint has one.

    What the hub has and this machine has not is downloaded.

    Raises:
        CheckpointError: no such folder, or the repository cannot be had.
    """
    name = str(checkpoint)
    if name == STARTER_NAME:
        if not (STARTER / "config.json").is_file():
            raise CheckpointError(
                "The starter model is not part of this installation. Install the package again,"
                " or name another model."
            )
        return Location(name, STARTER)
    wanted = gamemode if auto_select else None
    folder = local_folder(name)
    if folder is not None:
        if wanted is not None and (folder / mode_folder(wanted)).is_dir():
            return Location(name, folder / mode_folder(wanted), selected=True)
        return Location(name, folder)
    if hub.is_repository(name):
        fetched = hub.fetch(name, wanted)
        if mode_of(fetched):
            return Location(name, fetched, selected=True)
        return Location(name, fetched, warning=_not_pulled(name, fetched, wanted))
    raise CheckpointError(
        f'The model "{name}" is neither a folder nor a hub repository (owner/name) nor'
        f' "{STARTER_NAME}".'
    )


def _not_pulled(checkpoint: str, base: Path, gamemode: int | None) -> str:
    """A sentence where the base is used although the hub has a fine-tune for the mode."""
    name = hub_name(checkpoint)
    if gamemode is None or gamemode >= len(_MODE_NAMES) or name is None:
        return ""
    record = hub_cache.record_of(name.repository, base.name)
    if record is None or f"{mode_folder(gamemode)}/{TOKENIZER}" not in record.files:
        return ""
    mode, short = _MODE_NAMES[gamemode], short_name(checkpoint)
    return (
        f"The base of {short} was used: its fine-tune for {mode} is not on this machine."
        f" `osu-companion models pull {short} --mode {mode}` downloads it."
    )
