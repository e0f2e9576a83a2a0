"""How long a command takes that does nothing: ``python -m benchmarks.help_start [--rounds N]``.

``osu-companion --help`` and an interpreter that does nothing take turns; the difference is what
the command line adds to every command.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.report import machine, print_figures, print_table, spread

_WARM_UP = 1


def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds of each command, and the ratio within each round."""
    commands = {
        "osu-companion --help": [*_program(), "--help"],
        "an interpreter alone": [sys.executable, "-c", "pass"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + _WARM_UP):
        for name, arguments in commands.items():
            milliseconds = _run(arguments)
            if number >= _WARM_UP:
                taken[name].append(milliseconds)
    own, bare = taken.values()
    return {
        "help_ms": spread(own),
        "interpreter_ms": spread(bare),
        "ratio": spread([a / b for a, b in zip(own, bare, strict=True)]),
    }


def _program() -> list[str]:
    """The installed command, or the module behind it where only that is there."""
    name = "osu-companion.exe" if os.name == "nt" else "osu-companion"
    installed = Path(sys.executable).with_name(name)
    return [str(installed)] if installed.is_file() else [sys.executable, "-m", "clients.cli"]


def _run(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    facts = machine()
    figures = measure(max(1, options.rounds))
    print_table(
        "Start of a command",
        ("", "median", "min", "max"),
        [
            (name, values["median"], values["min"], values["max"])
            for name, values in (
                ("osu-companion --help, ms", figures["help_ms"]),
                ("an interpreter alone, ms", figures["interpreter_ms"]),
                ("ratio", figures["ratio"]),
            )
        ],
    )
    print_figures("help_start", {"machine": facts, **figures})


if __name__ == "__main__":
    main()
