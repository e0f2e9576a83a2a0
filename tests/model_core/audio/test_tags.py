"""Title and artist from an audio file's tags."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from model_core.audio.tags import SongTags, read_tags
from model_core.maps.header import header_of_song


def song_file(path: Path, **tags: str) -> Path:
    """A tenth of a second of silence with these tags."""
    with av.open(str(path), "w") as container:
        for key, value in tags.items():
            container.metadata[key] = value
        stream = container.add_stream("flac" if path.suffix == ".flac" else "pcm_s16le", 16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1600), np.int16), "s16", "mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_tags_are_read(tmp_path: Path, suffix: str) -> None:
    path = song_file(tmp_path / f"x{suffix}", title="Café  del\tMar", artist="José")
    assert read_tags(path) == SongTags("Café del Mar", "José")
    header = header_of_song(path)
    assert (header.title, header.title_unicode) == ("Cafe del Mar", "Café del Mar")
    assert (header.artist, header.artist_unicode) == ("Jose", "José")
    assert header.audio_filename == path.name


def test_what_cannot_be_romanised_is_called_unknown(tmp_path: Path) -> None:
    header = header_of_song(song_file(tmp_path / "x.flac", title="夜に駆ける", artist="YOASOBI"))
    assert (header.title, header.title_unicode) == ("Unknown title", "夜に駆ける")
    assert header.artist == header.artist_unicode == "YOASOBI"


def test_without_tags_the_file_name_says_it(tmp_path: Path) -> None:
    header = header_of_song(song_file(tmp_path / "Somebody - Some song.wav"))
    assert (header.artist, header.title) == ("Somebody", "Some song")
    header = header_of_song(song_file(tmp_path / "audio.wav"))
    assert (header.artist, header.title) == ("Unknown artist", "audio")


def test_no_file_and_no_audio_have_no_tags(tmp_path: Path) -> None:
    (tmp_path / "x.mp3").write_bytes(b"no audio")
    assert read_tags(tmp_path / "x.mp3") == read_tags(tmp_path / "gone.mp3") == SongTags()
