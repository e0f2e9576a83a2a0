"""``osu-companion generate``: what it asks, and what it writes of an answer."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from osu_companion.v1 import jobs_pb2, mapset_pb2, patches_pb2

from tests.clients.cli.running import Command
from tests.clients.fake_daemon import JOB, RANKING, FakeDaemon, provenance
from tests.clients.patching.maps import MAP

AUDIO = b"ID3 a song" * 1000
NAMES = ("Artist - Title (Me) [Easy].osu", "Artist - Title (Me) [Härd].osu")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "Downloads" / "Ärtist - 譜面.mp3"
    path.parent.mkdir()
    path.write_bytes(AUDIO)
    return path


@pytest.fixture
def songs(daemon: FakeDaemon, tmp_path: Path) -> Path:
    """The Songs folder, and a daemon that answers with a mapset of two difficulties."""
    folder = tmp_path / "Songs"
    folder.mkdir()
    daemon.songs = [folder]
    daemon.answer = answering(1)
    return folder


def answering(variants: int, meanwhile: Callable[[], Any] = lambda: None) -> Any:
    def answer(request: mapset_pb2.GenerateMapsetRequest, _: Any) -> Iterator[jobs_pb2.JobEvent]:
        yield jobs_pb2.JobEvent(job_id=JOB, notice=RANKING)
        about = provenance(request.seed)
        about.verb = "generate"
        about.base_sha256 = hashlib.sha256(AUDIO).hexdigest()
        meanwhile()
        result = jobs_pb2.JobResult(
            variants=[
                patches_pb2.BeatmapVariant(
                    number=number, seam_bits=float("nan"), mapset=mapset(request, number)
                )
                for number in range(1, variants + 1)
            ],
            path=request.path,
            seed=request.seed,
            model="starter",
            notices=[RANKING],
            provenance=about,
        )
        yield jobs_pb2.JobEvent(job_id=JOB, result=result)

    return answer


def mapset(request: mapset_pb2.GenerateMapsetRequest, number: int) -> patches_pb2.NewMapset:
    content = MAP + b"// %d\r\n" % number
    return patches_pb2.NewMapset(
        folder_name="Artist - Title",
        audio_name="audio.mp3",
        text="new mapset with 2 difficulties: Easy, Härd",
        background_name=request.metadata.background,
        background_path=request.background_path,
        maps=[
            patches_pb2.NewBeatmap(
                file_name=name,
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                difficulty_name=name,
                objects=7,
                stars=3.21,
            )
            for name in NAMES
        ],
    )


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_what_is_given_is_what_is_asked(
    daemon: FakeDaemon, songs: Path, song: Path, command: Command
) -> None:
    picture = song.parent / "bg.JPG"
    picture.write_bytes(b"\xff\xd8 a picture")
    ran = command(
        *("generate", song, "--stars", "2", "--stars", "4.5", "--name", "Mine", "--name", "Yours"),
        *("--add", "Oni:mode=1,descriptors=style/messy+a", "--mode", "0", "--circle-size", "3.5"),
        *("--title", "東方", "--artist", "Me & you", "--creator", "Me", "--source", "A game"),
        *("--tags", "one, two three", "--background", picture, "--preview-point", "00:12:345"),
        *("--from", "1000", "--to", "00:20:000", "--seed", "9", "--variants", "1"),
    )
    assert ran.code == 0, ran.err
    asked: mapset_pb2.GenerateMapsetRequest = next(
        each for each in daemon.asked if isinstance(each, mapset_pb2.GenerateMapsetRequest)
    )
    assert (asked.path, asked.start_ms, asked.end_ms, asked.seed) == (str(song), 1000, 20_000, 9)
    assert [wish.name for wish in asked.difficulties] == ["Mine", "Yours", "Oni"]
    first, second, third = (wish.options for wish in asked.difficulties)
    assert (first.difficulty, second.difficulty) == (2, 4.5)
    assert not third.HasField("difficulty") and third.mode == 1
    assert list(third.descriptors) == ["style/messy", "a"]
    assert {field.name for field, _ in asked.options.ListFields()} == {"mode", "circle_size"}
    about = asked.metadata
    # What is not ASCII stands where the game has room for it.
    assert (about.title, about.title_unicode) == ("", "東方")
    assert (about.artist, about.artist_unicode) == ("Me & you", "")
    assert (about.creator, about.source, about.preview_ms) == ("Me", "A game", 12_345)
    assert list(about.tags) == ["one", "two", "three"]
    assert (about.background, asked.background_path) == ("background.jpg", str(picture))
    made = songs / "Artist - Title"
    assert everything(made) == {"audio.mp3", "background.jpg", *NAMES}
    assert (made / "audio.mp3").read_bytes() == AUDIO == song.read_bytes()


def test_a_folder_in_songs_and_its_undo(
    daemon: FakeDaemon, songs: Path, song: Path, command: Command
) -> None:
    (songs / "artist - title").mkdir()
    (songs / "artist - title" / "theirs.osu").write_bytes(b"theirs")
    before = everything(songs)
    ran = command("generate", song, "--json")
    result = ran.lines[-1]
    assert (ran.code, result["applied"], result["path"]) == (
        0,
        True,
        str(songs / "Artist - Title (2)"),
    )
    assert [each["file"] for each in result["maps"]] == list(NAMES)
    assert result["notices"] == [RANKING.text]
    assert everything(songs) > before
    (entry, *_) = command("history", "--json").lines[-1]["entries"]
    assert (entry["verb"], entry["summary"]) == (
        "generate",
        "new mapset with 2 difficulties: Easy, Härd",
    )
    ran = command("undo")
    assert ran.code == 0 and "redo" not in ran.out
    assert everything(songs) == before
    assert command("redo").code == 4


def test_an_archive_in_the_current_folder(
    daemon: FakeDaemon,
    songs: Path,
    song: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    daemon.songs = []  # none is needed
    monkeypatch.chdir(song.parent)
    assert command("generate", song.name, "--osz").code == 0
    archive = song.parent / "Artist - Title.osz"
    with zipfile.ZipFile(archive) as packed:
        assert packed.namelist() == sorted(["audio.mp3", *NAMES])
    assert command("undo", archive).code == 0 and not archive.exists()
    named = song.parent / "mine.OSZ"
    assert command("generate", song.name, "--output", named).code == 0
    told = command("generate", song.name, "--output", named, "--json").lines[-1]
    assert (told["exit_code"], told["reason"]) == (4, "FILE_EXISTS")
    asked = [each for each in daemon.asked if isinstance(each, mapset_pb2.GenerateMapsetRequest)]
    assert len(asked) == 2  # what cannot be written is not asked for


def test_another_variant_and_none(
    daemon: FakeDaemon, songs: Path, song: Path, command: Command
) -> None:
    daemon.answer = answering(2)
    dry = command("generate", song, "--variants", "2", "--variant", "2", "--dry-run", "--json")
    contents = dry.lines[-1]["contents"]
    assert set(contents) == set(NAMES) and all("// 2" in text for text in contents.values())
    assert everything(songs) == set()
    # Asked for two, and got one: the second is not among them.
    daemon.answer = answering(1)
    told = command("generate", song, "--variants", "2", "--variant", "2", "--json").lines[-1]
    assert (told["exit_code"], told["reason"]) == (4, "VARIANT_NOT_FOUND")
    assert command("generate", song, "--variant", "2").code == 2


@pytest.mark.parametrize("change", [lambda p: p.write_bytes(b"another"), lambda p: p.unlink()])
def test_a_song_that_changes_meanwhile(
    daemon: FakeDaemon,
    songs: Path,
    song: Path,
    command: Command,
    change: Callable[[Path], Any],
) -> None:
    daemon.answer = answering(1, lambda: change(song))
    told = command("generate", song, "--json").lines[-1]
    assert told["exit_code"] in (3, 4) and "Nothing was written" in told["message"]
    assert everything(songs) == set()


def test_what_is_wrong_before_anything_is_asked(
    daemon: FakeDaemon, songs: Path, song: Path, command: Command
) -> None:
    def told(*arguments: object) -> tuple[int, str]:
        line = command("generate", *arguments, "--json").lines[-1]
        return line["exit_code"], line["message"]

    code, message = told(song.parent / "none.mp3")
    assert code == 4 and "none.mp3" in message
    assert told(song.parent)[0] == 4
    assert told(song, "--preview-point", "soon")[0] == 2
    assert told(song, "--background", song)[0] == 2
    assert told(song, "--output", song.parent / "none")[0] == 4
    assert told(song, "--output", song)[0] == 4
    daemon.songs = [songs / "gone"]
    code, message = told(song)
    assert code == 4 and "--output" in message and "--osz" in message
    asked = [each for each in daemon.asked if isinstance(each, mapset_pb2.GenerateMapsetRequest)]
    assert asked == [] and everything(songs) == set()
