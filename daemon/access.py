"""Which files may be opened: maps below the Songs folders and the allowed folders, nothing else.

Paths are judged by what they resolve to, so neither ``..`` nor a symbolic link leads out.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from osu_companion.local.config import ConfigError, load_config

from daemon.refusal import Refusal, bad_field

log = logging.getLogger(__name__)

# The largest ranked maps are about 2 MiB; a marathon with a storyboard inside stays below this.
MAX_MAP_BYTES = 12 * 1024 * 1024


class Access:
    """Judges paths.

    ``allowed_folders`` is read again when the configuration file changes, so that
    ``osu-companion allow`` needs no restart.

    Args:
        config_file: where ``allowed_folders`` is.
        songs: gives the Songs folders of the moment.
    """

    def __init__(self, config_file: Path, songs: Callable[[], Iterable[Path]]) -> None:
        self._config_file = config_file
        self._songs = songs
        self._stamp: tuple[int, int] | None = None
        self._allowed: tuple[Path, ...] = ()
        self._read = False

    def resolve(self, path: str | Path, field: str = "path", what: str = "a .osu file") -> Path:
        """The real path of a file that may be opened.

        Args:
            what: the caller should have named, for the message.

        Raises:
            Refusal: not absolute, or outside every folder that is open to requests.
        """
        text = str(path)
        if not text or "\0" in text or not Path(text).is_absolute():
            raise bad_field("OPTION_INVALID", field, f"{text!r} is not an absolute path of {what}")
        try:
            real = Path(os.path.realpath(text))
        except (OSError, ValueError) as error:
            raise bad_field("OPTION_INVALID", field, f"{text!r} is not a path: {error}") from None
        if not any(_is_below(real, root) for root in self.roots()):
            raise Refusal(
                "FOLDER_NOT_ALLOWED",
                f"{real} is outside the Songs folder and the allowed folders. To allow it: "
                f'osu-companion allow "{real.parent}" (or list the folder in allowed_folders in '
                f"{self._config_file})",
                facts={"folder": str(real.parent)},
            )
        return real

    def roots(self) -> tuple[Path, ...]:
        """The real paths of all folders that are open to requests."""
        folders = (*self._songs(), *self._allowed_folders())
        return tuple(Path(os.path.realpath(folder)) for folder in folders)

    def read_map(self, path: str) -> tuple[Path, bytes]:
        """The real path and the bytes of a .osu file that may be opened.

        Raises:
            Refusal: as :meth:`resolve`; or no such file, not a file, too large, unreadable.
        """
        real = self.resolve(path)
        if real.suffix.lower() != ".osu":
            raise bad_field("NOT_A_BEATMAP", "path", f"{real} is not a .osu file")
        try:
            status = real.stat()
            # Opening a pipe or a device would wait for ever.
            if not stat.S_ISREG(status.st_mode):
                raise bad_field("NOT_A_BEATMAP", "path", f"{real} is not a file")
            if status.st_size > MAX_MAP_BYTES:
                raise bad_field(
                    "NOT_A_BEATMAP",
                    "path",
                    f"{real} is larger than any beatmap ({status.st_size} bytes)",
                )
            return real, real.read_bytes()
        except FileNotFoundError:
            raise Refusal(
                "MAP_NOT_FOUND", f"There is no file {real}. Check the path, or save the map again"
            ) from None
        except OSError as error:
            raise Refusal(
                "MAP_NOT_FOUND", f"{real} cannot be read: {error.strerror or error}"
            ) from None

    def find_song(self, path: str) -> Path:
        """The real path of an audio file that may be opened, which no map needs to name.

        Raises:
            Refusal: as :meth:`resolve`; or no such file, not a file, or a map.
        """
        real = self.resolve(path, what="an audio file")
        if real.suffix.lower() in (".osu", ".osz"):
            raise bad_field(
                "AUDIO_UNREADABLE",
                "path",
                f"{real.name} is a map, not audio. Name the song's audio file; for a new "
                "difficulty beside a map there is `osu-companion gd`",
            )
        try:
            # Opening a pipe or a device would wait for ever.
            if stat.S_ISREG(real.stat().st_mode):
                return real
        except OSError as error:
            gone = isinstance(error, FileNotFoundError)
            what = f"There is no file {real}" if gone else f"{real} cannot be read: {error}"
            raise Refusal("AUDIO_NOT_FOUND", f"{what}. Check the path") from None
        raise bad_field("AUDIO_UNREADABLE", "path", f"{real} is not a file. Name an audio file")

    def find_audio(self, map_path: Path, name: str | None) -> Path:
        """The audio file beside a map, by the name in its [General] section.

        Maps are made on Windows: the name's case may differ from the file's, and its separators
        may be backslashes.

        Raises:
            Refusal: no name, no such file, or a name that leads out of the open folders.
        """
        if not name:
            raise Refusal(
                "AUDIO_NOT_FOUND",
                f"{map_path} names no audio file: set AudioFilename in its [General] section",
            )
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        found: Path | None = map_path.parent
        for part in parts:
            found = _child(found, part) if found is not None else None
        if found is None or not found.is_file():
            raise Refusal(
                "AUDIO_NOT_FOUND",
                f"{map_path.name} names the audio file {name!r}, which is not in "
                f"{map_path.parent}. Put it there, or correct AudioFilename",
            )
        return self.resolve(found, "audio")

    def _allowed_folders(self) -> tuple[Path, ...]:
        try:
            status = self._config_file.stat()
            stamp: tuple[int, int] | None = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = None
        if stamp != self._stamp or not self._read:
            self._stamp, self._read = stamp, True
            try:
                folders = load_config(self._config_file).config.allowed_folders
                self._allowed = tuple(Path(folder).expanduser() for folder in folders)
            except ConfigError as error:
                log.warning("allowed_folders stays as it was: %s", error)
        return tuple(folder for folder in self._allowed if folder.is_absolute())


def _is_below(path: Path, root: Path) -> bool:
    # normcase: Windows' paths are equal whatever their case.
    below, above = os.path.normcase(path), os.path.normcase(root)
    return below == above or below.startswith(above.rstrip(os.sep) + os.sep)


def _child(folder: Path, name: str) -> Path | None:
    exact = folder / name
    try:
        # OSError: a name that is longer than the file system takes.
        if exact.exists():
            return exact
        return next(
            (entry for entry in folder.iterdir() if entry.name.lower() == name.lower()), None
        )
    except OSError:
        return None
