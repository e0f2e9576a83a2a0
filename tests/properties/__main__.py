"""``python -m tests.properties --examples N --seed S``: try what must always hold.

Prints a row per property and, as the last line, all of it as JSON. Exits with 1 where a property
fails, and shows the example that it fails for. The examples are shared out by each property's
weight; the seeds of the properties follow from the one given, so that a run can be repeated.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context

from .catalogue import properties, run_named
from .running import Outcome

DEFAULT_EXAMPLES = 2000
DEFAULT_SEED = 1


def main(arguments: list[str] | None = None) -> int:
    """Run the properties and print what came of it; the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties", description=__doc__)
    parser.add_argument("--examples", type=int, default=DEFAULT_EXAMPLES, help="of all together")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--only", action="append", default=[], help="names or parts of names")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    names = [p.name for p in properties()]
    chosen = [n for n in names if not options.only or any(part in n for part in options.only)]
    if not chosen:
        parser.error(f"no such property; there are: {', '.join(names)}")
    outcomes = []
    print(row("property", "seed", "examples", "seconds", "outcome"), flush=True)
    for outcome in run_all(chosen, options.examples, options.seed, options.processes):
        outcomes.append(outcome)
        print(told(outcome), flush=True)
    failures = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failures:
        print(f"\n{outcome.failure}")
    total = sum(outcome.examples for outcome in outcomes)
    print(f"\n{total} examples of {len(outcomes)} properties, {len(failures)} failed", flush=True)
    print(json.dumps({"seed": options.seed, "properties": [asdict(o) for o in outcomes]}))
    return 1 if failures else 0


def run_all(names: Sequence[str], examples: int, seed: int, processes: int) -> Iterator[Outcome]:
    """Runs properties by their names, in as many processes as asked for."""
    weights = {p.name: p.weight for p in properties() if p.name in names}
    whole = sum(weights.values())
    tasks = [
        (name, -(-examples * weight // whole), seed_of(name, seed))
        for name, weight in weights.items()
    ]
    if processes == 1:
        yield from map(run_named, tasks)
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        yield from pool.map(run_named, tasks)


def seed_of(name: str, seed: int) -> int:
    """A property's own seed."""
    return zlib.crc32(f"{seed} {name}".encode())


def row(*cells: str) -> str:
    """One line of the table."""
    name, seed, examples, seconds, outcome = cells
    return f"{name:<20} {seed:>10} {examples:>8} {seconds:>8}  {outcome}"


def told(outcome: Outcome) -> str:
    """An outcome as a line of the table."""
    met = ", ".join(f"{count} {word}" for word, count in sorted(outcome.met.items()))
    result = f"FAILED ({met})" if outcome.failure else met
    return row(
        outcome.name, str(outcome.seed), str(outcome.examples), f"{outcome.seconds:.1f}", result
    )


if __name__ == "__main__":
    sys.exit(main())
