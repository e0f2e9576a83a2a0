"""Archives and folders: found wherever they lie, read safely."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.training.importing import sources
from model_core.training.importing.sources import Unreadable, find_sources, open_mapset
from tests.model_core.training.importing.mapsets import map_text


def archive(path: Path, files: dict[str, bytes]) -> sources.Source:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return find_sources(path.parent)[0]


def reason_of(source: sources.Source, name: str = "a.osu") -> str:
    with pytest.raises(Unreadable) as caught, open_mapset(source) as mapset:
        mapset.read_map(name)
    return caught.value.reason


def test_mapsets_are_found_however_deep(tmp_path: Path) -> None:
    for name in ("z/x.osu", "a/b/c/y.OSU", "a/b/d.OSZ", "e.osz", "f/readme.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    found = find_sources(tmp_path)
    assert [each.name for each in found] == ["a/b/c", "a/b/d.OSZ", "e.osz", "z"]
    assert [each.packed for each in found] == [False, True, True, False]
    assert find_sources(tmp_path) == found
    (tmp_path / "z" / "x.osu").write_bytes(b"xy")
    changed = find_sources(tmp_path)
    assert [a != b for a, b in zip(found, changed, strict=True)] == [False, False, False, True]


def test_a_list_of_mapsets_is_read_like_a_folder(tmp_path: Path) -> None:
    for name in ("a/x.osu", "b.osz", "c/y.osu"):
        file = tmp_path / "Songs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    found = {each.path: each for each in find_sources(tmp_path / "Songs")}
    kept = tmp_path / "held-out.txt"
    lines = [tmp_path / "Songs" / "b.osz", tmp_path / "Songs" / "c"]
    kept.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert find_sources(kept) == [found[line] for line in lines]


def test_audio_is_found_as_the_game_finds_it(tmp_path: Path) -> None:
    source = archive(tmp_path / "a.osz", {"a.osu": b"m", "Sub/Tune.MP3": b"sound"})
    with open_mapset(source) as mapset:
        assert mapset.map_names() == ["a.osu"]
        assert mapset.read_audio("a.osu", "sub/tune.mp3") == b"sound"
        for name in ("../tune.mp3", "/tune.mp3", "C:tune.mp3", "sub/../../x"):
            with pytest.raises(Unreadable) as caught:
                mapset.read_audio("a.osu", name)
            assert caught.value.reason == "unsafe path"
        with pytest.raises(Unreadable, match="is not in the mapset"):
            mapset.read_audio("a.osu", "tune.mp3")


def test_names_in_an_archive_are_never_paths(tmp_path: Path) -> None:
    """An entry called ``../x`` is data under that name; nothing is written anywhere."""
    inside = tmp_path / "in"
    source = archive(inside / "a.osz", {"../../evil.osu": b"m", "/root.osu": b"n"})
    with open_mapset(source) as mapset:
        assert {mapset.read_map(name) for name in mapset.map_names()} == {b"m", b"n"}
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.osz"]


def test_names_of_old_archives_are_read_as_utf8_too(tmp_path: Path) -> None:
    path = tmp_path / "a.osz"
    archive(path, {"a.osu": b"m", "曲.mp3": b"sound"})
    # Without the flag that says UTF-8, as many tools write it.
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = data.find(mark)
        while start >= 0:
            [flags] = struct.unpack_from("<H", data, start + place)
            struct.pack_into("<H", data, start + place, flags & ~0x800)
            start = data.find(mark, start + 4)
    path.write_bytes(bytes(data))
    with open_mapset(find_sources(tmp_path)[0]) as mapset:
        assert mapset.read_audio("a.osu", "曲.mp3") == b"sound"


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    for name, data, reason in (
        ("empty", b"", "empty file"),
        ("text", b"no archive at all", "unreadable archive"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.osz").write_bytes(data)
        assert reason_of(find_sources(folder)[0]) == reason
    nothing = archive(tmp_path / "n" / "a.osz", {"readme.txt": b"x"})
    with pytest.raises(Unreadable, match=r"no \.osu file"), open_mapset(nothing) as mapset:
        mapset.map_names()


def test_an_encrypted_archive_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.osz"
    archive(path, {"a.osu": b"m"})
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(mark) + place] |= 1
    path.write_bytes(bytes(data))
    assert reason_of(find_sources(tmp_path)[0]) == "encrypted archive"


def test_a_bomb_is_read_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_MAP_BYTES", 10_000)
    source = archive(tmp_path / "a.osz", {"a.osu": bytes(5_000_000)})
    assert source.path.stat().st_size < 10_000
    assert reason_of(source) == "too large"


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "Songs" / "s"
    folder.mkdir(parents=True)
    (folder / "a.osu").write_bytes(map_text().encode())
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    try:
        (folder / "tune.mp3").symlink_to(tmp_path / "secret.mp3")
    except OSError:
        pytest.skip("no links on this system")
    with open_mapset(find_sources(folder)[0]) as mapset:
        with pytest.raises(Unreadable) as caught:
            mapset.read_audio("a.osu", "tune.mp3")
        assert caught.value.reason == "unsafe path"


@given(st.data())
def test_any_damage_is_a_reason_and_no_accident(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "a.osz"
    archive(path, {"a.osu": map_text().encode(), "b.mp3": bytes(range(256))})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    path.write_bytes(bytes(content if data.draw(st.booleans()) else content[:cut]))
    try:
        with open_mapset(find_sources(folder)[0]) as mapset:
            for name in mapset.map_names():
                mapset.read_map(name)
            mapset.read_audio("a.osu", "b.mp3")
    except Unreadable as error:
        assert error.reason and str(error)
