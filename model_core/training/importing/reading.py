"""One mapset read whole, in a process of its own: its maps checked, its audio decoded once."""

from __future__ import annotations

import hashlib
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from model_core.audio.decode import SAMPLE_RATE, decode
from model_core.beatmap import parse
from model_core.errors import AudioError, InputError
from model_core.training.corpus import SongEntry, read_sound, write_song
from model_core.training.importing.checks import FoundMap, Wanted, check_map, require_within
from model_core.training.importing.labels import song_key
from model_core.training.importing.sources import Mapset, Source, Unreadable, open_mapset

__all__ = ["FoundSong", "ReadMapset", "Skipped", "is_held_out", "read_mapset", "work_alone"]

_NAME_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out. ``file`` is a mapset's name, or ``mapset: map``."""

    file: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class FoundSong:
    """An audio file with the maps that name it. ``name`` is of its bytes: copies share it."""

    name: str
    maps: tuple[FoundMap, ...]


@dataclass(frozen=True, slots=True)
class ReadMapset:
    """What came of a mapset."""

    source: Source
    songs: tuple[FoundSong, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    held_out: bool = False


def work_alone() -> None:
    """Prepare a worker process: Ctrl-C is the business of the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def read_mapset(source: Source, wanted: Wanted, out: Path, held_out: float) -> ReadMapset:
    """Check a mapset's maps, decode their audio, write ``out/NAME.npz`` for each song.

    held_out: the share of songs that is kept for evaluation; of these nothing is written. A song
    that is in ``out`` already is not decoded again. The archive's audio goes through a temporary
    file in ``out``, never beside it. Raises nothing over a mapset that is of no use: what stopped
    it is in the answer.
    """
    maps: list[FoundMap] = []
    skipped: list[Skipped] = []
    songs: list[FoundSong] = []
    held = False
    try:
        with open_mapset(source) as mapset:
            key = _check_maps(source, mapset, wanted, maps, skipped)
            held = is_held_out(key or source.name, held_out)
            by_audio: dict[tuple[str, str], list[FoundMap]] = {}
            for found in maps:
                beside = str(PurePosixPath(found.file).parent)
                by_audio.setdefault((beside, found.audio.casefold()), []).append(found)
            for group in by_audio.values():
                song = _song(source, mapset, group, wanted, None if held else out, skipped)
                if song is not None:
                    songs.append(song)
    except Unreadable as error:
        skipped.append(Skipped(source.name, error.reason, str(error)))
    return ReadMapset(source, tuple(songs), tuple(skipped), held)


def is_held_out(key: str, share: float) -> bool:
    """Whether a song is kept for evaluation: decided by its name alone, whoever mapped it."""
    number = int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:8], "big")
    return number < share * 2.0**64


def _check_maps(
    source: Source,
    mapset: Mapset,
    wanted: Wanted,
    maps: list[FoundMap],
    skipped: list[Skipped],
) -> str:
    """Sort a mapset's maps into those of use and others; the song's key (of the first of use)."""
    key = ""
    for name in mapset.map_names():
        try:
            data = mapset.read_map(name)
            maps.append(check_map(name, data, wanted))
            key = key or song_key(parse(data))
        except Unreadable as error:
            skipped.append(Skipped(f"{source.name}: {name}", error.reason, str(error)))
    return key


def _song(
    source: Source,
    mapset: Mapset,
    maps: list[FoundMap],
    wanted: Wanted,
    out: Path | None,
    skipped: list[Skipped],
) -> FoundSong | None:
    """The maps of one audio file, written to ``out`` unless that is None."""
    kept = []
    try:
        data = mapset.read_audio(maps[0].file, maps[0].audio)
        name = hashlib.sha256(data).hexdigest()[:_NAME_LENGTH]
        samples = None if out is None else _samples_there(out / f"{name}.npz")
        fresh = samples is None
        if samples is None:
            samples = _decoded(data, out)
        seconds = len(samples) / SAMPLE_RATE
        if seconds < wanted.min_seconds:
            raise Unreadable("too short", f"The audio has {seconds:.1f} s.")
        if seconds > wanted.max_seconds:
            raise Unreadable("too long", f"The audio has {seconds:.0f} s.")
        for found in maps:
            try:
                require_within(found, seconds * 1000.0)
                kept.append(found)
            except Unreadable as error:
                where = f"{source.name}: {found.file}"
                skipped.append(Skipped(where, error.reason, str(error)))
        if kept and fresh and out is not None:
            write_song(SongEntry(name, samples), out)
    except Unreadable as error:
        skipped += [
            Skipped(f"{source.name}: {found.file}", error.reason, str(error)) for found in maps
        ]
        return None
    return FoundSong(name, tuple(kept)) if kept else None


def _samples_there(path: Path) -> NDArray[np.int16] | None:
    """An audio file's samples where they were decoded already; a damaged file is written anew."""
    try:
        return read_sound(path)[0]
    except InputError:
        return None


def _decoded(data: bytes, out: Path | None) -> NDArray[np.int16]:
    """What a request would hear, as int16 at 16 kHz."""
    with tempfile.TemporaryDirectory(prefix=".audio-", dir=out) as place:
        path = Path(place) / "audio"
        path.write_bytes(data)
        try:
            samples = decode(path).samples
        except AudioError as error:
            told = str(error).replace(f"{path} ", "").replace(str(path), "the audio file")
            raise Unreadable("audio undecodable", f"The audio {told}") from error
    if not np.any(samples):
        raise Unreadable("silent audio", "The audio is silence.")
    return np.clip(np.round(samples * 32767.0), -32768, 32767).astype(np.int16)
