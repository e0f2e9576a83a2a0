"""``python -m tests.conformance DIR``: compare with everything a folder of reference values holds.

Prints a line per check, then a summary per status; exits with 1 if anything mismatches or is not
built, and with 2 if the folder holds nothing that is known here. ``--json`` prints one JSON object
a line.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.conformance.report import Row

#: Modules with ``rows(folder) -> Iterator[Row]``, one per kind of check, in the order they run.
KINDS = (
    "token_rows",
    "unit_rows",
    "map_rows",
    "network_rows",
    "checkpoint_rows",
    "flow_rows",
    "postprocess_rows",
    "timing_rows",
    "modding_rows",
    "refiner_rows",
)


def rows(folder: Path) -> Iterator[Row]:
    """All checks on a folder, by every kind that can be imported."""
    for kind in KINDS:
        name = f"tests.conformance.{kind}"
        try:
            module = importlib.import_module(name)
        except Exception as error:
            # What cannot even be asked is not passed over.
            yield Row(f"all/{kind}/import", "mismatch", f"{type(error).__name__}: {error}")
            continue
        yield from module.rows(folder)


def main(arguments: list[str] | None = None) -> int:
    """Run the checks and print them; the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder laid out like shared/conformance")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name holds TEXT")
    parser.add_argument("--quiet", action="store_true", help="leave out the rows that are ok")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        print(f"{options.folder} is not a folder", file=sys.stderr)
        return 2
    counts: Counter[str] = Counter()
    for row in rows(options.folder):
        if options.only not in row.name:
            continue
        counts[row.status] += 1
        if options.quiet and row.status == "ok":
            continue
        print(json.dumps(asdict(row)) if options.json else row, flush=True)
    if options.json:
        print(json.dumps({"type": "summary", **counts}))
    else:
        print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    if not counts:
        print(f"nothing to check in {options.folder}", file=sys.stderr)
        return 2
    return 1 if counts["mismatch"] or counts["not built yet"] else 0


if __name__ == "__main__":
    sys.exit(main())
