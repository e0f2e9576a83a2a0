"""A whole mapset as rules look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from model_core.beatmap import Beatmap

from .levels import Level
from .subject import Subject


@dataclass(frozen=True, slots=True)
class Difficulty:
    """One difficulty of a set: the name of its file, and the map."""

    file: str
    subject: Subject

    @property
    def beatmap(self) -> Beatmap:
        """The map itself."""
        return self.subject.beatmap

    @property
    def title(self) -> str:
        """What people call it: the difficulty's name, or the file's where it has none."""
        return self.beatmap.difficulty_name or self.file


class Mapset:
    """All difficulties of a set, in the order they were given; the first is the reference.

    What disagrees is told of the difficulties that differ from the value that most have, and from
    the reference's where no value has most.
    """

    def __init__(
        self,
        maps: Sequence[tuple[str, Beatmap]],
        *,
        levels: Mapping[str, Level] | None = None,
        song_length: float | None = None,
    ) -> None:
        levels = levels or {}
        self.difficulties = tuple(
            Difficulty(name, Subject(beatmap, level=levels.get(name), song_length=song_length))
            for name, beatmap in maps
        )

    def outliers(
        self, value: Callable[[Beatmap], str], among: Sequence[Difficulty] | None = None
    ) -> tuple[str, list[tuple[Difficulty, str]]]:
        """The value that most difficulties have, and those that have another with theirs."""
        among = self.difficulties if among is None else among
        values = [value(each.beatmap) for each in among]
        if not values:
            return "", []
        # max takes the first of equals, which is the reference's where it is one of them.
        usual = max(dict.fromkeys(values), key=values.count)
        pairs = zip(among, values, strict=True)
        return usual, [(each, own) for each, own in pairs if own != usual]
