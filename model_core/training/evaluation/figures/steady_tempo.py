"""Timing of songs with one tempo: beats per minute and offset, as a request times a song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model_core.maps.drawing import timing_options
from model_core.maps.parameters import GenerationParameters
from model_core.model import Model
from model_core.timing import time_song
from model_core.training.evaluation.bench import REFUSALS, Bench, Piece
from model_core.training.evaluation.charts import Bars, Spread
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.evaluation.tempo_guess import guess_tempo
from model_core.training.evaluation.timing_truth import TempoLine, TimingLine, offset_error

__all__ = ["SteadyTempo", "Verdict", "judge", "timed"]

SHARE_BAR = 0.90
BPM_TOLERANCE = 0.1
OFFSET_TOLERANCE_MS = 12.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a timing is off: BPM, and ms modulo a beat; ``bar`` modulo a bar.

    octave: right but for a factor of two. lines: how many red lines there are.
    """

    bpm: float
    offset_ms: float
    bar_ms: float
    octave: bool
    lines: int

    @property
    def right(self) -> bool:
        """Within both tolerances, in one line."""
        return (
            self.lines == 1
            and abs(self.bpm) <= BPM_TOLERANCE
            and abs(self.offset_ms) <= OFFSET_TOLERANCE_MS
        )


def judge(found: Sequence[TimingLine], truth: TimingLine) -> Verdict:
    """A timing of a song with one tempo against its red line; the longest line speaks."""
    spans = [*(line.time for line in found[1:]), float("inf")]
    line = max(zip(found, spans, strict=True), key=lambda pair: pair[1] - pair[0].time)[0]
    bpm = 60000.0 / line.beat_length - 60000.0 / truth.beat_length
    offset = offset_error(line.time, truth.time, truth.beat_length)
    bar = offset_error(line.time, truth.time, truth.beat_length * max(1, truth.meter))
    ratios = [line.beat_length * factor / truth.beat_length for factor in (0.5, 2.0)]
    limit = BPM_TOLERANCE * truth.beat_length / 60000.0
    octave = any(abs(ratio - 1.0) <= limit for ratio in ratios)
    half = offset_error(line.time, truth.time, truth.beat_length / 2)
    return Verdict(bpm, offset, bar, octave and abs(half) <= OFFSET_TOLERANCE_MS, len(found))


def timed(model: Model, piece: Piece) -> list[TempoLine]:
    """A song's red lines, as a whole map's request finds them; none where it is refused."""
    parameters = GenerationParameters(seed=piece.seed)
    found = time_song(
        model.timing_model,
        piece.audio,
        timing_options(model.layout, parameters),
        piece.seed & 0xFFFF_FFFF,
    )
    return [TempoLine(line.time, line.beat_length, line.meter) for line in found.red_lines]


class SteadyTempo:
    """The share of songs whose one red line is found."""

    name = "timing"
    what = (
        f"timing of songs with one tempo: BPM within {BPM_TOLERANCE:g} and offset (modulo a beat)"
        f" within {OFFSET_TOLERANCE_MS:g} ms"
    )
    seconds = 3.0
    on_mapsets = True

    def measure(self, bench: Bench) -> Measured:
        found: list[Verdict] = []
        guesses: list[Verdict] = []
        plain: list[Verdict] = []
        refused: list[str] = []
        for piece in bench.source.steady(bench.count):
            truth = piece.beatmap.timing.red_lines[0]
            guesses.append(judge([guess_tempo(piece.audio.samples)], truth))
            plain.append(judge([TempoLine(0.0, 500.0)], truth))
            try:
                found.append(judge(timed(bench.model, piece), truth))
            except REFUSALS as error:
                refused.append(f"{piece.name}: {error}")
            bench.told(len(plain), bench.count)
        count = len(plain)
        baselines = {
            "autocorrelation": _share([v.right for v in guesses], count),
            "120 BPM at 0": _share([v.right for v in plain], count),
        }
        right = _share([v.right for v in found], count)
        lines = (
            Line("songs timed right", right if count else None, Bar(SHARE_BAR), baselines),
            Line("BPM right", _share([abs(v.bpm) <= BPM_TOLERANCE for v in found], count),
                 baselines={"autocorrelation": _share(
                     [abs(v.bpm) <= BPM_TOLERANCE for v in guesses], count)}),
            Line("offset right", _share(
                [abs(v.offset_ms) <= OFFSET_TOLERANCE_MS for v in found], count)),
            Line("right, and the bar's first beat too", _share(
                [v.right and abs(v.bar_ms) <= OFFSET_TOLERANCE_MS for v in found], count)),
            Line("right, or at half or twice the tempo",
                 _share([v.right or v.octave for v in found], count)),
            Line("more than one red line found", _share([v.lines > 1 for v in found], count)),
            Line("answers refused", _share([True] * len(refused), count)),
        )  # fmt: skip
        values = [("model", right), *baselines.items()]
        charts = (
            Bars("Songs of one tempo timed right", values, SHARE_BAR),
            Spread("Error of the offset, modulo a beat", "ms", [v.offset_ms for v in found],
                   -60.0, 60.0, (-OFFSET_TOLERANCE_MS, OFFSET_TOLERANCE_MS)),
            Spread("Error of the tempo", "BPM", [v.bpm for v in found],
                   -1.0, 1.0, (-BPM_TOLERANCE, BPM_TOLERANCE)),
        )  # fmt: skip
        return Measured(lines, charts, count, tuple(refused))


def _share(hits: Sequence[bool], count: int) -> float:
    return sum(hits) / count if count else 0.0
