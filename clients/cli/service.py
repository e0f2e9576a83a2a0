"""``osu-companion serve``, ``status``, ``models``, ``stop`` and ``allow``."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.endpoint import Endpoint, read_endpoint
from osu_companion.local.paths import find_paths

from clients.cli.output import Output
from clients.client.errors import UnreachableError
from clients.client.requests import absolute
from clients.client.starting import daemon_command, find_running

if TYPE_CHECKING:
    from osu_companion.v1 import status_pb2

_WORKER_WORDS = {
    1: "not running (the next request starts it)",
    2: "starting",
    3: "loading the model",
    4: "idle",
    5: "busy",
}
_STOP_TIMEOUT_S = 20.0


def serve() -> int:
    """Run the daemon in the foreground until Ctrl-C; its exit status."""
    process = subprocess.Popen(daemon_command())

    def pass_on(_number: int, _frame: object) -> None:
        process.terminate()

    # Whoever ends this process means the daemon. Ctrl-C reaches both by itself.
    previous = signal.signal(signal.SIGTERM, pass_on)
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, previous)


def status(output: Output) -> None:
    """Show what the daemon is doing; it is not started for that.

    Raises:
        ClientError: it runs but does not answer.
    """
    from clients.client import Client

    endpoint = find_running()
    if endpoint is None:
        output.result(
            {"running": False}, "The daemon is not running; a command that needs it starts it."
        )
        return
    with Client(endpoint) as client:
        answer = client.status()
    output.result(_status_fields(answer), _status_text(answer))


def stop(force: bool, finish_running: bool, output: Output) -> None:
    """Stop the daemon and wait until it is gone.

    Raises:
        ClientError: it does not answer, or does not end.
    """
    from clients.client import Client

    endpoint = read_endpoint(find_paths().endpoint_file)
    if endpoint is None or not endpoint.process_alive():
        output.result({"stopped": False}, "The daemon is not running.")
        return
    if force:
        _kill(endpoint)
        output.result({"stopped": True, "forced": True}, "The daemon was ended.")
        return
    endpoint = find_running() or endpoint
    with Client(endpoint) as client:
        client.stop(finish_running)
    deadline = None if finish_running else time.monotonic() + _STOP_TIMEOUT_S
    while endpoint.process_alive():
        if deadline is not None and time.monotonic() > deadline:
            raise UnreachableError(
                f"the daemon (process {endpoint.pid}) was asked to stop but still runs after "
                f"{_STOP_TIMEOUT_S:.0f} s. `osu-companion stop --force` ends it."
            )
        time.sleep(0.05)
    output.result({"stopped": True, "forced": False}, "The daemon has stopped.")


def allow(folder: Path, output: Output) -> None:
    """Let the daemon read maps in a folder outside Songs.

    Raises:
        ConfigError: no such folder, or the configuration cannot be edited.
    """
    from osu_companion.local.config import allow_folder

    config = find_paths().config_file
    folder = Path(absolute(folder))
    added = allow_folder(config, folder)
    text = f"Maps below {folder} may be read now." if added else f"{folder} was allowed already."
    output.result({"folder": str(folder), "added": added, "config": str(config)}, text)


def _kill(endpoint: Endpoint) -> None:
    """End the daemon and the worker below it. ``endpoint`` proves that the process is ours."""
    import psutil

    with contextlib.suppress(psutil.Error):
        process = psutil.Process(endpoint.pid)
        family = [process, *process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        psutil.wait_procs(family, timeout=5)


def _status_text(answer: status_pb2.GetStatusResponse) -> str:
    device = f"{answer.device} {answer.precision}".strip() or "chosen when the model is loaded"
    if answer.device_reason:
        device += f" ({answer.device_reason})"
    worker = _WORKER_WORDS.get(answer.worker_state, "unknown")
    if answer.worker_crashes:
        worker += f"; ended unasked {answer.worker_crashes} times"
    queue = f"{answer.queue_length} of {answer.queue_capacity} waiting"
    if answer.running_job_id:
        queue += f", running {answer.running_job_id}"
    memory = f"daemon {answer.daemon_memory_bytes / 2**20:.0f} MiB"
    if answer.worker_memory_bytes:
        memory += f", worker {answer.worker_memory_bytes / 2**20:.0f} MiB"
    rows = [
        ("Daemon", f"{answer.version} at {answer.address}, process {answer.pid}"),
        ("Up for", f"{answer.uptime_seconds:.0f} s"),
        ("Device", device),
        ("Model", answer.model),
        ("Worker", worker),
        ("Queue", queue),
        ("Memory", memory),
    ]
    for folder in answer.songs:
        words = "watched" if folder.watched else folder.note or "not watched"
        if not folder.present:
            words = "missing"
        rows.append(("Songs", f"{folder.path} (from {folder.source}; {words})"))
    if not answer.songs:
        rows.append(("Songs", f"not found; set `songs` in {answer.config_file}"))
    rows += [("Log", answer.log_file), ("Config", answer.config_file)]
    rows += [("Warning", warning) for warning in answer.warnings]
    return "\n".join(f"{name + ':':<9}{value}" for name, value in rows)


def _status_fields(answer: status_pb2.GetStatusResponse) -> dict[str, Any]:
    return {
        "running": True,
        "version": answer.version,
        "pid": answer.pid,
        "address": answer.address,
        "uptime_seconds": round(answer.uptime_seconds, 1),
        "device": answer.device,
        "device_reason": answer.device_reason,
        "precision": answer.precision,
        "model": answer.model,
        "worker": _WORKER_WORDS.get(answer.worker_state, "unknown"),
        "worker_pid": answer.worker_pid,
        "worker_crashes": answer.worker_crashes,
        "queue_length": answer.queue_length,
        "queue_capacity": answer.queue_capacity,
        "running_job": answer.running_job_id,
        "songs": [
            {
                "path": folder.path,
                "source": folder.source,
                "present": folder.present,
                "watched": folder.watched,
                "note": folder.note,
            }
            for folder in answer.songs
        ],
        "daemon_memory_bytes": answer.daemon_memory_bytes,
        "worker_memory_bytes": answer.worker_memory_bytes,
        "warnings": list(answer.warnings),
        "log_file": answer.log_file,
        "config_file": answer.config_file,
        "state_folder": answer.state_folder,
    }
