"""What a whole map may be asked to be."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.errors import InputError, InvalidParameters
from model_core.maps import CommonParameters, Field, GenerationParameters, table
from model_core.remap import RemapOptions

EVERY = (CommonParameters, GenerationParameters, RemapOptions)


@pytest.mark.parametrize("kind", EVERY)
def test_nothing_has_to_be_given(kind: type[CommonParameters]) -> None:
    defaults = kind()
    for field in table(kind):
        assert getattr(defaults, field.name) == field.default


@pytest.mark.parametrize("kind", EVERY)
def test_every_parameter_is_explained(kind: type[CommonParameters]) -> None:
    for field in table(kind):
        assert field.help.endswith("."), field.name
        assert field.default is not None or field.otherwise, field.name
        assert set(field.modes) <= {0, 1, 2, 3}
    json.dumps([field.to_dict() for field in table(kind)])


@pytest.mark.parametrize("kind", EVERY)
def test_limits_are_within_and_what_is_beyond_is_refused_by_name(
    kind: type[CommonParameters],
) -> None:
    for field in table(kind):
        for value in _inside(field):
            made = kind(**{field.name: value})
            assert getattr(made, field.name) == value
        for value in _outside(field):
            with pytest.raises(InvalidParameters, match=field.name) as caught:
                kind(**{field.name: value})
            assert list(caught.value.fields) == [field.name]
            if field.limits and isinstance(value, int | float) and math.isfinite(value):
                assert field.limits in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        GenerationParameters(difficulty=-1, year=0, key_count=40, mode=4, temperature=math.nan)
    assert isinstance(caught.value, InvalidParameters)
    assert list(caught.value.fields) == ["difficulty", "year", "temperature", "mode", "key_count"]
    for message in caught.value.fields.values():
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start_ms": 5000, "end_ms": 5000}, "end_ms"),
        ({"lookback": 0.5, "lookahead": 0.5}, "lookahead"),
        ({"descriptors": ("a", "b"), "negative_descriptors": ("b",)}, "negative_descriptors"),
    ],
)
def test_contradictions(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        GenerationParameters(**asked)
    assert list(caught.value.fields) == [field]


@given(st.data())
def test_no_value_of_any_type_is_an_accident(data: st.DataObject) -> None:
    values = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
        st.lists(st.text()), st.binary(), st.tuples(st.integers()),
    )  # fmt: skip
    field = data.draw(st.sampled_from(table(GenerationParameters)))
    try:
        GenerationParameters(**{field.name: data.draw(values)})
    except InvalidParameters as error:
        assert list(error.fields) == [field.name]


def test_the_command_of_the_published_models_takes_nothing_more() -> None:
    """Every parameter of a map that the issue of this work names has its place."""
    found = {field.name for field in table(GenerationParameters)}
    assert {
        *("difficulty", "year", "mapper_id", "descriptors", "negative_descriptors"),
        *("circle_size", "key_count", "hold_note_ratio", "scroll_speed_ratio", "hitsounded"),
        *("slider_multiplier", "guidance", "temperature", "timing_temperature", "seed"),
        *("mania_column_temperature", "taiko_hit_temperature", "top_p", "top_k"),
    } <= found


def _inside(field: Field) -> list[Any]:
    values: list[Any] = []
    match field.kind:
        case "flag":
            values = [True, False]
        case "names":
            values = [("style/messy",), (3,)]
        case _:
            values = [v for v in (field.high,) if v is not None]
            if field.low is not None:
                values.append(field.low + 0.01 if field.above_low else field.low)
            if field.kind == "whole number":
                values = [int(value) for value in values]
    if field.optional:
        values.append(None)
    return values


def _outside(field: Field) -> list[Any]:
    match field.kind:
        case "flag":
            return [1, "yes", 0.0]
        case "names":
            return ["style/messy", ("",), (None,), ("x",) * 100, ("x" * 300,), 3]
    values: list[Any] = [math.nan, "4", True, [1]]
    if field.high is not None:
        values.append(int(field.high) + 1)
    if field.low is not None:
        values.append(field.low if field.above_low else int(field.low) - 1)
    if field.kind == "whole number":
        values.append(2.5)
    return values


def test_dataclasses_stay_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        GenerationParameters().seed = 4  # type: ignore[misc]
