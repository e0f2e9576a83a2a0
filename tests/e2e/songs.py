"""Songs to map: composed, in the formats and with the tags that people have."""

from __future__ import annotations

import struct
import wave
import zlib
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from model_core.training.corpus import make_song

RATE = 16_000
SEED = 900_150


@cache
def samples(seconds: int, seed: int = SEED) -> npt.NDArray[np.int16]:
    """The first seconds of a song that no model was trained on; mono, 16 kHz."""
    return make_song(seed).samples[: seconds * RATE].astype(np.int16)


def write_wav(path: Path, sound: npt.NDArray[np.int16]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
    return path


def write_mp3(path: Path, sound: npt.NDArray[np.int16], title: str, artist: str) -> Path:
    """An MP3 as shops sell it: ID3 with title, artist and the cover."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp3", options={"id3v2_version": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = RATE
        resampled = av.AudioResampler(format=stream.format, layout="mono", rate=RATE)
        for part in (*resampled.resample(frame), None):
            container.mux(stream.encode(part))
    path.write_bytes(_id3(title, artist, picture()) + path.read_bytes())
    return path


def picture(width: int = 64, height: int = 36) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _id3(title: str, artist: str, cover: bytes) -> bytes:
    """An ID3v2.3 tag (id3.org/id3v2.3.0): text in UTF-16, the cover as an attached picture."""

    def frame(name: bytes, data: bytes) -> bytes:
        return name + struct.pack(">IH", len(data), 0) + data

    body = (
        frame(b"TIT2", b"\x01" + title.encode("utf-16"))
        + frame(b"TPE1", b"\x01" + artist.encode("utf-16"))
        + frame(b"APIC", b"\0image/png\0\x03\0" + cover)
    )
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body
