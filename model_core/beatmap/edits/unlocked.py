"""A remap that brings its own red lines: both changes as one, the map's tempo back behind it.

The red lines of the range are set first, then the objects are replaced in the map that results.
Behind the new objects, on a bar line of the map's own, one more red line gives back beat length,
meter and phase, so that no object behind the range stands on another beat than before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ...errors import EditRefused, InputError
from ..beatmap import Beatmap
from ..hit_objects import LAZER_VERSION
from ..new_objects import NewObject
from ..timing import SAMPLE_LENIENCY
from ..timing_points import TimingPoint
from .contracts import check
from .contracts.survivors import same_phase
from .fitting import Fitted, fit_objects
from .new_map import RedLine
from .range_greens import KiaiSpans
from .ranges import free_range
from .red_lines import unchecked_red_lines
from .remapping import RemapEdit, remap
from .summary import EditSummary
from .timing_summary import time_name

#: A bar line this near to a whole ms (ms) needs no decimals.
NEARLY_WHOLE = 1e-3


def remap_with_timing(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    objects: Sequence[NewObject],
    red_lines: Sequence[RedLine],
    *,
    take_volume: bool = True,
    take_sv: bool = True,
    kiai: KiaiSpans | None = None,
    next_combo: bool = False,
) -> RemapEdit:
    """Remaps a range whose red lines become ``red_lines``; see :func:`remap`.

    ``objects`` are timed by the new red lines. Raises what :func:`remap` and
    :func:`~.red_lines.set_red_lines` do, and ``EditRefused`` where no bar line of the map's own
    tempo lies between the new objects and the next one that stays.
    """
    if end_ms < start_ms:
        raise InputError(f"The range ends ({end_ms} ms) before it starts ({start_ms} ms).")
    asked = [_whole(beatmap, line) for line in red_lines]
    for line in asked:
        if not start_ms <= line.time <= end_ms:
            raise InputError(
                f"The red line at {time_name(line.time)} is outside the range"
                f" ({time_name(start_ms)} to {time_name(end_ms)})."
            )
    # What the tempo does to objects that are replaced counts for nothing; all is checked below.
    unrestored = unchecked_red_lines(
        beatmap, asked, start_ms=start_ms, end_ms=end_ms, whole_ms=False
    ).result
    # The room is that of the old tempo: what is replaced ends elsewhere under the new one.
    fitted = fit_objects(objects, unrestored, free_range(beatmap, start_ms, end_ms))
    last_end = max((item.end_time or item.time for item in fitted.objects), default=start_ms)
    back = _restoring(beatmap, start_ms, end_ms, last_end, asked)
    reach = end_ms
    if back is not None:
        asked.append(back)
        reach = max(reach, math.ceil(back.time))
    tempo = unchecked_red_lines(beatmap, asked, start_ms=start_ms, end_ms=reach, whole_ms=False)
    edit = remap(
        tempo.result,
        start_ms,
        end_ms,
        fitted.objects,
        take_volume=take_volume,
        take_sv=take_sv,
        kiai=kiai,
        next_combo=next_combo,
    )
    patch = tempo.patch.then(edit.patch, beatmap.document.data)
    scope = replace(edit.scope, red_lines=True)
    check(scope, beatmap, edit.result)
    summary = _summary(tempo.summary, edit.summary, fitted)
    return replace(edit, patch=patch, scope=scope, summary=summary)


def _whole(beatmap: Beatmap, line: RedLine) -> RedLine:
    known = any(red.time == line.time for red in beatmap.timing.red_lines)
    if known or beatmap.version >= LAZER_VERSION or not math.isfinite(line.time):
        return line
    return replace(line, time=float(math.floor(line.time + 0.5)))


def _restoring(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    last_end: int,
    asked: Sequence[RedLine],
) -> RedLine | None:
    """The red line that gives the map its tempo back, where one is needed."""
    following = free_range(beatmap, start_ms, end_ms).following_ms
    reds = beatmap.timing.red_lines
    if math.isinf(following) or not reds:
        return None
    if any(end_ms < red.time <= following for red in reds):
        return None
    own = beatmap.timing.red_line_at(following)
    kept = [red for red in reds if not start_ms <= red.time <= end_ms and red.time <= following]
    if own is None or same_phase(own, _last(kept, asked, following)):
        return None
    first = max([float(start_ms), last_end + SAMPLE_LENIENCY + 2, *(r.time for r in asked)])
    time = _bar_line(own, first, float(end_ms), following)
    if time is None:
        bar = own.milliseconds_per_beat * own.meter
        later = own.time + math.ceil((following - own.time) / bar) * bar
        raise EditRefused(
            f"There is no bar line between the new objects and the one at {time_name(following)}"
            " where the map's own tempo could return. Let the range end just before a bar line,"
            f" e.g. the one at {time_name(later)}."
        )
    return RedLine(time, own.beat_length, own.meter)


def _last(
    kept: Sequence[TimingPoint], asked: Sequence[RedLine], following: float
) -> TimingPoint | None:
    """The red line that would be in effect at ``following`` without one that restores."""
    every = [
        *kept,
        *(TimingPoint(-1, line.time, line.beat_length, line.meter) for line in asked),
    ]
    return max(every, key=lambda point: point.time, default=None)


def _bar_line(own: TimingPoint, first: float, end: float, following: float) -> float | None:
    """A bar line in ``first..following``, best at or behind ``end`` and on a whole ms."""
    bar = own.milliseconds_per_beat * own.meter
    lowest = math.ceil((first - own.time) / bar - NEARLY_WHOLE / bar)
    highest = math.floor((following - own.time) / bar + NEARLY_WHOLE / bar)
    if highest < lowest:
        return None
    wanted = math.ceil((end - own.time) / bar - NEARLY_WHOLE / bar)
    time = own.time + min(highest, max(lowest, wanted)) * bar
    nearest = float(math.floor(time + 0.5))
    return nearest if abs(nearest - time) <= NEARLY_WHOLE else time


def _summary(tempo: EditSummary, objects: EditSummary, fitted: Fitted) -> EditSummary:
    text = objects.text
    if fitted.dropped or fitted.shortened:
        text += (
            f" ({fitted.dropped} generated objects dropped and {fitted.shortened} shortened for"
            " the new tempo)"
        )
    if tempo.lines:
        text = f"{tempo.text.removesuffix(', nothing else')}, {text}"
    return replace(
        objects,
        text=text,
        dropped=objects.dropped + fitted.dropped,
        shortened=objects.shortened + fitted.shortened,
        red_added=tempo.red_added,
        red_removed=tempo.red_removed,
        red_changed=tempo.red_changed,
        restoring=objects.restoring + tempo.restoring,
        lines=(*tempo.lines, *objects.lines),
    )
