"""The step ``evaluate``: a table, pictures, an exit code, and one JSON document at the end."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from model_core.training.arguments import count

if TYPE_CHECKING:
    from model_core.training.steps import Teller

__all__ = ["MISSED", "add_arguments", "run"]

#: Exit code where a bar is missed, as of every command that failed; the document says which.
MISSED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    parser.epilog = (
        f"Ends with code 0 where every bar is met, {MISSED} where one is missed or something"
        " failed. The last line is one JSON document."
    )
    parser.add_argument("checkpoint", help='a checkpoint folder, or "starter"')
    parser.add_argument("--songs", type=count(1), default=60, help="held-out songs a figure")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME",
                        help="these figures alone (a wrong name lists them)")  # fmt: skip
    parser.add_argument("--seed", type=count(), default=0, help="0 for the songs that bars are for")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="a PNG of each figure")
    parser.add_argument("--mapsets", type=Path, metavar="DIR",
                        help="measure on these mapsets too (.osz or unpacked)")  # fmt: skip
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep rendered songs here")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")


def run(arguments: argparse.Namespace, teller: Teller) -> int:
    """Run the step; :data:`MISSED` where a bar is missed, else 0."""
    if arguments.pictures is not None:
        # Said before an hour of work rather than after it.
        import matplotlib  # noqa: F401

        arguments.pictures.mkdir(parents=True, exist_ok=True)

    from model_core.training.evaluation.pictures import draw
    from model_core.training.evaluation.report import table
    from model_core.training.evaluation.running import evaluate

    evaluation = evaluate(
        arguments.checkpoint,
        arguments.songs,
        only=arguments.only,
        seed=arguments.seed,
        cache=arguments.cache,
        mapsets=arguments.mapsets,
        device=arguments.device,
        report=teller.line,
    )
    for line in table(evaluation):
        teller.line(line)
    document = evaluation.to_dict()
    if arguments.pictures is not None:
        paths = draw((*evaluation.results, *evaluation.on_mapsets), arguments.pictures)
        document["pictures"] = [str(path) for path in paths]
        teller.line(f"{len(paths)} pictures are in {arguments.pictures}.")
    if arguments.as_json:
        teller.result(document)
    else:
        from model_core.training.steps import finite

        print(json.dumps(finite(document), allow_nan=False), flush=True)
    return 0 if evaluation.met else MISSED
