"""Mapper ids and descriptors: whether a map is likeliest under what it was really made as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model_core.audio.windows import Window, windows
from model_core.maps.conditions import conditions_like
from model_core.modding.reading import token_scores, window_sequence
from model_core.model import Model
from model_core.remap.draft import known_contexts
from model_core.tokens import Conditions, Context, ContextType, map_events
from model_core.tokens.timelines import sv_events
from model_core.training.evaluation.bench import Bench, Piece
from model_core.training.evaluation.charts import Bars
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.mapper import TRAITS

__all__ = ["Conditioning", "wins"]

SHARE_BAR = 0.70
#: Windows of each map that are read, those with most objects.
WINDOWS = 3
#: Descriptors that stand in a true one's place, one after the other.
OTHERS = 3
_TRAITS_A_MAP = 2


def wins(bits: Sequence[float], true: int) -> bool:
    """Whether the true one of several is the likeliest: fewer bits than each other one."""
    return all(own > bits[true] for index, own in enumerate(bits) if index != true)


class Conditioning:
    """Classification by likelihood: the share of maps of which the true condition wins."""

    name = "conditions"
    what = "mapper ids and descriptors: the true one makes a map likelier than each other one"
    seconds = 4.0
    on_mapsets = False

    def measure(self, bench: Bench) -> Measured:
        model = bench.model
        known = tuple(model.vocabulary.mappers)
        mappers: list[bool] = []
        traits: list[bool] = []
        without: list[bool] = []
        each: dict[str, list[bool]] = {}
        by_style: dict[str, list[bool]] = {}
        drawn = [name for name in TRAITS if model.vocabulary.descriptor_index(name) is not None]
        pieces = 0
        for piece in bench.source.conditioned(bench.count, known):
            pieces += 1
            entry = piece.entry
            assert entry is not None
            reader = _Reader(model, piece)
            candidates = [style for style in known if style in _styles()]
            plain = replace(reader.told, descriptors=())
            bits = [reader.bits(replace(plain, mapper_id=style)) for style in candidates]
            won = wins(bits, candidates.index(entry.style))
            mappers.append(won)
            by_style.setdefault(piece.level, []).append(won)
            own = replace(reader.told, mapper_id=entry.style, descriptors=entry.descriptors)
            rng = piece.rng(9)
            mine = [name for name in entry.descriptors if name in drawn]
            rest = [name for name in drawn if name not in mine]
            truth = reader.bits(own) if mine else 0.0
            for name in [mine[int(k)] for k in rng.permutation(len(mine))][:_TRAITS_A_MAP]:
                bare = tuple(other for other in entry.descriptors if other != name)
                drawn_others = [rest[int(k)] for k in rng.permutation(len(rest))[:OTHERS]]
                rivals = [
                    reader.bits(replace(own, descriptors=(*bare, other))) for other in drawn_others
                ]
                won = wins([truth, *rivals], 0)
                traits.append(won)
                each.setdefault(name, []).append(won)
                without.append(reader.bits(replace(own, descriptors=bare)) > truth)
            bench.told(pieces, bench.count)
        chance = 1 / max(1, len([style for style in known if style in _styles()]))
        others = 1 / (OTHERS + 1)
        lines = (
            Line("mapper ids: the true one wins", _share(mappers), Bar(SHARE_BAR),
                 {"chance": chance}),
            Line(f"descriptors: the true one beats {OTHERS} others in its place", _share(traits),
                 Bar(SHARE_BAR), {"chance": others}),
            Line("descriptors: with it likelier than without", _share(without),
                 baselines={"chance": 0.5}),
            *(Line(f"  {name} ({len(own)} maps)", _share(own)) for name, own in sorted(
                each.items())),
        )  # fmt: skip
        values = [("mapper ids", _share(mappers) or 0.0), ("chance", chance),
                  ("descriptors", _share(traits) or 0.0), ("chance ", others)]  # fmt: skip
        charts = (
            Bars("The true condition wins", values, SHARE_BAR),
            Bars("Each mapper id", [(k, _share(v) or 0.0) for k, v in sorted(by_style.items())],
                 SHARE_BAR),
            Bars("Each descriptor", [(k, _share(v) or 0.0) for k, v in sorted(each.items())],
                 SHARE_BAR),
        )  # fmt: skip
        return Measured(lines, charts, pieces)


class _Reader:
    """Reads the same windows of one map under any conditions."""

    def __init__(self, model: Model, piece: Piece) -> None:
        self._model, self._audio = model, piece.audio
        layout, beatmap = model.layout, piece.beatmap
        self._events = map_events(beatmap, layout)
        self._contexts = [
            *known_contexts(model, beatmap, piece.audio),
            Context(ContextType.MAP, self._events),
        ]
        if ContextType.SV in layout.out_contexts:
            self._contexts.append(Context(ContextType.SV, sv_events(beatmap, layout)))
        self.told: Conditions = conditions_like(
            model.vocabulary, beatmap, piece.audio.song_length_ms
        )
        self._windows = self._busiest()

    def bits(self, conditions: Conditions) -> float:
        """Surprisal of the objects' events in the chosen windows, in bits."""
        read = [
            window_sequence(self._model, self._audio, conditions, self._contexts, window)
            for window in self._windows
        ]
        scores = token_scores(
            self._model, self._audio, conditions, self._windows, [ids for ids, _ in read]
        )
        return float(
            sum(
                own.surprisal[place.position - 1]
                for (_, placed), own in zip(read, scores, strict=True)
                for place in placed
                if place.context is ContextType.MAP
            )
        )

    def _busiest(self) -> list[Window]:
        layout = self._model.layout
        size = self._model.network.config.window_samples
        found = windows(len(self._audio.samples), size, layout.lookback, layout.lookahead)
        counts = [
            np.diff(self._events.slice_indices(w.start_ms, w.start_ms + layout.window_ms))[0]
            for w in found
        ]
        chosen = sorted(np.argsort(counts, kind="stable")[::-1][:WINDOWS])
        return [found[int(index)] for index in chosen]


def _styles() -> frozenset[int]:
    from model_core.training.mapper import STYLES

    return frozenset(style.mapper_id for style in STYLES)


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
