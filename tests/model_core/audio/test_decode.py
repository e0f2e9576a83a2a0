"""Decoding: every format, gapless where libav knows the delay, clear errors for the rest."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from model_core.audio.decode import SAMPLE_RATE, decode
from model_core.errors import AudioError, Cancelled

RATE = 44100


def song(seconds: float = 2.0) -> npt.NDArray[np.float32]:
    """Clicks every half second over a quiet tone, stereo ``[2, n]``."""
    t = np.arange(int(seconds * RATE)) / RATE
    left = 0.05 * np.sin(2 * np.pi * 440 * t)
    since_click = t % 0.5
    left += 0.5 * np.sin(2 * np.pi * 1000 * t) * np.exp(-since_click * 60)
    return np.stack([left, left]).astype(np.float32)


def write(path: Path, codec: str, samples: npt.NDArray[np.float32], fmt: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.options = {"strict": "experimental"}
        size = stream.codec_context.frame_size or None
        resampler = av.AudioResampler(format=fmt, layout="stereo", rate=RATE, frame_size=size)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
        frame.sample_rate = RATE
        frame.pts, frame.time_base = 0, Fraction(1, RATE)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


FORMATS = [
    ("wav", "pcm_s16le", "s16"),
    ("flac", "flac", "s16"),
    ("mp3", "libmp3lame", "fltp"),
    ("ogg", "vorbis", "fltp"),
    ("m4a", "aac", "fltp"),
]


@pytest.mark.parametrize(("suffix", "codec", "fmt"), FORMATS)
def test_formats_agree_on_when_things_happen(
    tmp_path: Path, suffix: str, codec: str, fmt: str
) -> None:
    try:
        path = write(tmp_path / f"song.{suffix}", codec, song(), fmt)
    except (av.error.FFmpegError, ValueError) as error:
        pytest.skip(f"this libav cannot encode {codec}: {error}")
    audio = decode(path)
    assert audio.samples.dtype == np.float32
    assert audio.samples.ndim == 1
    assert np.abs(audio.samples).max() == pytest.approx(1.0)
    assert audio.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    # Lossy encoders pad; with the delay taken off, the clicks stand where they were put.
    assert abs(audio.song_length_ms - 2000) < 50
    wanted = decode(write(tmp_path / "exact.wav", "pcm_s16le", song(), "s16")).samples
    length = min(len(wanted), len(audio.samples))
    shifts = range(-400, 401, 8)
    scores = [
        float(np.dot(wanted[500 : length - 500], audio.samples[500 + s : length - 500 + s]))
        for s in shifts
    ]
    assert abs(shifts[int(np.argmax(scores))]) <= 16  # 1 ms


def test_reference_wave_files(conformance: Path) -> None:
    audio = decode(conformance / "inputs" / "audio_a.wav")
    assert abs(audio.song_length_ms - 40000) < 5
    short = decode(conformance / "inputs" / "audio_short.wav")
    assert abs(len(short.samples) - 4 * SAMPLE_RATE) < 80


def test_silence_stays_silence(tmp_path: Path) -> None:
    audio = decode(write(tmp_path / "a.wav", "pcm_s16le", song() * 0, "s16"))
    assert not audio.samples.any()


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="does not exist"):
        decode(tmp_path / "none.mp3")
    (tmp_path / "empty.mp3").write_bytes(b"")
    with pytest.raises(AudioError, match="empty"):
        decode(tmp_path / "empty.mp3")
    (tmp_path / "text.mp3").write_text("these are not the sounds you are looking for" * 50)
    with pytest.raises(AudioError, match=r"text\.mp3"):
        decode(tmp_path / "text.mp3")
    with pytest.raises(AudioError):
        decode(tmp_path)
    (tmp_path / "header.wav").write_bytes(
        write(tmp_path / "whole.wav", "pcm_s16le", song(), "s16").read_bytes()[:44]
    )
    with pytest.raises(AudioError):
        decode(tmp_path / "header.wav")


def test_playlists_are_not_followed(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.wav", "pcm_s16le", song(), "s16")
    playlist = tmp_path / "song.mp3"
    playlist.write_text(f"#EXTM3U\n#EXTINF:2,\n{whole}\n#EXT-X-ENDLIST\n")
    with pytest.raises(AudioError):
        decode(playlist)


def test_damage_in_the_middle_is_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", "flac", song(4), "s16")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    audio = decode(path)
    assert audio.song_length_ms > 2000


def test_cut_off_file_gives_what_is_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", "pcm_s16le", song(4), "s16")
    path.write_bytes(path.read_bytes()[: RATE * 4 * 2])
    assert 1900 < decode(path).song_length_ms < 2100


def test_cancelling_stops_the_reading(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", "pcm_s16le", song(), "s16")
    with pytest.raises(Cancelled):
        decode(path, cancelled=lambda: True)


def test_odd_names_and_places(tmp_path: Path) -> None:
    folder = tmp_path / "曲 [é] #1"
    folder.mkdir()
    path = write(tmp_path / "a.wav", "pcm_s16le", song(), "s16").rename(folder / "audio: x.wav")
    assert decode(str(path)).song_length_ms > 0


@pytest.mark.parametrize("seed", range(40))
def test_any_bytes_are_an_answer(tmp_path: Path, seed: int) -> None:
    """Damaged anywhere, a file is either decoded as far as it goes or refused by name."""
    rng = np.random.default_rng(seed)
    suffix, codec, fmt = FORMATS[seed % len(FORMATS)]
    path = write(tmp_path / f"a.{suffix}", codec, song(0.5), fmt)
    data = bytearray(path.read_bytes())
    for _ in range(int(rng.choice([1, 5, 50]))):
        data[int(rng.integers(min(len(data), int(rng.choice([60, 400, 10**6])))))] = int(
            rng.integers(256)
        )
    path.write_bytes(data[: int(rng.integers(1, len(data) + 1))] if seed % 3 == 0 else data)
    try:
        audio = decode(path)
    except AudioError as error:
        assert path.name in str(error)
    else:
        assert len(audio.samples)
        assert np.isfinite(audio.samples).all()


def test_tags_in_old_encodings_do_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", "libmp3lame", song(), "fltp")
    tag = b"TAG" + "東方".encode("shift-jis").ljust(125, b"\0")
    path.write_bytes(path.read_bytes() + tag)
    assert decode(path).song_length_ms > 1900
