"""From nothing to written objects: ``python -m benchmarks.cold_start [--repeats N]``.

One ``osu-companion remap`` of four seconds where no daemon runs: the command starts it, the daemon
starts the worker, the worker imports torch and loads the model, hears the song, answers, and the
map is written. Every repeat has a home of its own. What the operating system keeps of the files
it read before is left as it is, so the first repeat after a boot may be slower than the others.
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.report import machine, print_figures, print_table, spread
from benchmarks.setting import RANGE_MS, command, default_model, own_setting

_START_MS = 20_000
_SEED = 7
_STAGES = ("queue", "load", "audio", "encoder", "decode", "post", "patch")


def measure(repeats: int) -> dict[str, Any]:
    """Seconds of each repeat, and its parts in ms."""
    runs = [_once() for _ in range(repeats)]
    stages = {
        f"{stage}_ms": spread([run[f"{stage}_ms"] for run in runs])
        for stage in ("outside", *_STAGES)
    }
    return {
        "model": default_model(),
        "range_ms": RANGE_MS,
        "cold_s": spread([run["seconds"] for run in runs]),
        "daemon_ready_s": spread([run["daemon_ready_s"] for run in runs]),
        **stages,
    }


def _once() -> dict[str, float]:
    end = _START_MS + RANGE_MS
    with own_setting():
        ready, _ = _daemon_alone()
    with own_setting() as setting:
        seconds, lines = command(
            "remap", str(setting.map), "--from", str(_START_MS), "--to", str(end),
            "--seed", str(_SEED), "--json",
        )  # fmt: skip
    timings = lines[-1]["timings"]
    parts = {f"{stage}_ms": float(timings[f"{stage}_ms"]) for stage in _STAGES}
    return {
        **parts,
        "seconds": seconds,
        "daemon_ready_s": ready,
        # The command itself, the daemon's start, and the write with its journal.
        "outside_ms": seconds * 1000 - float(timings["total_ms"]),
    }


def _daemon_alone() -> tuple[float, list[dict[str, Any]]]:
    """Seconds of a command that needs the daemon and nothing of the model."""
    return command("models", "--json")


def main() -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    facts = machine()
    figures = measure(max(1, options.repeats))
    rows: list[tuple[object, ...]] = [
        ("whole command, s", *_cells(figures["cold_s"])),
        ("a command that only needs the daemon, s", *_cells(figures["daemon_ready_s"])),
        ("command, daemon's start and write, ms", *_cells(figures["outside_ms"])),
        ("worker's start and model load, ms", *_cells(figures["load_ms"])),
        *(
            (f"{stage}, ms", *_cells(figures[f"{stage}_ms"]))
            for stage in _STAGES
            if stage != "load"
        ),
    ]
    print_table(
        f"Cold start to first result, {RANGE_MS / 1000:g} s remapped, model {figures['model']}",
        ("", "median", "min", "max"),
        rows,
    )
    print_figures("cold_start", {"machine": facts, **figures})


def _cells(values: dict[str, float]) -> tuple[float, float, float]:
    return values["median"], values["min"], values["max"]


if __name__ == "__main__":
    main()
