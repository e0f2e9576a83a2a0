"""The step ``import`` of the training program: its options, and the table that it shows."""

from __future__ import annotations

import argparse
import math
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from model_core.training.arguments import count, number
from model_core.training.importing.checks import Wanted

if TYPE_CHECKING:
    from model_core.training.importing.mapsets import Progress, Summary
    from model_core.training.steps import Teller

__all__ = ["HELP", "add_arguments", "run"]

HELP = "make a corpus out of a folder of mapsets; it stays on this disk"
_DESCRIPTION = (
    "Walks a folder of mapsets (.osz files or unpacked folders, however deep), decodes their audio "
    "and takes what is of use for training. The folder is only read, nothing is sent anywhere, and "
    "no connection is opened. The same command goes on where it stopped, and reads again what "
    "changed. OUT/skipped.jsonl tells what was left out and why; OUT/mappers.json has a number for "
    "each mapper, which may be changed to an osu! user id; OUT/held-out.txt lists the mapsets that "
    "are kept for `evaluate --mapsets`."
)
_MODES = {"osu": 0, "taiko": 1, "catch": 2, "mania": 3}
_EVERY_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``import``."""
    usual = Wanted()
    parser.description = _DESCRIPTION
    parser.add_argument("mapsets", type=Path, help="folder of mapsets, such as osu!'s Songs")
    parser.add_argument("out", type=Path, help="folder of the corpus, outside of the other")
    parser.add_argument("--processes", type=count(1), default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--limit", type=count(1), help="stop after so many new mapsets")
    parser.add_argument("--modes", type=_modes, default=usual.modes,
                        help="osu,taiko,catch,mania or 0,1,2,3; all")  # fmt: skip
    parser.add_argument("--mapper", action="append", default=[], metavar="NAME",
                        help="only this mapper's, guests' difficulties included; a name or a "
                        "number of mappers.json; may be repeated")  # fmt: skip
    parser.add_argument("--stars", type=number(0.0), nargs=2, metavar=("LOW", "HIGH"),
                        default=usual.stars, help="only maps of this difficulty")  # fmt: skip
    parser.add_argument("--held-out", type=number(0.0, 1.0), default=0.05, metavar="SHARE",
                        help="of the songs, kept for evaluation; 0.05")  # fmt: skip
    parser.add_argument("--min-objects", type=count(1), default=usual.min_objects)
    parser.add_argument(
        "--min-seconds", type=number(0.0), default=usual.min_seconds, help="of audio"
    )
    parser.add_argument(
        "--max-seconds", type=number(0.0), default=usual.max_seconds, help="of audio"
    )


def _modes(text: str) -> tuple[int, ...]:
    try:
        modes = {_MODES.get(part) if part in _MODES else int(part) for part in text.split(",")}
    except ValueError:
        modes = {None}
    known = {mode for mode in modes if mode in _MODES.values()}
    if known != modes:
        raise argparse.ArgumentTypeError("modes by name or number, as osu,taiko or 0,1")
    return tuple(sorted(mode for mode in known if mode is not None))


def run(arguments: argparse.Namespace, teller: Teller) -> None:
    """Import, telling how far it is; then the table of what came in and what was left out.

    Raises:
        InputError: as :func:`mapsets.import_mapsets` does.
    """
    from model_core.training.importing.mapsets import ImportOptions, import_mapsets

    low, high = arguments.stars
    options = ImportOptions(
        wanted=Wanted(
            modes=arguments.modes,
            stars=(low, high),
            min_objects=arguments.min_objects,
            min_seconds=arguments.min_seconds,
            max_seconds=arguments.max_seconds,
        ),
        mappers=tuple(arguments.mapper),
        held_out=arguments.held_out,
        processes=arguments.processes,
        limit=arguments.limit,
    )
    told = -math.inf

    def tell(progress: Progress) -> None:
        nonlocal told
        now = time.monotonic()
        if progress.done == progress.total or now - told >= _EVERY_S:
            told = now
            row = asdict(progress)
            row["count"] = row.pop("total")
            teller.progress({**row, "what": "mapsets"})

    summary = import_mapsets(arguments.mapsets, arguments.out, options, tell)
    for line in table_of(summary, arguments.out):
        teller.line(line)
    teller.result({**asdict(summary), "folder": str(arguments.out)})


def table_of(summary: Summary, out: Path) -> list[str]:
    """What came in and what was left out, for people."""
    rows: list[tuple[int, str]] = [
        (summary.songs, "songs"),
        (summary.maps, "maps"),
        (summary.mappers, "mappers"),
        (summary.held_out, "mapsets held out"),
        (sum(summary.reasons.values()), "files left out"),
        *((count, f"  {reason}") for reason, count in summary.reasons.items()),
    ]
    lines = [f"{count:>8}  {name}" for count, name in rows]
    if summary.reasons:
        lines.append(f"Each file with its reason: {out / 'skipped.jsonl'}")
    if summary.left:
        lines.append(f"{summary.left} mapsets are left; the same command goes on.")
    return lines
