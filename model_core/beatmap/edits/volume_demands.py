"""At which moments a change of sounds needs which volume: what it wants, and what must stay.

What it wants are the volumes of the named objects, at the moments at which the game looks them up.
What must stay are the lookups of all other objects, and the map's own state behind the range. The
game of today looks a slider's body up once; older ones follow the timing lines all along a slider.
So that both play alike, a slider whose volumes change takes back its body's volume after each node
and keeps it over the map's own lines, and a line amid an object that does not change stays.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from ..beatmap import Beatmap
from ..hit_objects import HitObject
from ..new_objects import ObjectKind
from ..object_sounds import ObjectSounds, body_lookup, node_lookups, own_volumes
from ..timing import SAMPLE_LENIENCY
from .green_lines import BODY_DELAY
from .volume_lines import LineTimes, Lookup, Rank

#: A whisker of rounding must not push a node to the millisecond before.
ROUNDING = 1e-6
BODY = -1


def volume_lookups(
    beatmap: Beatmap,
    lines: LineTimes,
    start_ms: int,
    end_ms: int,
    sounds: Mapping[int, ObjectSounds],
    keep_own: bool,
) -> list[Lookup]:
    """All lookups from ``start_ms`` on that matter to the volumes of ``sounds``.

    ``keep_own`` says that nodes keep the volumes that their own samples give them. Nothing is
    returned where every wanted volume is in effect already.
    """
    timing = beatmap.timing
    wanted: list[Lookup] = []
    kept: list[Lookup] = []
    spans: list[tuple[float, float]] = []
    changing: list[HitObject] = []
    for item in beatmap.hit_objects:
        inside = start_ms <= item.time <= end_ms
        if inside and item.line in sounds:
            asked = _wanted(item, sounds[item.line], keep_own)
            if not asked:
                continue
            wanted += asked
            if any(timing.sample_at(each.moment).volume != each.volume for each in asked):
                wanted += _while_changing(item, sounds[item.line])
                changing.append(item)
                continue
            kept += _kept(item)
        else:
            kept += _kept(item, outside=not inside)
        spans.append((item.time, item.end_time))
    if not changing:
        return []
    last = max(each.moment for each in wanted)
    restore = max(float(end_ms), math.floor(last) + 1.0)
    times = lines.times[bisect_left(lines.times, start_ms) : bisect_right(lines.times, restore)]
    between = [
        *_amid_kept(times, spans),
        *_amid_changing(times, changing, sounds),
    ]
    end = Lookup(restore, None, restore, Rank.KEPT)
    within = [each for each in (*kept, *between) if start_ms <= each.moment <= restore]
    return [*wanted, *within, end]


def _wanted(item: HitObject, sounds: ObjectSounds, keep_own: bool) -> list[Lookup]:
    nodes = zip(node_lookups(item), sounds.nodes, own_volumes(item), strict=True)
    lookups = [
        Lookup(moment, sound.volume, _stand(moment), Rank.WANTED, item.line, node)
        for node, (moment, sound, own) in enumerate(nodes)
        if not (keep_own and own)
    ]
    if item.kind is ObjectKind.SLIDER and sounds.body is not None:
        moment = body_lookup(item)
        stand = _stand(item.time) + BODY_DELAY
        lookups.append(Lookup(moment, sounds.body.volume, stand, Rank.WANTED, item.line, BODY))
    return lookups


def _while_changing(item: HitObject, sounds: ObjectSounds) -> Iterator[Lookup]:
    """What an object of other volumes wants beside its nodes."""
    if item.kind is ObjectKind.HOLD and item.end_time > item.time:
        # The game looks a hold's sounds up at its end, older ones at its start.
        moment = item.end_time + SAMPLE_LENIENCY
        volume = sounds.nodes[0].volume
        yield Lookup(moment, volume, _stand(moment), Rank.WANTED, item.line, 0)
    if item.kind is not ObjectKind.SLIDER or sounds.body is None:
        return
    times = item.node_times
    for node, following in pairwise(times[1:]):
        moment = node + BODY_DELAY
        if moment < following:
            stand = float(math.floor(node + ROUNDING) + BODY_DELAY)
            yield Lookup(moment, sounds.body.volume, stand, Rank.BETWEEN, item.line, BODY)


def _kept(item: HitObject, outside: bool = False) -> list[Lookup]:
    moments = [*item.sample_lookups]
    if outside:
        moments += [body_lookup(item), item.end_time + SAMPLE_LENIENCY + 1]
    return [Lookup(moment, None, _stand(moment), Rank.KEPT) for moment in moments]


def _stand(lookup: float) -> float:
    """Where a mapper puts the line for a lookup: at the node, at a whole millisecond."""
    return float(math.floor(lookup - SAMPLE_LENIENCY + ROUNDING))


def _amid_kept(times: Iterable[float], spans: Iterable[tuple[float, float]]) -> Iterator[Lookup]:
    """The map's own lines amid objects that stay as they are."""
    covered = -math.inf
    waiting = sorted(spans)
    position = 0
    for time in times:
        while position < len(waiting) and waiting[position][0] < time:
            covered = max(covered, waiting[position][1])
            position += 1
        if time <= covered:
            yield Lookup(time, None, time, Rank.BETWEEN)


def _amid_changing(
    times: Iterable[float], changing: Sequence[HitObject], sounds: Mapping[int, ObjectSounds]
) -> Iterator[Lookup]:
    """The map's own lines amid sliders that change: there, the latest of them is heard."""
    waiting = sorted(
        (item for item in changing if item.kind is ObjectKind.SLIDER), key=lambda item: item.time
    )
    begun: list[tuple[float, int, HitObject]] = []
    position = 0
    for time in times:
        while position < len(waiting) and waiting[position].time < time:
            item = waiting[position]
            heapq.heappush(begun, (-item.time, -position, item))
            position += 1
        while begun and begun[0][2].end_time < time:
            heapq.heappop(begun)
        if begun:
            item = begun[0][2]
            wanted = sounds[item.line]
            sound = wanted.body
            if sound is None:
                sound = wanted.nodes[min(item.slides, int((time - item.time) / item.span_duration))]
            yield Lookup(time, sound.volume, time, Rank.BETWEEN, item.line, BODY)
