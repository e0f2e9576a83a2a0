"""Names of files and folders that every system takes, and that are no other's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.beatmap.edits.file_names import (
    ILLEGAL,
    MAX_BYTES,
    MAX_FOLDER_CHARACTERS,
    clashing_names,
    difficulty_file_name,
    mapset_folder_name,
)


@pytest.mark.parametrize(
    ("artist", "title", "name"),
    [
        ("Artist", "Title", "Artist - Title"),
        ("AC/DC", "What?", "ACDC - What"),
        ("", "Title.", "- Title"),
        ("..", "..", "-"),
        ("CON", "aux", "CON - aux"),
        (".hidden", "Title. ", "hidden - Title"),
    ],
)
def test_the_folder_of_a_mapset(artist: str, title: str, name: str) -> None:
    assert mapset_folder_name(artist, title) == name


@given(st.text(), st.text())
def test_a_folder_name_is_one_that_windows_takes(artist: str, title: str) -> None:
    name = mapset_folder_name(artist, title)
    assert name and ILLEGAL.search(name) is None
    assert not name.startswith((".", " ")) and not name.endswith((".", " "))
    assert len(name) <= MAX_FOLDER_CHARACTERS and len(name.encode("utf-8")) <= MAX_BYTES


@given(st.lists(st.text(max_size=220), max_size=6))
def test_names_clash_where_their_files_would(names: list[str]) -> None:
    named = [name for name in names if name.strip()]
    files = {difficulty_file_name("A" * 90, "T" * 90, "Me", name).casefold() for name in named}
    if clashing_names(names) is None:
        assert len(files) == len(named)
    else:
        first, second = clashing_names(names) or (0, 0)
        assert first < second and names[first].strip() and names[second].strip()
