"""Endless windows of mapped songs, read from a folder while it may still be filled.

A few songs are open at a time; each is read, played at another tempo at times, drawn from, and
closed again, so that memory stays small however many there are. Windows start at any millisecond,
as a request's do. Several processes each read songs of their own (several GPUs, and the data
loader's workers), with seeds of their own that also change with the step a training resumes from.
"""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from model_core.errors import InputError
from model_core.tokens import Layout, Vocabulary
from model_core.training.audible import window_audio, window_labels
from model_core.training.augment import Augmentation, augmented
from model_core.training.corpus import SongEntry, read_song, song_files
from model_core.training.examples import Example, examples_of
from model_core.training.stretch import SPEEDS, stretched
from model_core.training.tasks import Spelled, TaskOptions, Teacher

__all__ = ["LENGTHS", "Batch", "WindowDataset", "WindowStream", "batches_of"]

#: Padded sequence lengths: few, so that compiled code is made once for each.
LENGTHS = (128, 192, 256, 320, 384, 448, 512, 640, 768, 1024)
_SAMPLES_PER_FRAME = 128


class Batch(NamedTuple):
    """Training examples, padded on the right.

    ``audio``: ``[B, window samples]`` float32. ``ids``: ``[B, T]`` int64, 0 is padding.
    ``weights``: ``[B, T]`` float32, the loss weight of predicting ``ids[:, t]``. ``labels``:
    ``[B, states, parts + 1]`` float32, what sounds in each encoder state. ``heard``: ``[B]``
    float32, 1 where that is known.
    """

    audio: Tensor
    ids: Tensor
    weights: Tensor
    labels: Tensor
    heard: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on a device; from pinned memory without waiting."""
        return Batch(*(part.to(device, non_blocking=True) for part in self))


@dataclass(frozen=True, slots=True)
class Row:
    """One window: arrays as in :class:`Batch`, without the batch."""

    audio: NDArray[np.float32]
    spelled: Spelled | None
    labels: NDArray[np.float32]
    heard: bool


@dataclass(frozen=True, slots=True)
class _Open:
    song: SongEntry
    examples: list[Example]


class WindowDataset:
    """Draws windows from a folder of songs, a few of which are open at a time.

    Args:
        folder: what :mod:`corpus` writes, or an importer.
        visits: windows drawn before the next song is opened. pool: songs open at most.
        shard: this reader's number, and how many readers share the folder.

    Raises:
        InputError: the folder holds no song with maps of the layout's modes, or none that is not
            damaged. Single damaged songs are left out, with a line on standard error.
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: Vocabulary,
        layout: Layout,
        *,
        seeds: Sequence[int] = (0,),
        tasks: TaskOptions | None = None,
        augmentation: Augmentation | None = None,
        visits: int = 48,
        pool: int = 48,
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        self.folder = folder
        self.vocabulary = vocabulary
        self.layout = layout
        self.teacher = Teacher(vocabulary, layout, tasks)
        self.augmentation = augmentation or Augmentation()
        self.window_samples = (layout.src_frames - 1) * _SAMPLES_PER_FRAME
        self._states = layout.src_frames // 2
        self._rng = np.random.default_rng(list(seeds))
        self._visits, self._left = visits, 0
        self._pool: deque[_Open] = deque(maxlen=pool)
        self._shard = shard
        self._queue: list[Path] = []
        self._songs = 0
        self._told: set[str] = set()

    # ------------------------------------------------------------------ songs

    def _next_path(self) -> Path:
        """The next song in this pass over the folder; a new pass sees songs that came since."""
        if not self._queue:
            paths = song_files(self.folder)
            number, count = self._shard
            # With few songs everybody reads them all.
            mine = paths[number::count] if len(paths) >= 4 * count else paths
            self._queue = [mine[int(i)] for i in self._rng.permutation(len(mine))]
            self._songs = len(mine)
            if not self._queue:
                raise InputError(
                    f"{self.folder} holds no songs with maps (NAME.npz with NAME.json beside it). "
                    "Make or import some first."
                )
        return self._queue.pop()

    def _open_next(self) -> None:
        # Two passes over the folder without a single map that fits end the search.
        fruitless = 0
        damage: InputError | None = None
        while fruitless <= 2 * max(1, self._songs):
            try:
                song = read_song(self._next_path())
            except InputError as error:
                if not self._songs:
                    raise
                # One bad file must not end a night's training, nor one that an import took out.
                if not isinstance(error.__cause__, FileNotFoundError):
                    damage = error
                    self._warn(str(error))
                fruitless += 1
                continue
            if len(song.samples) and self._rng.random() < self.augmentation.tempo:
                song = stretched(song, SPEEDS[int(self._rng.integers(len(SPEEDS)))])
            examples = examples_of(song, self.vocabulary, self.layout)
            if examples and len(song.samples):
                self._pool.append(_Open(song, examples))
                return
            fruitless += 1
        if damage is not None:
            raise damage
        raise InputError(
            f"No map in {self.folder} is of a mode that is trained (modes "
            f"{', '.join(map(str, self.layout.modes))}), has objects and a red line."
        )

    def _warn(self, text: str) -> None:
        """Say once of each damaged file that it is left out."""
        if text not in self._told:
            self._told.add(text)
            print(f"Left out: {text}", file=sys.stderr, flush=True)

    def _draw_song(self) -> _Open:
        if self._left <= 0:
            # The first songs are opened one after the other, so that training starts at once.
            self._open_next()
            self._left = self._visits if len(self._pool) >= 8 else 2
        self._left -= 1
        return self._pool[int(self._rng.integers(len(self._pool)))]

    # ------------------------------------------------------------------ windows

    def draw(self) -> Row:
        """One window of one map."""
        opened = self._draw_song()
        spelled = self.teacher.draw(opened.examples, self._rng)
        return self._row(opened.song, spelled.start_ms, spelled)

    def draw_heard(self) -> Row:
        """One window for the encoder alone, of a song of which it is known what sounds.

        Raises InputError where the folder has none.
        """
        for _ in range(100):
            song = self._draw_song().song
            if song.heard:
                start = int(self._rng.uniform(0, max(1.0, song.length_ms - 3000.0)))
                return self._row(song, start, None)
        raise InputError(
            f"Of no song in {self.folder} is it known what sounds when, so the encoder cannot be "
            "taught to hear first. Train with 0 minutes of hearing."
        )

    def _row(self, song: SongEntry, start_ms: int, spelled: Spelled | None) -> Row:
        rng, how = self._rng, self.augmentation
        audio = window_audio(song, start_ms, self.window_samples)
        other = None
        if how.mix and rng.random() < how.mix:
            mixed = self._pool[int(rng.integers(len(self._pool)))].song
            begins = int(rng.uniform(0, max(1.0, mixed.length_ms)))
            other = window_audio(mixed, begins, self.window_samples)
        return Row(
            augmented(audio, rng, how, other),
            spelled,
            window_labels(song, start_ms, self._states),
            song.heard,
        )

    def batches(
        self, size: int, lengths: Sequence[int] = LENGTHS, *, heard: bool = False, pool: int = 6
    ) -> Iterator[Batch]:
        """Endless batches; of ``pool`` batches at a time, windows of like length go together."""
        while True:
            if heard:
                yield self.collate([self.draw_heard() for _ in range(size)], lengths)
                continue
            rows = [self.draw() for _ in range(size * pool)]
            rows.sort(key=lambda row: len(row.spelled.ids) if row.spelled else 0)
            groups = [rows[k : k + size] for k in range(0, len(rows), size)]
            for index in self._rng.permutation(len(groups)):
                yield self.collate(groups[int(index)], lengths)

    def collate(self, rows: Sequence[Row], lengths: Sequence[int]) -> Batch:
        """Rows as one batch, padded to the first of ``lengths`` that holds them all."""
        longest = max(len(row.spelled.ids) if row.spelled else 0 for row in rows)
        width = next((n for n in sorted(lengths) if n >= longest), max(lengths))
        ids = np.zeros((len(rows), width), dtype=np.int64)
        weights = np.zeros((len(rows), width), dtype=np.float32)
        for index, row in enumerate(rows):
            if row.spelled is None:
                continue
            count = min(len(row.spelled.ids), width)
            ids[index, :count] = row.spelled.ids[:count]
            weights[index, :count] = row.spelled.weights[:count]
        return Batch(
            audio=torch.from_numpy(np.stack([row.audio for row in rows])),
            ids=torch.from_numpy(ids),
            weights=torch.from_numpy(weights),
            labels=torch.from_numpy(np.stack([row.labels for row in rows])),
            heard=torch.tensor([float(row.heard) for row in rows]),
        )


