"""What a map should be like, as the refiner is told: a 1 for everything that holds.

The vector is [styles, difficulties, mappers, descriptors, circle sizes]; the last class of each
part means "unknown".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.errors import CheckpointError
from model_core.tokens.class_tokens import Conditions

Vector = npt.NDArray[np.float32]

_LARGEST_CIRCLE_SIZE = 10


@dataclass(frozen=True, slots=True)
class RefinerClasses:
    """The tables of ``tokenizer.pkl``. Ids are osu!'s; rows are places in the vector's parts."""

    styles: int
    difficulties: int
    mappers: int
    descriptors: int
    circle_sizes: int
    max_difficulty: float
    style_rows: Mapping[int, int]  # by beatmap id
    mapper_rows: Mapping[int, int]  # by user id
    descriptor_rows: Mapping[str, int]  # by name
    beatmap_mappers: Mapping[int, int]  # user id by beatmap id
    beatmap_descriptors: Mapping[int, tuple[int, ...]]  # rows by beatmap id

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], source: str) -> RefinerClasses:
        """The published file's dictionary; its keys may have become text on the way."""

        def ids(name: str) -> dict[int, int]:
            return {int(key): int(value) for key, value in table[name].items()}

        try:
            return cls(
                styles=int(table["num_classes"]),
                difficulties=int(table["num_diff_classes"]),
                mappers=int(table["num_mapper_classes"]),
                descriptors=int(table["num_descriptor_classes"]),
                circle_sizes=int(table["num_cs_classes"]),
                max_difficulty=float(table["max_difficulty"]),
                style_rows=ids("beatmap_idx"),
                mapper_rows=ids("mapper_idx"),
                descriptor_rows={str(k): int(v) for k, v in table["descriptor_idx"].items()},
                beatmap_mappers=ids("beatmap_mapper"),
                beatmap_descriptors={
                    int(key): tuple(int(row) for row in rows)
                    for key, rows in table["beatmap_descriptors"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointError(
                f"{source} does not hold the tables of a position refiner ({error!r})."
            ) from error

    @property
    def size(self) -> int:
        """Length of the vector."""
        parts = (self.styles, self.difficulties, self.mappers, self.descriptors, self.circle_sizes)
        return sum(parts)

    def asked(
        self,
        conditions: Conditions,
        beatmap_id: int | None = None,
        mapper_as_beatmap: bool = False,
    ) -> Vector:
        """The vector of what is asked for, float32 [size].

        A known map's mapper and descriptors are filled in where they are not said.
        ``mapper_as_beatmap`` does what the reference does instead: the mapper's id is looked up
        among the maps, where it stands for another mapper or, nearly always, for none.
        """
        mapper: int | None
        descriptors: Sequence[int] = self._named(conditions.descriptors)
        if mapper_as_beatmap:
            mapper = self._mapper_of(conditions.mapper_id)
        else:
            mapper = self._row(self.mapper_rows, conditions.mapper_id)
            if conditions.mapper_id is None:
                mapper = self._mapper_of(beatmap_id)
            if not descriptors and beatmap_id is not None:
                descriptors = self.beatmap_descriptors.get(beatmap_id, ())
        style = self._row(self.style_rows, beatmap_id)
        return self._vector(conditions, style, mapper, descriptors)

    def nothing(self, conditions: Conditions, away_from: Iterable[str | int] = ()) -> Vector:
        """The vector that guidance leads away from, float32 [size].

        Of what is asked for, it keeps difficulty and circle size; ``away_from`` are descriptors.
        """
        return self._vector(conditions, None, None, self._named(away_from))

    def _vector(
        self,
        conditions: Conditions,
        style: int | None,
        mapper: int | None,
        descriptors: Sequence[int],
    ) -> Vector:
        vector = np.zeros(self.size, dtype=np.float32)
        start = 0
        parts: tuple[tuple[int, Sequence[int | None]], ...] = (
            (self.styles, [style]),
            (self.difficulties, [self._difficulty(conditions.difficulty)]),
            (self.mappers, [mapper]),
            (self.descriptors, descriptors or [None]),
            (self.circle_sizes, [self._circle_size(conditions.circle_size)]),
        )
        for size, rows in parts:
            if size:
                vector[[start + (size - 1 if row is None else row) for row in rows]] = 1
            start += size
        return vector

    def _difficulty(self, stars: float | None) -> int | None:
        if stars is None or not self.max_difficulty:
            return None
        steps = self.difficulties - 2  # beside the largest and "unknown"
        return min(max(int(stars * steps / self.max_difficulty), 0), steps)

    def _circle_size(self, circle_size: float | None) -> int | None:
        if circle_size is None:
            return None
        steps = self.circle_sizes - 2
        return min(max(int(circle_size * steps / _LARGEST_CIRCLE_SIZE), 0), steps)

    def _mapper_of(self, beatmap: int | None) -> int | None:
        return self._row(self.mapper_rows, self._row(self.beatmap_mappers, beatmap))

    def _named(self, descriptors: Iterable[str | int]) -> list[int]:
        """Rows of descriptors given by name or row; unknown ones are left out."""
        rows = [
            item if isinstance(item, int) else self.descriptor_rows.get(item)
            for item in descriptors
        ]
        last = self.descriptors - 1
        return [row for row in rows if row is not None and 0 <= row < last]

    @staticmethod
    def _row(rows: Mapping[int, int], key: int | None) -> int | None:
        return None if key is None else rows.get(key)
