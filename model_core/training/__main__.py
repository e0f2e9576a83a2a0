"""The recipe of the starter and of models like it: ``python -m model_core.training STEP -h``."""

from __future__ import annotations

import argparse
import sys

from model_core.errors import CompanionError
from model_core.training.steps import STEPS, Teller


def main() -> int:
    """Parse the command line and run one step; 1 where it failed, with the reason said."""
    parser = argparse.ArgumentParser(prog="python -m model_core.training", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    for name, step in STEPS.items():
        own = steps.add_parser(name, help=step.help)
        step.arguments(own)
        own.add_argument(
            "--json", dest="as_json", action="store_true", help="one JSON object a line"
        )
    arguments = parser.parse_args()
    teller = Teller(arguments.as_json)
    try:
        STEPS[arguments.step].run(arguments, teller)
    except CompanionError as error:
        teller.error(str(error))
        return 1
    except KeyboardInterrupt:
        teller.error("Stopped. The same command goes on from the last saved state.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
