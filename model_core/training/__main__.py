"""The recipe of the starter and of models like it: ``python -m model_core.training STEP -h``.

``osu-companion train`` runs this program with ``--client``: it then writes progress for it, and
stops when its standard input ends.
"""

from __future__ import annotations

import argparse
import errno
import sys
import traceback

from model_core.errors import CheckpointError, CompanionError, InputError, NotSupported
from model_core.training.arguments import Parser
from model_core.training.client import stop_when_input_ends
from model_core.training.steps import STEPS, Teller

_ABOUT = "Makes songs and maps, trains models on them or on imported mapsets, and measures them."
# Exit codes are those of every command of osu-companion.
_FAILED, _REFUSED, _CANCELLED = 1, 4, 130
_REFUSALS = (InputError, NotSupported, CheckpointError)
#: Libraries of the extra ``train``.
_EXTRA = ("accelerate", "tensorboard", "matplotlib")


def main() -> int:
    """Parse the command line and run one step; the exit code, with the reason said."""
    name = "osu-companion train" if "--client" in sys.argv else "python -m model_core.training"
    parser = Parser(prog=name, description=_ABOUT)
    parser.add_argument("--client", action="store_true", help=argparse.SUPPRESS)
    steps = parser.add_subparsers(dest="step", required=True)
    for name, step in STEPS.items():
        own = steps.add_parser(name, help=step.help)
        step.arguments(own)
        own.add_argument(
            "--json", dest="as_json", action="store_true", help="one JSON object a line"
        )
    arguments = parser.parse_args()
    teller = Teller(arguments.as_json, arguments.client)
    if arguments.client:
        stop_when_input_ends()
    try:
        return STEPS[arguments.step].run(arguments, teller) or 0
    except CompanionError as error:
        code = _REFUSED if isinstance(error, _REFUSALS) else _FAILED
        return teller.error(str(error), code, type(error).__name__)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            traceback.print_exc()
            return teller.error(str(error), _FAILED, "ModuleNotFoundError")
        text = f'{error.name} is not installed. Install it with: pip install "osu-companion[train]"'
        return teller.error(text, _REFUSED, "LIBRARY_MISSING")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        told = f"{where}{error.strerror or error}."
        if error.errno == errno.ENOSPC:
            told += " Make room, or choose another place; the same command goes on."
        return teller.error(told, _FAILED, type(error).__name__)
    except KeyboardInterrupt:
        text = "Stopped. The same command goes on from the last saved state."
        return teller.error(text, _CANCELLED, "CANCELLED")
    except Exception as error:  # an accident: the traceback is for a report, the last line for all
        traceback.print_exc()
        return teller.error(f"{type(error).__name__}: {error}", _FAILED, type(error).__name__)


if __name__ == "__main__":
    sys.exit(main())
