"""The recipe's steps as commands: their arguments, and what each runs.

``STEPS`` is the table of them. A step tells how far it is through :class:`Teller`: sentences for
people, or with ``--json`` one JSON object a line, the last of which is the result or the error.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from model_core.errors import InputError
from model_core.training.arguments import count, counts, minutes, modes, number, shares
from model_core.training.evaluation.command import add_arguments as evaluation_arguments
from model_core.training.importing import command as importing
from model_core.training.options import TrainingOptions
from model_core.training.tasks import TaskOptions

__all__ = ["STEPS", "Step", "Teller", "finite"]

_TELL_EVERY_S = 2.0


class Teller:
    """Says what goes on, on standard output.

    client: a client shows the progress, and gets it as JSON objects among lines for people.
    """

    def __init__(self, as_json: bool = False, client: bool = False) -> None:
        self._json = as_json
        self._client = client

    def line(self, text: str) -> None:
        """A sentence, for people only."""
        if not self._json:
            print(text, flush=True)

    def progress(self, row: dict[str, Any]) -> None:
        """A row of a training's log, or how many things are done (``done``, ``count``)."""
        if self._client:
            self._object("progress", {**row, "text": _progress_line(row)})
        elif self._json:
            self._object("progress", row)
        else:
            print(_progress_line(row), flush=True)

    def result(self, row: dict[str, Any]) -> None:
        """What came out; said last."""
        if self._json:
            self._object("result", row)

    def error(self, text: str, code: int = 1, reason: str = "") -> int:
        """What went wrong; said last. Answers the exit code."""
        if self._json:
            self._object("error", {"exit_code": code, "reason": reason, "message": text})
        else:
            print(text, file=sys.stderr, flush=True)
        return code

    def _object(self, kind: str, row: dict[str, Any]) -> None:
        print(json.dumps(finite({"type": kind, **row}), allow_nan=False), flush=True)


def finite(value: Any) -> Any:
    """The same with null for what is no finite number: JSON has no word for it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(each) for key, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, list | tuple) else value


def _progress_line(row: dict[str, Any]) -> str:
    if "warning" in row:
        return f"step {row['step']}: {row['warning']}"
    if "count" in row:
        return f"{row['done']} of {row['count']} {row['what']}" + _left(row.get("seconds_left"))
    parts = [f"step {row['step']}", str(row["stage"]), f"loss {row['loss']:.3f}"]
    parts += [f"{name} {row[name]:.3f}" for name in ("tokens", "time", "right") if name in row]
    parts.append(f"{row['windows_per_s']:g} windows/s")
    left = row.get("minutes_left")
    return ", ".join(parts) + _left(None if left is None else left * 60.0)


def _left(seconds: float | None) -> str:
    if not seconds:
        return ""
    minutes = round(seconds / 60.0)
    if minutes < 1:
        return ", under a minute left"
    return f", {minutes} min left" if minutes < 90 else f", {minutes / 60.0:.1f} h left"


@dataclass(frozen=True, slots=True)
class Step:
    """One command: what it says of itself, its arguments, and what it does (its exit code)."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Teller], int | None]


# ---------------------------------------------------------------- songs


def _song_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=count(), default=0, help="seed of the first song")
    parser.add_argument("--count", type=count(1), default=2000)
    parser.add_argument("--maps", type=counts, default=None,
                        help="maps a song: of osu!standard, or of all modes (3,1,1,1)")  # fmt: skip
    parser.add_argument("--processes", type=count(1, 1024), default=2)


def _songs(arguments: argparse.Namespace, teller: Teller) -> None:
    from model_core.training.corpus import HELD_OUT, MAPS, build_corpus

    seeds = range(arguments.first, arguments.first + arguments.count)
    if seeds[-1] >= HELD_OUT:
        raise InputError(
            f"Seeds from {HELD_OUT} on are held out for evaluation. Make songs of lower seeds."
        )
    maps = MAPS if arguments.maps is None else arguments.maps
    made = build_corpus(arguments.folder, seeds, maps=maps, processes=arguments.processes)
    begun = time.monotonic()
    told = -math.inf
    number = 0
    for number, _ in enumerate(made, 1):
        now = time.monotonic()
        if now - told >= _TELL_EVERY_S or number == len(seeds):
            told = now
            left = (now - begun) / number * (len(seeds) - number)
            row = {"done": number, "count": len(seeds), "what": "songs"}
            teller.progress({**row, "seconds_left": round(left, 1)})
    teller.result({"songs": number, "folder": str(arguments.folder)})


# ---------------------------------------------------------------- training


