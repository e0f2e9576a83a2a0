"""The outline of a waveform: where it is loud, and what is decoded for it."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from model_core.audio.decode import SAMPLE_RATE, decode
from model_core.audio.outline import outline
from model_core.errors import AudioError


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Three seconds: silence, a quiet one, a loud one."""
    path = tmp_path / "song.wav"
    levels = np.repeat([0.0, 0.25, 0.5], SAMPLE_RATE)
    samples = levels * np.sin(np.arange(len(levels)) * 0.3)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def test_it_is_as_loud_as_the_song_where_the_song_is(song: Path) -> None:
    found = outline(song, -500, 3500, 10)
    assert (found.start_ms, found.step_ms, len(found.peaks)) == (-500, 10, 401)
    times = found.start_ms + found.step_ms * np.arange(len(found.peaks))
    for start, end, level in ((-500, 990, 0), (1010, 1980, 0.5), (2010, 2980, 1), (3010, 3500, 0)):
        part = (times >= start) & (times < end)
        assert found.peaks[part] == pytest.approx(level, abs=0.03)
        # A sine's root mean square.
        assert found.means[part] == pytest.approx(level / 2**0.5, abs=0.03)


def test_the_loudest_of_the_range_is_one_and_the_rest_is_not_decoded(song: Path) -> None:
    found = outline(song, 1000, 1900, 7.5)
    assert found.peaks.max() == 1 and found.peaks.min() > 0.9
    whole, part = decode(song), decode(song, until_ms=1500)
    assert 1500 <= part.song_length_ms < 2500 < whole.song_length_ms
    assert part.sha256 == whole.sha256


@pytest.mark.parametrize(("start", "end"), [(-900, -100), (9000, 9100), (100, 100)])
def test_where_there_is_no_sound_there_is_silence(song: Path, start: float, end: float) -> None:
    found = outline(song, start, end, 5)
    assert len(found.peaks) == len(found.means) >= 1 and not found.peaks.any()


def test_what_is_no_song_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"no song")
    with pytest.raises(AudioError):
        outline(tmp_path / "song.mp3", 0, 100, 5)
