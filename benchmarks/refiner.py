"""How long refining positions takes: ``python -m benchmarks.refiner [--checkpoint NAME]``.

Without a checkpoint a network of the published refiner's size (a diffusion transformer of 12
layers, 768 wide) with random weights stands for it: the work is the same. Measured are loading
from files in the published format, one diffusion step of windows of several lengths with and
without guidance, what of a step is the network's and what the slider ends', and a whole map of
1,000 objects with the hundred steps of v28 and v29 and with ten.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from benchmarks.report import machine, print_figures, print_table
from model_core.refiner import Refiner, RefinerOptions, load_refiner
from model_core.refiner.network import RefinerConfig, RefinerNetwork
from model_core.refiner.points import PointSequence, read_points
from model_core.refiner.sampling import Floats, WindowRule, walk
from model_core.refiner.schedule import schedule
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.layout import Layout
from model_core.tokens.starter_layout import starter_layout

_BASE = RefinerConfig(width=768, layers=12, heads=12, hidden=3072, classes=0)
# The published tables' parts, with mappers and descriptors of some number.
_TABLE: dict[str, Any] = {
    "beatmap_idx": {},
    "num_classes": 0,
    "num_diff_classes": 26,
    "max_difficulty": 12,
    "beatmap_mapper": {},
    "mapper_idx": {},
    "num_mapper_classes": 4000,
    "beatmap_descriptors": {},
    "descriptor_idx": {},
    "num_descriptor_classes": 71,
    "num_cs_classes": 22,
}
_CLASSES = sum(size for name, size in _TABLE.items() if name.startswith("num_"))
_WINDOWS = (128, 512, 1024)
_BEAT_MS = 400.0


def save_random(folder: Path) -> None:
    """A refiner of the published size and format with small random weights."""
    torch.manual_seed(0)
    network = RefinerNetwork(replace(_BASE, classes=_CLASSES))
    with torch.no_grad():
        for weight in network.parameters():
            weight.normal_(0, 0.02)
    torch.save(_TABLE, folder / "tokenizer.pkl")
    torch.save(network.state_dict(), folder / "model_ema.pkl")


def map_events(objects: int) -> TimedEvents:
    """Circles and, every third, a slider with an anchor; types first, as v28 and v29 spell."""
    rng = np.random.default_rng(0)
    pairs: list[tuple[float, Event]] = []

    def part(kind: EventType, at: float, *more: Event) -> None:
        x, y = (int(value) for value in rng.integers((0, 0), (513, 385)))
        place = (Event(EventType.POSITION_X, x), Event(EventType.POSITION_Y, y))
        pairs.extend((at, event) for event in (Event(kind), *place, *more))

    for number in range(objects):
        at = _BEAT_MS / 2 * number
        if number % 3:
            part(EventType.CIRCLE, at)
            continue
        part(EventType.SLIDER_HEAD, at, Event(EventType.SCROLL_SPEED, 100))
        part(EventType.BEZIER_ANCHOR, at + 60)
        part(EventType.LAST_ANCHOR, at + 120)
        part(EventType.SLIDER_END, at + 120)
    return TimedEvents(tuple(event for _, event in pairs), tuple(at for at, _ in pairs))


def layout() -> Layout:
    return replace(starter_layout(), types_first=True, slider_version=1)


def measure(refiner: Refiner, steps: int, objects: int) -> dict[str, Any]:
    """Milliseconds a step by points and guidance, and seconds a map."""
    figures: dict[str, Any] = {}
    for points in _WINDOWS:
        sequence = read_points(map_events(points), layout(), lambda _: _BEAT_MS, 1.4)
        sequence = _first(sequence, points)
        for scale in (1.0, 1.5):
            seconds = _step_seconds(refiner, sequence, scale, steps)
            figures[f"step_ms_{points}_points_guidance_{scale:g}"] = 1000 * seconds
    if not objects:
        return figures
    timed = map_events(objects)
    sections = ((10, *[0] * 99), (100, *[0] * 9))
    figures["map_objects"] = objects
    for own in sections:
        begun = time.perf_counter()
        refiner.refine(
            timed,
            layout(),
            lambda _: _BEAT_MS,
            Conditions(difficulty=5.0, circle_size=4.0),
            options=RefinerOptions(sections=own),
        )
        figures[f"map_s_{own[0]}_steps"] = time.perf_counter() - begun
    return figures


def _first(sequence: PointSequence, points: int) -> PointSequence:
    return replace(
        sequence,
        positions=sequence.positions[:, :points],
        times=sequence.times[:points],
        context=sequence.context[:, :points],
    )


def _step_seconds(refiner: Refiner, sequence: PointSequence, scale: float, steps: int) -> float:
    """The quickest of some steps, after one that is not counted."""
    ends: list[float] = [time.perf_counter()]

    def noise(window: int, turn: int, points: int) -> Floats:
        return np.zeros((2, points), dtype=np.float32)

    vector = refiner.classes.asked(Conditions(difficulty=5.0))
    walk(
        refiner.network,
        sequence,
        np.zeros(len(sequence), dtype=np.bool_),
        vector,
        vector,
        scale,
        schedule((steps + 1, *[0] * 9)),
        WindowRule(),
        noise,
        report=lambda done, total: ends.append(time.perf_counter()),
    )
    return float(min(np.diff(ends)[1:]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", help="folder or hub repository of a refiner")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--threads", type=int, help="default: as torch chooses")
    parser.add_argument("--repeats", type=int, default=3, help="steps of which the quickest counts")
    parser.add_argument("--objects", type=int, default=1000, help="of the whole map; 0: no map")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    facts = machine()
    with tempfile.TemporaryDirectory() as made:
        source = options.checkpoint
        if source is None:
            save_random(Path(made))
            source = made
        before = psutil.Process().memory_info().rss
        begun = time.perf_counter()
        refiner = load_refiner(source, options.device, options.dtype)
        loaded = time.perf_counter() - begun
        network = refiner.network
        figures: dict[str, Any] = {
            "model": options.checkpoint or "random, of the published size",
            "parameters": sum(weight.numel() for weight in network.parameters()),
            "device": str(network.device),
            "dtype": str(network.dtype).removeprefix("torch."),
            "threads": torch.get_num_threads(),
            "load_ms": loaded * 1000,
            **measure(refiner, max(1, options.repeats), max(0, options.objects)),
        }
        figures["memory_mb"] = (psutil.Process().memory_info().rss - before) / 1e6
        if network.device.type == "cuda":
            figures["device_memory_mb"] = torch.cuda.max_memory_allocated() / 1e6
    print_table("Refiner", ("", "measured"), list(figures.items()))
    print_figures("refiner", {"machine": facts, **figures})


if __name__ == "__main__":
    main()