def _pace_arguments(parser: argparse.ArgumentParser, usual: TrainingOptions) -> None:
    """How long and how fast, for any training on a corpus."""
    parser.add_argument("corpus", type=Path, help="folder of songs with maps")
    parser.add_argument("out", type=Path, help="what is learned, log and resumable state go here")
    parser.add_argument("--minutes", type=minutes, default=usual.minutes)
    parser.add_argument("--steps", type=count(), help="train so many steps instead of minutes")
    parser.add_argument("--batch", type=count(1), default=usual.batch)
    parser.add_argument("--accumulate", type=count(1), default=usual.accumulate,
                        help="batches that make one step")  # fmt: skip
    parser.add_argument(
        "--learning-rate", type=number(0.0, 1.0, open_low=True), default=usual.learning_rate
    )
    parser.add_argument("--schedule", choices=("cosine", "wsd"), default=usual.schedule)
    parser.add_argument("--warmup-steps", type=count(), default=usual.warmup_steps)
    parser.add_argument("--ema", type=number(0.0, 1.0), default=usual.ema)
    parser.add_argument("--precision", choices=("auto", "bf16", "no"), default=usual.precision)
    parser.add_argument("--workers", type=count(0, 256), help="processes that read songs")
    parser.add_argument("--device", choices=("auto", "cpu"), default=usual.device)
    parser.add_argument("--seed", type=count(0, 2**32 - 1), default=usual.seed)
    parser.add_argument("--save-minutes", type=minutes, default=usual.save_minutes)
    parser.add_argument("--log-steps", type=count(1), default=usual.log_steps)
    parser.add_argument("--tensorboard", action="store_true")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=None)
    parser.add_argument("--shares", type=shares, help="of the tasks: map, timing, no_hs, gd")


