"""Sounds of another difficulty, for what sounds at the same moment."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from model_core.beatmap import Beatmap, HitObject, ObjectKind, Sound, object_sounds
from model_core.errors import InputError
from model_core.hitsounds.results import BODY

__all__ = ["LENIENCY_MS", "Sounding", "usable"]

#: How far apart two moments may lie and still be the same one.
LENIENCY_MS = 5.0
_TAIKO = 1


class Sounding:
    """What a map plays, by moment."""

    def __init__(self, beatmap: Beatmap) -> None:
        """Raises InputError for a taiko map, whose additions are colours and no hitsounds."""
        if beatmap.mode == _TAIKO:
            raise InputError(
                "The difficulty to copy hitsounds from is an osu!taiko map, where whistles, claps"
                " and finishes are colours and sizes of notes. Choose one of another mode."
            )
        begun: list[tuple[float, Sound]] = []
        ended: list[tuple[float, Sound]] = []
        bodies: list[tuple[float, Sound]] = []
        for item in beatmap.hit_objects:
            if not (math.isfinite(item.time) and math.isfinite(item.end_time)):
                continue
            sounds = object_sounds(item, beatmap.timing)
            for number, pair in enumerate(zip(item.node_times, sounds.nodes, strict=True)):
                (begun if _begins(item, number) else ended).append(pair)
            if sounds.body is not None:
                bodies.append((item.time, sounds.body))
        self._begun, self._ended = _Moments(begun), _Moments(ended)
        self._bodies = _Moments(bodies)

    def node(self, time: float, begins: bool) -> Sound | None:
        """What sounds within the leniency of ``time``; additions of one moment together.

        begins: whether an object begins there. Where one begins as another ends, each is like
        its own kind.
        """
        alike, other = (self._begun, self._ended) if begins else (self._ended, self._begun)
        found = alike.at(time)
        return other.at(time) if found is None else found

    def body(self, time: float) -> Sound | None:
        """What the body of a slider sounds like that starts at ``time``."""
        return self._bodies.at(time)

    def of(self, item: HitObject) -> Iterator[tuple[int, Sound]]:
        """The nodes of an object for which something is found, with what it is."""
        if not (math.isfinite(item.time) and math.isfinite(item.end_time)):
            return
        for number, time in enumerate(item.node_times):
            sound = self.node(time, _begins(item, number))
            if sound is not None:
                yield number, sound
        body = self.body(item.time) if item.kind is ObjectKind.SLIDER else None
        if body is not None:
            yield BODY, body


class _Moments:
    """Sounds by time; several at one time are heard as one."""

    def __init__(self, sounds: Iterable[tuple[float, Sound]]) -> None:
        together: dict[float, Sound] = {}
        for time, sound in sounds:
            if usable(sound):
                before = together.get(time)
                together[time] = sound if before is None else _both(before, sound)
        self._times = sorted(together)
        self._sounds = [together[time] for time in self._times]

    def at(self, time: float) -> Sound | None:
        """The sound nearest to ``time``, the earlier of two; None beyond the leniency."""
        after = bisect_left(self._times, time)
        near = [index for index in (after - 1, after) if 0 <= index < len(self._times)]
        if not near:
            return None
        best = min(near, key=lambda index: abs(self._times[index] - time))
        return self._sounds[best] if abs(self._times[best] - time) <= LENIENCY_MS else None


def usable(sound: Sound) -> bool:
    """Whether a sound can be given to an object: known sets, a volume within limits."""
    return 1 <= sound.sample_set <= 3 and 1 <= sound.addition_set <= 3 and 0 <= sound.volume <= 100


def _begins(item: HitObject, node: int) -> bool:
    return node == 0 and item.kind is not ObjectKind.SPINNER


def _both(first: Sound, second: Sound) -> Sound:
    """Two sounds of one moment: the additions of both, all else from the one that has any."""
    base = first if first.additions or not second.additions else second
    return Sound(
        first.additions | second.additions,
        base.sample_set,
        base.addition_set,
        max(first.volume, second.volume),
    )
