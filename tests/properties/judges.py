"""Edits judged by a plain second reading of both files, which shares no code with the edits.

The reading knows sorted timing lines of formats 5 to 14; of other files it says nothing, and the
word that a judge returns tells the two apart.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Sequence

from model_core.beatmap import Beatmap, Edit, EditKind, RemapEdit, Scope, split_lines
from tests.model_core.beatmap.oracle import Reading
from tests.model_core.beatmap.test_remap_properties import judge as judge_remap

#: Behind a range, the map's own state is back after the last lookup (6 ms) and a whole ms.
BACK = 8
TYPE, HIT_SOUND, TIME = 3, 4, 2
SECTION = b"[TimingPoints]"
SLIDER, SPINNER, HOLD = 2, 8, 128


def judge(beatmap: Beatmap, edit: Edit) -> str:
    """Asserts what an edit must not change; returns whether states could be read."""
    data, result = beatmap.to_bytes(), edit.result.to_bytes()
    assert edit.patch.apply(data) == result
    assert edit.patch.invert(data).apply(result) == data
    if isinstance(edit, RemapEdit):
        judge_remap(beatmap, edit, edit.scope.start_ms, edit.scope.end_ms)
        return "edited" if edit.patch.edits else "as it was"
    if not edit.patch.edits:
        return "as it was"
    # The plain reading knows no byte order mark.
    data, result = (each.removeprefix(BOM_UTF8) for each in (data, result))
    readings = plain(data, beatmap.version), plain(result, beatmap.version)
    if readings[0] is None or readings[1] is None:
        return "edited unread"
    old, new = readings[0], readings[1]
    match edit.scope.kind:
        case EditKind.HITSOUNDS:
            judge_hitsounds(old, new, edit.scope, ends_within(beatmap, edit.scope))
        case EditKind.GREEN_LINES:
            judge_greens(old, new, edit.scope)
        case EditKind.RED_LINES:
            judge_reds(old, new, edit.scope)
    judge_other_lines(data, result, old, new)
    return "edited"


def plain(data: bytes, version: int) -> Reading | None:
    """The plain reading of a file, if it is one that the reading knows."""
    if not 5 <= version <= 14:
        return None
    try:
        reading = Reading(data)
    except (ValueError, IndexError, OverflowError):
        return None
    times = [line.time for line in reading.lines]
    known = reading.sorted and all(abs(time) < 2**31 for time in times)
    return reading if known else None


def ends_within(beatmap: Beatmap, scope: Scope) -> float:
    """The last end of the objects of a range."""
    ends = (i.end_time for i in beatmap.hit_objects if scope.start_ms <= i.time <= scope.end_ms)
    return max([float(scope.end_ms), *ends])


def judge_other_lines(data: bytes, result: bytes, old: Reading, new: Reading) -> None:
    """What is neither a timing line nor an object is the same, line by line."""
    before, after = others(data, old), others(result, new)
    if SECTION not in before and SECTION in after:
        # The first timing line of all brings its section with it, and a blank line behind.
        before, after = ([x for x in each if x not in (SECTION, b"")] for each in (before, after))
    assert before == after


def others(data: bytes, reading: Reading) -> list[bytes]:
    known = {line.number for line in reading.lines}
    raws = {raw for _, raw in reading.objects}
    lines = [line.rstrip(b"\r\n") for line in split_lines(data)]
    return [line for number, line in enumerate(lines) if number not in known and line not in raws]


def judge_hitsounds(old: Reading, new: Reading, scope: Scope, last: float) -> None:
    """Objects differ in their sounds only, green lines in volume, sample set and index only."""
    assert len(old.objects) == len(new.objects)
    for (time, before), (_, after) in zip(old.objects, new.objects, strict=True):
        if not scope.start_ms <= time <= scope.end_ms:
            assert before == after
        else:
            assert unsounded(before) == unsounded(after)
    moments = moments_of(old, new)
    same(old, new, moments, (Reading.velocity, Reading.scroll, Reading.kiai, Reading.tempo))
    outside = [m for m in moments if m < scope.start_ms or m > last + BACK]
    same(old, new, [*outside, last + BACK], (Reading.sample,))
    reds = [[line.raw for line in each.lines if line.red] for each in (old, new)]
    assert reds[0] == reds[1]
    keep_greens_outside(old, new, scope.start_ms, last + BACK)


def unsounded(raw: bytes) -> list[bytes]:
    """The fields of an object that are not heard."""
    fields = raw.rstrip().split(b",")
    bits = type_of(raw)
    if not bits:
        return [raw]
    if bits & SLIDER:
        kept = fields[:HIT_SOUND] + fields[5:8]
    elif bits & SPINNER:
        kept = fields[:HIT_SOUND] + fields[5:6]
    elif bits & HOLD:
        end = fields[5].split(b":")[0] if len(fields) > 5 else b""
        kept = [*fields[:HIT_SOUND], end]
    else:
        kept = fields[:HIT_SOUND]
    return [field.partition(b"//")[0].rstrip() for field in kept]


def type_of(raw: bytes) -> int:
    """The type bits of an object's line; 0 for a line that is none to the game."""
    try:
        return int(raw.split(b",")[TYPE])
    except (ValueError, IndexError):
        return 0


