"""``python -m tests.agreement DIR``: prints the table; 1 where a difference is unexplained."""

from __future__ import annotations

import sys
from pathlib import Path

from .outcomes import Outcome, table
from .run import compare_corpus


def main(arguments: list[str]) -> int:
    """Compares the corpus in the folder named by the only argument."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "index.json").is_file():
        print("Usage: python -m tests.agreement DIR, a folder with an index.json", file=sys.stderr)
        return 2
    outcomes = compare_corpus(Path(arguments[0]))
    print(table(outcomes))
    print()
    return _report(outcomes)


def _report(outcomes: list[Outcome]) -> int:
    found = [one for outcome in outcomes for one in outcome.disagreements]
    for one in found:
        print(one)
    unexplained = sum(one.explanation is None for one in found)
    files = len({outcome.file for outcome in outcomes})
    print(f"{files} files, {len(found)} values differ, {unexplained} unexplained")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
