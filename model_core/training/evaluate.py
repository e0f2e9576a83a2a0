"""Figures of a checkpoint on songs it was never trained on, through the very path of a request.

Each held-out song is composed, rendered and mapped by the rule mapper; a range of it is remapped
with the rest of the map as context, and the start times of the new objects are compared with the
mapper's own. Two trivial answers stand beside it: a click every half beat, and random quarter-beat
ticks of the mapper's density.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from model_core import load
from model_core.audio.decode import Audio, normalise
from model_core.beatmap import Beatmap, ObjectKind, parse
from model_core.beatmap.modes import MODE_NAMES
from model_core.errors import CompanionError
from model_core.model import Model
from model_core.remap import RemapOptions, remap_range
from model_core.training.corpus import HELD_OUT, make_maps, make_song
from model_core.training.metrics import Match, half_beats, match_times, random_ticks
from model_core.training.other_modes import in_mode
from model_core.training.songs import compose

__all__ = ["RemapFigures", "evaluate_remap", "print_report"]

F1_BAR = 0.60
ON_TICK_BAR = 0.95
TOLERANCE_MS = 20.0
TICK_TOLERANCE_MS = 2.0
MAPS_A_SONG = 5
_LONG = (ObjectKind.SLIDER, ObjectKind.HOLD)


@dataclass(frozen=True, slots=True)
class RemapFigures:
    """What :func:`evaluate_remap` found; F1 at plus or minus 20 ms, shares in 0..1."""

    checkpoint: str
    songs: int
    refused: int
    f1: float
    precision: float
    recall: float
    f1_by_level: dict[str, float]
    f1_half_beats: float
    f1_random_ticks: float
    on_tick: float
    objects: int
    expected_objects: int
    slider_share: float
    expected_slider_share: float
    mode: int = 0

    @property
    def met(self) -> bool:
        """Whether the bars are met: F1, share on ticks, and better than both baselines."""
        return (
            self.f1 >= F1_BAR
            and self.on_tick >= ON_TICK_BAR
            and self.f1 > max(self.f1_half_beats, self.f1_random_ticks)
        )


def evaluate_remap(
    checkpoint: str | Model,
    songs: int = 40,
    range_ms: float = 8000.0,
    *,
    first_seed: int = HELD_OUT,
    mode: int = 0,
    report: Callable[[str], None] | None = None,
) -> RemapFigures:
    """Remap one range of each of ``songs`` held-out songs, levels in turn from Easy to Extra.

    ``mode``: in another mode than osu!standard the rule mapper's maps are turned into it first.
    """
    model = checkpoint if isinstance(checkpoint, Model) else load(checkpoint, gamemode=mode)
    totals = {"model": Match(), "half": Match(), "random": Match()}
    levels: dict[str, Match] = {}
    on_tick: list[bool] = []
    sliders = refused = expected_sliders = 0
    for number in range(songs):
        seed = first_seed + number
        rng = np.random.default_rng([seed, 5])
        song = make_song(seed)
        level = number % MAPS_A_SONG
        entry = make_maps(compose(seed), MAPS_A_SONG)[level]
        beatmap = in_mode(parse(entry.data), mode)
        samples = normalise(song.samples.astype(np.float32) / 32768.0)
        audio = Audio(samples, f"synthetic {seed}")
        first, last = _choose_range(beatmap, range_ms, rng)
        expected = [o.time for o in beatmap.hit_objects if first <= o.time <= last]
        try:
            answer = remap_range(model, beatmap, audio, first, last, RemapOptions(seed=seed))
            result = answer.candidates[0].edit.result
        except CompanionError as error:
            refused += 1
            result = None
            if report is not None:
                report(f"song {seed}: {error}")
        new = [o for o in result.hit_objects if first <= o.time <= last] if result else []
        match = match_times([o.time for o in new], expected, TOLERANCE_MS)
        totals["model"] += match
        levels[f"{level + 1} of {MAPS_A_SONG}"] = (
            levels.get(f"{level + 1} of {MAPS_A_SONG}", Match()) + match
        )
        line = beatmap.timing.red_line_at(first)
        assert line is not None
        beats = (line.time, line.beat_length, first, last)
        totals["half"] += match_times(half_beats(*beats), expected, TOLERANCE_MS)
        ticks = random_ticks(*beats, len(expected), rng)
        totals["random"] += match_times(ticks, expected, TOLERANCE_MS)
        on_tick += [
            abs(o.time - beatmap.timing.nearest_tick(o.time)) <= TICK_TOLERANCE_MS for o in new
        ]
        sliders += sum(o.kind in _LONG for o in new)
        expected_sliders += sum(
            o.kind in _LONG for o in beatmap.hit_objects if first <= o.time <= last
        )
        if report is not None:
            report(f"song {seed}, level {level + 1}: F1 {match.f1:.2f}")
    whole = totals["model"]
    return RemapFigures(
        checkpoint=model.name,
        songs=songs,
        refused=refused,
        f1=whole.f1,
        precision=whole.precision,
        recall=whole.recall,
        f1_by_level={name: match.f1 for name, match in sorted(levels.items())},
        f1_half_beats=totals["half"].f1,
        f1_random_ticks=totals["random"].f1,
        on_tick=sum(on_tick) / len(on_tick) if on_tick else 0.0,
        objects=whole.predicted,
        expected_objects=whole.expected,
        slider_share=sliders / max(1, whole.predicted),
        expected_slider_share=expected_sliders / max(1, whole.expected),
        mode=mode,
    )


def _choose_range(beatmap: Beatmap, length_ms: float, rng: np.random.Generator) -> tuple[int, int]:
    """A range that begins at an object and holds at least one more."""
    times = [o.time for o in beatmap.hit_objects]
    latest = times[-1] - length_ms
    possible = [t for t in times if t <= latest] or times[:1]
    first = int(possible[int(rng.integers(len(possible)))])
    return first, int(first + length_ms)


def print_report(figures: RemapFigures) -> None:
    """A table for people, and as the last line one JSON document."""
    rows = [
        ("F1 of start times, ±20 ms", figures.f1, F1_BAR),
        ("  precision", figures.precision, None),
        ("  recall", figures.recall, None),
        *((f"  level {name}", value, None) for name, value in figures.f1_by_level.items()),
        ("  every half beat", figures.f1_half_beats, None),
        ("  random ticks of equal density", figures.f1_random_ticks, None),
        ("objects within 2 ms of a tick", figures.on_tick, ON_TICK_BAR),
        ("sliders (held notes) among objects", figures.slider_share, None),
        ("  of the mapper", figures.expected_slider_share, None),
    ]
    print(f"{figures.checkpoint}, {MODE_NAMES[figures.mode]}: "
          f"{figures.songs} held-out songs, {figures.objects} objects, "
          f"{figures.expected_objects} expected, {figures.refused} refused")  # fmt: skip
    for name, value, bar in rows:
        verdict = "" if bar is None else f"  bar {bar:.2f}  {'met' if value >= bar else 'NOT MET'}"
        print(f"{name:<36}{value:7.3f}{verdict}")
    print(json.dumps({**asdict(figures), "met": figures.met}))
