"""Measuring figures one after the other, with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model_core import load
from model_core.errors import InputError
from model_core.model import Model
from model_core.training.corpus import HELD_OUT
from model_core.training.evaluation.bench import Bench, Source, quiet
from model_core.training.evaluation.figure import Figure, Measured
from model_core.training.evaluation.figures import FIGURES
from model_core.training.evaluation.held_out import HeldOut
from model_core.training.evaluation.mapsets import Mapsets

__all__ = ["Evaluation", "FigureResult", "chosen", "evaluate"]

SONGS = 60
_TELL_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class FigureResult:
    """A figure that was measured, on what, and how long that took."""

    figure: Figure
    measured: Measured
    seconds: float
    on: str = "held-out songs"

    def to_dict(self) -> dict[str, Any]:
        """For the JSON document."""
        return {
            "name": self.figure.name,
            "what": self.figure.what,
            "on": self.on,
            "pieces": self.measured.pieces,
            "met": self.measured.met,
            "seconds": round(self.seconds, 1),
            "lines": [line.to_dict() for line in self.measured.lines],
            "refused": list(self.measured.refused),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All of it. Bars are those of held-out songs; on mapsets nothing can be missed."""

    checkpoint: str
    songs: int
    seed: int
    results: tuple[FigureResult, ...]
    on_mapsets: tuple[FigureResult, ...] = ()
    skipped: tuple[str, ...] = field(default=())
    seconds: float = 0.0

    @property
    def met(self) -> bool:
        """Whether every bar that was measured is met."""
        return all(result.measured.met for result in self.results)

    def to_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "checkpoint": self.checkpoint,
            "songs": self.songs,
            "seed": self.seed,
            "met": self.met,
            "seconds": round(self.seconds, 1),
            "figures": [result.to_dict() for result in self.results],
            "mapsets": [result.to_dict() for result in self.on_mapsets],
            "skipped": list(self.skipped),
        }


def evaluate(
    checkpoint: str | Model,
    songs: int = SONGS,
    *,
    only: Sequence[str] = (),
    seed: int = 0,
    first_seed: int = HELD_OUT,
    cache: Path | None = None,
    mapsets: Path | None = None,
    device: str = "auto",
    report: Callable[[str], None] = quiet,
) -> Evaluation:
    """Measure a checkpoint's figures.

    Args:
        checkpoint: as :func:`model_core.load` takes it, or a loaded model.
        songs: held-out songs a figure (some take a share of them, or others of their kind).
        only: names of figures; all without.
        seed: of what is drawn. The songs are those of ``first_seed`` and on.
        cache: where rendered songs are kept between runs.
        mapsets: a folder of mapsets (.osz or unpacked); the figures that can be are measured on
            them as well, on ``songs`` maps at most.
        report: told how far it is, a sentence every few seconds.

    Raises:
        InputError: a figure of ``only`` does not exist, or ``mapsets`` holds no usable map.
        CheckpointError: as of :func:`model_core.load`.
        CompanionError: the process that makes a whole map failed.
    """
    figures = chosen(only)
    if songs < 1:
        raise InputError(f"At least 1 song is needed, not {songs}.")
    begun = time.monotonic()
    loaded = isinstance(checkpoint, Model)
    model = checkpoint if isinstance(checkpoint, Model) else load(checkpoint, device=device)
    place = str(model.folder or model.name) if loaded else str(checkpoint)
    jobs: list[tuple[Figure, Source, str]] = []
    held = HeldOut(first_seed + seed * 10_000, cache)
    jobs += [(figure, held, "held-out songs") for figure in figures]
    found: Mapsets | None = None
    if mapsets is not None:
        found = Mapsets(mapsets, report)
        jobs += [(figure, found, "mapsets") for figure in figures if figure.on_mapsets]
    shared: dict[str, object] = {}
    clock = _Clock([figure.seconds * (songs if figure.seconds < 30 else 1)
                    for figure, _, _ in jobs], report)  # fmt: skip
    results: list[FigureResult] = []
    for number, (figure, source, on) in enumerate(jobs):
        started = time.monotonic()
        clock.begin(number, figure.name)
        bench = Bench(model, source, songs, seed, place, clock.tell, shared)
        measured = figure.measure(bench)
        results.append(FigureResult(figure, measured, time.monotonic() - started, on))
    return Evaluation(
        checkpoint=model.name,
        songs=songs,
        seed=seed,
        results=tuple(result for result in results if result.on != "mapsets"),
        on_mapsets=tuple(result for result in results if result.on == "mapsets"),
        skipped=() if found is None else found.skipped,
        seconds=time.monotonic() - begun,
    )


def chosen(only: Sequence[str]) -> tuple[Figure, ...]:
    """The figures of these names, in their usual order; all of them for none.

    Raises InputError for a name that none has.
    """
    names = [figure.name for figure in FIGURES]
    unknown = [name for name in only if name not in names]
    if unknown:
        raise InputError(f"There is no figure {unknown[0]!r}. Figures: {', '.join(names)}.")
    return tuple(figure for figure in FIGURES if not only or figure.name in only)


class _Clock:
    """Says how far it is. ``expected``: about how many seconds each figure takes."""

    def __init__(self, expected: Sequence[float], report: Callable[[str], None]) -> None:
        self._expected, self._report = expected, report
        self._begun = self._told = time.monotonic()
        self._number, self._name = 0, ""

    def begin(self, number: int, name: str) -> None:
        self._number, self._name = number, name
        self._told = 0.0  # the first piece of every figure is told
        self._begun = self._begun if number else time.monotonic()

    def tell(self, done: int, count: int) -> None:
        now = time.monotonic()
        if now - self._told < _TELL_EVERY_S:
            return
        self._told = now
        share = done / max(1, count)
        passed = sum(self._expected[: self._number]) + share * self._expected[self._number]
        ahead = sum(self._expected) - passed
        left = ahead * (now - self._begun) / max(passed, 1e-9)
        told = "under a minute" if left < 60 else f"about {left / 60:.0f} min"
        self._report(
            f"{self._number + 1} of {len(self._expected)}, {self._name}: {done} of {count},"
            f" {told} left"
        )
