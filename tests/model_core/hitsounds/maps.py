"""Maps, songs and models for the tests of this room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, parse
from model_core.model import Model, load_model
from model_core.tokens.layout import Layout

HEAD = """osu file format v14

[General]
AudioFilename: audio.mp3
SampleSet: Soft
Mode: {mode}

[Metadata]
Version:Hard

[Difficulty]
HPDrainRate:5
CircleSize:4
OverallDifficulty:7
ApproachRate:8
SliderMultiplier:1.4
SliderTickRate:1

[TimingPoints]
{timing}

[HitObjects]
"""
RED = "0,500,4,2,1,60,1,0"


def write_map(objects: Iterable[str], mode: int = 0, timing: Sequence[str] = (RED,)) -> Beatmap:
    """A map of these object lines; a beat lasts 500 ms."""
    head = HEAD.format(mode=mode, timing="\n".join(timing))
    return parse((head + "".join(f"{line}\n" for line in objects)).encode())


def mixed(first: int = 1000, last: int = 15000, mode: int = 0) -> list[str]:
    """Circles and sliders in turns, a spinner last; holds instead of sliders in mania."""
    lines = []
    for number, time in enumerate(range(first, last, 1000)):
        x = 64 + number * 37 % 384
        lines.append(f"{x},192,{time},1,{number % 3 * 4},0:0:0:0:")
        if mode == 3:
            lines.append(f"{x},192,{time + 500},128,0,{time + 800}:0:0:0:0:")
        else:
            lines.append(f"{x},192,{time + 500},2,0,L|{x + 70}:192,2,70,0|8|0,0:0|0:0|0:0,0:0:0:0:")
    if mode != 3:
        lines.append(f"256,192,{last},12,0,{last + 1000},0:0:0:0:")
    return lines


def noise_of(seconds: float, seed: int = 0) -> Audio:
    """So much noise."""
    count = int(seconds * 16000)
    samples = np.random.default_rng(seed).uniform(-1, 1, count).astype(np.float32)
    return Audio(samples, hashlib.sha256(samples.tobytes()).hexdigest())


def with_layout(model: Model, **changes: object) -> Model:
    """The same network with another way of spelling."""
    layout: Layout = replace(model.layout, **changes)  # type: ignore[arg-type]
    return Model(model.name, model.network, model.vocabulary, layout, "as asked")


@lru_cache(maxsize=8)
def family(checkpoint: Path) -> Model:
    """A small reference checkpoint, exact enough to compare one token with many."""
    torch.set_num_threads(1)
    return load_model(checkpoint, "cpu", "float32")
