"""Any audio file to what the models hear: mono, 16 kHz, float32, loudest sample at 1.

Decoding, encoder delay and padding (gapless) are libav's; a file's first decoded sample is time 0.
Damaged packets inside a file are skipped, as the game does, and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import numpy.typing as npt

from model_core.errors import AudioError, Cancelled

SAMPLE_RATE = 16000
_SAMPLE_BYTES = 4

#: Containers that hold one song. Playlists and network formats are left out on purpose: a file
#: dropped into a Songs folder must not make the decoder open other files or addresses.
CONTAINERS = (
    "aac,aiff,asf,avi,caf,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,tta,w64,wav,webm,wv,"
    "mp4,m4a,3gp,3g2,mj2"
)


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A decoded song."""

    samples: npt.NDArray[np.float32]  # [n], mono, 16 kHz, -1..1
    sha256: str  # hex, of the file's bytes
    damaged_packets: int = 0

    @property
    def song_length_ms(self) -> float:
        """Length of what was decoded."""
        return len(self.samples) * 1000 / SAMPLE_RATE


def decode(
    path: Path | str,
    cancelled: Callable[[], bool] | None = None,
    until_ms: float | None = None,
) -> Audio:
    """Decode a file (wav, mp3, ogg, flac, and m4a where libav has the codec).

    Memory grows with the song's length only: 64 kB a second. With ``until_ms``, what comes
    a little later than that is not decoded, and the loudest sample is that of the part.

    Raises:
        AudioError: the file is missing, empty, holds no audio, or nothing of it decodes.
        Cancelled: ``cancelled()`` became true.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            if size == 0:
                raise AudioError(f"{path} is empty. Put the song's audio file back in its place.")
            wanted = (
                None if until_ms is None else int(until_ms * SAMPLE_RATE / 1000) * _SAMPLE_BYTES
            )
            data, damaged = _read(file, path, cancelled, wanted)
    except FileNotFoundError as error:
        raise AudioError(
            f"{path} does not exist. Check AudioFilename in the map and the file beside it."
        ) from error
    except OSError as error:
        raise AudioError(f"{path} cannot be read: {error.strerror or error}.") from error
    samples = np.frombuffer(data, dtype=np.float32)
    return Audio(normalise(samples), sha256, damaged)


def normalise(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scale the loudest sample to 1, in place where possible; silence stays silence."""
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    peak = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))
    if peak > 0:
        samples = np.divide(
            samples, np.float32(peak), out=samples if samples.flags.writeable else None
        )
    return samples


def _read(
    file: BinaryIO, path: Path, cancelled: Callable[[], bool] | None, wanted: int | None
) -> tuple[bytearray, int]:
    """All samples as float32 bytes, and the number of packets that could not be decoded.

    Stops after ``wanted`` bytes, if given.
    """
    data = bytearray()
    damaged, problem = 0, ""
    try:
        # Tags are not read, and old files have them in any encoding.
        with av.open(
            file,
            "r",
            options={"format_whitelist": CONTAINERS},
            metadata_errors="replace",
        ) as container:
            if not container.streams.audio:
                raise AudioError(f"{path} holds no audio stream.")
            stream = container.streams.audio[0]
            resampler = _Resampler()
            # One thread: a song takes well under a second, and threads of the decoder have been
            # seen to lose a whole FLAC file on a machine under load.
            stream.codec_context.thread_type = "NONE"
            stream.codec_context.thread_count = 1
            for packet in container.demux(stream):
                if wanted is not None and len(data) > wanted:
                    break
                if cancelled is not None and cancelled():
                    raise Cancelled("Reading the audio was cancelled.")
                try:
                    for frame in packet.decode():
                        data += resampler.feed(frame)
                except (av.error.FFmpegError, ValueError) as error:
                    damaged += 1
                    problem = str(error)
            data += resampler.flush()
    except (av.error.FFmpegError, ValueError) as error:
        if not data:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise AudioError(
                f"{path} is not audio that can be decoded ({reason})."
                " Re-encode it as mp3, ogg, flac or wav."
            ) from error
        damaged += 1
    if not data:
        raise AudioError(
            f"{path} decodes to nothing; the file is damaged or cut off"
            f" ({damaged} unreadable packets{problem and ', the last: ' + problem})."
        )
    return data, damaged


class _Resampler:
    """To mono float32 at the models' rate; survives a stream that changes its format midway."""

    def __init__(self) -> None:
        self._format: tuple[str, str, int] | None = None
        self._inner: av.AudioResampler | None = None

    def feed(self, frame: av.AudioFrame) -> bytes:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest = b""
        if form != self._format:
            rest = self.flush()
            self._format = form
            self._inner = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        assert self._inner is not None
        # Gaps in the file's clock are not silence to the game: samples simply follow each other.
        frame.pts = None
        return rest + self._bytes(self._inner.resample(frame))

    def flush(self) -> bytes:
        if self._inner is None:
            return b""
        rest = self._bytes(self._inner.resample(None))
        self._inner = None
        return rest

    @staticmethod
    def _bytes(frames: list[av.AudioFrame]) -> bytes:
        return b"".join(frame.to_ndarray().tobytes() for frame in frames)
