"""Which lines belong to which section, in every encoding that the game reads."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import parse
from model_core.beatmap.document import Document
from model_core.beatmap.encodings import text_rows

from .maps import small_map

WIDE = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def titles(text: str) -> str:
    return parse(text.encode()).title


@pytest.mark.parametrize(
    "header",
    [
        "[Metadata]",
        "[ Metadata ]",
        "[Metadata]   \t",
        "[Metadata] // the song",
        "[2]",
        "[General]\n[Metadata]",
        "[Editor,Metadata]\n[Editor]\n[Metadata]",
    ],
)
def test_headers_of_sections(header: str) -> None:
    assert titles(f"osu file format v14\n{header}\nTitle:a\n") == "a"


@pytest.mark.parametrize(
    "header", [" [Metadata]", "[metadata]", "[Metadata", "Metadata]", "[Meta data]", "[12]"]
)
def test_what_is_no_header(header: str) -> None:
    assert titles(f"osu file format v14\n{header}\nTitle:a\n") == ""


def test_names_of_sections_are_added_up() -> None:
    beatmap = parse(b"[Editor,Metadata]\nSliderMultiplier:2\n")
    assert beatmap.slider_multiplier == 2.0
    assert beatmap.document.sections[0].name == "Difficulty"


@pytest.mark.parametrize("before", ["", "osu file format v14\n", "[Nonsense]\n", "[]\n"])
def test_what_belongs_to_no_section_is_general(before: str) -> None:
    assert parse(f"{before}Mode: 3\n".encode()).mode == 3
    assert parse(f"{before}[12]\nMode: 3\n".encode()).mode == 0


def test_spans_of_sections() -> None:
    document = Document(b"osu file format v14\n[General]\na:b\n[What is this]\n\n[7]\nx")
    assert [tuple(span) for span in document.sections] == [
        ("General", 1, 2, 3),
        ("What is this", 3, 4, 5),
        ("HitObjects", 5, 6, 7),
    ]
    assert document.has_section("HitObjects") and not document.has_section("Events")


def test_comments() -> None:
    beatmap = parse(
        b"[Metadata]\nTitle:a // b\n//Title:c\n  // Title:d\nArtist: //e\n[Difficulty]\n"
        b"CircleSize:3//4\nOverallDifficulty://6\nHPDrainRate:6 // HPDrainRate:7\n"
    )
    assert (beatmap.title, beatmap.artist) == ("a // b", "//e")
    assert (beatmap.circle_size, beatmap.overall_difficulty, beatmap.hp_drain_rate) == (3, 5, 6)


def test_in_metadata_a_comment_hides_a_header() -> None:
    assert parse(b"[Metadata]\n[Difficulty] // not here\nCircleSize:3\n").circle_size == 5


def test_what_counts_as_space() -> None:
    assert titles("[Metadata]\u3000\xa0\nTitle:a\u2003\n") == "a"
    # Python alone takes these four for spaces.
    assert titles("[Metadata]\x1c\n[Metadata]\nTitle:a\x1f\n") == "a\x1f"
    assert titles("\x1d\n\x1e// no comment\n[Metadata]\nTitle:a\n") == "a"


@pytest.mark.parametrize(
    ("head", "version"),
    [
        (b"osu file format v3", 3),
        (b"osu file format v128", 128),
        (b"\n \r\n\t osu file format v9  ", 9),
        (b"\xef\xbb\xbfosu file format v7", 7),
        (b"osu file format v14 v5", 5),
        (b"osu file format v 6", 6),
        (b"osu file format v-1", -1),
        (b"osu file format v", None),
        (b"osu file format v1.5", None),
        (b"osu file format v99999999999", None),
        (b"// first\nosu file format v4", None),
        (b"OSU file format v4", None),
        (b"", None),
    ],
)
def test_versions(head: bytes, version: int | None) -> None:
    document = Document(head)
    assert document.version == (14 if version is None else version)
    assert document.has_header == (version is not None)


def test_lone_carriage_returns_end_lines_as_well() -> None:
    beatmap = parse(b"osu file format v9\r[Metadata]\rTitle:a\r\r\nArtist:b\n\rCreator:c\r")
    assert (beatmap.version, beatmap.title, beatmap.artist, beatmap.creator) == (9, "a", "b", "c")
    assert [r.line for r in beatmap.document.section("Metadata")] == [0, 1, 2]
    assert len(beatmap.document) == 3


def test_a_mark_counts_at_the_beginning_only() -> None:
    assert titles("\ufeff\ufeffosu file format v3\n[Metadata]\n\ufeffTitle:a\n") == ""


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_wide_files_are_read_and_kept(encoding: str, eol: str) -> None:
    plain = parse(small_map(eol).replace(b"A song", "Öß猫😀".encode()))
    data = WIDE[encoding] + plain.to_bytes().decode().encode(encoding)
    wide = parse(data)
    assert wide.to_bytes() == data
    assert wide.document.encoding == encoding and not wide.document.is_utf8
    assert wide.title == plain.title == "Öß猫😀"
    assert wide.version == 14
    assert wide.combo_labels() == plain.combo_labels()
    assert wide.hit_objects == plain.hit_objects, "their lines are the same, too"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*WIDE.values(), b"", codecs.BOM_UTF8]), st.binary(max_size=60))
def test_rows_of_any_bytes(mark: bytes, data: bytes) -> None:
    document = Document(mark + data)
    assert b"".join(document.lines) == mark + data
    rows = list(text_rows(mark + data))
    lines = [line for line, _ in rows]
    assert lines == sorted(lines)
    assert all(0 <= line <= len(document.lines) for line in lines)
    for _, row in rows:
        assert "\n" not in row and "\r" not in row[:-1]
        row.encode()
    for name in ("General", "HitObjects"):
        assert all(reading.line < len(document.lines) for reading in document.section(name))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab\n\r é😀\u010a\u0a0a", max_size=40))
def test_rows_are_the_lines_of_the_text(text: str) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    for encoding, mark in {**WIDE, "utf-8": b""}.items():
        rows = [row.rstrip("\r") for _, row in text_rows(mark + text.encode(encoding))]
        merged = "\n".join(rows).rstrip("\n").split("\n")
        assert [row for row in merged if row] == [row for row in expected if row]
