"""A folder of mapsets to a corpus that training reads, several mapsets at a time.

For each audio file ``NAME.npz`` and ``NAME.json`` (:mod:`model_core.training.corpus`; what sounds
is not known, so they have no notes), and for the folder: ``mappers.json`` (names and numbers),
``import.jsonl`` (what was done, so that the same command goes on), ``skipped.jsonl`` (what was left
out, and why) and ``held-out.txt`` (mapsets that are kept for evaluation, one a line).

Nothing is sent anywhere, no connection is opened, and the folder that is read is never written.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from model_core.errors import InputError
from model_core.training.corpus import MapEntry, read_maps, write_maps
from model_core.training.importing.checks import FoundMap, Wanted
from model_core.training.importing.labels import MapperTable
from model_core.training.importing.ledger import Ledger, Row
from model_core.training.importing.reading import (
    FoundSong,
    ReadMapset,
    Skipped,
    read_mapset,
    work_alone,
)
from model_core.training.importing.sources import Source, find_sources

__all__ = ["ImportOptions", "Progress", "Summary", "import_mapsets"]

MAPPERS_FILE = "mappers.json"
_LOCK = ".import.lock"
_AHEAD = 3  # mapsets in the queue for each process


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What is taken and how. ``mappers``: names, or numbers of ``mappers.json``; empty: all.

    ``held_out`` is the share of songs that is kept for evaluation. ``limit`` ends after that many
    mapsets that were not read before.
    """

    wanted: Wanted = field(default_factory=Wanted)
    mappers: tuple[str, ...] = ()
    held_out: float = 0.05
    processes: int = 1
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """So many of so many mapsets. ``seconds_left`` is None until it can be guessed."""

    done: int
    total: int
    songs: int
    maps: int
    skipped: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole corpus after an import. ``reasons``: how often each was given."""

    mapsets: int
    songs: int
    maps: int
    mappers: int
    held_out: int
    left: int
    reasons: dict[str, int]


def import_mapsets(
    folder: Path,
    out: Path,
    options: ImportOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Import every mapset below ``folder`` into ``out``, going on where an import stopped.

    A mapset that changed since is read again, and what it gave before is taken out.

    Raises:
        InputError: there is no such folder, ``out`` lies in it, another import is writing to
            ``out``, or it was begun with other options.
    """
    options = options or ImportOptions()
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder. Give the folder that holds the mapsets.")
    if out.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{out} lies in {folder}, which is only read. Choose a place outside it.")
    if not 0.0 <= options.held_out < 1.0:
        raise InputError(f"A share of {options.held_out:g} cannot be held out: 0 to below 1.")
    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / _LOCK)
    try:
        with lock.acquire(timeout=0):
            return _Import(folder, out, options, progress).run()
    except Timeout:
        raise InputError(f"Another import is writing to {out}. Wait until it is done.") from None


