"""Songs on disk with their maps: what training and evaluation read.

Two files a song: ``SEED.npz`` holds the audio as 16 kHz int16 samples and what sounds when (for
the encoder's helper loss), ``SEED.json`` its maps. Rendering is the expensive half and does not
change when the mapper does. Files are written whole or not at all, so a trainer may read a folder
that is still being filled.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model_core.beatmap.stars import star_rating
from model_core.training.mapper import map_song
from model_core.training.songs import Part, SongPlan, compose, render

__all__ = [
    "AUDIBLE",
    "HELD_OUT",
    "MapEntry",
    "SongEntry",
    "build_corpus",
    "make_maps",
    "make_song",
    "read_song",
]

SAMPLE_RATE = 16000
# Seeds from here on are never trained on.
HELD_OUT = 1_000_000_000
# Rows of the sounding notes: the parts by name, in this order.
AUDIBLE: tuple[str, ...] = tuple(part.value for part in Part)


@dataclass(frozen=True, slots=True)
class MapEntry:
    """One map of a song: its file and what it was made with."""

    data: bytes
    style: int
    stars: float
    circle_size: float
    slider_multiplier: float
    descriptors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SongEntry:
    """One song.

    ``samples``: ``[n]`` int16 at 16 kHz. ``notes``: ``[m, 4]`` float32 rows of (index into
    ``AUDIBLE``, onset ms, duration ms, 1 if held). ``maps`` is empty where none were made.
    """

    seed: int
    samples: NDArray[np.int16]
    notes: NDArray[np.float32]
    maps: tuple[MapEntry, ...] = ()

    @property
    def length_ms(self) -> float:
        return len(self.samples) / SAMPLE_RATE * 1000.0


def make_song(seed: int) -> SongEntry:
    """Compose and render one song; the same seed gives the same song."""
    plan = compose(seed)
    samples = np.clip(render(plan, SAMPLE_RATE) * 32767.0, -32768, 32767).astype(np.int16)
    rows = [
        (AUDIBLE.index(note.part.value), note.onset_ms, note.duration_ms, float(note.held))
        for note in plan.notes
    ]
    return SongEntry(seed, samples, np.asarray(rows, dtype=np.float32).reshape(-1, 4))


def make_maps(plan: SongPlan, count: int = 3) -> tuple[MapEntry, ...]:
    """Map a song ``count`` times, from easy to hard, each in a style of its own."""
    rng = np.random.default_rng([plan.seed, 77])
    return tuple(
        _map(plan, int(rng.integers(1, 9)), float((number + rng.random()) / count), number)
        for number in range(count)
    )


def _map(plan: SongPlan, style: int, level: float, number: int) -> MapEntry:
    mapped = map_song(plan, style=style, level=level, seed=plan.seed * 16 + number)
    return MapEntry(
        data=mapped.osu_bytes,
        style=mapped.style,
        stars=star_rating(mapped.osu_bytes) or 0.0,
        circle_size=mapped.circle_size,
        slider_multiplier=mapped.slider_multiplier,
        descriptors=tuple(mapped.descriptors),
    )


def write_song(song: SongEntry, folder: Path) -> Path:
    """Write ``folder/SEED.npz`` atomically."""
    path = folder / f"{song.seed}.npz"
    partial = path.with_suffix(f".{os.getpid()}.tmp")
    with partial.open("wb") as file:
        np.savez(file, samples=song.samples, notes=song.notes)
    partial.replace(path)
    return path


def write_maps(seed: int, maps: Sequence[MapEntry], folder: Path) -> Path:
    """Write ``folder/SEED.json`` atomically."""
    path = folder / f"{seed}.json"
    partial = path.with_suffix(f".{os.getpid()}.tmp")
    rows = [{**asdict(entry), "data": entry.data.decode("utf-8")} for entry in maps]
    partial.write_text(json.dumps(rows), encoding="utf-8", newline="\n")
    partial.replace(path)
    return path


def read_song(path: Path) -> SongEntry:
    """Read ``SEED.npz``, with the maps beside it where there are any."""
    with np.load(path) as stored:
        samples, notes = stored["samples"], stored["notes"]
    beside = path.with_suffix(".json")
    maps: tuple[MapEntry, ...] = ()
    if beside.exists():
        maps = tuple(
            MapEntry(
                **{
                    **row,
                    "data": row["data"].encode("utf-8"),
                    "descriptors": tuple(row["descriptors"]),
                }
            )
            for row in json.loads(beside.read_text(encoding="utf-8"))
        )
    return SongEntry(int(path.stem), samples, notes, maps)


def _build_one(job: tuple[int, int, Path]) -> Path:
    seed, maps, folder = job
    path = folder / f"{seed}.npz"
    if maps and not path.with_suffix(".json").exists():
        write_maps(seed, make_maps(compose(seed), maps), folder)
    return path if path.exists() else write_song(make_song(seed), folder)


def build_corpus(
    folder: Path, seeds: Sequence[int], *, maps: int = 3, processes: int = 1
) -> Iterator[Path]:
    """Make the songs of ``seeds`` in ``folder``, skipping what is there; yields each."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(seed, maps, folder) for seed in seeds]
    if processes <= 1:
        yield from map(_build_one, jobs)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_build_one, jobs)
