"""Red lines as a request wants them, and everything else as it was.

The red lines of a range become the given ones with the smallest change of lines: one that says
the same stays byte for byte, one with another tempo or time keeps its other fields, and only
what is left over is removed or added. A red line also resets slider velocity, sounds and kiai.
So that none of these changes at any later moment, a green line is put at a red line's own time
wherever the state would differ otherwise; never before the first red line.

Objects stay where they are unless the request asks to resnap. That sliders last longer or shorter
under another tempo is what a tempo is.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...errors import EditRefused, InputError
from ..beatmap import Beatmap, parse
from ..hit_objects import LAZER_VERSION
from ..numbers import MAX_VALUE
from ..patches import Patch
from ..timing_points import (
    KIAI,
    MAX_BEAT_LENGTH,
    MIN_BEAT_LENGTH,
    OMIT_BARLINE,
    TimingPoint,
)
from .contracts import check
from .edit import Edit, EditKind, Scope
from .green_lines import GreenLine, state_at
from .line_builder import LineBuilder
from .new_map import RedLine
from .red_line_texts import changed_red_text, new_red_text
from .resnapping import ObjectMove, resnapped
from .timing_gaps import TimingGaps
from .timing_summary import red_summary, time_name

#: Beat lengths this near to each other (in relation) are the same in another spelling.
SAME_TEMPO = 1e-9
#: The largest number of beats in a bar.
MAX_METER = 999


@dataclass(frozen=True, slots=True)
class RedChange:
    """One red line before (``None``: added) and after (``None``: removed)."""

    before: TimingPoint | None
    after: TimingPoint | None

    @property
    def times(self) -> tuple[float, ...]:
        """The moments at which the lines say something else."""
        return tuple(p.time for p in (self.before, self.after) if p is not None)


def red_lines_of(
    beatmap: Beatmap, start_ms: int | None = None, end_ms: int | None = None
) -> tuple[RedLine, ...]:
    """The red lines in effect within a range (default: the whole map), in order of time."""
    first, last = _bounds(start_ms, end_ms)
    return tuple(
        RedLine(red.time, red.beat_length, red.meter, bool(red.effects & OMIT_BARLINE))
        for red in beatmap.timing.red_lines
        if first <= red.time <= last
    )


def set_red_lines(
    beatmap: Beatmap,
    red_lines: Sequence[RedLine],
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    resnap: bool = False,
    divisors: Sequence[int] | None = None,
    keep_state: bool = True,
    whole_ms: bool = True,
) -> Edit:
    """Makes ``red_lines`` the red lines of the range (default: the whole map).

    Times become whole milliseconds, as the editor writes them, but in maps of the newer format,
    where the map has a line at that very time, and without ``whole_ms``. ``omit_barline`` sets
    that mark; what is marked stays so. ``resnap`` moves the objects of the range whose tempo
    changed to the nearest tick, each on its own beat division or on ``divisors``. ``keep_state``
    keeps slider velocity, sounds and kiai as they are at every moment; without it the red lines
    stand alone.

    Raises ``InputError`` for lines that no map can have, and ``EditRefused`` where something else
    would change.
    """
    edit = unchecked_red_lines(
        beatmap,
        red_lines,
        start_ms=start_ms,
        end_ms=end_ms,
        resnap=resnap,
        divisors=divisors,
        keep_state=keep_state,
        whole_ms=whole_ms,
    )
    check(edit.scope, beatmap, edit.result)
    return edit


def unchecked_red_lines(
    beatmap: Beatmap,
    red_lines: Sequence[RedLine],
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    resnap: bool = False,
    divisors: Sequence[int] | None = None,
    keep_state: bool = True,
    whole_ms: bool = True,
) -> Edit:
    """The edit of :func:`set_red_lines` before its contract is checked.

    For an edit that goes on from here, and checks what comes of it.
    """
    first, last = _bounds(start_ms, end_ms)
    if any(not 1 <= divisor <= 16 for divisor in divisors or ()):
        raise InputError("A beat division is a whole number between 1 and 16.")
    wanted = _wanted(beatmap, red_lines, first, last, whole_ms)
    changes = _changes(beatmap, wanted, first, last, keep_state)
    data = beatmap.document.data
    middle = parse(_patch(beatmap, changes, (), ()).apply(data))
    if beatmap.timing.red_lines and not middle.timing.red_lines:
        raise EditRefused("The map would be left without any red line. Give it at least one tempo.")
    companions = _companions(beatmap, middle, changes) if keep_state else ()
    moves: tuple[ObjectMove, ...] = ()
    if resnap and changes:
        moved_reds = [
            (change.before, change.after)
            for change in changes
            if change.before is not None and change.after is not None
        ]
        moves = resnapped(beatmap, middle.timing, first, last, moved_reds, divisors)
    patch = _patch(beatmap, changes, companions, moves)
    result = parse(patch.apply(data))
    scope = Scope(EditKind.RED_LINES, first, last, resnap=resnap, loose_state=not keep_state)
    return Edit(patch, scope, red_summary(changes, companions, moves, beatmap, result), result)


def _bounds(start_ms: int | None, end_ms: int | None) -> tuple[int, int]:
    first = -MAX_VALUE if start_ms is None else start_ms
    last = MAX_VALUE if end_ms is None else end_ms
    if last < first:
        raise InputError(f"The range ends ({last} ms) before it starts ({first} ms).")
    return first, last


def _wanted(
    beatmap: Beatmap, red_lines: Sequence[RedLine], first: int, last: int, whole_ms: bool
) -> list[RedLine]:
    """The lines asked for in order of time, as they can be written."""
    own = {red.time for red in beatmap.timing.red_lines}
    wanted: dict[float, RedLine] = {}
    for line in red_lines:
        time = line.time
        if not math.isfinite(time) or abs(time - beatmap.time_offset) > MAX_VALUE:
            raise InputError(f"A red line cannot stand at {time} ms.")
        if whole_ms and beatmap.version < LAZER_VERSION and time not in own:
            time = float(math.floor(time + 0.5))
        if not first <= time <= last:
            raise InputError(
                f"The red line at {time_name(time)} is outside the range"
                f" ({time_name(first)} to {time_name(last)})."
            )
        if time in wanted:
            raise InputError(f"Two red lines would stand at {time_name(time)}; a time has one.")
        wanted[time] = replace(line, time=time)
    return [wanted[time] for time in sorted(wanted)]


def _changes(
    beatmap: Beatmap, wanted: Sequence[RedLine], first: int, last: int, keep_state: bool
) -> list[RedChange]:
    """What must change, in order of time; lines that say the same do not occur."""
    old = [red for red in beatmap.timing.red_lines if first <= red.time <= last]
    changes: list[RedChange] = []
    for before, after in _pairs(old, wanted):
        point = None if after is None else _point(beatmap, before, after, keep_state)
        if point == before:
            continue
        if point is not None and (before is None or not _same_tempo(before, point)):
            _require_tempo(point)
        changes.append(RedChange(before, point))
    return changes


def _point(
    beatmap: Beatmap, before: TimingPoint | None, after: RedLine, keep_state: bool
) -> TimingPoint:
    """The line to be written; what ``before`` says stays but for what is asked."""
    if before is None:
        mark = OMIT_BARLINE if after.omit_barline else 0
        point = TimingPoint(-1, after.time, after.beat_length, after.meter, effects=mark)
        return _with_state(beatmap, point)
    same = math.isclose(before.beat_length, after.beat_length, rel_tol=SAME_TEMPO)
    point = replace(
        before,
        time=after.time,
        beat_length=before.beat_length if same else after.beat_length,
        meter=after.meter,
        effects=before.effects | (OMIT_BARLINE if after.omit_barline else 0),
    )
    if point.time != before.time and keep_state:
        return _with_state(beatmap, point)
    return point


def _same_tempo(before: TimingPoint, after: TimingPoint) -> bool:
    return (before.beat_length, before.meter) == (after.beat_length, after.meter)


def _pairs(
    old: Sequence[TimingPoint], wanted: Sequence[RedLine]
) -> Iterable[tuple[TimingPoint | None, RedLine | None]]:
    """Lines of one time belong together; between those, as many as there are, in order."""
    own, asked = {red.time for red in old}, {line.time for line in wanted}
    left: list[TimingPoint] = []
    right: list[RedLine] = []
    by_time: dict[float, tuple[TimingPoint | None, RedLine | None]] = {
        red.time: (red, None) for red in old
    }
    for line in wanted:
        by_time[line.time] = (by_time.get(line.time, (None, None))[0], line)
    for time in sorted(by_time):
        before, after = by_time[time]
        if time in own and time in asked:
            yield from _unmatched(left, right)
            left, right = [], []
            yield before, after
        elif before is not None:
            left.append(before)
        elif after is not None:
            right.append(after)
    yield from _unmatched(left, right)


def _unmatched(
    left: Sequence[TimingPoint], right: Sequence[RedLine]
) -> Iterable[tuple[TimingPoint | None, RedLine | None]]:
    if len(left) == len(right):
        # As many as before, at other times: they moved.
        yield from zip(left, right, strict=True)
        return
    for red in left:
        yield red, None
    for line in right:
        yield None, line


def _with_state(beatmap: Beatmap, point: TimingPoint) -> TimingPoint:
    """The line with the sounds and kiai that are in effect at its time."""
    state = state_at(beatmap.timing, point.time)
    return replace(
        point,
        sample_set=state.sample_set,
        sample_index=state.sample_index,
        volume=state.volume,
        effects=(point.effects & ~KIAI) | (KIAI if state.kiai else 0),
    )


def _require_tempo(point: TimingPoint) -> None:
    if not MIN_BEAT_LENGTH <= point.beat_length <= MAX_BEAT_LENGTH:
        raise InputError(
            f"The red line at {time_name(point.time)} would have {point.beat_length:g} ms per"
            f" beat; the game knows {MIN_BEAT_LENGTH:g} to {MAX_BEAT_LENGTH:g}."
        )
    if not 1 <= point.meter <= MAX_METER:
        raise InputError(
            f"The red line at {time_name(point.time)} would have {point.meter} beats in a bar;"
            f" give it 1 to {MAX_METER}."
        )


def _companions(
    beatmap: Beatmap, middle: Beatmap, changes: Sequence[RedChange]
) -> tuple[GreenLine, ...]:
    """The green lines without which the changed red lines would change the state."""
    was, now = beatmap.timing, middle.timing
    times = sorted(point.time for point in middle.timing_points)
    green_times = {point.time for point in middle.timing_points if not point.uninherited}
    companions: list[GreenLine] = []
    for time in sorted({moment for change in changes for moment in change.times}):
        if time in green_times or not now.red_lines or time < now.red_lines[0].time:
            continue
        index = bisect_right(times, time)
        if companions and (not index or times[index - 1] <= companions[-1].time):
            running = companions[-1].state
        else:
            running = state_at(now, time)
        wanted = state_at(was, time)
        if not running.same(wanted):
            companions.append(GreenLine(time, now.meter_at(time), wanted))
    return tuple(companions)


def _patch(
    beatmap: Beatmap,
    changes: Sequence[RedChange],
    companions: Sequence[GreenLine],
    moves: Sequence[ObjectMove],
) -> Patch:
    builder = LineBuilder(beatmap.document)
    gaps = TimingGaps(beatmap)
    offset = beatmap.time_offset
    lines = [(green.time, False, green.text(offset)) for green in companions]
    at_time: dict[float, list[TimingPoint]] = {}
    for point in beatmap.timing_points:
        if point.uninherited:
            at_time.setdefault(point.time, []).append(point)
    for change in changes:
        before, after = change.before, change.after
        if before is None:
            assert after is not None
            like = beatmap.timing.red_line_at(after.time)
            lines.append((after.time, True, new_red_text(beatmap, after, like)))
            continue
        if after is None or after.time != before.time:
            # What stood hidden behind it must not come to light.
            for red in at_time[before.time]:
                builder.delete(red.line)
        if after is None:
            continue
        text = changed_red_text(beatmap, before, after)
        if after.time == before.time:
            builder.replace(before.line, [text.encode("utf-8", errors="surrogateescape")])
        else:
            lines.append((after.time, True, text))
    gaps.insert(builder, lines)
    for move in moves:
        builder.replace(move.item.line, [move.text(beatmap)])
    return Patch.from_edits(beatmap.document.data, builder.edits())