def judge_greens(old: Reading, new: Reading, scope: Scope) -> None:
    """Objects and red lines stay; outside the range every state is as it was."""
    assert [raw for _, raw in old.objects] == [raw for _, raw in new.objects]
    reds = [[line.raw for line in each.lines if line.red] for each in (old, new)]
    assert reds[0] == reds[1]
    moments = moments_of(old, new)
    same(old, new, moments, (Reading.tempo,))
    outside = [m for m in moments if m < scope.start_ms or m > scope.end_ms + BACK]
    states = (Reading.velocity, Reading.scroll, Reading.sample, Reading.kiai)
    same(old, new, outside, states)
    behind = [time for time, _ in old.objects if time > scope.end_ms]
    same(old, new, [time + 6 for time in behind], states)
    keep_greens_outside(old, new, scope.start_ms, scope.end_ms + BACK)


def judge_reds(old: Reading, new: Reading, scope: Scope) -> None:
    """Green lines stay, and so does what all lines say but the tempo."""
    if not scope.resnap:
        assert [raw for _, raw in old.objects] == [raw for _, raw in new.objects]
    else:
        for (time, before), (_, after) in zip(old.objects, new.objects, strict=True):
            if not scope.start_ms <= time <= scope.end_ms or not type_of(before):
                assert before == after
            elif type_of(before) & 3:
                fields = [raw.split(b",") for raw in (before, after)]
                assert fields[0][:TIME] + fields[0][3:] == fields[1][:TIME] + fields[1][3:]
    kept = [line.raw for line in old.lines if not line.red]
    found = iter(line.raw for line in new.lines if not line.red)
    assert all(raw in found for raw in kept)
    first = next((line.time for line in new.lines if line.red), 0.0)
    if not scope.loose_state:
        moments = [m for m in moments_of(old, new) if m >= first]
        same(old, new, moments, (Reading.velocity, Reading.scroll, Reading.sample, Reading.kiai))
    for each, other in ((old, new), (new, old)):
        outside = [line.raw for line in each.lines if line.red and not within(line.time, scope)]
        assert outside == [
            line.raw for line in other.lines if line.red and not within(line.time, scope)
        ]


def within(time: float, scope: Scope) -> bool:
    return scope.start_ms <= time <= scope.end_ms


def keep_greens_outside(old: Reading, new: Reading, start: float, last: float) -> None:
    before, after = (
        [line.raw for line in each.lines if not line.red and not start <= line.time <= last]
        for each in (old, new)
    )
    assert before == after


def moments_of(*readings: Reading) -> list[float]:
    """Every moment at which a state may change."""
    return sorted({line.time for reading in readings for line in reading.lines})


def same(
    old: Reading,
    new: Reading,
    moments: Sequence[float],
    states: Iterable[Callable[[Reading, float], object]],
) -> None:
    """Both readings say the same at those moments; of very many, at some 150 of them."""
    for state in states:
        for moment in moments[:: max(1, len(moments) // 150)]:
            # As text: a tempo that is no number equals itself there.
            was, now = str(state(old, moment)), str(state(new, moment))
            assert was == now, (state.__name__, moment)
