"""Maps for the tests of this room, and a model whose drafts are written by the test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from model_core.beatmap import Beatmap, parse
from model_core.model import Model
from model_core.remap import draft
from model_core.tokens import ContextType, TimedEvents, map_events

HEAD = """osu file format v14

[General]
AudioFilename: audio.mp3
SampleSet: Soft
Mode: {mode}

[Metadata]
Version:Hard
BeatmapID:{beatmap_id}

[Difficulty]
HPDrainRate:5
CircleSize:4.2
OverallDifficulty:7
ApproachRate:8
SliderMultiplier:1.6
SliderTickRate:1

[TimingPoints]
{timing}

[HitObjects]
"""


def write_map(
    objects: Iterable[str],
    mode: int = 0,
    timing: str = "0,500,4,2,1,60,1,0",
    beatmap_id: int = 0,
) -> Beatmap:
    """A map of these object lines; a beat lasts 500 ms."""
    head = HEAD.format(mode=mode, timing=timing, beatmap_id=beatmap_id)
    return parse((head + "".join(f"{line}\n" for line in objects)).encode())


def circles(first: int, last: int, step: int = 500, shift: int = 0, sound: int = 0) -> list[str]:
    """Circles every ``step`` ms, ends included, each somewhere else."""
    return [
        f"{64 + (time // 7 + shift) % 384},{64 + (time // 11) % 256},{time},1,{sound},0:0:0:0:"
        for time in range(first, last + 1, step)
    ]


def song_map() -> Beatmap:
    """Circles on every beat of the first nineteen seconds."""
    return write_map(circles(500, 19000))


def draft_of(model: Model, objects: Iterable[str], mode: int = 0) -> TimedEvents:
    """What a model would write for these objects."""
    return map_events(write_map(objects, mode), model.layout)


class Script:
    """Stands in for the network: hands out drafts, and remembers how it was asked."""

    def __init__(self, drafts: Sequence[TimedEvents]) -> None:
        self.drafts = list(drafts)
        self.variants: list[Any] = []
        self.windows: list[Any] = []
        self.settings: Any = None

    def __call__(
        self,
        model: Any,
        audio: Any,
        windows: Any,
        variants: Any,
        outs: Any,
        written: Any,
        settings: Any,
        *_: Any,
    ) -> list[dict[ContextType, TimedEvents]]:
        self.variants, self.windows, self.settings = list(variants), list(windows), settings
        assert written == [ContextType.MAP]
        return [
            {**variant.known, ContextType.MAP: variant.known[ContextType.MAP] + written_part}
            for variant, written_part in zip(variants, self.drafts, strict=True)
        ]


def script(monkeypatch: pytest.MonkeyPatch, *drafts: TimedEvents) -> Script:
    """Let the next requests get these drafts, one for each variant."""
    stand_in = Script(drafts)
    monkeypatch.setattr(draft, "generate_sequential", stand_in)
    return stand_in
