"""Mapsets made for a test: real audio in a few formats, maps of a few lines, folders and .osz."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np

SECONDS = 20.0
_RATE = 16000
_CODECS = {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".ogg": "libopus", ".flac": "flac"}


def write_audio(path: Path, seconds: float = SECONDS, seed: int = 0) -> Path:
    """Beats over a tone, encoded as the name's suffix says."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * _RATE)) / _RATE
    tone = 0.2 * np.sin(2 * np.pi * rng.uniform(200, 600) * time)
    clicks = (time % 0.5 < 0.01) * rng.normal(0.0, 0.4, len(time))
    samples = np.clip((tone + clicks) * 32767, -32768, 32767).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        rate = 48000 if path.suffix == ".ogg" else _RATE  # the only one that Opus takes
        stream = container.add_stream(_CODECS[path.suffix], rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = _RATE
        resampler = av.AudioResampler(
            stream.codec_context.format.name, "mono", rate, stream.codec_context.frame_size
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def map_text(
    *,
    audio: str = "audio.wav",
    title: str = "Song",
    creator: str = "Host",
    version: str = "Normal",
    tags: str = "",
    mode: int = 0,
    objects: int = 24,
    first_ms: int = 1000,
    step_ms: int = 500,
    timing: str = "0,500,4,1,0,60,1,0",
    more: str = "",
) -> str:
    """A map of circles, half a second apart."""
    rows = [
        f"{64 + 48 * (k % 8)},{96 + 32 * (k % 5)},{first_ms + step_ms * k},1,0,0:0:0:0:"
        for k in range(objects)
    ]
    head = [
        *("osu file format v14", "", "[General]"),
        *([f"AudioFilename: {audio}"] if audio else []),
        *(f"Mode: {mode}", "", "[Metadata]", f"Title:{title}", "Artist:Band"),
        *(f"Creator:{creator}", f"Version:{version}", f"Tags:{tags}", "", "[Difficulty]"),
        *("HPDrainRate:5", "CircleSize:4", "OverallDifficulty:5", "ApproachRate:5"),
        *("SliderMultiplier:1.4", "SliderTickRate:1", "", "[TimingPoints]", timing, ""),
        *("[HitObjects]", *rows, more),
    ]
    return "\r\n".join(head) + "\r\n"


def write_folder(
    folder: Path, maps: Mapping[str, str], audio: str = "audio.wav", **how: int
) -> Path:
    """An unpacked mapset; no audio where ``audio`` is empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in maps.items():
        (folder / name).write_bytes(text.encode())
    if audio:
        write_audio(folder / audio, **how)
    return folder


def pack(folder: Path, archive: Path) -> Path:
    """The folder's files as .osz; the folder itself goes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder).as_posix())
                path.unlink()
    folder.rmdir()
    return archive
