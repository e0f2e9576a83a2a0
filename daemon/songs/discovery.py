"""Finds the Songs folder as the game does: its installation, then its per-user configuration."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.songs.registry import registered_folders


@dataclass(frozen=True, slots=True)
class SongsRoot:
    """A Songs folder and what named it: "config", "osu!.<user>.cfg", "installation"."""

    path: Path
    source: str


def find_songs(
    configured: str,
    *,
    environ: Mapping[str, str] | None = None,
    installations: Iterable[Path] | None = None,
    user: str | None = None,
) -> SongsRoot | None:
    """The Songs folder; None where osu! is not found.

    A configured folder is taken as it is, also while it does not exist (a drive not plugged in).

    Args:
        configured: the configuration's ``songs``.
        environ, installations, user: this machine's, unless given.
    """
    if configured.strip():
        return SongsRoot(Path(configured.strip()).expanduser().absolute(), "config")
    environ = os.environ if environ is None else environ
    if installations is None:
        installations = (*registered_folders(), *usual_installations(environ))
    for folder in installations:
        if not (folder / "Songs").is_dir() and not any(folder.glob("osu!*.cfg")):
            continue
        root = _of_installation(folder, this_user() if user is None else user)
        if root is not None:
            return root
    return None


def usual_installations(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where osu! is usually installed on this platform, Wine prefixes included."""
    if sys.platform == "win32":
        for variable in ("LOCALAPPDATA", "PROGRAMFILES", "PROGRAMFILES(X86)"):
            if environ.get(variable):
                yield Path(environ[variable]) / "osu!"
        yield Path("C:/osu!")
        return
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    yield home / ".osu"
    # osu-winello keeps a path file beside the prefix, and the game below the data folder.
    yield data / "osu-wine" / "osu!"
    yield data / "osu-stable"
    prefixes = [Path(environ["WINEPREFIX"])] if environ.get("WINEPREFIX") else []
    prefixes += [
        home / ".wine",
        data / "wineprefixes" / "osu",
        data / "wineprefixes" / "osu-wineprefix",
    ]
    for prefix in prefixes:
        users = prefix / "drive_c" / "users"
        try:
            names = sorted(entry for entry in users.iterdir() if entry.is_dir())
        except OSError:
            continue
        for name in names:
            yield name / "AppData" / "Local" / "osu!"
            yield name / "Local Settings" / "Application Data" / "osu!"
    if sys.platform == "darwin":
        yield home / "Library" / "Application Support" / "osu-stable"
        yield Path("/Applications/osu!.app/Contents/Resources/drive_c/osu!")


def _of_installation(folder: Path, user: str) -> SongsRoot | None:
    for config in user_configs(folder, user):
        value = config_value(config, "BeatmapDirectory")
        if value is None:
            continue
        # A relative value is relative to the installation; the default is "Songs".
        path = folder / value.replace("\\", os.sep) if os.sep != "\\" else folder / value
        if path.is_dir():
            return SongsRoot(path, config.name)
    songs = folder / "Songs"
    return SongsRoot(songs, "installation") if songs.is_dir() else None


def user_configs(folder: Path, user: str) -> list[Path]:
    """The configuration of this user first, by exact name, then whatever its case, then others."""
    wanted = f"osu!.{user}.cfg"
    found = [file for file in folder.glob("osu!.*.cfg") if file.is_file()]
    return sorted(
        found,
        key=lambda file: (file.name != wanted, file.name.lower() != wanted.lower(), file.name),
    )


def config_value(config: Path, wanted: str) -> str | None:
    """The value of a key in one of osu!'s configuration files; None where it has none."""
    try:
        text = config.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator and key.strip() == wanted and value.strip():
            return value.strip()
    return None


def this_user() -> str:
    """The name of whoever is logged in to this machine; empty where it is not known."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
