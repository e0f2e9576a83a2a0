"""Where the user's things live.

``OSU_COMPANION_HOME`` moves all four folders under one; otherwise they are where the platform
keeps such things (on Windows below ``%LOCALAPPDATA%\\osu-companion``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "OSU_COMPANION_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """The four folders, and the files in them that more than one program opens.

    No folder is created here: :meth:`create` does that.
    """

    config: Path
    state: Path
    cache: Path
    logs: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def endpoint_file(self) -> Path:
        """Port and token of the running daemon; see :mod:`osu_companion.local.endpoint`."""
        return self.state / "daemon.json"

    @property
    def lock_file(self) -> Path:
        """Held by the running daemon for as long as it lives."""
        return self.state / "daemon.lock"

    @property
    def database_file(self) -> Path:
        """The daemon's SQLite store; nobody else opens it."""
        return self.state / "daemon.sqlite3"

    @property
    def log_file(self) -> Path:
        return self.logs / "daemon.log"

    def create(self) -> None:
        """Make the folders; state is for the user's eyes only (POSIX; on Windows it lies in the
        user's profile, which is)."""
        for folder in (self.config, self.state, self.cache, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        if os.name != "nt":
            self.state.chmod(0o700)


def find_paths(environ: Mapping[str, str] | None = None) -> Paths:
    """The folders of this user, by the environment given (default: this process's)."""
    home = (os.environ if environ is None else environ).get(HOME_VARIABLE, "").strip()
    if home:
        root = Path(home).expanduser().absolute()
        return Paths(root / "config", root / "state", root / "cache", root / "logs")
    dirs = platformdirs.PlatformDirs("osu-companion", appauthor=False)
    return Paths(
        dirs.user_config_path, dirs.user_state_path, dirs.user_cache_path, dirs.user_log_path
    )
