"""A remap where everything runs already: ``python -m benchmarks.warm_remap [--rounds N]``.

Four kinds of request take turns, so that whatever else the machine does falls on all of them
alike: a range that was never heard, the same range again (its windows are remembered), three
variants in one batch, and the whole command with a process of its own (``--dry-run``). Each asks
for four seconds of the bundled song. A draw that the model's answer makes unusable is refused by
the program; it is counted and another seed is taken.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.report import machine, print_figures, print_table, spread
from benchmarks.setting import RANGE_MS, Setting, command, default_model, own_setting

if TYPE_CHECKING:
    from clients.client import Client

_FIRST_MS, _LAST_MS = 6_000, 44_000
_STAGES = ("queue", "audio", "encoder", "decode", "post", "patch", "rank")
_TRIES = 8

Figures = dict[str, float]


class _Asker:
    """Requests of one benchmark run; ``refused`` counts draws that gave no usable answer."""

    def __init__(self, setting: Setting, client: Client) -> None:
        self._setting = setting
        self._client = client
        self._seed = 0
        self.refused = 0

    def remap(self, start_ms: int, variants: int = 1) -> Figures:
        """One request over an open channel, as a tray or a plugin would send it."""
        from clients.client import RefusedError
        from clients.remapping import follow

        for _ in range(_TRIES):
            self._seed += 1
            began = time.perf_counter()
            stream = self._client.remap(
                self._setting.map,
                start_ms=start_ms,
                end_ms=start_ms + RANGE_MS,
                seed=self._seed,
                variants=variants,
            )
            try:
                result = follow(stream, lambda _event: None)
            except RefusedError:
                self.refused += 1
                continue
            wall_ms = (time.perf_counter() - began) * 1000
            timings = result.timings
            return {
                "wall_ms": wall_ms,
                "total_ms": timings.total_ms,
                **{f"{stage}_ms": getattr(timings, f"{stage}_ms") for stage in _STAGES},
                "tokens": float(timings.tokens),
                "tokens_per_s": timings.tokens_per_second,
            }
        raise SystemExit(f"The model gave no usable answer in {_TRIES} tries at {start_ms} ms.")

    def as_command(self, start_ms: int) -> Figures:
        """The same as a command of its own that writes nothing; its seed is one that worked."""
        seconds, lines = command(
            "remap", str(self._setting.map), "--from", str(start_ms),
            "--to", str(start_ms + RANGE_MS), "--seed", str(self._seed), "--dry-run", "--json",
        )  # fmt: skip
        timings = lines[-1]["timings"]
        return {
            "wall_ms": seconds * 1000,
            "total_ms": timings["total_ms"],
            **{f"{stage}_ms": timings.get(f"{stage}_ms", 0.0) for stage in _STAGES},
            "tokens": float(timings["tokens"]),
            "tokens_per_s": timings["tokens_per_second"],
        }


def measure(rounds: int) -> dict[str, Any]:
    """Per kind of request, the spread of every figure."""
    runs: dict[str, list[Figures]] = {}
    with own_setting() as setting, setting.client() as client:
        asker = _Asker(setting, client)
        asker.remap(_FIRST_MS)
        kinds: dict[str, Callable[[int], Figures]] = {
            "new range": asker.remap,
            "as a command": asker.as_command,
            "same range again": asker.remap,
            "three variants": lambda start: asker.remap(start, 3),
        }
        for number in range(rounds):
            # Windows are placed by the range's start: another start is another window.
            start = _FIRST_MS + 97 + (number * 5_003) % (_LAST_MS - _FIRST_MS)
            for kind, ask in kinds.items():
                runs.setdefault(kind, []).append(ask(start))
        refused = asker.refused
    found = {
        kind: {name: spread([run[name] for run in those]) for name in those[0]}
        for kind, those in runs.items()
    }
    ratios = [
        three["decode_ms"] / one["decode_ms"] * one["tokens"] / three["tokens"]
        for one, three in zip(runs["same range again"], runs["three variants"], strict=True)
    ]
    return {
        "model": default_model(),
        "range_ms": RANGE_MS,
        "refused_draws": refused,
        "kinds": found,
        "ms_per_token_of_three_variants_to_one": spread(ratios),
    }


def main() -> None:
    """Print the tables, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    facts = machine()
    figures = measure(max(1, options.rounds))
    kinds = figures["kinds"]
    names = ("wall_ms", "total_ms", *(f"{s}_ms" for s in _STAGES), "tokens", "tokens_per_s")
    print_table(
        f"Warm remap of {RANGE_MS / 1000:g} s, model {figures['model']}, medians "
        f"(rounds: {options.rounds}, draws refused: {figures['refused_draws']})",
        ("", *kinds),
        [(name, *(kinds[kind][name]["median"] for kind in kinds)) for name in names],
    )
    ratio = figures["ms_per_token_of_three_variants_to_one"]
    print(f"\nA token of three variants costs {ratio['median']:.2f} of one alone (median).")
    print_figures("warm_remap", {"machine": facts, **figures})


if __name__ == "__main__":
    main()
