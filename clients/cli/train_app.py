"""``osu-companion train``: the help that is shown at once; all else is the training program's.

The steps' options are declared in one place, ``python -m model_core.training``, which is started
as a process of its own: what it does not know it refuses, and ``-h`` behind a step is answered by
it. So nothing is listed here that could differ from it but the names of the steps.
"""

from __future__ import annotations

from typing import Any

import typer

#: The steps of the training program, as people use them, with what each does.
STEPS: dict[str, str] = {
    "songs": "Compose, render and map songs of our own: something to train on.",
    "import": "Make the same out of a folder of mapsets (.osz or unpacked); it stays on this disk.",
    "starter": "Train a model of the starter's kind.",
    "from-scratch": "Train a model of any size, with the mappers of an imported folder.",
    "lora": "Tune a model to a style: a small adapter beside its weights.",
    "evaluate": "Figures on songs that were never trained on.",
    "package": "Copy a training's checkpoint and write its model card.",
}

SETTINGS: dict[str, Any] = {
    "add_help_option": False,
    "context_settings": {
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
        "help_option_names": [],
    },
}

_HELP = """Usage: osu-companion train STEP [OPTIONS] ...

  Train models: -h behind a step shows its options.

Steps:
{steps}

Nothing is sent anywhere. A step that is stopped with Ctrl-C goes on with the same command.
"""


def train(context: typer.Context) -> None:
    """Train a model of your own, or a style for one."""
    arguments = list(context.args)
    if not arguments or arguments[0] in ("-h", "--help"):
        width = max(map(len, STEPS)) + 2
        steps = "\n".join(f"  {name:<{width}}{text}" for name, text in STEPS.items())
        print(_HELP.format(steps=steps), end="")
        raise typer.Exit(0 if arguments else 2)

    from clients.cli.train import run

    raise typer.Exit(run(arguments))