def _training_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything that a training of a whole network can be told."""
    _pace_arguments(parser, TrainingOptions())
    parser.add_argument("--hearing-minutes", type=minutes, default=None,
                        help="of the encoder alone, at first")  # fmt: skip
    parser.add_argument("--hearing-steps", type=count())
    parser.add_argument("--init-from", help='start from a checkpoint folder, or "starter"')
    parser.add_argument("--d-model", type=count(4, 4096), default=160)
    parser.add_argument("--layers", type=count(1, 64), default=3)
    parser.add_argument("--heads", type=count(1, 64), default=4)
    parser.add_argument("--modes", type=modes, default=(0, 1, 2, 3),
                        help="0 osu!, 1 taiko, 2 catch, 3 mania")  # fmt: skip
    parser.add_argument("--no-positions", dest="positions", action="store_const", const=None,
                        default="sinusoidal-twice", help="no sinusoids")  # fmt: skip
    parser.add_argument("--no-alignment", dest="aligned", action="store_false",
                        help="start from random weights only")  # fmt: skip


def options_of(arguments: argparse.Namespace) -> TrainingOptions:
    """The training options among parsed arguments; what is not given is as usual."""
    given = vars(arguments)
    named = {each.name for each in fields(TrainingOptions)}
    told = {key: value for key, value in given.items() if key in named and value is not None}
    if given.get("shares") is not None:
        told["tasks"] = TaskOptions(shares=given["shares"])
    return TrainingOptions(**told)


def _starter(arguments: argparse.Namespace, teller: Teller) -> None:
    _train(arguments, teller, mappers=None)


def _from_scratch(arguments: argparse.Namespace, teller: Teller) -> None:
    from model_core.training.corpus import tables_of
    from model_core.training.state import STATE, read_state

    mappers, heard = tables_of(arguments.corpus, most=arguments.mappers)
    # Songs that came since would put others first; a row of the saved weights is one mapper's.
    mappers = (read_state(arguments.out / STATE) or {}).get("mappers", mappers)
    if arguments.hearing_minutes is None and not heard:
        arguments.hearing_minutes = 0.0  # nobody knows what sounds in imported songs
    _train(arguments, teller, mappers=mappers)


def _scratch_arguments(parser: argparse.ArgumentParser) -> None:
    _training_arguments(parser)
    parser.add_argument("--mappers", type=count(0), default=1000,
                        help="mappers with the most maps that get an id of their own")  # fmt: skip


def _train(arguments: argparse.Namespace, teller: Teller, mappers: list[int] | None) -> None:
    from model_core.training.loop import train
    from model_core.training.recipe import checkpoint_writer, starter_network

    network, vocabulary, layout, config = starter_network(
        seed=arguments.seed,
        aligned=arguments.aligned,
        mappers=mappers,
        modes=arguments.modes,
        d_model=arguments.d_model,
        layers=arguments.layers,
        heads=arguments.heads,
        positions=arguments.positions,
    )
    count = sum(p.numel() for p in network.parameters())
    teller.line(f"{count / 1e6:.2f} M parameters")
    if arguments.init_from is not None:
        from model_core import load
        from model_core.training.warm import start_from

        source = load(arguments.init_from)
        taken = start_from(network, vocabulary, source.network, source.vocabulary)
        teller.line(f"started from {arguments.init_from}: {taken}")
    write = checkpoint_writer(arguments.out / "checkpoint", vocabulary, layout, config)
    trainer = train(
        network, vocabulary, layout, arguments.corpus, arguments.out, options_of(arguments),
        write, teller.progress,
    )  # fmt: skip
    teller.line(f"The checkpoint is in {arguments.out / 'checkpoint'}.")
    teller.result(
        {
            "checkpoint": str(arguments.out / "checkpoint"),
            "steps": trainer.step,
            "windows": trainer.windows,
            "minutes": round(sum(trainer.spent.values()) / 60.0, 2),
            "parameters": count,
        }
    )


def _lora_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", help='the model to tune: "starter", v32, a folder …')
    _pace_arguments(parser, TrainingOptions(learning_rate=3e-4, warmup_steps=50, ema=0.99))
    parser.add_argument("--rank", type=count(1, 1024), default=16)
    parser.add_argument("--alpha", type=count(1), default=32, help="strength, divided by the rank")
    parser.add_argument("--dropout", type=number(0.0, 1.0), default=0.05)
    parser.add_argument("--mode", type=int, choices=range(4),
                        help="whose fine-tune is tuned; that of the corpus's maps")  # fmt: skip


def _lora(arguments: argparse.Namespace, teller: Teller) -> None:
    from model_core.checkpoints.files import local_folder
    from model_core.training.lora import LoraOptions, tune

    tuned = tune(
        arguments.checkpoint,
        arguments.corpus,
        arguments.out,
        LoraOptions(arguments.rank, arguments.alpha, arguments.dropout),
        options_of(arguments),
        mode=arguments.mode,
        report=teller.progress,
    )
    # The daemon may run elsewhere, so folders are named from the root.
    folder = local_folder(tuned.checkpoint)
    base = tuned.checkpoint if folder is None else folder.resolve()
    name = f"{base} + {tuned.adapter.resolve()}"
    teller.line(f"The adapter is in {tuned.adapter}. Use it by the name: {name}")
    teller.result(
        {
            "adapter": str(tuned.adapter),
            "model": name,
            "subfolder": tuned.subfolder,
            "parameters": tuned.parameters,
            "steps": tuned.steps,
        }
    )


# ---------------------------------------------------------------- figures and packing


def _evaluate(arguments: argparse.Namespace, teller: Teller) -> int:
    from model_core.training.evaluation.command import run

    return run(arguments, teller)


def _package_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path)
    parser.add_argument("target", type=Path, help="model_core/starter for the one that ships")
    parser.add_argument("--corpus", type=count(1), required=True, help="songs it was trained on")
    parser.add_argument("--songs", type=count(1), default=60, help="held-out songs to evaluate on")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME",
                        help="figures of the card; all without")  # fmt: skip
    parser.add_argument("--note", action="append", default=[], help="a line for the card")


def _package(arguments: argparse.Namespace, teller: Teller) -> None:
    from model_core.training.card import package, require_packable
    from model_core.training.evaluation.report import table
    from model_core.training.evaluation.running import evaluate

    require_packable(arguments.run, arguments.target)
    checkpoint = str(arguments.run / "checkpoint")
    figures = evaluate(checkpoint, arguments.songs, only=arguments.only, report=teller.line)
    package(arguments.run, arguments.target, figures, arguments.corpus, arguments.note)
    for line in table(figures):
        teller.line(line)
    teller.result({"checkpoint": str(arguments.target), "figures": figures.to_dict()})


STEPS: dict[str, Step] = {
    "songs": Step("compose, render and map songs into a folder", _song_arguments, _songs),
    "import": Step(importing.HELP, importing.add_arguments, importing.run),
    "starter": Step("train a starter on a folder of songs", _training_arguments, _starter),
    "from-scratch": Step(
        "train a model of any size on a folder of songs, imported ones too",
        _scratch_arguments,
        _from_scratch,
    ),
    "lora": Step("tune a model to a style: an adapter beside it", _lora_arguments, _lora),
    "evaluate": Step("figures on songs never trained on", evaluation_arguments, _evaluate),
    "package": Step(
        "evaluate a run, copy its checkpoint, write its card", _package_arguments, _package
    ),
}
