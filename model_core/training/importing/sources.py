"""Mapsets in a folder: .osz archives and unpacked folders, however deep, read and never changed.

An archive is somebody else's file. It is read where it lies, entry by entry, each up to a limit
that does not trust what the archive says of itself; no name in it is ever used as a path on this
machine.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

__all__ = [
    "MAX_AUDIO_BYTES",
    "MAX_MAP_BYTES",
    "Mapset",
    "Source",
    "Unreadable",
    "find_sources",
    "open_mapset",
]

MAX_MAP_BYTES = 16 * 1024 * 1024
MAX_AUDIO_BYTES = 256 * 1024 * 1024
_MAX_ENTRIES = 20_000
_MAX_MAPS = 256
_ENCRYPTED = 0x1
# What zipfile raises over archives that are damaged, or packed in a way that it does not know.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)


class Unreadable(Exception):  # noqa: N818 - reads as what happened
    """A file cannot be used; ``reason`` is a short name, the text is for people."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Source:
    """A mapset on disk: ``name`` is its path below the folder that is imported, with slashes.

    ``signature`` changes when a file in it does (sizes and times of change; nothing is read).
    """

    name: str
    path: Path
    signature: str

    @property
    def packed(self) -> bool:
        return self.path.suffix.lower() == ".osz"


def find_sources(folder: Path) -> list[Source]:
    """The mapsets below a folder, in order of their names. Links to folders are not followed.

    A file in the folder's place is a list of mapsets, a path a line, as an import writes it.
    """
    if folder.is_file():
        lines = folder.read_text(encoding="utf-8", errors="replace").splitlines()
        return [_source(Path(line).parent, Path(line), _files_of(Path(line))) for line in lines]
    found: list[Source] = []
    for place, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        here = Path(place)
        loose = [name for name in files if name.lower().endswith(".osu")]
        if loose:
            found.append(_source(folder, here, [here / name for name in files]))
        found += [
            _source(folder, here / name, [here / name])
            for name in files
            if name.lower().endswith(".osz")
        ]
    return sorted(found, key=lambda source: source.name)


def _files_of(mapset: Path) -> list[Path]:
    return [path for path in mapset.iterdir() if path.is_file()] if mapset.is_dir() else [mapset]


def _source(folder: Path, path: Path, files: list[Path]) -> Source:
    digest = hashlib.sha256()
    for file in sorted(files):
        try:
            facts = file.stat()
            told = f"{file.name} {facts.st_size} {facts.st_mtime_ns}\n"
        except OSError:  # a link to nowhere, or gone since
            told = f"{file.name} -\n"
        digest.update(told.encode("utf-8", "surrogateescape"))
    name = path.relative_to(folder).as_posix()
    return Source(_printable(name), path, digest.hexdigest()[:32])


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class Mapset:
    """The files of one mapset, by their names in it (slashes, as written)."""

    def __init__(self, files: dict[str, Callable[[int], bytes]]) -> None:
        self._files = files
        self._by_folded = {_folded(name): name for name in files}

    def map_names(self) -> list[str]:
        """The names of its .osu files, in order.

        Raises:
            Unreadable: there are none, or more than any mapset has.
        """
        names = sorted(name for name in self._files if name.lower().endswith(".osu"))
        if not names:
            raise Unreadable("no maps", "There is no .osu file in it.")
        if len(names) > _MAX_MAPS:
            raise Unreadable("too many maps", f"{len(names)} maps; at most {_MAX_MAPS} are read.")
        return names

    def read_map(self, name: str) -> bytes:
        """The bytes of a map.

        Raises:
            Unreadable: it is empty, too large, or cannot be read.
        """
        return self._read(name, MAX_MAP_BYTES)

    def read_audio(self, beside: str, filename: str) -> bytes:
        """The bytes of the audio file that the map ``beside`` names.

        Letter case does not matter, as to the game.

        Raises:
            Unreadable: the name leads out of the mapset; there is no such file; it is empty, too
                large, or cannot be read.
        """
        place = PurePosixPath(filename)
        if place.is_absolute() or ".." in place.parts or ":" in filename or "\0" in filename:
            raise Unreadable("unsafe path", f"AudioFilename leads out of the mapset: {filename!r}.")
        wanted = _folded(str(PurePosixPath(beside).parent / place))
        name = self._by_folded.get(wanted)
        if name is None:
            raise Unreadable("audio missing", f"{filename!r} is not in the mapset.")
        return self._read(name, MAX_AUDIO_BYTES)

    def _read(self, name: str, limit: int) -> bytes:
        data = self._files[name](limit + 1)
        if len(data) > limit:
            raise Unreadable("too large", f"{name} has more than {limit // 1024**2} MB.")
        if not data:
            raise Unreadable("empty file", f"{name} has no bytes.")
        return data


