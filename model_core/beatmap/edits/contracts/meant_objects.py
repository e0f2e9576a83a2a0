"""Whether a file's hit objects are the ones that were meant, as the game reads and hears them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...columns import column_of, key_count
from ...geometry.curves import parse_curve
from ...hit_objects import HitObject
from ...new_objects import CLAP, FINISH, WHISTLE, NewObject, ObjectKind, Sound
from ...timestamps import format_timestamp
from ...timing import SAMPLE_LENIENCY

#: A slider's decoded end may differ from the planned one by this much (ms): ends are rounded.
END_TOLERANCE = 1.0
#: Slider velocities are written as beat lengths, in decimals.
VELOCITY_TOLERANCE = 1e-9
#: The body of a slider takes its volume back this long (ms) after a node.
BODY_DELAY = SAMPLE_LENIENCY + 1
#: Sounds closer than this (ms) share the timing line that gives their volume; lines stand at whole
#: milliseconds, nodes do not.
SHARED_LINE = BODY_DELAY + END_TOLERANCE + 1
_ADDITIONS = WHISTLE | FINISH | CLAP
_MANIA = 3
_SCROLLING = (1, _MANIA)


def check_meant_objects(
    beatmap: Beatmap, meant: Sequence[NewObject], mode: int, columns: float
) -> None:
    """Raises ``EditRefused`` unless the objects of ``beatmap`` are ``meant``, in that order.

    ``columns`` counts mania's columns; other modes do not look at it.
    """
    found = beatmap.hit_objects
    if len(found) != len(meant):
        raise EditRefused(
            f"{len(meant)} objects were meant, {len(found)} would be read. Nothing was made."
        )
    volumes = _Volumes(meant)
    for item, wanted in zip(found, meant, strict=True):
        for what, was_meant, is_read in _shape(beatmap, item, wanted, mode, columns):
            if was_meant != is_read:
                raise _differs(item, what, was_meant, is_read)
        for what, was_meant, is_read in _sounds(beatmap, item, wanted, volumes):
            if was_meant != is_read:
                raise _differs(item, what, was_meant, is_read)


def _differs(item: HitObject, what: str, meant: object, found: object) -> EditRefused:
    stamp = format_timestamp(item.time).removesuffix(" - ")
    return EditRefused(
        f"The {what} of the {item.kind} at {stamp} would be {found} instead of {meant}."
        " Nothing was made."
    )


def _shape(
    beatmap: Beatmap, item: HitObject, meant: NewObject, mode: int, columns: float
) -> list[tuple[str, object, object]]:
    """Kind, place and time, meant and found."""
    end = meant.time if meant.end_time is None else meant.end_time
    checks: list[tuple[str, object, object]] = [
        ("kind", meant.kind, item.kind),
        ("time", meant.time, item.time),
        ("position", (meant.x, meant.y), (item.x, item.y)),
        ("new combo", meant.new_combo, item.new_combo),
    ]
    if mode == _MANIA:
        keys = key_count(columns)
        checks.append(("column", column_of(meant.x, keys), column_of(item.x, keys)))
    wanted = meant.slider_velocity
    if wanted is not None and mode in _SCROLLING:
        speed = beatmap.timing.scroll_speed_at(item.time)
        checks.append(("scroll speed", wanted, _as_meant(wanted, speed)))
    elif wanted is not None and meant.kind is ObjectKind.SLIDER:
        velocity = beatmap.timing.slider_velocity_at(item.time)
        checks.append(("slider velocity", wanted, _as_meant(wanted, velocity)))
    if meant.kind is ObjectKind.SLIDER:
        checks.append(("number of slides", meant.slides, item.slides))
        checks.append(("length", meant.length, item.length))
        points = "|".join(f"{x}:{y}" for x, y in meant.curve_points)
        curve = parse_curve(f"{meant.curve_letter}|{points}", (meant.x, meant.y), False)
        checks.append(("path", curve, item.curve))
        near = abs(item.end_time - end) <= END_TOLERANCE
        checks.append(("end time", end, end if near else item.end_time))
    else:
        checks.append(("end time", end, item.end_time))
    return checks


def _as_meant(wanted: float, found: float) -> float:
    """``wanted`` if that is what was found, but for the rounding of text."""
    return wanted if abs(found - wanted) <= VELOCITY_TOLERANCE * wanted else found


def _sounds(
    beatmap: Beatmap, item: HitObject, meant: NewObject, volumes: _Volumes
) -> list[tuple[str, object, object]]:
    """What each node was meant to sound like, and what is heard."""
    if not meant.sounds:
        return []
    checks: list[tuple[str, object, object]] = []
    slider = meant.kind is ObjectKind.SLIDER
    times = item.node_times if slider else (item.node_times[0],)
    if meant.kind is ObjectKind.SPINNER:
        times = (item.end_time,)
    for index, time in enumerate(times):
        wanted = meant.sounds[min(index, len(meant.sounds) - 1)]
        additions = item.node_sounds[index] if slider else item.hit_sound
        sample = (item.sample.normal_set, item.sample.addition_set)
        sets = item.node_sets[index] if slider else sample
        heard = beatmap.timing.sample_at(time + SAMPLE_LENIENCY)
        normal = sets[0] or heard.sample_set
        checks.append(("additions", wanted.additions & _ADDITIONS, additions & _ADDITIONS))
        checks.append(("sample set", wanted.sample_set, normal))
        checks.append(("addition set", wanted.addition_set, sets[1] or normal))
        if volumes.alone(time) and time >= beatmap.timing_points[0].time:
            wanted_volume = min(100, max(0, wanted.volume))
            checks.append(("volume", wanted_volume, item.sample.volume or heard.volume))
    if slider and meant.body is not None:
        checks.append(("body's additions", meant.body.additions & _ADDITIONS, item.hit_sound))
    return checks


class _Volumes:
    """When sounds are meant, and how loud: neighbours of other volume share one's timing line."""

    def __init__(self, objects: Sequence[NewObject]) -> None:
        moments: list[tuple[float, int]] = []
        for item in objects:
            for time, sound in _moments(item):
                moments.append((time, sound.volume))
        moments.sort()
        self._times = [time for time, _ in moments]
        self._volumes = [volume for _, volume in moments]

    def alone(self, time: float) -> bool:
        """Whether all sounds that could share a timing line with one at ``time`` are as loud."""
        first = bisect_left(self._times, time - SHARED_LINE)
        last = bisect_right(self._times, time + SHARED_LINE)
        return len(set(self._volumes[first:last])) <= 1


def _moments(item: NewObject) -> list[tuple[float, Sound]]:
    end = item.time if item.end_time is None else item.end_time
    if not item.sounds:
        return []
    if item.kind is ObjectKind.SPINNER:
        return [(end, item.sounds[-1])]
    if item.kind is not ObjectKind.SLIDER:
        return [(item.time, item.sounds[0])]
    span = (end - item.time) / item.slides
    last = len(item.sounds) - 1
    nodes = [
        (item.time + span * index, item.sounds[min(index, last)])
        for index in range(item.slides + 1)
    ]
    if item.body is not None:
        nodes += [(time + BODY_DELAY, item.body) for time, _ in nodes[:-1]]
    return nodes
