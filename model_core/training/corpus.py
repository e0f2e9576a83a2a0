"""Songs on disk with their maps: what training and evaluation read.

Two files a song: ``NAME.npz`` holds the audio as 16 kHz int16 samples and, where it is known, what
sounds when (for the encoder's helper loss); ``NAME.json`` its maps. Songs of our own are named by
their seed; whoever imports others names them as they like. Rendering is the expensive half and
does not change when the mapper does. Files are written whole or not at all, so a trainer may read
a folder that is still being filled.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from model_core.beatmap.stars import star_rating
from model_core.errors import InputError
from model_core.training.mapper import STYLES, map_song
from model_core.training.songs import Part, SongPlan, compose, render
from model_core.training.whole_files import whole

__all__ = [
    "AUDIBLE",
    "HELD_OUT",
    "MAPS",
    "SAMPLE_RATE",
    "MapEntry",
    "SongEntry",
    "build_corpus",
    "make_maps",
    "make_song",
    "map_of",
    "read_maps",
    "read_song",
    "read_sound",
    "song_files",
    "tables_of",
    "write_maps",
    "write_song",
]

SAMPLE_RATE = 16000
# Seeds from here on are never trained on.
HELD_OUT = 1_000_000_000
# Rows of the sounding notes: the parts by name, in this order.
AUDIBLE: tuple[str, ...] = tuple(part.value for part in Part)
#: Maps of each mode that a song gets: osu!standard, taiko, catch, mania.
MAPS: tuple[int, int, int, int] = (3, 1, 1, 1)
_MANIA = 3
_KEYS = (4, 4, 4, 4, 7, 7, 5, 6)
# What damaged archives make numpy and zipfile stumble over.
_UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile, zlib.error,
    NotImplementedError, SyntaxError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MapEntry:
    """One map of a song: its file, and what it is known to be. None: not known.

    ``mapper_id`` is an osu! user id, or for our own maps the style. ``stars`` is the game's
    rating. ``key_count`` is of osu!mania only.
    """

    data: bytes
    mode: int = 0
    mapper_id: int | None = None
    stars: float | None = None
    circle_size: float | None = None
    slider_multiplier: float = 1.4
    descriptors: tuple[str, ...] = ()
    key_count: int | None = None
    year: int | None = None

    @property
    def style(self) -> int:
        """The mapper id of one of our own maps."""
        if self.mapper_id is None:
            raise ValueError("this map's mapper is not known")
        return self.mapper_id


@dataclass(frozen=True, slots=True)
class SongEntry:
    """One song.

    ``name`` is the file's, without suffix. ``samples``: ``[n]`` int16 at 16 kHz. ``notes``:
    ``[m, 4]`` float32 rows of (index into ``AUDIBLE``, onset ms, duration ms, 1 if held); no rows
    where it is not known what sounds. ``maps`` is empty where none were made.
    """

    name: str
    samples: NDArray[np.int16]
    notes: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), dtype=np.float32))
    maps: tuple[MapEntry, ...] = ()

    @property
    def length_ms(self) -> float:
        return len(self.samples) / SAMPLE_RATE * 1000.0

    @property
    def heard(self) -> bool:
        """Whether it is known what sounds when."""
        return len(self.notes) > 0


# ---------------------------------------------------------------- making songs and maps


def make_song(seed: int) -> SongEntry:
    """Compose and render one song; the same seed gives the same song."""
    plan = compose(seed)
    samples = np.clip(render(plan, SAMPLE_RATE) * 32767.0, -32768, 32767).astype(np.int16)
    rows = [
        (AUDIBLE.index(note.part.value), note.onset_ms, note.duration_ms, float(note.held))
        for note in plan.notes
    ]
    return SongEntry(str(seed), samples, np.asarray(rows, dtype=np.float32).reshape(-1, 4))


def make_maps(plan: SongPlan, count: int = 3, mode: int = 0) -> tuple[MapEntry, ...]:
    """Map a song ``count`` times in one mode, from easy to hard, each in a style drawn for it."""
    rng = np.random.default_rng([plan.seed, 77, mode])
    maps = []
    for number in range(count):
        style = STYLES[int(rng.integers(len(STYLES)))].mapper_id
        level = float((number + rng.random()) / count)
        keys = _KEYS[int(rng.integers(len(_KEYS)))] if mode == _MANIA else None
        seed = plan.seed * 64 + mode * 16 + number
        maps.append(map_of(plan, style=style, level=level, mode=mode, seed=seed, keys=keys))
    return tuple(maps)


def map_of(
    plan: SongPlan, *, style: int, level: float, mode: int = 0, seed: int = 0,
    keys: int | None = None,
) -> MapEntry:  # fmt: skip
    """One map of the rule mapper's with what it is like; see :func:`mapper.map_song`."""
    mapped = map_song(plan, style=style, level=level, mode=mode, seed=seed, keys=keys)
    return MapEntry(
        data=mapped.osu_bytes,
        mode=mode,
        mapper_id=mapped.mapper_id,
        stars=star_rating(mapped.osu_bytes) or 0.0,
        circle_size=mapped.circle_size,
        slider_multiplier=mapped.slider_multiplier,
        descriptors=tuple(mapped.descriptors),
        key_count=mapped.key_count,
    )


