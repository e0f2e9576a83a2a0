"""Timing of songs whose tempo changes: beats against the song's own."""

from __future__ import annotations

from model_core.training.evaluation.bench import REFUSALS, Bench
from model_core.training.evaluation.charts import Bars, Spread
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.evaluation.figures.steady_tempo import timed
from model_core.training.evaluation.tempo_guess import guess_tempo
from model_core.training.evaluation.timing_truth import beats_of
from model_core.training.metrics import Match, match_times

__all__ = ["ChangingTempo"]

F1_BAR = 0.85
TOLERANCE_MS = 20.0
#: Of the songs that other figures are measured on; whole songs are timed, and few change.
SHARE = 0.5


class ChangingTempo:
    """F1 of beats over the whole of each song, from its first red line to its last object."""

    name = "tempo-changes"
    what = f"timing of songs whose tempo changes: beats within {TOLERANCE_MS:g} ms"
    seconds = 2.0
    on_mapsets = True

    def measure(self, bench: Bench) -> Measured:
        count = max(1, round(bench.count * SHARE))
        model, kept, guessed = Match(), Match(), Match()
        kinds = {"drifting tempo": Match(), "tempo changes": Match()}
        each: list[float] = []
        refused: list[str] = []
        pieces = 0
        for piece in bench.source.changing(count):
            pieces += 1
            truth = piece.beatmap.timing.red_lines
            start = truth[0].time
            end = max((item.end_time for item in piece.beatmap.hit_objects), default=start)
            # Half a tolerance more at both ends, or a beat that is a little early is not there.
            span = (start - TOLERANCE_MS / 2, max(end, truth[-1].time) + TOLERANCE_MS / 2)
            wanted = beats_of(truth, *span)
            kept += match_times(beats_of(truth[:1], *span), wanted, TOLERANCE_MS)
            guess = [guess_tempo(piece.audio.samples)]
            guessed += match_times(beats_of(guess, *span), wanted, TOLERANCE_MS)
            match = Match(0, 0, len(wanted))
            try:
                match = match_times(
                    beats_of(timed(bench.model, piece), *span), wanted, TOLERANCE_MS
                )
            except REFUSALS as error:
                refused.append(f"{piece.name}: {error}")
            model += match
            kinds["drifting tempo" if piece.drifting else "tempo changes"] += match
            each.append(match.f1)
            bench.told(pieces, count)
        baselines = {"the first tempo kept on": kept.f1, "autocorrelation": guessed.f1}
        lines = (
            Line("F1 of beats", model.f1 if pieces else None, Bar(F1_BAR), baselines),
            Line("precision", model.precision),
            Line("recall", model.recall),
            *(Line(f"F1, {name}", match.f1) for name, match in kinds.items() if match.expected),
        )
        charts = (
            Bars("Songs whose tempo changes: F1 of beats",
                 [("model", model.f1), *baselines.items()], F1_BAR),
            Spread("F1 of beats of each song", "F1", each, 0.0, 1.0, (F1_BAR,)),
        )  # fmt: skip
        return Measured(lines, charts, pieces, tuple(refused))
