"""The starter's recipe: ``python -m model_core.training songs|starter|evaluate|package``."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

from model_core.training.corpus import build_corpus


def main() -> None:
    """Parse the command line and run one step."""
    parser = argparse.ArgumentParser(prog="python -m model_core.training", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)

    songs = steps.add_parser("songs", help="compose, render and map songs into a folder")
    songs.add_argument("folder", type=Path)
    songs.add_argument("--first", type=int, default=0, help="seed of the first song")
    songs.add_argument("--count", type=int, default=2000)
    songs.add_argument("--maps", type=int, default=3, help="maps a song")
    songs.add_argument("--processes", type=int, default=2)

    starter = steps.add_parser("starter", help="train a starter on a folder of songs")
    starter.add_argument("corpus", type=Path)
    starter.add_argument("out", type=Path, help="checkpoint, log and resumable state go here")
    starter.add_argument("--minutes", type=float, default=60.0)
    starter.add_argument("--hearing-minutes", type=float, default=5.0)
    starter.add_argument("--batch", type=int, default=16)
    starter.add_argument("--learning-rate", type=float, default=1.5e-3)
    starter.add_argument("--seed", type=int, default=0)
    starter.add_argument("--d-model", type=int, default=160)
    starter.add_argument("--layers", type=int, default=3)
    starter.add_argument("--heads", type=int, default=4)
    starter.add_argument("--no-compile", dest="compile", action="store_false")
    starter.add_argument("--no-positions", dest="positions", action="store_const", const=None,
                         default="sinusoidal-twice", help="no sinusoids")  # fmt: skip
    starter.add_argument("--no-alignment", dest="aligned", action="store_false",
                         help="start from random weights only")  # fmt: skip

    evaluate = steps.add_parser("evaluate", help="figures on songs never trained on")
    evaluate.add_argument("checkpoint", help='a checkpoint folder, or "starter"')
    evaluate.add_argument("--songs", type=int, default=40)
    evaluate.add_argument("--seconds", type=float, default=8.0, help="length of the remapped range")
    evaluate.add_argument("--mode", type=int, default=0, choices=range(4),
                          help="of the maps: 0 osu!, 1 taiko, 2 catch, 3 mania")  # fmt: skip

    package = steps.add_parser(
        "package", help="evaluate a run, copy its checkpoint, write its card"
    )
    package.add_argument("run", type=Path)
    package.add_argument("target", type=Path, help="model_core/starter for the one that ships")
    package.add_argument("--corpus", type=int, required=True, help="songs it was trained on")
    package.add_argument("--songs", type=int, default=40, help="held-out songs to evaluate on")
    package.add_argument("--note", action="append", default=[], help="a line for the card")

    arguments = parser.parse_args()
    if arguments.step == "songs":
        _songs(arguments)
    elif arguments.step == "starter":
        _starter(arguments)
    elif arguments.step == "package":
        _package(arguments)
    else:
        from model_core.training.evaluate import evaluate_remap, print_report

        print_report(
            evaluate_remap(
                arguments.checkpoint,
                arguments.songs,
                arguments.seconds * 1000.0,
                mode=arguments.mode,
            )
        )


def _songs(arguments: argparse.Namespace) -> None:
    seeds = range(arguments.first, arguments.first + arguments.count)
    made = build_corpus(arguments.folder, seeds, maps=arguments.maps, processes=arguments.processes)
    for number, _ in enumerate(made, 1):
        if number % 100 == 0 or number == len(seeds):
            print(f"{number} of {len(seeds)} songs", flush=True)


def _starter(arguments: argparse.Namespace) -> None:
    from model_core.training.loop import TrainingOptions, train
    from model_core.training.recipe import checkpoint_writer, starter_network

    network, vocabulary, layout, config = starter_network(
        seed=arguments.seed,
        aligned=arguments.aligned,
        d_model=arguments.d_model,
        layers=arguments.layers,
        heads=arguments.heads,
        positions=arguments.positions,
    )
    count = sum(p.numel() for p in network.parameters())
    print(f"{count / 1e6:.2f} M parameters", flush=True)
    given = vars(arguments)
    options = TrainingOptions(
        **{
            field.name: given[field.name]
            for field in fields(TrainingOptions)
            if field.name in given
        }
    )
    write = checkpoint_writer(arguments.out / "checkpoint", vocabulary, layout, config)
    train(network, vocabulary, layout, arguments.corpus, arguments.out, options, write)


def _package(arguments: argparse.Namespace) -> None:
    from model_core.training.card import package
    from model_core.training.evaluate import evaluate_remap, print_report

    figures = evaluate_remap(str(arguments.run / "checkpoint"), arguments.songs)
    package(arguments.run, arguments.target, figures, arguments.corpus, arguments.note)
    print_report(figures)


if __name__ == "__main__":
    main()
