"""What stays in memory: ``python -m benchmarks.memory [--requests N]``.

Resident memory of the daemon before any request, of daemon and worker after the first and after
more requests, and of the daemon once the worker was told to go.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.report import machine, print_figures, print_table
from benchmarks.setting import RANGE_MS, Setting, default_model, own_setting

if TYPE_CHECKING:
    from clients.client import Client

# A daemon that has just started still frees what its start needed.
_SETTLE_S = 2.0


def measure(requests: int) -> dict[str, Any]:
    """Resident MB (10^6 bytes) at each moment."""
    moments: dict[str, dict[str, float]] = {}
    with own_setting() as setting, setting.client() as client:
        time.sleep(_SETTLE_S)
        moments["no request yet"] = _memory(client)
        _remap(setting, client, 0)
        moments["after 1 request"] = _memory(client)
        for number in range(1, requests):
            _remap(setting, client, number)
        moments[f"after {requests} requests"] = _memory(client)
        client.unload_model(force=True)
        time.sleep(_SETTLE_S)
        moments["worker ended"] = _memory(client)
    return {
        "model": default_model(),
        "daemon_without_worker_mb": moments["no request yet"]["daemon_mb"],
        "moments": moments,
    }


def _remap(setting: Setting, client: Client, number: int) -> None:
    """One request; an answer that is refused has used the memory all the same."""
    from clients.client import RefusedError
    from clients.remapping import follow

    start = 6_000 + 3_001 * (number % 12)
    stream = client.remap(setting.map, start_ms=start, end_ms=start + RANGE_MS, seed=number)
    try:
        follow(stream, lambda _event: None)
    except RefusedError:
        return


def _memory(client: Client) -> dict[str, float]:
    answer = client.status()
    return {
        "daemon_mb": answer.daemon_memory_bytes / 1e6,
        "daemon_own_mb": _own_mb(answer.pid),
        "worker_mb": answer.worker_memory_bytes / 1e6,
        "worker_own_mb": _own_mb(answer.worker_pid),
    }


def _own_mb(pid: int) -> float:
    """Memory that only this process holds (no shared libraries); 0 where it is not told."""
    try:
        return float(psutil.Process(pid).memory_full_info().uss) / 1e6 if pid else 0.0
    except psutil.Error:
        return 0.0


def main() -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=6)
    options = parser.parse_args()
    facts = machine()
    figures = measure(max(2, options.requests))
    names = ("daemon_mb", "daemon_own_mb", "worker_mb", "worker_own_mb")
    print_table(
        f"Resident memory, MB, model {figures['model']}",
        ("", "daemon", "of it its own", "worker", "of it its own"),
        [
            (moment, *(values[name] for name in names))
            for moment, values in figures["moments"].items()
        ],
    )
    print_figures("memory", {"machine": facts, **figures})


if __name__ == "__main__":
    main()
