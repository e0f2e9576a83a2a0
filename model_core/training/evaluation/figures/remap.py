"""Remap: start times of generated objects against the mapper's, in all four modes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from model_core.beatmap import ObjectKind
from model_core.beatmap.modes import MODE_NAMES
from model_core.model import Model
from model_core.remap import RemapOptions, remap_range
from model_core.training.evaluation.bench import REFUSALS, Bench, Piece, excerpt
from model_core.training.evaluation.charts import Bars
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.metrics import Match, half_beats, match_times, random_ticks

__all__ = ["Remap", "remapped"]

F1_BAR = 0.80
TOLERANCE_MS = 20.0
TICK_TOLERANCE_MS = 2.0
RANGE_MS = 8000.0
#: Other modes than osu!standard are measured on this share of the songs.
OTHER_MODES = 0.25
_LONG = (ObjectKind.SLIDER, ObjectKind.HOLD)


@dataclass(slots=True)
class Tally:
    """Counts of one mode."""

    model: Match = field(default_factory=Match)
    half: Match = field(default_factory=Match)
    random: Match = field(default_factory=Match)
    levels: dict[str, Match] = field(default_factory=lambda: defaultdict(Match))
    on_tick: int = 0
    long: int = 0
    long_expected: int = 0
    pieces: int = 0
    refused: list[str] = field(default_factory=list)


class Remap:
    """F1 of start times; osu!standard has the bar, the other modes stand beside it."""

    name = "remap"
    what = f"start times of remapped objects against the mapper's, ±{TOLERANCE_MS:g} ms"
    seconds = 2.0
    on_mapsets = True

    def measure(self, bench: Bench) -> Measured:
        others = max(1, round(bench.count * OTHER_MODES))
        counts = (bench.count, others, others, others)
        tallies = [Tally() for _ in counts]
        done = 0
        for mode, (count, tally) in enumerate(zip(counts, tallies, strict=True)):
            for piece in bench.source.maps(mode, count):
                remapped(bench.model, piece, tally)
                done += 1
                bench.told(done, sum(counts))
        lines = list(_lines(tallies[0]))
        for mode, tally in enumerate(tallies[1:], 1):
            if tally.pieces:
                lines.append(_f1(f"F1 in {MODE_NAMES[mode]}", tally))
        values = [("F1", tallies[0].model.f1), ("half beats", tallies[0].half.f1),
                  ("random ticks", tallies[0].random.f1)]  # fmt: skip
        values += [(level, match.f1) for level, match in tallies[0].levels.items()]
        values += [(MODE_NAMES[m], t.model.f1) for m, t in enumerate(tallies) if m and t.pieces]
        return Measured(
            tuple(lines),
            (Bars("Remap: F1 of start times", values, F1_BAR),),
            sum(tally.pieces for tally in tallies),
            tuple(text for tally in tallies for text in tally.refused),
        )


def remapped(model: Model, piece: Piece, tally: Tally) -> None:
    """Remap a range of a piece and count what came out; a refused answer has no objects."""
    beatmap = piece.beatmap
    rng = piece.rng(5)
    first, last = excerpt(beatmap, RANGE_MS, rng)
    line = beatmap.timing.red_line_at(first)
    if line is None:
        tally.refused.append(f"{piece.name}: it has no red line")
        return
    tally.pieces += 1
    expected = [item for item in beatmap.hit_objects if first <= item.time <= last]
    starts = sorted({item.time for item in expected})
    new = []
    try:
        options = RemapOptions(seed=piece.seed)
        answer = remap_range(model, beatmap, piece.audio, first, last, options)
        result = answer.candidates[0].edit.result
        new = [item for item in result.hit_objects if first <= item.time <= last]
    except REFUSALS as error:
        tally.refused.append(f"{piece.name}: {error}")
    made = sorted({item.time for item in new})
    match = match_times(made, starts, TOLERANCE_MS)
    tally.model += match
    if piece.level:
        tally.levels[piece.level] += match
    beats = (line.time, line.beat_length, first, last)
    tally.half += match_times(half_beats(*beats), starts, TOLERANCE_MS)
    tally.random += match_times(random_ticks(*beats, len(starts), rng), starts, TOLERANCE_MS)
    tally.on_tick += sum(
        abs(time - beatmap.timing.nearest_tick(time)) <= TICK_TOLERANCE_MS for time in made
    )
    tally.long += sum(item.kind in _LONG for item in new)
    tally.long_expected += sum(item.kind in _LONG for item in expected)


def _f1(what: str, tally: Tally, bar: Bar | None = None) -> Line:
    baselines = {"every half beat": tally.half.f1, "random ticks": tally.random.f1}
    return Line(what, tally.model.f1 if tally.pieces else None, bar, baselines)


def _lines(tally: Tally) -> list[Line]:
    made, wanted = max(1, tally.model.predicted), max(1, tally.model.expected)
    return [
        _f1("F1", tally, Bar(F1_BAR)),
        Line("precision", tally.model.precision),
        Line("recall", tally.model.recall),
        *(Line(f"F1, {level}", match.f1) for level, match in tally.levels.items()),
        Line(f"objects within {TICK_TOLERANCE_MS:g} ms of a tick", tally.on_tick / made),
        Line("sliders among objects", tally.long / made,
             baselines={"the mapper": tally.long_expected / wanted}),
        Line("answers refused", len(tally.refused) / max(1, tally.pieces)),
    ]  # fmt: skip
