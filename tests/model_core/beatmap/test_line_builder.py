"""Changed lines keep the file's manners: line ends, an open end, a byte order mark."""

from __future__ import annotations

import random
from codecs import BOM_UTF8 as BOM

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import LineEdit, Patch, parse, remap, split_lines
from model_core.beatmap.document import Document, line_ending
from model_core.beatmap.edits.line_builder import LineBuilder
from model_core.errors import EditRefused

from .maps import circle, small_map


def built(data: bytes, changes: dict[int, list[str] | None], puts: dict[int, list[str]]) -> bytes:
    """``data`` with lines replaced (None: deleted) and lines put in before others."""
    builder = LineBuilder(Document(data))
    for line, texts in changes.items():
        if texts is None:
            builder.delete(line)
        else:
            builder.replace(line, texts)
    for gap, texts in puts.items():
        builder.insert(gap, texts)
    return Patch.from_edits(data, builder.edits()).apply(data)


@pytest.mark.parametrize(
    ("data", "changes", "puts", "expected"),
    [
        # A replaced line keeps its own end, a new one takes that of the line before it.
        (b"a\r\nb\nc\r\n", {1: ["B", "B2"]}, {}, b"a\r\nB\nB2\nc\r\n"),
        (b"a\r\nb\nc\r\n", {}, {1: ["x"], 2: ["y"], 3: ["z"]}, b"a\r\nx\r\nb\ny\nc\r\nz\r\n"),
        (b"a\nb\r\n", {}, {0: ["x"]}, b"x\na\nb\r\n"),
        # No final line end: none after the change either.
        (b"a\r\nb", {}, {2: ["x"]}, b"a\r\nb\r\nx"),
        (b"a\r\nb", {1: ["x", "y"]}, {}, b"a\r\nx\r\ny"),
        (b"a\r\nb", {}, {1: ["x"]}, b"a\r\nx\r\nb"),
        (b"a\r\nb", {1: None}, {1: ["x"]}, b"a\r\nx"),
        (b"a\nb", {1: None}, {2: ["x"]}, b"a\nx"),
        (b"a\r\nb", {0: None}, {}, b"b"),
        # The line before a removed last one is not touched.
        (b"a\r\nb", {1: None}, {}, b"a\r\n"),
        # One line alone, nothing at all.
        (b"a", {}, {1: ["x"]}, b"a\r\nx"),
        (b"a", {0: ["x"]}, {}, b"x"),
        (b"", {}, {0: ["x"]}, b"x\r\n"),
        # A carriage return at the very end is half a line end.
        (b"a\r\nb\r", {}, {2: ["x"]}, b"a\r\nb\r\nx"),
        # The byte order mark stays in front.
        (BOM + b"a\nb\n", {0: ["A"]}, {}, BOM + b"A\nb\n"),
        (BOM + b"a\nb\n", {}, {0: ["x"]}, BOM + b"x\na\nb\n"),
        (BOM + b"a\nb\n", {}, {1: ["x"]}, BOM + b"a\nx\nb\n"),
    ],
)
def test_line_ends(
    data: bytes, changes: dict[int, list[str] | None], puts: dict[int, list[str]], expected: bytes
) -> None:
    assert built(data, changes, puts) == expected


def test_bytes_that_are_no_text_are_written_as_they_are() -> None:
    builder = LineBuilder(Document(b"a\n\xff\n"))
    builder.replace(0, [b"\xfe"])
    builder.replace(1, [b"\xff".decode("utf-8", errors="surrogateescape") + "é"])
    assert builder.edits() == (LineEdit(0, 2, (b"\xfe\n", b"\xff\xc3\xa9\n")),)


def test_what_stays_the_same_is_no_edit() -> None:
    data = b"a\r\nb\r\nc\r\nd\r\ne"
    builder = LineBuilder(Document(data))
    for line, text in enumerate(["a", "B", "c", "d", "e"]):
        builder.replace(line, [text])
    builder.insert(5, [])
    assert builder.edits() == (LineEdit(1, 1, (b"B\r\n",)),)


def test_several_lines_in_one_are_never_touched() -> None:
    builder = LineBuilder(Document(b"a\nb\rc\n"))
    with pytest.raises(EditRefused, match="Line 2 holds several lines"):
        builder.delete(1)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n", "\n// nothing yet\n"])
def test_the_first_object_of_a_map(ending: str, tail: str) -> None:
    """[HitObjects] is empty and may be the last thing in the file, without a line end."""
    head = small_map(eol="\n").decode().partition("[HitObjects]")[0] + "[HitObjects]"
    data = (head + tail).replace("\n", ending).encode()
    edit = remap(parse(data), 1000, 2000, [circle(1000), circle(1500)])
    result = edit.patch.apply(data)
    assert [item.time for item in edit.result.hit_objects] == [1000, 1500]
    assert result.endswith(ending.encode()) == bool(tail)
    assert {line_ending(line) for line in split_lines(result)[:-1]} == {ending.encode()}


@pytest.mark.parametrize("final_newline", [True, False])
def test_the_last_object_of_a_map(final_newline: bool) -> None:
    data = small_map(final_newline=final_newline)
    for start, objects in ((15500, [circle(15500)]), (15500, []), (16000, [circle(16500)])):
        edit = remap(parse(data), start, start + 1000, objects)
        result = edit.patch.apply(data)
        if objects:
            assert result.endswith(b"\r\n") == final_newline
        assert edit.patch.invert(data).apply(result) == data


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([b"a\n", b"b\r\n", b"\n", b"c\r\n"]), max_size=12), st.data())
def test_no_line_but_the_named_ones_changes(lines: list[bytes], data: st.DataObject) -> None:
    text = b"".join([*lines, data.draw(st.sampled_from([b"", b"end"]))])
    document = Document(text)
    dice = random.Random(data.draw(st.integers(0, 2**32)))
    chosen = [line for line in range(len(document)) if dice.random() < 0.3]
    changes = {line: [f"new{line}"] * dice.randint(0, 2) or None for line in chosen}
    puts = {gap: [f"put{gap}"] for gap in range(len(document) + 1) if dice.random() < 0.2}
    result = built(text, changes, puts)
    expected: list[bytes] = []
    for line in range(len(document) + 1):
        expected += [name.encode() for name in puts.get(line, [])]
        if line == len(document):
            break
        kept = [document.lines[line].rstrip(b"\r\n")]
        expected += [name.encode() for name in changes[line] or []] if line in changes else kept
    found = split_lines(result)
    assert [line.rstrip(b"\r\n") for line in found] == expected
    # Every line that was not named keeps its end, but for a last line that got one.
    ends = iter(line for index, line in enumerate(document.lines) if index not in changes)
    for line in found:
        if not line.startswith((b"new", b"put")):
            before = next(ends)
            assert line == before or not line_ending(before)


def test_many_lines_are_written_soon() -> None:
    data = b"a\r\n" * 60_000
    builder = LineBuilder(Document(data))
    for line in range(60_000):
        builder.replace(line, ["b"])
        builder.insert(line, ["c"])
    assert builder.edits() == (LineEdit(0, 60_000, (b"c\r\n", b"b\r\n") * 60_000),)
