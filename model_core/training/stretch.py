"""Songs played faster or slower, with their maps: tempo augmentation.

Every time in a map's file is divided by the speed, beat lengths too, and the audio is resampled
(so pitch moves with tempo, as on a turntable). Slider velocities count in beats and stay. What is
spelled afterwards is what would be spelled of a map made for the faster song.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly

from model_core.beatmap.stars import star_rating
from model_core.training.corpus import MapEntry, SongEntry

__all__ = ["SPEEDS", "stretched", "stretched_map"]

#: Speeds that songs are played at; fractions, so that audio is resampled exactly.
SPEEDS: tuple[Fraction, ...] = tuple(Fraction(n, 40) for n in range(36, 45) if n != 40)

_SPINNER, _HOLD = 8, 128


def stretched(song: SongEntry, speed: Fraction) -> SongEntry:
    """The song and all its maps at ``speed`` (above 1: faster, shorter)."""
    samples = resample_poly(song.samples.astype(np.float32), speed.denominator, speed.numerator)
    notes = song.notes.copy()
    notes[:, 1:3] /= float(speed)
    return replace(
        song,
        samples=np.clip(np.rint(samples), -32768, 32767).astype(np.int16),
        notes=notes,
        maps=tuple(_stretched_entry(entry, speed) for entry in song.maps),
    )


def _stretched_entry(entry: MapEntry, speed: Fraction) -> MapEntry:
    data = stretched_map(entry.data, speed)
    stars = None if entry.stars is None else star_rating(data)
    return replace(entry, data=data, stars=entry.stars if stars is None else stars)


def stretched_map(data: bytes, speed: Fraction) -> bytes:
    """A file whose every time in ms is divided by ``speed``.

    Times are whole ms again, as an editor would store them, all rounded alike, so that a line in
    effect at an object stays so; beat lengths keep their fractions. Lines that are not understood
    stay as they are.
    """
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    section = ""
    for number, line in enumerate(lines):
        if line.startswith("["):
            section = line.strip()
        elif line.strip() and not line.startswith("//"):
            try:
                lines[number] = _stretched_line(section, line, speed)
            except (ValueError, IndexError):
                continue
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "surrogateescape")


def _stretched_line(section: str, line: str, speed: Fraction) -> str:
    fields = line.split(",")
    match section:
        case "[TimingPoints]":
            fields[0] = _whole(fields[0], speed)
            length = float(fields[1])
            if length > 0:
                fields[1] = repr(length / float(speed))
        case "[HitObjects]":
            fields[2] = _whole(fields[2], speed)
            kind = int(fields[3])
            if kind & _SPINNER:
                fields[5] = _whole(fields[5], speed)
            elif kind & _HOLD:
                end, colon, rest = fields[5].partition(":")
                fields[5] = _whole(end, speed) + colon + rest
        case "[Events]" if fields[0] in ("2", "Break"):
            fields[1:3] = (_whole(field, speed) for field in fields[1:3])
    return ",".join(fields)


def _whole(text: str, speed: Fraction) -> str:
    return str(round(float(text) / float(speed)))
