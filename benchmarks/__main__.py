"""All benchmarks, one after the other: ``python -m benchmarks [--quick]``.

Each runs in a process of its own and shows its table; at the end stand the targets, and one JSON
document with every figure as the last line. Takes a few minutes. The model is the configured
default: ``OSU_COMPANION_MODEL`` names another one. Exits with 1 if a benchmark could not run;
targets that are missed are shown and do not change the exit code.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from benchmarks.report import machine, print_figures, print_table
from benchmarks.setting import default_model

# Name, arguments, arguments of a quick run.
_BENCHMARKS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("help_start", (), ("--rounds", "3")),
    ("memory", (), ("--requests", "2")),
    ("cold_start", (), ("--repeats", "1")),
    ("warm_remap", (), ("--rounds", "1")),
    ("generation", (), ("--repeats", "1")),
    ("songs", (), ("--songs", "6")),
)

# What to reach on two processor cores with the starter: words, benchmark, path to the figure,
# factor to the unit shown, limit.
_TARGETS: tuple[tuple[str, str, tuple[str, ...], float, float], ...] = (
    (
        "warm remap of 4 s, s",
        "warm_remap",
        ("kinds", "new range", "wall_ms", "median"),
        0.001,
        3.0,
    ),
    ("cold start to first result, s", "cold_start", ("cold_s", "median"), 1.0, 12.0),
    ("osu-companion --help, s", "help_start", ("help_ms", "median"), 0.001, 0.3),
    ("daemon without a worker, MB", "memory", ("daemon_without_worker_mb",), 1.0, 120.0),
)


def run_all(quick: bool) -> tuple[dict[str, Any], list[str]]:
    """Every benchmark's figures by name, and the names of those that could not run."""
    found: dict[str, Any] = {}
    failed: list[str] = []
    for name, usual, short in _BENCHMARKS:
        arguments = short if quick else usual
        if name == "generation":
            arguments = (*arguments, "--checkpoint", default_model())
        figures = _run(name, arguments)
        if figures is None:
            failed.append(name)
        else:
            # The machine stands once, at the top of the document.
            figures.pop("machine", None)
            figures.pop("benchmark", None)
            found[name] = figures
    return found, failed


def _run(name: str, arguments: tuple[str, ...]) -> dict[str, Any] | None:
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    last = ""
    for line in process.stdout:
        # One line behind: the last one is for programs.
        if last:
            print(last, end="", flush=True)
        last = line
    if process.wait() == 0:
        try:
            figures: dict[str, Any] = json.loads(last)
            return figures
        except ValueError:
            pass
    print(last, end="")
    print(f"{name} could not run (exit code {process.returncode})", flush=True)
    return None


def targets(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Each target with its figure, where there is one."""
    rows: list[dict[str, Any]] = []
    for words, name, path, factor, limit in _TARGETS:
        value: Any = found.get(name)
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            value = float(value) * factor
        reached = None if value is None else value < limit
        rows.append({"target": words, "below": limit, "value": value, "reached": reached})
    return rows


def main() -> int:
    """Run everything; 0 if every benchmark ran."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repeats: does it run at all")
    quick = parser.parse_args().quick
    facts = machine()
    found, failed = run_all(quick)
    rows = targets(found)
    words = {True: "yes", False: "no", None: "not measured"}
    print_table(
        f"Targets ({facts['usable_cpus']} processors, busy before: "
        f"{facts['busy_percent_before']:.0f} %)",
        ("", "below", "measured", "reached"),
        [(row["target"], row["below"], row["value"], words[row["reached"]]) for row in rows],
    )
    document = {
        "machine": facts,
        "model": default_model(),
        "quick": quick,
        "failed": failed,
        "targets": rows,
        **found,
    }
    print_figures("all", document)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
