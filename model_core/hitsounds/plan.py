"""Which nodes of the range are open, which are settled already, and what becomes of each."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from model_core.beatmap import (
    Beatmap,
    HitObject,
    HitSample,
    ObjectKind,
    ObjectSounds,
    Sound,
    format_timestamp,
    object_sounds,
)
from model_core.beatmap.object_sounds import ADDITIONS, own_volumes
from model_core.hitsounds.copying import Sounding, usable
from model_core.hitsounds.options import HitsoundOptions
from model_core.hitsounds.results import BODY, Left, ObjectChoice, Source
from model_core.hitsounds.voices import Node

__all__ = ["Plan", "Settled"]

TAIKO = 1
_LENIENCY_MS = 6.0  # a line this late still sets an object's sound


@dataclass(frozen=True, slots=True)
class Settled:
    """What a node is to sound like, who says so, and how sure that is (0 to 1)."""

    sound: Sound
    source: Source
    confidence: float = 1.0


class Plan:
    """The nodes of the objects that start in ``start_ms..end_ms``, both included.

    ``additions``, ``sets`` and ``volumes`` say which parts of a sound may change.
    """

    def __init__(
        self,
        beatmap: Beatmap,
        start_ms: int,
        end_ms: int,
        options: HitsoundOptions,
        copy_from: Beatmap | None,
    ) -> None:
        self._beatmap = beatmap
        self.additions = beatmap.mode != TAIKO
        self.sets, self.volumes = options.take_sets, options.volumes
        self._items = [item for item in beatmap.hit_objects if start_ms <= item.time <= end_ms]
        self._own = {item.line: object_sounds(item, beatmap.timing) for item in self._items}
        self._settled: dict[Node, Settled] = {}
        self._open: dict[Node, None] = {}
        self._reasons: dict[int, str] = {}
        self._own_volume: set[Node] = set()
        self._volumes_from = _volumes_from(beatmap)
        source = None if copy_from is None else Sounding(copy_from)
        seen: set[float] = set()
        for item in self._items:
            self._place(item, options.keep_existing, source, item.time in seen)
            seen.add(item.time)

    @property
    def open_nodes(self) -> bool:
        """Whether anything is left to be chosen by the model."""
        return bool(self._open)

    def nodes_of(self, item: HitObject) -> tuple[Node, ...]:
        """All nodes of an object of the range, its body last; none of another object."""
        own = self._own.get(item.line)
        if own is None:
            return ()
        nodes = tuple((item.line, node) for node in range(len(own.nodes)))
        return nodes if own.body is None else (*nodes, (item.line, BODY))

    def may_be_louder(self, node: Node) -> bool:
        """Whether a node's volume is to be chosen; one that the mapper gave the object stays."""
        return self.volumes and node not in self._own_volume

    def is_open(self, node: Node) -> bool:
        """Whether a node waits for the model."""
        return node in self._open

    def settled(self, node: Node) -> Settled | None:
        """What is known of a node already."""
        return self._settled.get(node)

    def own(self, node: Node) -> Sound | None:
        """What a node of the range sounds like now; None for others."""
        sounds = self._own.get(node[0])
        if sounds is None:
            return None
        return sounds.body if node[1] == BODY else sounds.nodes[node[1]]

    def choose(self, node: Node, wanted: Sound, confidence: float) -> None:
        """Settle an open node; only the parts that may change are taken from ``wanted``."""
        if node in self._open:
            del self._open[node]
            self._settled[node] = Settled(self._taken(node, wanted), Source.MODEL, confidence)

    def leave(self, line: int, reason: str) -> None:
        """Say why open nodes of an object will stay as they are."""
        self._reasons.setdefault(line, reason)

    # ---------------------------------------------------------------- the answer

    def objects(self) -> tuple[ObjectChoice, ...]:
        """Every object of the range, in the map's order; what is still open stays as it is."""
        return tuple(self._choice(item) for item in self._items)

    def left(self) -> tuple[Left, ...]:
        """Objects of which something that was asked for stays as it was."""
        lines = {line for line, _ in self._open} | set(self._reasons)
        return tuple(
            Left(item.line, item.time, self._told(item))
            for item in self._items
            if item.line in lines
        )

    def _told(self, item: HitObject) -> str:
        reason = self._reasons.get(item.line, "models cannot read it")
        place = ""
        if math.isfinite(item.time):
            place = f" at {format_timestamp(item.time).removesuffix(' - ')}"
        return (
            f"The {item.kind}{place} (line {item.line + 1}) keeps"
            f" {'some of ' if self._any_settled(item) else ''}its sounds: {reason}."
        )

    def _any_settled(self, item: HitObject) -> bool:
        return any(node in self._settled for node in self.nodes_of(item))

    def _choice(self, item: HitObject) -> ObjectChoice:
        own = self._own[item.line]
        settled = [self._outcome((item.line, node)) for node in range(len(own.nodes))]
        body = None if own.body is None else self._outcome((item.line, BODY))
        return ObjectChoice(
            line=item.line,
            kind=item.kind,
            time=item.time,
            times=item.node_times,
            own=own,
            chosen=ObjectSounds(
                tuple(each.sound for each in settled), None if body is None else body.sound
            ),
            sources=tuple(each.source for each in settled),
            confidences=tuple(each.confidence for each in settled),
            body_source=None if body is None else body.source,
            body_confidence=1.0 if body is None else body.confidence,
        )

    def _outcome(self, node: Node) -> Settled:
        known = self._settled.get(node)
        if known is not None:
            return known
        own = self.own(node)
        assert own is not None
        return Settled(own, Source.LEFT)

    # ---------------------------------------------------------------- before the model

    def _place(self, item: HitObject, keep: bool, source: Sounding | None, beside: bool) -> None:
        """Sort the nodes of an object: kept, copied or open.

        beside: another object of the range stands at the same time and sounds first.
        """
        own = self._own[item.line]
        whole = [*own.nodes, *([own.body] if own.body is not None else [])]
        if not all(map(usable, whole)):
            self._reasons[item.line] = "its sample sets or volumes are none that the game knows"
            return
        for number, volume in enumerate(own_volumes(item)):
            if volume:
                self._own_volume.add((item.line, number))
        if item.time < self._volumes_from:
            self._own_volume.update(self.nodes_of(item))
        copied = {} if source is None else dict(source.of(item))
        for node in self.nodes_of(item):
            sound = self.own(node)
            assert sound is not None
            wanted = copied.get(node[1])
            free = self.additions or self.sets or self.may_be_louder(node)
            by_mapper = keep and _set_by_mapper(item, node[1], self._beatmap.mode == TAIKO)
            if by_mapper or not free:
                self._settled[node] = Settled(sound, Source.KEPT)
            elif wanted is not None:
                if beside:
                    # One of the notes of a chord carries the additions, or it would be too loud.
                    wanted = replace(wanted, additions=0)
                self._settled[node] = Settled(self._taken(node, wanted), Source.COPIED)
            else:
                self._open[node] = None

    def _taken(self, node: Node, wanted: Sound) -> Sound:
        own = self.own(node)
        assert own is not None
        return Sound(
            wanted.additions if self.additions else own.additions,
            wanted.sample_set if self.sets else own.sample_set,
            wanted.addition_set if self.sets else own.addition_set,
            wanted.volume if self.may_be_louder(node) else own.volume,
        )


def _set_by_mapper(item: HitObject, node: int, taiko: bool) -> bool:
    """Whether a node has an addition, a sample set or a sample of its own."""
    bits, sample = item.hit_sound, item.sample
    if item.kind is ObjectKind.SLIDER and node != BODY:
        bits, sample = item.node_sounds[node], item.node_samples[node]
    own = (sample.normal_set, sample.addition_set, sample.index, sample.filename)
    plain = HitSample()
    none = (plain.normal_set, plain.addition_set, plain.index, plain.filename)
    return own != none or (not taiko and bool(bits & ADDITIONS))


def _volumes_from(beatmap: Beatmap) -> float:
    """The time in ms from which objects may be given volumes.

    What stands before the first line has that line's volume, and no green line may come before it;
    then neither may one on it change what is heard there.
    """
    first = min((point.time for point in beatmap.timing_points), default=0.0)
    early = any(item.time < first for item in beatmap.hit_objects)
    return first + _LENIENCY_MS if early else first