def _folded(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/"))).casefold()


class open_mapset:  # noqa: N801 - used as a function in a with statement
    """``with open_mapset(source) as mapset``: its files, while it is open.

    Raises:
        Unreadable: an archive that is empty, no archive, damaged or encrypted; a folder that may
            not be read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._file: BinaryIO | None = None
        self._archive: zipfile.ZipFile | None = None

    def __enter__(self) -> Mapset:
        if not self._source.packed:
            return _unpacked(self._source.path)
        try:
            self._file = self._source.path.open("rb")
            if self._source.path.stat().st_size == 0:
                raise Unreadable("empty file", "The archive has no bytes.")
            self._archive = zipfile.ZipFile(self._file)
            return _packed(self._archive)
        except _DAMAGED as error:
            self.__exit__()
            raise Unreadable("unreadable archive", f"It is no whole archive: {error}.") from error
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_error: object) -> None:
        if self._archive is not None:
            self._archive.close()
        if self._file is not None:
            self._file.close()


def _packed(archive: zipfile.ZipFile) -> Mapset:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MAX_ENTRIES:
        raise Unreadable("too many files", f"{len(entries)} files; at most {_MAX_ENTRIES}.")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("encrypted archive", "It is encrypted; unpack it with its password.")

    def reader(entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            try:
                with archive.open(entry) as file:
                    return file.read(limit)
            except _DAMAGED as error:
                raise Unreadable(
                    "unreadable archive", f"{entry.filename} in it is damaged: {error}."
                ) from error

        return read

    files: dict[str, Callable[[int], bytes]] = {}
    for entry in entries:
        for name in _names(entry):
            files.setdefault(name, reader(entry))
    return Mapset(files)


def _names(entry: zipfile.ZipInfo) -> Iterator[str]:
    """An entry's name; also as UTF-8 where the archive does not say that it is."""
    name = entry.filename
    yield name
    if name.isascii() or name.lower().endswith(".osu"):
        return
    try:
        yield name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return


def _unpacked(folder: Path) -> Mapset:
    """A folder's files, with those of folders in it that are no mapsets of their own."""

    def reader(path: Path) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            try:
                if not path.resolve().is_relative_to(folder.resolve()):
                    raise Unreadable("unsafe path", f"{path.name} is a link out of the mapset.")
                with path.open("rb") as file:
                    return file.read(limit)
            except OSError as error:
                told = error.strerror or str(error)
                raise Unreadable("unreadable file", f"{path.name}: {told}.") from error

        return read

    files: dict[str, Callable[[int], bytes]] = {}
    for place, folders, names in os.walk(folder, followlinks=False):
        here = Path(place)
        if here != folder and any(name.lower().endswith(".osu") for name in names):
            folders.clear()
            continue
        for name in sorted(names):
            files[(here / name).relative_to(folder).as_posix()] = reader(here / name)
        if len(files) > _MAX_ENTRIES:
            raise Unreadable("too many files", f"More than {_MAX_ENTRIES} files.")
    return Mapset(files)
