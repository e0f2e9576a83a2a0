"""Modding: whether a planted fault is among the most surprising objects of its map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from model_core.beatmap import Beatmap
from model_core.maps.conditions import conditions_like
from model_core.modding.reading import EventReading, read_map
from model_core.model import Model
from model_core.remap.draft import known_contexts
from model_core.tokens import Context, ContextType, TimedEvents, map_events
from model_core.tokens.events import TYPE_EVENTS, EventType
from model_core.tokens.layout import Layout
from model_core.tokens.timelines import sv_events
from model_core.training.evaluation.bench import Bench, Piece
from model_core.training.evaluation.charts import Bars
from model_core.training.evaluation.faults import Fault, FaultKind, plant
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.evaluation.rarity import rarity

__all__ = ["Modding", "against_kind", "auc", "excess", "object_of_events", "object_scores"]

AUC_BAR = 0.90
#: Kinds of fault that each map is read with, one at a time.
KINDS_A_MAP = 3
_HEADS = frozenset({EventType.CIRCLE, EventType.SLIDER_HEAD, EventType.SPINNER})
_PLACES = frozenset(
    {
        EventType.POSITION, EventType.POSITION_X, EventType.POSITION_Y,
        EventType.POSITION_REFINEMENT, EventType.DISTANCE,
    }
)  # fmt: skip
# Bits that a kind of event scatters at least: where a model is never surprised, the least
# surprise would count without limit.
_LEAST_SCATTER = 0.3

Measure = Callable[[EventReading], float]


def excess(reading: EventReading) -> float:
    """How many bits an event surprises more than the model's doubt led to expect."""
    return reading.surprisal - reading.entropy


def against_kind(readings: Sequence[EventReading]) -> Measure:
    """An event's excess against what events of its kind have in this map: standard deviations.

    A model of another taste is surprised by every sound, or every velocity; by a fault it is
    surprised more than by the rest of the map.
    """
    bits: dict[EventType, list[float]] = defaultdict(list)
    for reading in readings:
        bits[reading.event.type].append(excess(reading))
    usual = {kind: (float(np.mean(own)), float(np.std(own))) for kind, own in bits.items()}

    def measure(reading: EventReading) -> float:
        mean, scatter = usual[reading.event.type]
        return (excess(reading) - mean) / (scatter + _LEAST_SCATTER)

    return measure


_MAIN = "against its kind"
#: Other ways to say how surprising an event is; the first is what suggestions go by.
OTHERS: dict[str, Measure] = {
    "surprisal over entropy": lambda reading: reading.relative,
    "surprisal less entropy": excess,
    "surprisal": lambda reading: reading.surprisal,
}


class Modding:
    """The share of a map's other objects that surprise less than the one with the fault.

    An object surprises as much as the most surprising of its events, each set against events of
    its kind (:func:`against_kind`). Positions are left out for all of them alike: no fault that is
    planted is one of place, and taste is. The model is told whose map it is, where that is known.
    """

    name = "modding"
    what = "one planted fault a map: the share of other objects that surprise less (AUC)"
    seconds = 3.0
    on_mapsets = False

    def measure(self, bench: Bench) -> Measured:
        found: dict[str, dict[FaultKind, list[float]]] = {
            name: defaultdict(list) for name in (_MAIN, *OTHERS, "rule", "among its own kind")
        }
        refused: list[str] = []
        kinds = list(FaultKind)
        done = 0
        for piece in bench.source.maps(0, bench.count):
            # Three of the six in turn, so that every kind comes with every level.
            turn = piece.number // 2 + piece.number % 2 * KINDS_A_MAP
            for step in range(KINDS_A_MAP):
                kind = kinds[(turn + step) % len(kinds)]
                fault = plant(piece.beatmap, kind, piece.rng(20 + step))
                if fault is None:
                    refused.append(f"{piece.name}: no room for a fault ({kind})")
                    continue
                for name, value in _rated(bench.model, piece, fault).items():
                    found[name][kind].append(value)
            done += 1
            bench.told(done, bench.count)
        main = _MAIN
        everything = _mean(found[main])
        rule = _mean(found["rule"])
        lines = [
            Line("AUC", everything, Bar(AUC_BAR), {"random": 0.5, "rarity": rule or 0.0}),
            *(Line(f"AUC, {kind}", float(np.mean(values)),
                   baselines={"rarity": float(np.mean(found["rule"][kind]))})
              for kind in FaultKind if (values := found[main].get(kind))),
            Line("AUC among events of the same kind", _mean(found["among its own kind"])),
            *(Line(f"AUC by {name}", _mean(found[name])) for name in OTHERS),
            Line("faults in the first tenth", _tenth(found[main])),
        ]  # fmt: skip
        values = [("all", everything or 0.0), ("rarity", rule or 0.0)]
        values += [(str(kind), float(np.mean(own))) for kind, own in found[main].items()]
        chart = Bars("Planted faults: share of objects that surprise less", values, AUC_BAR)
        return Measured(tuple(lines), (chart,), done, tuple(refused))