class _Import:
    def __init__(
        self,
        folder: Path,
        out: Path,
        options: ImportOptions,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._folder, self._out, self._options = folder, out, options
        self._progress = progress or (lambda _: None)
        self._mappers = MapperTable(out / MAPPERS_FILE)
        self._ledger = Ledger(out, _told(folder, options))
        self._maps = self._ledger.maps()
        self._train = self._names(held_out=False)
        self._held = self._names(held_out=True)
        for left in out.glob(".audio-*"):  # of an import that was killed
            shutil.rmtree(left, ignore_errors=True)

    def _names(self, held_out: bool) -> set[str]:
        rows = self._ledger.rows.values()
        return {name for row in rows if row.held_out is held_out for name in row.songs}

    def run(self) -> Summary:
        todo = [source for source in find_sources(self._folder) if self._is_new(source)]
        left = 0
        if self._options.limit is not None:
            left = max(0, len(todo) - self._options.limit)
            todo = todo[: self._options.limit]
        begun = time.monotonic()
        try:
            self._tell(0, len(todo), begun)
            for done, read in enumerate(self._read(todo), 1):
                self._take(read)
                self._tell(done, len(todo), begun)
        finally:
            self._mappers.write()
            self._ledger.write_reports(self._folder)
        return self._summary(left)

    def _is_new(self, source: Source) -> bool:
        row = self._ledger.rows.get(source.name)
        return row is None or row.signature != source.signature

    # ------------------------------------------------------------------ reading

    def _read(self, todo: list[Source]) -> Iterator[ReadMapset]:
        """Each mapset read, in order, whatever the number of processes."""
        wanted = self._wanted()
        jobs = [(source, wanted, self._out, self._options.held_out) for source in todo]
        if self._options.processes <= 1:
            for job in jobs:
                yield read_mapset(*job)
            return
        done = 0
        while done < len(jobs):
            try:
                for read in _pooled(jobs[done:], self._options.processes):
                    yield read
                    done += 1
            except BrokenProcessPool:
                # A file that kills its reader is one of the first that have not come back.
                for job in jobs[done : done + self._options.processes * _AHEAD]:
                    yield _alone(job)
                    done += 1

    def _wanted(self) -> Wanted:
        names: set[str] = set()
        for each in self._options.mappers:
            names |= self._mappers.names_of(each)
        return replace(self._options.wanted, mappers=tuple(sorted(names)))

    # ------------------------------------------------------------------ taking

    def _take(self, read: ReadMapset) -> None:
        """Add a mapset's maps to the corpus, and note what was done."""
        before = self._ledger.rows.get(read.source.name)
        if before is not None:
            self._forget(before)
        skipped = list(read.skipped)
        songs: dict[str, tuple[str, ...]] = {}
        other, own = (self._train, self._held) if read.held_out else (self._held, self._train)
        for song in read.songs:
            if song.name in other:
                side = "in training" if read.held_out else "held out"
                text = f"The same audio is {side} already, in another mapset."
                skipped += self._each(read.source, song.maps, "duplicate audio", text)
                if not read.held_out:
                    (self._out / f"{song.name}.npz").unlink(missing_ok=True)
                continue
            fresh = self._fresh(read.source, song, skipped)
            if fresh:
                songs[song.name] = tuple(fresh)
                own.add(song.name)
                self._maps |= fresh.keys()
                if not read.held_out:
                    self._require_audio(read.source, song.name)
                    self._write(song.name, fresh)
            elif song.name not in own:
                (self._out / f"{song.name}.npz").unlink(missing_ok=True)
        for name in before.songs if before is not None and not before.held_out else ():
            if name not in self._train:
                (self._out / f"{name}.npz").unlink(missing_ok=True)
        self._mappers.write()
        self._ledger.add(
            Row(
                read.source.name,
                read.source.signature,
                songs,
                tuple(skipped),
                read.held_out and bool(songs),
            )
        )

    def _fresh(
        self, source: Source, song: FoundSong, skipped: list[Skipped]
    ) -> dict[str, FoundMap]:
        """The maps of a song that the corpus has not yet, by their SHA-256."""
        fresh: dict[str, FoundMap] = {}
        for found in song.maps:
            sha256 = hashlib.sha256(found.entry.data).hexdigest()
            if sha256 in self._maps or sha256 in fresh:
                text = "The same map with the same audio was read already."
                skipped += self._each(source, (found,), "duplicate", text)
            else:
                fresh[sha256] = found
        return fresh

    def _each(
        self, source: Source, maps: tuple[FoundMap, ...], reason: str, text: str
    ) -> list[Skipped]:
        return [Skipped(f"{source.name}: {found.file}", reason, text) for found in maps]

    def _require_audio(self, source: Source, name: str) -> None:
        """The song's audio is there, also where another mapset's refusal took it away since."""
        if not (self._out / f"{name}.npz").exists():
            read_mapset(source, self._wanted(), self._out, self._options.held_out)

    def _write(self, name: str, fresh: dict[str, FoundMap]) -> None:
        entries = {_sha256(entry): entry for entry in self._maps_of(name)}
        for sha256, found in fresh.items():
            number = self._mappers.id_of(found.mapper)
            entries[sha256] = replace(found.entry, mapper_id=number)
        write_maps(name, list(entries.values()), self._out)

    def _maps_of(self, name: str) -> tuple[MapEntry, ...]:
        return read_maps(self._out / f"{name}.npz")

    def _forget(self, row: Row) -> None:
        """Take out what a mapset gave before it changed."""
        names = self._held if row.held_out else self._train
        for name, maps in row.songs.items():
            self._maps -= set(maps)
            users = [r for r in self._ledger.rows.values() if r is not row and name in r.songs]
            if not users:
                names.discard(name)
            if row.held_out:
                continue
            kept = [entry for entry in self._maps_of(name) if _sha256(entry) not in maps]
            if kept:
                write_maps(name, kept, self._out)
            else:
                (self._out / f"{name}.json").unlink(missing_ok=True)

    # ------------------------------------------------------------------ telling

    def _tell(self, done: int, total: int, begun: float) -> None:
        spent = time.monotonic() - begun
        self._progress(
            Progress(
                done=done,
                total=total,
                songs=len(self._train),
                maps=self._training_maps(),
                skipped=sum(len(row.skipped) for row in self._ledger.rows.values()),
                seconds_left=spent / done * (total - done) if done else None,
            )
        )

    def _training_maps(self) -> int:
        rows = (row for row in self._ledger.rows.values() if not row.held_out)
        return sum(len(maps) for row in rows for maps in row.songs.values())

    def _summary(self, left: int) -> Summary:
        reasons = Counter(each.reason for each in self._ledger.skipped())
        return Summary(
            mapsets=len(self._ledger.rows),
            songs=len(self._train),
            maps=self._training_maps(),
            mappers=len(self._mappers),
            held_out=len(self._ledger.held_out()),
            left=left,
            reasons=dict(reasons.most_common()),
        )


_Job = tuple[Source, Wanted, Path, float]


def _pooled(jobs: list[_Job], processes: int) -> Iterator[ReadMapset]:
    """Each job's answer in order; few are under way at a time, so that memory stays small."""
    spawn = multiprocessing.get_context("spawn")
    waiting: deque[Future[ReadMapset]] = deque()
    rest = iter(jobs)
    pool = ProcessPoolExecutor(processes, mp_context=spawn, initializer=work_alone)
    try:
        for _ in range(processes * _AHEAD):
            if (job := next(rest, None)) is not None:
                waiting.append(pool.submit(read_mapset, *job))
        while waiting:
            read = waiting.popleft().result()
            if (job := next(rest, None)) is not None:
                waiting.append(pool.submit(read_mapset, *job))
            yield read
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(job: _Job) -> ReadMapset:
    """One mapset in a process of its own; where that dies, the mapset is to blame."""
    try:
        return next(_pooled([job], 1))
    except BrokenProcessPool:
        text = "Reading it ended the process that read it; one of its files is broken."
        return ReadMapset(job[0], skipped=(Skipped(job[0].name, "reader died", text),))


def _sha256(entry: MapEntry) -> str:
    return hashlib.sha256(entry.data).hexdigest()


def _told(folder: Path, options: ImportOptions) -> dict[str, object]:
    """The options that decide what is in a corpus."""
    wanted = asdict(options.wanted)
    del wanted["mappers"]
    wanted["stars"] = [str(bound) for bound in options.wanted.stars]  # infinity is no JSON
    return {
        "folder": str(folder.resolve()),
        **wanted,
        "mappers": sorted(options.mappers),
        "held_out": options.held_out,
    }