class WindowStream(IterableDataset[Batch]):
    """Batches for a data loader; every worker of every process reads songs of its own.

    ``settings`` are those of :class:`WindowDataset`; all of it can be sent to a spawned process.
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: Vocabulary,
        layout: Layout,
        *,
        size: int,
        lengths: Sequence[int],
        seeds: Sequence[int],
        heard: bool = False,
        process: tuple[int, int] = (0, 1),
        **settings: Any,
    ) -> None:
        super().__init__()
        self._arguments = (folder, vocabulary, layout)
        self._size, self._lengths, self._heard = size, tuple(lengths), heard
        self._seeds, self._process, self._settings = tuple(seeds), process, settings

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        number, count = (0, 1) if worker is None else (worker.id, worker.num_workers)
        rank, ranks = self._process
        dataset = WindowDataset(
            *self._arguments,
            seeds=(*self._seeds, rank, number),
            shard=(rank * count + number, ranks * count),
            **self._settings,
        )
        return dataset.batches(self._size, self._lengths, heard=self._heard)


class _OfWorkers(IterableDataset[Batch | str]):
    """A stream in a worker process: what is wrong with the input comes as its text, last.

    An error that crosses processes would be told with the worker's whole traceback.
    """

    def __init__(self, stream: WindowStream) -> None:
        super().__init__()
        self._stream = stream

    def __iter__(self) -> Iterator[Batch | str]:
        try:
            yield from self._stream
        except InputError as error:
            yield str(error)


def _work_alone(_: int) -> None:
    """Ctrl-C on a terminal comes to workers too, but is the business of who started them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def batches_of(stream: WindowStream, workers: int, *, pin: bool = False) -> Iterator[Batch]:
    """A stream's batches, made by so many spawned processes (0: in this one)."""
    if workers == 0:
        yield from stream
        return
    loader = DataLoader(
        _OfWorkers(stream),
        batch_size=None,
        num_workers=workers,
        multiprocessing_context="spawn",
        prefetch_factor=4,
        pin_memory=pin,
        worker_init_fn=_work_alone,
    )
    for batch in loader:
        if isinstance(batch, str):
            raise InputError(batch)
        yield batch
