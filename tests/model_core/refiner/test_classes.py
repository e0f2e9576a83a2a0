"""What the refiner is told that a map should be like."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.errors import CheckpointError
from model_core.refiner.classes import RefinerClasses
from model_core.tokens.class_tokens import Conditions
from tests.model_core.refiner.conftest import TABLE

# Where the parts begin: 3 styles, 26 difficulties, 3 mappers, 4 descriptors, 22 circle sizes.
_DIFFICULTY, _MAPPER, _DESCRIPTOR, _CIRCLE_SIZE = 3, 29, 32, 36


def marked(vector: np.ndarray) -> set[int]:
    assert set(np.unique(vector)) <= {0, 1}
    return set(np.nonzero(vector)[0].tolist())


def test_everything_that_is_said(classes: RefinerClasses) -> None:
    conditions = Conditions(
        difficulty=4.2, mapper_id=901, circle_size=4.0, descriptors=("tech", "no such", 1)
    )
    assert marked(classes.asked(conditions, 12)) == {
        1,
        _DIFFICULTY + 8,
        _MAPPER + 1,
        _DESCRIPTOR + 2,
        _DESCRIPTOR + 1,
        _CIRCLE_SIZE + 8,
    }


def test_what_is_not_said_is_unknown(classes: RefinerClasses) -> None:
    unknown = {2, _DIFFICULTY + 25, _MAPPER + 2, _DESCRIPTOR + 3, _CIRCLE_SIZE + 21}
    assert marked(classes.asked(Conditions())) == unknown
    assert marked(classes.asked(Conditions(mapper_id=5, descriptors=("no such",)))) == unknown


@pytest.mark.parametrize(("stars", "row"), [(-1, 0), (0.49, 0), (0.5, 1), (12, 24), (99, 24)])
def test_difficulties_are_half_stars(classes: RefinerClasses, stars: float, row: int) -> None:
    assert _DIFFICULTY + row in marked(classes.asked(Conditions(difficulty=stars)))


def test_a_known_map_fills_in_its_mapper_and_tags(classes: RefinerClasses) -> None:
    found = marked(classes.asked(Conditions(), beatmap_id=11))
    assert {0, _MAPPER + 0, _DESCRIPTOR + 0, _DESCRIPTOR + 2} <= found
    said = marked(classes.asked(Conditions(mapper_id=901, descriptors=("reading",)), 11))
    assert {_MAPPER + 1, _DESCRIPTOR + 1} <= said
    assert not {_MAPPER, _DESCRIPTOR, _DESCRIPTOR + 2} & said


def test_the_reference_takes_a_mapper_for_a_map(classes: RefinerClasses) -> None:
    known = Conditions(mapper_id=901)
    assert _MAPPER + 2 in marked(classes.asked(known, mapper_as_beatmap=True))
    chance = Conditions(mapper_id=12)
    assert _MAPPER + 1 in marked(classes.asked(chance, mapper_as_beatmap=True))


def test_nothing_keeps_difficulty_and_circle_size(classes: RefinerClasses) -> None:
    conditions = Conditions(difficulty=6, mapper_id=900, circle_size=4, descriptors=("tech",))
    kept = {2, _DIFFICULTY + 12, _MAPPER + 2, _CIRCLE_SIZE + 8}
    assert marked(classes.nothing(conditions)) == kept | {_DESCRIPTOR + 3}
    assert marked(classes.nothing(conditions, ["streams"])) == kept | {_DESCRIPTOR}


def test_tables_without_styles(classes: RefinerClasses) -> None:
    """The published refiner's tables have none."""
    none = RefinerClasses.from_dict({**TABLE, "num_classes": 0, "beatmap_idx": {}}, "the table")
    assert none.size == classes.size - 3
    assert len(marked(none.asked(Conditions(), 11))) == 5


def test_other_tables_are_told() -> None:
    with pytest.raises(CheckpointError, match="no-table does not hold the tables"):
        RefinerClasses.from_dict({"num_classes": 3}, "no-table")
