"""Times as typed and as copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.cli.timestamps import format_time, parse_time


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("00:12:345", 12_345),
        (" 00:12.345 ", 12_345),
        ("1:02", 62_000),
        ("00:12:345 (1,2,3) - ", 12_345),
        ("00:12:345 (1,2,3) -", 12_345),
        ("00:12:345 - too far apart", 12_345),
        ("00:12:345 (1234|2,1300|0) - ", 12_345),
        ("123:00:000", 7_380_000),
        ("12345", 12_345),
        ("12345 ms", 12_345),
        ("-24", -24),
        ("0", 0),
    ],
)
def test_every_way_of_writing_a_time(text: str, time_ms: int) -> None:
    assert parse_time(text) == time_ms


@pytest.mark.parametrize(
    "text", ["", "abc", "00:61:000", "00:12:34", "00:12:3456", "1.5", "12:345:000", "00:12:345x"]
)
def test_what_is_no_time_is_refused_with_both_ways_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"00:12:345, or in milliseconds"):
        parse_time(text)


@given(st.integers(0, 9_999 * 60_000))
def test_formatting_is_read_back(time_ms: int) -> None:
    assert parse_time(format_time(time_ms)) == time_ms
