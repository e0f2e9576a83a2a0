"""Numbers as .NET's invariant culture reads them, which is how the game reads them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from model_core.beatmap.numbers import parse_enum, parse_float, parse_int, parse_single, to_single


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("+7", 7),
        ("007", 7),
        ("  42 ", 42),
        ("\t42\n", 42),
        ("5\0\0", 5),
        ("2147483647", 2147483647),
        ("-2147483647", -2147483647),
    ],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert parse_int(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "+",
        "-",
        "1.0",
        "1e3",
        "1,000",
        "0x1",
        "1 2",
        "- 1",
        "--1",
        "1_0",
        "٣",
        "²",
        "１２",
        "2147483648",
        "-2147483648",
        "9" * 5000,
        "\x1c5",
        "5\0 5",
        "\0",
    ],
)
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(ValueError):
        parse_int(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        (" 12.5 ", 12.5),
        ("\t-3\r\n", -3.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.5", -0.5),
        ("1.5e-2", 0.015),
        ("1E+3", 1000.0),
        ("1,000", 1000.0),
        ("1,,0", 10.0),
        ("1,000.5", 1000.5),
        ("5 \0\0", 5.0),
        ("1e-999", 0.0),
    ],
)
def test_decimal_numbers(text: str, value: float) -> None:
    assert parse_float(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "e5",
        ".e5",
        "1e",
        "1e5.5",
        "1.2.3",
        ",1",
        "1.5,5",
        "1e5,0",
        "- 5",
        "5-",
        "0x10",
        "1_0",
        "inf",
        "Infinity",
        "-Infinity",
        "1e999",
        "nan(1)",
        "∞",
        "1d",
        "１２",
        "NaN",
        "nan",
        "2147483648",
        "-2147483648",
        "\x1f5",
    ],
)
def test_what_is_no_decimal_number(text: str) -> None:
    with pytest.raises(ValueError):
        parse_float(text)


def test_nan_where_it_means_something() -> None:
    for text in ("NaN", "nan", " -NaN "):
        assert math.isnan(parse_float(text, allow_nan=True))
    with pytest.raises(ValueError):
        parse_float("inf", allow_nan=True)


def test_coordinates_are_single() -> None:
    assert parse_single("12.9999999", 131072) == 13.0
    assert parse_single("0.7") == to_single(0.7) != 0.7
    assert parse_single("131072.001", 131072) == 131072
    assert parse_single("16777217") == 16777216
    for text in ("131073", "-131073", "1e39", "NaN"):
        with pytest.raises(ValueError):
            parse_single(text, 131072)


def test_names_and_their_numbers() -> None:
    names = {"Zero": 0, "One": 1, "Two": 2}
    assert [parse_enum(text, names) for text in ("Two", " 2 ", "99", "-1", "One, Two")] == [
        *(2, 2, 99, -1, 3)
    ]
    for text in ("two", "", "One,", "1,2", "One,2", "99999999999"):
        with pytest.raises(ValueError):
            parse_enum(text, names)


@pytest.mark.parametrize("read", [parse_int, parse_float, parse_single])
def test_nothing_but_value_errors(read: Callable[[str], float]) -> None:
    for text in ("\ud800", "\0", "1" * 10_000, "1e" + "9" * 400, "," * 1000):
        with pytest.raises(ValueError):
            read(text)
