"""What a request may ask for."""

from __future__ import annotations

import math

import pytest

from model_core.errors import InputError
from model_core.remap import RemapOptions
from model_core.remap.options import MAX_VARIANTS

NAN = math.nan


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("variants", (0, -1, MAX_VARIANTS + 1)),
        ("temperature", (0.0, -0.5, 10.5, NAN, math.inf)),
        ("top_p", (0.0, -0.1, 1.01, NAN, math.inf)),
        ("top_k", (-1,)),
        ("difficulty", (-0.1, 20.5, NAN, math.inf)),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, values: tuple[float, ...]) -> None:
    for value in values:
        with pytest.raises(InputError, match=name) as caught:
            RemapOptions(**{name: value})
        assert str(value) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("variants", (1, MAX_VARIANTS)),
        ("temperature", (1e-3, 1.0, 10.0)),
        ("top_p", (1e-3, 1.0)),
        ("top_k", (0, 1, 10_000)),
        ("difficulty", (0.0, 20.0)),
        ("seed", (0, 2**63 - 1, 2**64)),
    ],
)
def test_limits_are_within(name: str, values: tuple[float, ...]) -> None:
    for value in values:
        assert getattr(RemapOptions(**{name: value}), name) == value


def test_nothing_is_asked_unless_it_is() -> None:
    options = RemapOptions()
    assert options.variants == 1
    assert options.temperature is options.top_p is options.top_k is options.difficulty is None
    assert options.take_volume and options.take_slider_velocity
