"""Hitsounding against generating the map again: ``python -m benchmarks.hitsounds [--rounds N]``.

The two take turns on the same range of the same map, each time on audio that was not heard before,
so that what else the machine does falls on both alike. Generation writes every token of the range
one after the other; hitsounding is given all but the sounds and reads them in parallel passes.
As no two maps are equally long, the time is also given for each object that was written, or read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.report import machine, print_figures, print_table, spread
from model_core.audio.decode import Audio, decode
from model_core.beatmap import Beatmap, free_range, parse
from model_core.generation.decode_loop import never
from model_core.hitsounds import HitsoundOptions, choose_sounds
from model_core.model import Model, load_model
from model_core.remap.draft import Drafter
from model_core.remap.options import Progress, RemapOptions
from model_core.tokens import EventType, TimedEvents

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
_HEADS = frozenset(
    {
        EventType.CIRCLE,
        EventType.SLIDER_HEAD,
        EventType.SPINNER,
        EventType.HOLD_NOTE,
        EventType.DRUMROLL,
        EventType.DENDEN,
    }
)

Figures = dict[str, float]


def _hitsounded(
    model: Model, audio: Audio, beatmap: Beatmap, start: int, end: int, volumes: bool
) -> Figures:
    begun = time.perf_counter()
    options = HitsoundOptions(start_ms=start, end_ms=end, volumes=volumes)
    choices = choose_sounds(model, audio, beatmap, options)
    total = (time.perf_counter() - begun) * 1000
    encoder = choices.timings_ms["encoder"]
    return _figures(total, encoder, len(choices.objects), choices.decided) | {
        "passes": float(choices.passes)
    }


def _generated(
    model: Model, audio: Audio, beatmap: Beatmap, start: int, end: int, seed: int
) -> Figures:
    begun = time.perf_counter()
    free = free_range(beatmap, start, end)
    drafter = Drafter(model, beatmap, audio, start, free, RemapOptions(seed=seed))
    drafter.encode(never)
    heard = time.perf_counter()
    (written,) = drafter.generate(_ignore, never)
    total = (time.perf_counter() - begun) * 1000
    return _figures(total, (heard - begun) * 1000, _objects(written), drafter.tokens)


def _figures(total: float, encoder: float, objects: int, tokens: int) -> Figures:
    return {
        "total_ms": total,
        "encoder_ms": encoder,
        "without_encoder_ms": total - encoder,
        "objects": float(objects),
        "tokens": float(tokens),
        "ms_per_object": (total - encoder) / max(1, objects),
    }


def _objects(written: TimedEvents) -> int:
    return sum(event.type in _HEADS for event in written.events)


def _ignore(_: Progress) -> None:
    pass


def measure(
    model: Model, audio: Audio, beatmap: Beatmap, start: int, end: int, rounds: int
) -> dict[str, Any]:
    """The spread of every figure of each kind, and the ratios of turns that stood side by side."""
    kinds: dict[str, Callable[[Audio, int], Figures]] = {
        "generated again": lambda heard, n: _generated(model, heard, beatmap, start, end, n),
        "hitsounds": lambda heard, _: _hitsounded(model, heard, beatmap, start, end, False),
        "hitsounds and volumes": lambda heard, _: _hitsounded(
            model, heard, beatmap, start, end, True
        ),
    }
    runs: dict[str, list[Figures]] = {kind: [] for kind in kinds}
    for number in range(rounds + 1):
        for place, (kind, work) in enumerate(kinds.items()):
            # Another name: nothing that was heard is remembered.
            run = work(replace(audio, sha256=f"{audio.sha256} {number} {place}"), number)
            if number:  # the first turn warms up
                runs[kind].append(run)
    plain = runs["generated again"]
    ratios = {
        kind: {
            name: spread([_ratio(a[name], b[name]) for a, b in zip(plain, own, strict=True)])
            for name in ("total_ms", "without_encoder_ms", "ms_per_object")
        }
        for kind, own in runs.items()
        if own is not plain
    }
    return {
        "kinds": {
            kind: {name: spread([run[name] for run in own]) for name in own[0]}
            for kind, own in runs.items()
        },
        "times_as_fast": ratios,
    }


def _ratio(plain: float, forced: float) -> float:
    return plain / forced if forced else 0.0


def _sample() -> tuple[Path, Path]:
    map_ = next(SAMPLES.glob("*/*[[]Insane[]].osu"))
    return map_, map_.parent / "audio.mp3"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default="starter", help='folder, repository or "starter"')
    parser.add_argument("--map", type=Path, help="default: the hardest of the bundled mapset")
    parser.add_argument("--audio", type=Path, help="of --map")
    parser.add_argument("--from", dest="start", type=int, default=6_000, help="ms")
    parser.add_argument("--to", dest="end", type=int, default=46_000, help="ms")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--threads", type=int, help="default: as torch chooses")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    if (options.map is None) != (options.audio is None):
        parser.error("--map and --audio belong together")
    if options.threads:
        torch.set_num_threads(options.threads)
    map_path, audio_path = _sample() if options.map is None else (options.map, options.audio)
    facts = machine()
    beatmap = parse(map_path.read_bytes())
    model = load_model(options.checkpoint, options.device, options.dtype, gamemode=beatmap.mode)
    rounds = max(1, options.rounds)
    figures = measure(model, decode(audio_path), beatmap, options.start, options.end, rounds)
    kinds, ratios = figures["kinds"], figures["times_as_fast"]
    names = ("total_ms", "encoder_ms", "without_encoder_ms", "objects", "tokens", "ms_per_object")
    print_table(
        f"Hitsounds of {(options.end - options.start) / 1000:g} s, model {model.name} on"
        f" {model.device}, medians of {rounds}",
        ("", *kinds),
        [(name, *(own[name]["median"] for own in kinds.values())) for name in names],
    )
    for kind, own in ratios.items():
        median = {name: value["median"] for name, value in own.items()}
        print(
            f"\n{kind}: {median['total_ms']:.1f} times as fast as generating the range again"
            f" ({median['without_encoder_ms']:.1f} times without the encoder, which both need;"
            f" {median['ms_per_object']:.1f} times for each object)."
        )
    print_figures(
        "hitsounds",
        {
            "machine": facts,
            "model": model.name,
            "device": str(model.device),
            "threads": torch.get_num_threads(),
            "range_ms": options.end - options.start,
            **figures,
        },
    )


if __name__ == "__main__":
    main()
