"""Difficulties as the command line names them."""

from __future__ import annotations

import pytest
from osu_companion.v1.parameters import PARAMETERS, MapOptions

from clients.cli.parameter_options import BY_HAND
from clients.cli.wishes import parse_wish, wishes
from clients.client.errors import UsageError
from clients.client.songs import DifficultyWish


def test_several_stars_are_several_difficulties() -> None:
    assert wishes((), (), ()) == []
    easy, hard = wishes((2.0, 4.5), (), ())
    assert (easy.name, easy.options) == ("", MapOptions(difficulty=2.0))
    assert hard.options == MapOptions(difficulty=4.5)
    named = wishes((2.0, 4.5), ("Mine", "Yours"), ("Oni:mode=1",))
    assert [wish.name for wish in named] == ["Mine", "Yours", "Oni"]
    assert wishes((), ("Mine",), ()) == [DifficultyWish("Mine", None)]


def test_as_many_names_as_stars() -> None:
    with pytest.raises(UsageError, match=r"--stars was given 2 times and --name once"):
        wishes((2.0, 4.5), ("Mine",), ())


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("My Hard", "My Hard", {}),
        ("My Hard:", "My Hard", {}),
        ("stars=3.2", "", {"difficulty": 3.2}),
        (" 4K 譜面 : stars=2.5 , mode=3,key-count=4", "4K 譜面", {"mode": 3, "key_count": 4}),
        ("A: B:difficulty=3", "A: B", {"difficulty": 3.0}),
        ("A: B", "A: B", {}),
        ("X:hitsounded=no,parallel=Yes", "X", {"hitsounded": False, "parallel": True}),
        ("X:descriptors=style/messy+a b", "X", {"descriptors": ("style/messy", "a b")}),
    ],
)
def test_one_more_with_options_of_its_own(text: str, name: str, options: dict[str, object]) -> None:
    wish = parse_wish(text)
    assert wish.name == name and wish.options is not None
    for field, value in options.items():
        assert getattr(wish.options, field) == value
    if not options:
        assert wish.options == MapOptions()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("X:star=3", "Did you mean 'stars'"),
        ("X:stars=many", "difficulty must be a number, not 'many'"),
        ("X:mode=1.5", "mode must be a whole number"),
        ("X:parallel=perhaps", "parallel must be yes or no"),
        ("X:stars=3,mode", "mode has no value; write mode=VALUE"),
        ("X:stars=3,seed=4", "there is no option 'seed'"),
        ("X:stars=3,,nonsense", "KEY=VALUE"),
    ],
)
def test_what_cannot_be_read(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_wish(text)
    assert told in str(caught.value) and repr(text) in str(caught.value)


def test_every_parameter_can_be_a_difficultys_own() -> None:
    values = {"number": "1", "whole number": "1", "flag": "yes", "names": "a"}
    for parameter in PARAMETERS["GenerateMapset"]:
        if parameter.name not in BY_HAND:
            wish = parse_wish(f"X:{parameter.name}={values[parameter.kind]}")
            assert getattr(wish.options, parameter.name)
