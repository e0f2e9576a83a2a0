"""Who the user is as a mapper: by the configuration, or by osu!'s own."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from osu_companion.local.config import Config

from daemon.songs.discovery import config_value, this_user, user_configs, usual_installations
from daemon.songs.registry import registered_folders


def mapper_names(
    config: Config,
    *,
    environ: Mapping[str, str] | None = None,
    installations: Iterable[Path] | None = None,
    user: str | None = None,
) -> tuple[str, ...]:
    """The user's names; none where nobody said and osu! does not know.

    Args:
        environ, installations, user: this machine's, unless given.
    """
    configured = tuple(name.strip() for name in config.mapper_name.split(",") if name.strip())
    if configured:
        return configured
    environ = os.environ if environ is None else environ
    user = this_user() if user is None else user
    if installations is None:
        # A configured Songs folder lies in the installation that belongs to it, as a rule.
        songs = config.songs.strip()
        beside = [Path(songs).expanduser().absolute().parent] if songs else []
        installations = (*beside, *registered_folders(), *usual_installations(environ))
    for file in _files(installations, environ, user):
        name = config_value(file, "Username")
        if name:
            return (name,)
    return ()


def _files(installations: Iterable[Path], environ: Mapping[str, str], user: str) -> Iterator[Path]:
    """Files that may hold the name of whoever is logged in, the likeliest first."""
    for folder in installations:
        with contextlib.suppress(OSError):
            yield from user_configs(folder, user)
    for folder in _lazer_folders(environ):
        # Data that was moved elsewhere took the configuration with it.
        moved = config_value(folder / "storage.ini", "FullPath")
        yield (Path(moved) if moved else folder) / "game.ini"


def _lazer_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where lazer keeps its own files."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if sys.platform == "win32":
        yield Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "osu"
        return
    if sys.platform == "darwin":
        yield home / "Library" / "Application Support" / "osu"
    yield Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "osu"
