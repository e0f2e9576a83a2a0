"""How fast songs are composed and rendered: ``python -m benchmarks.songs [--songs N]``.

Songs of consecutive seeds, as training makes them (mono, 16 kHz). What counts is processor time,
of all threads together, and not the clock: so a busy machine and one core tell the same. One row
for composing, one for rendering, one for both; a last row for the slowest song.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from benchmarks.report import machine, print_figures, print_table
from model_core.training.songs import compose, render

_RATE = 16000


def measure(songs: int, first_seed: int = 0) -> dict[str, Any]:
    """Seconds of song a second of processor time, overall and of the slowest song."""
    composing = rendering = heard = 0.0
    slowest, slowest_seed = float("inf"), first_seed
    render(compose(first_seed))  # tables that all songs share are made once
    for seed in range(first_seed, first_seed + songs):
        began = time.process_time()
        plan = compose(seed)
        composed = time.process_time()
        seconds = len(render(plan, _RATE)) / _RATE
        done = time.process_time()
        composing += composed - began
        rendering += done - composed
        heard += seconds
        if seconds / (done - began) < slowest:
            slowest, slowest_seed = seconds / (done - began), seed
    return {
        "songs": songs,
        "song_seconds": heard,
        "compose_seconds": composing,
        "render_seconds": rendering,
        "times_real_time": heard / (composing + rendering),
        "slowest_times_real_time": slowest,
        "slowest_seed": slowest_seed,
    }


def main() -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    facts = machine()
    figures = measure(max(1, options.songs), options.first_seed)
    heard = figures["song_seconds"]
    print_table(
        f"Songs: {figures['songs']}, {heard:.0f} s of music",
        ("", "processor s", "times real time"),
        [
            ("composed", figures["compose_seconds"], heard / figures["compose_seconds"]),
            ("rendered", figures["render_seconds"], heard / figures["render_seconds"]),
            (
                "both",
                figures["compose_seconds"] + figures["render_seconds"],
                figures["times_real_time"],
            ),
            (f"slowest, seed {figures['slowest_seed']}", None, figures["slowest_times_real_time"]),
        ],
    )
    print_figures("songs", {"machine": facts, **figures})


if __name__ == "__main__":
    main()
