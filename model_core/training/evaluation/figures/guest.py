"""Guest difficulties: how hard they were asked to be against how the game rates them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from model_core.beatmap import Beatmap
from model_core.beatmap.stars import star_rating
from model_core.maps.generate import generate_difficulty
from model_core.maps.parameters import GenerationParameters
from model_core.remap.draft import without
from model_core.training.evaluation.bench import REFUSALS, Bench, Piece, excerpt
from model_core.training.evaluation.charts import Points, Spread
from model_core.training.evaluation.figure import Bar, Line, Measured

__all__ = ["GuestDifficulty", "median_error", "spearman"]

SPEARMAN_BAR, ERROR_BAR = 0.80, 0.5
LEAST_STARS, MOST_STARS = 1.5, 6.0
# The busiest part of a song, which decides how hard a map is; see "lost by the excerpt".
RANGE_MS = 14000.0
#: Written without another difficulty to read, too, of all songs.
ALONE = 0.25


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Rank correlation; equal values share their mean rank. 0 where either does not vary."""
    if len(first) < 2:
        return 0.0
    ranks = rankdata(first), rankdata(second)
    spreads = [float(np.std(own)) for own in ranks]
    if not all(spreads):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def median_error(asked: Sequence[float], got: Sequence[float]) -> float:
    """The median of the absolute differences."""
    return float(np.median(np.abs(np.subtract(asked, got)))) if len(asked) else float("nan")


class GuestDifficulty:
    """Beside a difficulty of another level, in the part of the song that has most objects."""

    name = "stars"
    what = f"guest difficulties of {LEAST_STARS:g} to {MOST_STARS:g} stars: asked against rated"
    seconds = 5.0
    on_mapsets = False

    def measure(self, bench: Bench) -> Measured:
        count = bench.count
        # Spread evenly, and in an order that has nothing to do with the level beside it.
        spread = np.linspace(LEAST_STARS, MOST_STARS, count)
        wishes = np.random.default_rng([bench.seed, 8]).permutation(spread)
        every = round(1 / ALONE)
        pairs: list[tuple[float, float]] = []
        alone: list[tuple[float, float]] = []
        sources: list[float] = []
        lost: list[float] = []
        refused: list[str] = []
        for piece in bench.source.maps(0, count):
            asked = float(wishes[piece.number])
            first, last = excerpt(piece.beatmap, RANGE_MS)
            whole = star_rating(piece.beatmap.to_bytes())
            part = star_rating(_within(piece.beatmap, first, last).to_bytes())
            if whole is not None and part is not None:
                lost.append(whole - part)
            if (got := _written(bench, piece, asked, (first, last), None, refused)) is not None:
                pairs.append((asked, got))
                sources.append(whole or 0.0)
            if piece.number % every == 0:
                got = _written(bench, piece, asked, (first, last), False, refused)
                if got is not None:
                    alone.append((asked, got))
            bench.told(piece.number + 1, count)
        asked_all, got_all = [a for a, _ in pairs], [g for _, g in pairs]
        mean = [float(np.mean(asked_all))] * len(pairs) if pairs else []
        lines = [
            Line("Spearman, asked and rated",
                 spearman(asked_all, got_all) if len(pairs) > 1 else None, Bar(SPEARMAN_BAR),
                 {"the mean": 0.0, "the other difficulty": spearman(asked_all, sources)}),
            Line("median error", median_error(asked_all, got_all) if pairs else None,
                 Bar(ERROR_BAR, "at most"),
                 {"the mean": median_error(asked_all, mean),
                  "the other difficulty": median_error(asked_all, sources)} if pairs else {},
                 "stars"),
            Line("rated less asked, median",
                 float(np.median(np.subtract(got_all, asked_all))) if pairs else None,
                 unit="stars"),
            Line("lost by the excerpt, mapper's maps, median",
                 float(np.median(lost)) if lost else None, unit="stars"),
            Line("answers refused", len(refused) / max(1, len(pairs) + len(alone) + len(refused))),
        ]  # fmt: skip
        if len(alone) > 1:
            asked_alone, got_alone = [a for a, _ in alone], [g for _, g in alone]
            lines += [
                Line("Spearman, no difficulty beside it", spearman(asked_alone, got_alone)),
                Line("median error, no difficulty beside it", median_error(asked_alone, got_alone),
                     unit="stars"),
            ]  # fmt: skip
        charts = (
            Points("Guest difficulties", "asked, stars", "rated, stars", pairs, ERROR_BAR),
            Spread("Rated less asked", "stars", [g - a for a, g in pairs], -3.0, 3.0,
                   (-ERROR_BAR, ERROR_BAR)),
        )  # fmt: skip
        return Measured(tuple(lines), charts, count, tuple(refused))


def _written(
    bench: Bench,
    piece: Piece,
    asked: float,
    span: tuple[int, int],
    follow: bool | None,
    refused: list[str],
) -> float | None:
    parameters = GenerationParameters(
        difficulty=asked, seed=piece.seed, start_ms=span[0], end_ms=span[1], follow=follow
    )
    try:
        made = generate_difficulty(bench.model, piece.beatmap, piece.audio, parameters, "guest")
    except REFUSALS as error:
        refused.append(f"{piece.name}: {error}")
        return None
    return made.stars


def _within(beatmap: Beatmap, first: int, last: int) -> Beatmap:
    return without(
        beatmap, {item.line for item in beatmap.hit_objects if not first <= item.time <= last}
    )
