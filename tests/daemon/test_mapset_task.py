"""The worker's part of GenerateMapset, where it is not the model's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from osu_companion.v1 import mapset_pb2

import model_core
from daemon.worker.tasks.mapset import header_of_request, model_for
from tests.conftest import ROOT
from tests.e2e.songs import samples, write_mp3, write_wav

STARTER = ROOT / "model_core" / "starter"
FILES = ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json")


def test_a_mode_with_a_fine_tune_is_written_by_it(tmp_path: Path) -> None:
    """A set may have difficulties of several modes; the checkpoint may have a part for one."""
    base = tmp_path / "checkpoint"
    for folder in (base, base / "gamemode=3"):
        folder.mkdir()
        for name in (
            "config.json",
            "generation_config.json",
            "model.safetensors",
            "tokenizer.json",
        ):
            shutil.copy(STARTER / name, folder)
    held = model_core.load(str(base), device="cpu", dtype="float32", gamemode=0)
    assert model_for(held, 0) is held and model_for(held, 1) is held
    mania = model_for(held, 3)
    assert mania.folder == base / "gamemode=3" and held.folder == base
    assert mania.info().dtype == held.info().dtype
    # And back: whichever of them is loaded, the others are found.
    assert model_for(mania, 0).folder == base


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_mp3(tmp_path / "x.MP3", samples(1), "  東方 \n Theme ", "Ärtist & Wörld")


def test_what_stands_in_the_files_is_what_the_tags_say(song: Path) -> None:
    request = mapset_pb2.GenerateMapsetRequest(path=str(song))
    request.metadata.creator = " Me "
    header = header_of_request(request)
    assert (header.title, header.title_unicode) == ("Theme", "東方 Theme")
    assert (header.artist, header.artist_unicode) == ("Artist & World", "Ärtist & Wörld")
    assert (header.creator, header.audio_filename) == ("Me", "audio.mp3")
    assert header.preview_time == -1 and header.background is None


def test_what_was_said_goes_before_the_tags(song: Path) -> None:
    request = mapset_pb2.GenerateMapsetRequest(path=str(song))
    request.metadata.MergeFrom(
        mapset_pb2.SongMetadata(
            title="Toho",
            title_unicode="とうほう",
            artist_unicode="誰か",
            tags=["one", " two  three"],
            preview_ms=0,
            background="background.png",
        )
    )
    header = header_of_request(request)
    assert (header.title, header.title_unicode) == ("Toho", "とうほう")
    # Nothing of it is ASCII, and the tags' artist is not whom was meant.
    assert (header.artist, header.artist_unicode) == ("Unknown artist", "誰か")
    assert (header.tags, header.preview_time, header.background) == (
        "one two three",
        0,
        "background.png",
    )


def test_without_tags_the_name_is_taken_at_its_word(tmp_path: Path) -> None:
    song = write_wav(tmp_path / "Some one - A song?.wav", samples(1))
    header = header_of_request(mapset_pb2.GenerateMapsetRequest(path=str(song)))
    assert (header.artist, header.title) == ("Some one", "A song?")
    odd = song.rename(song.with_name("x.ünknown"))
    assert header_of_request(mapset_pb2.GenerateMapsetRequest(path=str(odd))).audio_filename == (
        "audio"
    )