# ---------------------------------------------------------------- files


def write_song(song: SongEntry, folder: Path) -> Path:
    """Write ``folder/NAME.npz`` whole or not at all."""
    path = folder / f"{song.name}.npz"
    with whole(path) as partial, partial.open("wb") as file:
        np.savez(file, samples=song.samples, notes=song.notes)
    return path


def write_maps(name: str | int, maps: Sequence[MapEntry], folder: Path) -> Path:
    """Write ``folder/NAME.json`` whole or not at all; bytes that are no UTF-8 are kept."""
    path = folder / f"{name}.json"
    rows = [
        {**asdict(entry), "data": entry.data.decode("utf-8", "surrogateescape")} for entry in maps
    ]
    with whole(path) as partial:
        partial.write_text(json.dumps(rows), encoding="utf-8", newline="\n")
    return path


def song_files(folder: Path) -> list[Path]:
    """The songs of a folder that are there with their maps, in order of their names."""
    maps = {path.stem for path in folder.glob("*.json")}
    return sorted(path for path in folder.glob("*.npz") if path.stem in maps)


def tables_of(folder: Path, *, most: int) -> tuple[list[int], bool]:
    """The ``most`` mappers with most maps in a folder, and whether it is known what sounds.

    Mappers are ids, those with more maps first; only the maps' files are read, and one song.

    Raises:
        InputError: a file is damaged; the message names it.
    """
    counts: Counter[int] = Counter()
    paths = song_files(folder)
    for path in paths:
        counts.update(entry.mapper_id for entry in read_maps(path) if entry.mapper_id is not None)
    heard = bool(paths) and read_song(paths[0]).heard
    return [mapper for mapper, _ in counts.most_common(most)], heard


def read_maps(path: Path) -> tuple[MapEntry, ...]:
    """The maps beside the song ``NAME.npz``; none where there is no file of maps.

    Raises:
        InputError: the file is damaged.
    """
    beside = path.with_suffix(".json")
    try:
        rows = json.loads(beside.read_text(encoding="utf-8"))
        return tuple(_entry(row) for row in rows)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(_damaged(beside, path, error)) from error


def read_song(path: Path) -> SongEntry:
    """Read ``NAME.npz``, with the maps beside it where there are any.

    Raises:
        InputError: a file is damaged; the message names it.
    """
    samples, notes = read_sound(path)
    return SongEntry(path.stem, samples, notes, read_maps(path))


def read_sound(path: Path) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """A song's samples and notes alone; raises as :func:`read_song` does."""
    try:
        with np.load(path) as stored:
            samples, notes = stored["samples"], stored["notes"]
        if samples.ndim != 1 or samples.dtype != np.int16 or notes.shape[1:] != (4,):
            raise ValueError("its arrays are of another kind")
    except _UNREADABLE as error:
        raise InputError(_damaged(path, path.with_suffix(".json"), error)) from error
    return samples, notes


def _damaged(path: Path, other: Path, error: Exception) -> str:
    return (
        f"{path} is damaged ({error}). Delete it and {other.name} beside it, and make or import "
        "that song again."
    )


def _entry(row: dict[str, Any]) -> MapEntry:
    known = {each.name for each in fields(MapEntry)}
    values = {key: value for key, value in row.items() if key in known}
    if "style" in row:  # as the first version called it
        values.setdefault("mapper_id", row["style"])
    values["data"] = row["data"].encode("utf-8", "surrogateescape")
    values["descriptors"] = tuple(row.get("descriptors", ()))
    return MapEntry(**values)


# ---------------------------------------------------------------- a whole folder


def _build_one(job: tuple[int, tuple[int, ...], Path]) -> Path:
    seed, maps, folder = job
    path = folder / f"{seed}.npz"
    if any(maps) and not path.with_suffix(".json").exists():
        plan = compose(seed)
        made = [entry for mode, count in enumerate(maps) for entry in make_maps(plan, count, mode)]
        write_maps(seed, made, folder)
    return path if path.exists() else write_song(make_song(seed), folder)


def build_corpus(
    folder: Path,
    seeds: Sequence[int],
    *,
    maps: int | Sequence[int] = MAPS,
    processes: int = 1,
) -> Iterator[Path]:
    """Make the songs of ``seeds`` in ``folder``, skipping what is there; yields each.

    maps: how many of each mode (osu!standard, taiko, catch, mania), from easy to hard; a single
    number is of osu!standard alone. Processes are spawned, as every system can.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = (maps,) if isinstance(maps, int) else tuple(maps)
    jobs = [(seed, counts, folder) for seed in seeds]
    if processes <= 1:
        yield from map(_build_one, jobs)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_work_alone) as pool:
        yield from pool.map(_build_one, jobs)


def _work_alone() -> None:
    """Ctrl-C comes to workers of a terminal's command too, but is its business, not theirs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
