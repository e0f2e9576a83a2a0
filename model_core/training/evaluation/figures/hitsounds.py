"""Hitsounds for a map without them: the additions of every node against the mapper's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from model_core.beatmap import (
    Beatmap,
    ObjectSounds,
    object_sounds,
    set_hitsounds,
)
from model_core.beatmap.new_objects import CLAP, FINISH, WHISTLE
from model_core.hitsounds import HitsoundOptions, choose_sounds
from model_core.training.evaluation.bench import REFUSALS, Bench, Piece, excerpt
from model_core.training.evaluation.charts import Bars
from model_core.training.evaluation.figure import Bar, Line, Measured

__all__ = ["Agreement", "Hitsounds", "backbeat", "bare"]

ALL_BAR, ANY_BAR = 0.80, 0.60
RANGE_MS = 12000.0
_NEAR_BEATS = 0.05
_UNTOLD_EVERY = 4
_NAMES = ((WHISTLE, "whistles"), (FINISH, "finishes"), (CLAP, "claps"))


@dataclass(slots=True)
class Agreement:
    """Nodes that got the very additions that the mapper gave, of all and of those with any.

    bits: for each addition its hits, how often it was given and how often wanted.
    """

    right: int = 0
    nodes: int = 0
    right_any: int = 0
    nodes_any: int = 0
    bits: dict[int, list[int]] = field(
        default_factory=lambda: {bit: [0, 0, 0] for bit, _ in _NAMES}
    )

    def add(self, given: Iterable[int], wanted: Iterable[int]) -> None:
        """Count nodes' addition bits, in the same order."""
        for own, true in zip(given, wanted, strict=True):
            self.right += own == true
            self.nodes += 1
            if true:
                self.right_any += own == true
                self.nodes_any += 1
            for bit, counts in self.bits.items():
                counts[0] += bool(own & true & bit)
                counts[1] += bool(own & bit)
                counts[2] += bool(true & bit)

    @property
    def accuracy(self) -> float:
        return self.right / self.nodes if self.nodes else 0.0

    @property
    def accuracy_any(self) -> float:
        return self.right_any / self.nodes_any if self.nodes_any else 0.0

    def f1(self, bit: int) -> float:
        """Of one addition."""
        hits, given, wanted = self.bits[bit]
        return 2.0 * hits / (given + wanted) if given + wanted else 0.0


def bare(beatmap: Beatmap) -> Beatmap:
    """The same map without additions; sample sets and volumes stay."""
    sounds = {}
    for item in beatmap.hit_objects:
        own = object_sounds(item, beatmap.timing)
        none = tuple(replace(node, additions=0) for node in own.nodes)
        body = None if own.body is None else replace(own.body, additions=0)
        if (none, body) != (own.nodes, own.body):
            sounds[item.line] = ObjectSounds(none, body)
    if not sounds:
        return beatmap
    times = [item.time for item in beatmap.hit_objects]
    span = int(min(times)), int(max(times)) + 1
    return set_hitsounds(beatmap, *span, sounds, take_volume=False, take_sets=False).result


def backbeat(beatmap: Beatmap, times: Sequence[float]) -> list[int]:
    """The trivial answer: a clap on every second beat of the bar (2 and 4 in four-four time)."""
    return [CLAP if _on_backbeat(beatmap, time) else 0 for time in times]


def _on_backbeat(beatmap: Beatmap, time: float) -> bool:
    line = beatmap.timing.red_line_at(time)
    if line is None:
        return False
    beats = (time - line.time) / line.beat_length
    near = round(beats)
    return abs(beats - near) <= _NEAR_BEATS and near % max(1, line.meter) % 2 == 1


class Hitsounds:
    """Accuracy of additions, node by node: heads, repeats and ends of sliders count each.

    Whose sounds are wanted is asked for as a mapper would, where it is known: what a snare sounds
    like is a habit. A quarter of the songs is done without saying so, too.
    """

    name = "hitsounds"
    what = "hitsounds for a map without them: additions of each node, exactly as the mapper's"
    seconds = 2.0
    on_mapsets = True

    def measure(self, bench: Bench) -> Measured:
        model, none, claps, untold = Agreement(), Agreement(), Agreement(), Agreement()
        refused: list[str] = []
        pieces = 0
        for piece in bench.source.maps(0, bench.count):
            try:
                own = None if piece.entry is None else piece.entry.mapper_id
                _choose(bench, piece, own, model, none, claps)
                if own is not None and piece.number % _UNTOLD_EVERY == 0:
                    _choose(bench, piece, None, untold)
                pieces += 1
            except REFUSALS as error:
                refused.append(f"{piece.name}: {error}")
            bench.told(pieces + len(refused), bench.count)
        found = bool(model.nodes)
        lines = (
            Line("accuracy", model.accuracy if found else None, Bar(ALL_BAR),
                 {"none at all": none.accuracy, "claps on 2 and 4": claps.accuracy}),
            Line("accuracy on nodes with any", model.accuracy_any if model.nodes_any else None,
                 Bar(ANY_BAR),
                 {"none at all": none.accuracy_any, "claps on 2 and 4": claps.accuracy_any}),
            *(Line(f"F1 of {name}", model.f1(bit), baselines={"claps on 2 and 4": claps.f1(bit)})
              for bit, name in _NAMES),
            *((Line("accuracy, mapper not told", untold.accuracy),
               Line("accuracy on nodes with any, mapper not told", untold.accuracy_any))
              if untold.nodes else ()),
            Line("nodes with any, as mapped", model.nodes_any / max(1, model.nodes)),
        )  # fmt: skip
        chart = Bars(
            "Additions as the mapper's: all nodes, and those with any",
            [("model", model.accuracy), ("none at all", none.accuracy),
             ("claps on 2, 4", claps.accuracy), ("model, any", model.accuracy_any),
             ("none, any", none.accuracy_any), ("claps, any", claps.accuracy_any)],
            ANY_BAR,
        )  # fmt: skip
        return Measured(lines, (chart,), pieces, tuple(refused))


def _choose(bench: Bench, piece: Piece, mapper_id: int | None, *tallies: Agreement) -> None:
    """Ask for the sounds of a range of a map that has none, and count what came.

    tallies: of the model, and, where they are counted, of no additions and of the backbeat.
    """
    beatmap = piece.beatmap
    first, last = excerpt(beatmap, RANGE_MS, piece.rng(7))
    wanted = {
        item.line: object_sounds(item, beatmap.timing)
        for item in beatmap.hit_objects
        if first <= item.time <= last
    }
    options = HitsoundOptions(start_ms=first, end_ms=last, seed=piece.seed, mapper_id=mapper_id)
    choices = choose_sounds(bench.model, piece.audio, bare(beatmap), options)
    for choice in choices.objects:
        truth = [node.additions for node in wanted[choice.line].nodes]
        own = [node.additions for node in choice.chosen.nodes]
        for tally, given in zip(
            tallies, (own, [0] * len(truth), backbeat(beatmap, choice.times)), strict=False
        ):
            tally.add(given, truth)
