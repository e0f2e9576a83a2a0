"""``serve``: run a daemon in the foreground until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading

from osu_companion.local.config import Config, ConfigError, load_config, write_default
from osu_companion.local.endpoint import Endpoint
from osu_companion.local.paths import Paths, find_paths

from daemon import version
from daemon.instance import AlreadyRunning, single_instance
from daemon.logs import start_log

log = logging.getLogger(__name__)

_FAILED, _USAGE = 1, 2
_EXIT_SECONDS = 5.0


def serve() -> int:
    """Serve; the exit code: 0 stopped in order, 1 it could not run, 2 bad configuration."""
    paths = find_paths()
    try:
        paths.create()
        loaded = load_config(paths.config_file)
        write_default(paths.config_file)
    except ConfigError as error:
        print(f"The configuration cannot be used: {error}", file=sys.stderr)
        return _USAGE
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}", file=sys.stderr)
        return _FAILED
    start_log(paths.log_file, loaded.config.log_level)
    for warning in loaded.warnings:
        log.warning("%s", warning)
    try:
        with single_instance(paths):
            asyncio.run(_run(paths, loaded.config, loaded.warnings))
    except AlreadyRunning as error:
        print(error, file=sys.stderr)
        return _FAILED
    except Exception as error:
        log.exception("the daemon could not run")
        print(f"The daemon could not run: {error}\nThe log: {paths.log_file}", file=sys.stderr)
        return _FAILED
    return 0


async def _run(paths: Paths, config: Config, warnings: tuple[str, ...]) -> None:
    # Late imports: a second instance gives up before grpc is loaded.
    from daemon.app import Daemon
    from daemon.signals import on_stop_signals

    daemon = Daemon(paths, config, warnings)
    on_stop_signals(daemon.stop)
    await daemon.run(lambda endpoint: _announce(endpoint, paths, config))
    # A thread that waits for a dead network drive must not keep the process.
    watchdog = threading.Timer(_EXIT_SECONDS, os._exit, (0,))
    watchdog.daemon = True
    watchdog.start()


def _announce(endpoint: Endpoint, paths: Paths, config: Config) -> None:
    from daemon.model_choice import ModelChoice
    from daemon.songs.discovery import find_songs

    model = ModelChoice(paths.config_file, config).choose("remap").name
    songs = find_songs(config.songs)
    lines = (
        f"osu-companion daemon {version()}",
        f"  address  {endpoint.address}",
        f"  model    {model}, loaded at the first request",
        f"  device   {config.device} (chosen when the model is loaded)",
        f"  songs    {songs.path if songs else 'not found; set `songs` in the configuration'}",
        f"  config   {paths.config_file}",
        f"  log      {paths.log_file}",
    )
    print("\n".join(lines), flush=True)
