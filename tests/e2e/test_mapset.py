"""Whole maps from a song: through the command, the daemon and the model, and back by undo."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rosu_pp_py

from clients.client import CancelledError, Client, DifficultyWish, MapOptions, SongMetadata
from clients.remapping import follow
from model_core.beatmap import parse
from model_core.modding.rules import Severity, check_set
from tests.e2e.house import House, until_decoding
from tests.e2e.songs import picture, samples, write_mp3, write_wav
from tests.model_core.maps.broken_rules import broken_rules

QUICK = ("--star-tries", "1", "--seed", "5", "--to", "00:07:000")
QUICKER = (*QUICK[:-1], "00:04:000")


@pytest.fixture(scope="module")
def downloads(house: House) -> Path:
    """A folder of the user's that the daemon may read."""
    folder = house.folder / "Downloads ♪"
    folder.mkdir()
    assert house.run("allow", folder).code == 0
    return folder


@pytest.fixture(scope="module")
def song(downloads: Path) -> Path:
    return write_mp3(downloads / "01 - track.mp3", samples(12), "東方 (Bad) Song?", "Ärtist")


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def looked_at(maps: dict[str, bytes]) -> None:
    """Each map is whole: it reads back, the game's own code rates it, our rules let it pass."""
    read = {name: parse(data) for name, data in maps.items()}
    for name, beatmap in read.items():
        assert beatmap.to_bytes() == maps[name]
        rated = rosu_pp_py.Beatmap(bytes=maps[name])
        assert rosu_pp_py.Difficulty().calculate(rated).stars > 0
        assert rated.n_objects == len(beatmap.hit_objects) > 0
        assert broken_rules(beatmap, 12_000.0) == set(), name
    found = check_set(list(read.items()), song_length=12_000.0)
    assert not [finding for finding in found if finding.severity is Severity.PROBLEM]


@pytest.mark.slow
def test_a_mapset_with_every_mode_and_its_undo(house: House, downloads: Path, song: Path) -> None:
    background = downloads / "my picture.PNG"
    background.write_bytes(picture())
    before = set(house.songs.iterdir())
    ran = house.run(
        *("generate", song, *QUICK, "--stars", "4.5", "--stars", "2", "--creator", "Me & you"),
        *("--add", "7K: mine:mode=3,key_count=7,stars=2", "--add", "mode=1", "--add", "mode=2"),
        *("--background", background, "--tags", "tag another", "--source", "A game", "--json"),
    )
    result = ran.result
    folder = Path(result["path"])
    assert set(house.songs.iterdir()) - before == {folder}
    # The romanised fields hold what is ASCII of the tags; a folder's name has no question mark.
    assert folder.name == "Artist - (Bad) Song"
    files = content(folder)
    assert files.pop("audio.mp3") == song.read_bytes()
    assert files.pop("background.png") == picture()
    assert {each["file"] for each in result["maps"]} == set(files)
    assert [each["mode"] for each in result["maps"]] == [0, 0, 3, 1, 2]
    hard, easy = result["maps"][:2]
    assert hard["stars"] > easy["stars"]
    assert len({each["name"] for each in result["maps"]}) == 5
    looked_at(files)
    for each in result["maps"]:
        data = files[each["file"]]
        assert hashlib.sha256(data).hexdigest() == each["sha256"]
        beatmap = parse(data)
        assert (beatmap.title, beatmap.artist) == ("(Bad) Song?", "Artist")
        assert beatmap.metadata["TitleUnicode"] == "東方 (Bad) Song?"
        assert beatmap.metadata["ArtistUnicode"] == "Ärtist"
        assert (beatmap.creator, beatmap.metadata["Source"]) == ("Me & you", "A game")
        assert {"tag", "another", "ai-generated", "starter"} <= set(beatmap.tags)
        assert (beatmap.metadata["BeatmapID"], beatmap.metadata["BeatmapSetID"]) == ("0", "-1")
        assert beatmap.audio_filename == "audio.mp3"
        assert beatmap.background is not None
        assert beatmap.background.filename == "background.png"
        assert all(item.time <= 7000 for item in beatmap.hit_objects)
    assert parse(files[result["maps"][2]["file"]]).circle_size == 7
    assert any("ranking criteria" in notice for notice in result["notices"])

    (entry, *_) = house.run("history", folder, "--json").result["entries"]
    assert (entry["verb"], entry["before_sha256"]) == ("generate", "")
    told = entry["detail"]["options"]
    assert told["star_tries"] == 1 and len(told["difficulties"]) == 5
    assert told["difficulties"][2] == {
        "name": "7K: mine", "mode": 3, "key_count": 7, "difficulty": 2,
    }  # fmt: skip
    # A map that was changed since keeps the whole set.
    first = folder / hard["file"]
    first.write_bytes(files[hard["file"]] + b"// mine\r\n")
    assert house.run("undo", folder).code == 3
    first.write_bytes(files[hard["file"]])
    assert house.run("undo", folder).code == 0
    assert set(house.songs.iterdir()) == before and song.is_file() and background.is_file()
    assert house.run("redo", folder, "--json").error["exit_code"] == 4


