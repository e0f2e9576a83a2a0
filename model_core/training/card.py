"""The model card of a starter, written from its training log and its figures."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import safe_open

from model_core.beatmap.modes import MODE_NAMES
from model_core.errors import InputError
from model_core.training.evaluation.report import markdown
from model_core.training.evaluation.running import Evaluation

__all__ = ["FILES", "learning_curve", "package", "require_packable", "write_card"]

FILES = ("config.json", "generation_config.json", "tokenizer.json", "model.safetensors")
_ROWS = 14


def package(
    run: Path, target: Path, figures: Evaluation, songs: int, notes: Sequence[str] = ()
) -> None:
    """Copy ``run/checkpoint`` into ``target`` and write the model card beside it."""
    target.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(run / "checkpoint" / name, target / name)
    card = write_card(run, target, figures, songs, notes)
    (target / "README.md").write_text(card, encoding="utf-8", newline="\n")


def require_packable(run: Path, target: Path) -> None:
    """Say what is missing before an hour is spent on figures.

    Raises:
        InputError: the run has no checkpoint or no log, or ``target`` is its checkpoint.
        OSError: ``target`` cannot be made.
    """
    missing = [name for name in FILES if not (run / "checkpoint" / name).is_file()]
    if missing:
        raise InputError(
            f"{run / 'checkpoint'} has no {missing[0]}. Give the folder that a training wrote to."
        )
    learning_curve(run)
    if target.resolve() == (run / "checkpoint").resolve():
        raise InputError(f"{target} is what is to be copied. Choose another folder.")
    target.mkdir(parents=True, exist_ok=True)


def learning_curve(run: Path) -> list[dict[str, Any]]:
    """The rows of the training log, one a log interval.

    Raises:
        InputError: there is no log, no row in it, or one that is damaged.
    """
    path = run / "log.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        if not all({"step", "stage", "minutes", "loss", "windows_per_s"} <= {*row} for row in rows):
            raise ValueError("a line is not of a training")
    except FileNotFoundError:
        rows = []
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} is damaged ({error}). Train a little further.") from error
    if not rows:
        raise InputError(
            f"{path} has nothing for a card to tell. Train longer than --log-steps of steps."
        )
    return rows


def write_card(
    run: Path, target: Path, figures: Evaluation, songs: int, notes: Sequence[str]
) -> str:
    """The card's text."""
    rows = learning_curve(run)
    config = json.loads((target / "config.json").read_text(encoding="utf-8"))
    backbone = config["backbone_config"]
    size = (target / "model.safetensors").stat().st_size
    with safe_open(target / "model.safetensors", "np") as weights:
        parameters = sum(
            int(_product(weights.get_slice(name).get_shape()))
            for name in weights.keys()  # noqa: SIM118
        )
    minutes = {stage: sum(_spans(rows, stage)) for stage in ("hearing", "mapping")}
    parts = [
        "# Starter model\n",
        f"A small model for {_modes(config)} that ships with the program, so that every request "
        "works without a download. It was trained on music and maps that this project makes "
        "itself; it has never heard a real song or seen a real mapper's map. It is small: use a "
        "published checkpoint for work that matters.\n",
        "## What it is\n",
        f"- {parameters / 1e6:.2f} M parameters, {size / 1e6:.1f} MB (float16), "
        f"{backbone['encoder_layers']} encoder and {backbone['decoder_layers']} decoder layers, "
        f"width {backbone['d_model']}, {backbone['encoder_attention_heads']} heads.",
        f"- Window {config['max_source_positions'] * 16 - 8} ms, decoder length "
        f"{config['max_target_positions']}; the layout is stated in `config.json`.",
        f"- Encoder positions: {backbone.get('encoder_positions') or 'rotary only'}.\n",
        "## How it was made\n",
        "```",
        f"python -m model_core.training songs SONGS --count {songs}",
        "python -m model_core.training starter SONGS RUN",
        f"python -m model_core.training package RUN model_core/starter --corpus {songs}",
        "```\n",
        f"- {songs} songs (seeds 0 to {songs - 1}), several maps each, from easy to hard.",
        f"- {minutes['hearing']:.0f} minutes for the encoder alone, naming what sounds; then "
        f"{minutes['mapping']:.0f} minutes for everything, {rows[-1]['step']} steps in all, "
        f"on {_hardware(rows)}.",
        "- Four tasks: a map from the sound, timing, sounds for a map without them, another "
        "difficulty of a map.\n",
        "## Figures\n",
        f"{figures.songs} held-out songs, through the program's own request paths "
        f"(`python -m model_core.training evaluate CHECKPOINT --songs {figures.songs}`):\n",
        *markdown(figures.results),
        "",
        "## Learning curve\n",
        "`tokens` is the weighted loss in nats a token, `time` that of time tokens alone, "
        "`pointing` that of the guided heads.\n",
        "| minutes | stage | windows/s | tokens | time | hearing | pointing |",
        "|---|---|---|---|---|---|---|",
        *(_curve_row(row) for row in _thin(rows)),
        "",
    ]
    if notes:
        parts += ["## Notes\n", *(f"- {note}" for note in notes), ""]
    parts += [
        "## Limits\n",
        "- Positions, flow and hitsounds follow simple rules. A mode that is not named above is "
        "written as osu!standard and turned into it by rules (docs/training.md).",
        "- Music unlike what the synthesiser makes (live recordings, voices, dense mixes) is "
        "outside what it was trained on.",
        "- The weights are in the public domain (CC0), like the songs and maps they come from.\n",
    ]
    return "\n".join(parts)


def _modes(config: Mapping[str, Any]) -> str:
    names = [MODE_NAMES[mode] for mode in config["layout"].get("modes", (0, 1, 2, 3))]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"


def _hardware(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the last rows of the log say they were trained on; this machine where they do not."""
    return str(rows[-1].get("hardware") or f"{platform.machine()}, {os.cpu_count()} cores")


def _product(shape: Sequence[int]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


def _spans(rows: Sequence[Mapping[str, Any]], stage: str) -> list[float]:
    before = 0.0
    spans = []
    for row in rows:
        if row["stage"] == stage:
            spans.append(max(0.0, row["minutes"] - before))
        before = row["minutes"]
    return spans


def _thin(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if len(rows) <= _ROWS:
        return list(rows)
    step = (len(rows) - 1) / (_ROWS - 1)
    return [rows[round(k * step)] for k in range(_ROWS)]


def _curve_row(row: Mapping[str, Any]) -> str:
    tokens, timed = row.get("tokens", ""), row.get("time", "")
    hearing = row.get("hearing", row["loss"])
    return (
        f"| {row['minutes']:.1f} | {row['stage']} | {row['windows_per_s']:.1f} "
        f"| {tokens} | {timed} | {hearing} | {row.get('pointing', '')} |"
    )