def auc(scores: Sequence[float], index: int) -> float:
    """The share of other scores below that at ``index``; equal ones count half."""
    others = np.delete(np.asarray(scores, dtype=np.float64), index)
    if not len(others):
        return 0.5
    own = scores[index]
    return float((np.sum(others < own) + 0.5 * np.sum(others == own)) / len(others))


def object_of_events(events: TimedEvents, layout: Layout) -> list[int]:
    """For each event the number of its object, in order of their heads; -1 before the first.

    What is no object's head (anchors, ends, reminders) belongs to the last object that began.
    """
    result: list[int] = []
    number, waiting = -1, 0
    if layout.types_first:
        for event in events.events:
            number += event.type in _HEADS
            result.append(number)
        return result
    for event in events.events:
        waiting += 1
        if event.type in TYPE_EVENTS or event.type.value.endswith("sustain"):
            number += event.type in _HEADS
            result += [number] * waiting
            waiting = 0
    return result + [number] * waiting


def object_scores(
    readings: Sequence[EventReading],
    owners: Sequence[int],
    count: int,
    measure: Measure,
    kinds: frozenset[EventType] | None = None,
) -> list[float]:
    """For each of ``count`` objects the most that an event of it surprises.

    kinds: events that count; None takes all but places. An object without any has the least score.
    """
    scores = [-np.inf] * count
    for reading in readings:
        kind, owner = reading.event.type, owners[reading.index]
        counts = kind not in _PLACES if kinds is None else kind in kinds
        if counts and 0 <= owner < count:
            scores[owner] = max(scores[owner], measure(reading))
    return scores


#: Events that a fault of a kind shows in, for the rank among their own kind.
_SHOWS: Mapping[FaultKind, frozenset[EventType] | None] = {
    FaultKind.MOVED: frozenset({EventType.TIME, EventType.SNAPPING}),
    FaultKind.MISSING: frozenset({EventType.TIME, EventType.SNAPPING}),
    FaultKind.EXTRA: frozenset({EventType.TIME, EventType.SNAPPING}),
    FaultKind.HITSOUND: frozenset({EventType.HITSOUND}),
    FaultKind.NEW_COMBO: None,
    FaultKind.SLIDER_END: frozenset({EventType.TIME, EventType.SNAPPING}),
}


def _rated(model: Model, piece: Piece, fault: Fault) -> dict[str, float]:
    """The rank of a fault by each measure, and by rarity alone."""
    events, readings = _read(model, piece, fault.beatmap)
    owners = object_of_events(events, model.layout)
    count = max(owners, default=-1) + 1
    if fault.index >= count:  # the model has no words for some object before it
        return {}
    measures = {_MAIN: against_kind(readings), **OTHERS}
    rated = {
        name: auc(object_scores(readings, owners, count, measure), fault.index)
        for name, measure in measures.items()
    }
    own = object_scores(readings, owners, count, excess, _SHOWS[fault.kind])
    rated["among its own kind"] = auc(own, fault.index)
    rated["rule"] = auc(rarity(fault.beatmap)[:count], fault.index)
    return rated


def _read(
    model: Model, piece: Piece, beatmap: Beatmap
) -> tuple[TimedEvents, Sequence[EventReading]]:
    """A map's events, and what the model makes of each."""
    layout = model.layout
    events = map_events(beatmap, layout)
    contexts = [*known_contexts(model, beatmap, piece.audio), Context(ContextType.MAP, events)]
    if ContextType.SV in layout.out_contexts:
        contexts.append(Context(ContextType.SV, sv_events(beatmap, layout)))
    told = conditions_like(model.vocabulary, beatmap, piece.audio.song_length_ms)
    if piece.entry is not None:
        told = replace(told, mapper_id=piece.entry.mapper_id, descriptors=piece.entry.descriptors)
    return events, read_map(model, piece.audio, told, contexts)[ContextType.MAP]


def _mean(found: Mapping[FaultKind, Sequence[float]]) -> float | None:
    values = [value for own in found.values() for value in own]
    return float(np.mean(values)) if values else None


def _tenth(found: Mapping[FaultKind, Sequence[float]]) -> float | None:
    values = [value >= 0.9 for own in found.values() for value in own]
    return float(np.mean(values)) if values else None