@pytest.mark.slow
def test_the_same_seed_is_the_same_archive_and_none_is_written_over(
    house: House, downloads: Path, song: Path
) -> None:
    target = downloads / "out" / "set.osz"
    target.parent.mkdir()
    asked = ("generate", song, *QUICKER, "--stars", "4", "--name", "One", "--title", "東方")
    result = house.run(*asked, "--output", target, "--json").result
    data = target.read_bytes()
    assert Path(result["path"]) == target
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        files = {name: packed.read(name) for name in packed.namelist()}
    assert files.pop("audio.mp3") == song.read_bytes()
    looked_at(files)
    (name,) = files
    assert name.endswith("[One].osu")
    assert parse(files[name]).metadata["TitleUnicode"] == "東方"

    told = house.run(*asked, "--output", target, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "FILE_EXISTS")
    assert target.read_bytes() == data
    # In a folder, the next free name is taken.
    second = house.run(*asked, "--osz", "--output", target.parent, "--json").result
    third = house.run(*asked, "--osz", "--output", target.parent, "--json").result
    assert [Path(each["path"]).name for each in (second, third)] == [
        "Artist - Unknown title.osz",
        "Artist - Unknown title (2).osz",
    ]
    assert Path(second["path"]).read_bytes() == Path(third["path"]).read_bytes() == data
    for each in (third, second, result):
        assert house.run("undo", each["path"]).code == 0
    assert list(target.parent.iterdir()) == []


def test_variants_and_a_dry_run(house: House, downloads: Path, song: Path) -> None:
    before = set(house.songs.iterdir())
    asked = ("generate", song, *QUICKER, "--stars", "3", "--variants", "2", "--variant", "2")
    dry = house.run(*asked, "--dry-run", "--json").result
    assert not dry["applied"] and dry["variants"] == 2 and dry["variant"] == 2
    assert set(house.songs.iterdir()) == before
    (text,) = dry["contents"].values()
    looked_at({"dry": text.encode()})
    with house.client() as client:
        best, second = (client.variant(dry["job"], number).variant.mapset for number in (1, 2))
    assert best.maps[0].content != second.maps[0].content == text.encode()
    wrong = house.run(*asked[:-2], "--variant", "3", "--json").error
    assert wrong["exit_code"] == 2


def test_what_cannot_be_mapped_says_why(house: House, downloads: Path, tmp_path: Path) -> None:
    before = set(house.songs.iterdir())

    def told(*arguments: Any) -> tuple[int, str, str]:
        error = house.run("generate", *arguments, "--json").error
        return error["exit_code"], error["reason"], error["message"]

    silent = write_wav(downloads / "silent.wav", np.zeros(16_000 * 6, np.int16))
    text = downloads / "song.mp3"
    text.write_bytes(b"this is no song at all, only its name says so")
    empty = downloads / "empty.ogg"
    empty.write_bytes(b"")
    outside = write_wav(tmp_path / "Music" / "song.wav", samples(6))
    code, reason, message = told(silent)
    assert (code, reason) == (4, "INPUT_UNUSABLE") and "silent" in message
    for wrong in (text, empty):
        code, reason, message = told(wrong)
        assert (code, reason) == (4, "AUDIO_UNREADABLE") and wrong.name in message
    code, reason, message = told(outside)
    assert (code, reason) == (4, "FOLDER_NOT_ALLOWED")
    assert f'osu-companion allow "{outside.parent}"' in message
    assert told(downloads / "none.mp3")[:2] == (4, "AUDIO_NOT_FOUND")
    assert told(silent, "--stars", "21")[:2] == (2, "OPTION_INVALID")
    assert told(silent, "--stars", "1", "--stars", "2", "--name", "A")[0] == 2
    assert told(silent, "--add", "X:star=1")[0] == 2
    assert told(silent, "--output", downloads / "none")[:2] == (4, "SONGS_NOT_FOUND")
    assert told(silent, "--background", downloads / "none.png")[0] == 4
    assert told(silent, "--background", text)[0] == 2
    assert told(silent, "--from", "00:07:000")[:2] == (4, "RANGE_OUTSIDE_SONG")
    assert set(house.songs.iterdir()) == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_stopped_leaves_nothing(house: House, song: Path, number: int) -> None:
    before = set(house.songs.iterdir())
    running = house.begin("generate", song, "--stars", "3", "--stars", "4")
    running.until(lambda line: line.get("stage") == "mapping")
    running.process.send_signal(number)
    ran = running.end()
    if number == signal.SIGINT:
        assert ran.code == 130 and ran.error["reason"] == "CANCELLED"
    assert set(house.songs.iterdir()) == before


def test_from_python(house: House, song: Path) -> None:
    """The same in the library: sync, with progress over all difficulties, and cancelled."""
    wishes = [DifficultyWish("A", MapOptions(difficulty=2)), DifficultyWish("B")]
    with house.client() as client:
        windows: list[tuple[int, int]] = []
        with client.generate(
            song,
            wishes,
            end_ms=4000,
            seed=1,
            options=MapOptions(star_tries=1, difficulty=3),
            metadata=SongMetadata(title="T", preview_ms=1234, creator="Me"),
        ) as stream:
            result = follow(
                stream, lambda e: windows.append((e.progress.window, e.progress.windows))
            )
        (variant,) = result.variants
        assert [each.difficulty_name for each in variant.mapset.maps] == ["A", "B"]
        assert parse(variant.mapset.maps[0].content).preview_time == 1234
        assert result.path == str(song)
        assert result.provenance.base_sha256 == hashlib.sha256(song.read_bytes()).hexdigest()
        assert max(windows, key=lambda each: each[1])[1] > 0
        cancelled = _cancelled(client, song)
    assert cancelled


def _cancelled(client: Client, song: Path) -> bool:
    with client.generate(song) as stream:
        client.cancel(until_decoding(stream))
        with pytest.raises(CancelledError):
            follow(stream, lambda _event: None)
    return True
