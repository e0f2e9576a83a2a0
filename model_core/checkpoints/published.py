"""The published checkpoints that this program knows, by short names, and what each is best for.

No torch and no hub here: the daemon and its answers need nothing but these facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

_OWNER = "OliBomby"
#: What a model may be wanted for, as ``models use --for`` names it.
TASKS = ("remap", "map", "guest-difficulty", "hitsounds", "modding", "timing")

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
# As git has it: no part begins with a point, and none is empty.
_REVISION = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*")
# Both become names of files in the cache, and no system takes longer ones than 255 bytes.
_LONGEST = 200
_NEWEST = "main"


@dataclass(frozen=True, slots=True)
class Published:
    """One published checkpoint.

    Attributes:
        name: the short name, as in ``models pull v32``.
        repository: ``owner/name`` on the hub.
        parameters: of the base.
        modes: the game modes (0–3) that it writes.
        best_for: one line for people.
        needs: short names of what it cannot work without.
        listed: whether a list of what there is shows it.
    """

    name: str
    repository: str
    parameters: int
    modes: tuple[int, ...]
    best_for: str
    needs: tuple[str, ...] = ()
    listed: bool = True

    @property
    def bytes_about(self) -> int:
        """About how much is downloaded for the base: four bytes a parameter."""
        return self.parameters * 4


REFINER = "refiner"
_ALL = (0, 1, 2, 3)


def _of_family(
    name: str,
    parameters: int,
    best_for: str,
    modes: tuple[int, ...] = _ALL,
    needs: tuple[str, ...] = (),
    listed: bool = True,
) -> Published:
    repository = f"{_OWNER}/Mapperatorinator-{name}"
    return Published(name, repository, parameters, modes, best_for, needs, listed)


PUBLISHED: tuple[Published, ...] = (
    _of_family("v32", 210_639_490, "remaps and whole maps; knows rhythm and places best"),
    _of_family("v32-mini", 51_893_378, "remaps on a machine without a GPU: a quarter of v32"),
    _of_family("v31", 214_783_111, "guest difficulties and hitsounds"),
    _of_family("v30", 211_965_044, "modding osu!standard maps", modes=(0,)),
    _of_family("v29.1", 214_534_872, "an older generation; slow, with refiner", needs=(REFINER,)),
    _of_family("v29", 214_534_872, "what came before v29.1", needs=(REFINER,), listed=False),
    _of_family("v28", 54_485_464, "the oldest and smallest; with refiner", needs=(REFINER,)),
    Published(
        REFINER,
        f"{_OWNER}/osu-diffusion-v2",
        130_617_605,
        (0, 2),
        "moves the objects of v28 and v29 to places that fit; comes with them",
    ),
)

_BY_NAME = {each.name: each for each in PUBLISHED}
_BY_REPOSITORY = {each.repository.lower(): each for each in PUBLISHED}

# The first that is installed is taken. v28 and v29 are not among them: they are slow, need a second
# network to place their objects, and everything they do is done better by a later one.
_RECOMMENDED: dict[str, tuple[str, ...]] = {
    "remap": ("v32", "v31", "v30", "v32-mini"),
    "map": ("v32", "v31", "v30", "v32-mini"),
    "guest-difficulty": ("v31", "v32", "v32-mini"),
    "hitsounds": ("v31", "v32", "v32-mini"),
    "modding": ("v30", "v31", "v32", "v32-mini"),
    "timing": ("v32", "v31", "v32-mini"),
}


@dataclass(frozen=True, slots=True)
class HubName:
    """A repository on the hub, and the revision asked for (empty: the newest)."""

    repository: str
    revision: str = ""

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}" if self.revision else self.repository


def hub_name(name: str) -> HubName | None:
    """What a name means on the hub: ``v32``, ``owner/name``, either with ``@revision``; or None.

    ``@main`` is the newest, as no revision is: one model has one name.
    """
    base, at, revision = name.partition("@")
    if at and (not _REVISION.fullmatch(revision) or ".." in revision):
        return None
    if max(len(quote(base, safe="")), len(quote(revision, safe=""))) > _LONGEST:
        return None
    if revision == _NEWEST:
        revision = ""
    known = _BY_NAME.get(base.lower())
    if known is not None:
        return HubName(known.repository, revision)
    if _REPOSITORY.fullmatch(base) is None:
        return None
    # One spelling for each that is known, so that it is one model however it was typed.
    published = _BY_REPOSITORY.get(base.lower())
    return HubName(base if published is None else published.repository, revision)


def canonical(name: str) -> str:
    """The name by which a model is known to everybody: a repository's in full, others as given."""
    found = hub_name(name)
    return name if found is None else str(found)


def published(name: str) -> Published | None:
    """The published checkpoint of a short or full name, whatever its revision."""
    found = hub_name(name)
    return None if found is None else _BY_REPOSITORY.get(found.repository.lower())


def short_name(name: str) -> str:
    """``v32`` for ``OliBomby/Mapperatorinator-v32``; other names as they are."""
    found = hub_name(name)
    known = published(name)
    if found is None or known is None:
        return name
    return f"{known.name}@{found.revision}" if found.revision else known.name


def recommended(task: str, mode: int = 0) -> tuple[Published, ...]:
    """The published checkpoints for a task in a game mode, the best first."""
    return tuple(
        _BY_NAME[name] for name in _RECOMMENDED.get(task, ()) if mode in _BY_NAME[name].modes
    )


def best_tasks(name: str) -> tuple[str, ...]:
    """The tasks for which a published checkpoint is the first choice."""
    known = published(name)
    return tuple(
        task for task, names in _RECOMMENDED.items() if known is not None and names[0] == known.name
    )
