"""Compares maps with recorded values, mode by mode, within the lenience of the game's tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from model_core.beatmap import Beatmap, HitObject, ObjectKind, parse
from model_core.beatmap.geometry.catch import catch_objects
from model_core.beatmap.geometry.mania import mania_objects
from model_core.beatmap.geometry.nested import slider_parts
from model_core.beatmap.geometry.slider_events import SliderEventKind
from model_core.beatmap.geometry.stacking import stacked_positions
from model_core.beatmap.geometry.taiko import TaikoKind, taiko_objects

from .expected import CorpusFile, Recorded, Ruleset, read_mappings, ruleset_of
from .outcomes import Outcome

#: Milliseconds and osu! pixels between values that count as one, by the rulesets' own tests:
#: the old client counted whole ones.
LENIENCE, CATCH_LENIENCE = 2.0, 3.0

#: Compares one object of the file with what was recorded of it.
Check = Callable[[Outcome, int, Recorded], None]


def compare_conversion(file: CorpusFile, recorded: Sequence[Recorded]) -> Outcome:
    """Compares all that the recorded mode shares with the file's."""
    ruleset = ruleset_of(list(recorded))
    beatmap = file.beatmap
    native = beatmap.mode == ruleset.value
    # An osu!standard map in catch is the same objects, read by catch's rules.
    if native or ruleset is Ruleset.CATCH:
        check, note = _CHECKS[ruleset](file)
        origin = "" if native else " of osu! maps"
        group = f"{ruleset.label}{origin}{note}"
    else:
        check = _source_objects(beatmap)
        group = f"{Ruleset(beatmap.mode).label} to {ruleset.label}: starts, spinners"
    outcome = Outcome(group, beatmap.version, file.name)
    items = beatmap.hit_objects
    order = sorted(range(len(items)), key=lambda index: items[index].time)
    outcome.compare("number of objects", len(recorded), len(order))
    for index, one in zip(order, recorded, strict=False):
        before = len(outcome.disagreements)
        # The game's tests read old files without shifting them.
        outcome.near("start", one.time, items[index].time - beatmap.time_offset, 1.0, one.time)
        check(outcome, index, one)
        outcome.objects += 1
        outcome.disagreeing_objects += len(outcome.disagreements) > before
    return outcome


def compare_file(file: CorpusFile) -> list[Outcome]:
    """Every set of recorded objects of one file."""
    return [compare_conversion(file, read_mappings(path)) for path in file.conversions]


def _parts(outcome: Outcome, one: Recorded, found: Sequence[object]) -> bool:
    """Whether there are as many parts as recorded; only then can they be compared."""
    outcome.parts += len(one.objects)
    outcome.compare("number of parts", len(one.objects), len(found), one.time)
    return len(one.objects) == len(found)


def _standard(file: CorpusFile) -> tuple[Check, str]:
    beatmap = file.beatmap
    places = stacked_positions(beatmap)

    def check(outcome: Outcome, index: int, one: Recorded) -> None:
        item = beatmap.hit_objects[index]
        rows = _standard_rows(beatmap, item, places[index])
        if not _parts(outcome, one, rows):
            return
        for (start, end, x, y), meant in zip(rows, one.objects, strict=True):
            shift = beatmap.time_offset
            outcome.near("part's time", meant["StartTime"], start - shift, LENIENCE, one.time)
            outcome.near("part's end", meant["EndTime"], end - shift, LENIENCE, one.time)
            outcome.near("x", meant["X"], x, LENIENCE, one.time)
            outcome.near("y", meant["Y"], y, LENIENCE, one.time)

    return check, ""


def _standard_rows(
    beatmap: Beatmap, item: HitObject, place: tuple[float, float]
) -> list[tuple[float, float, float, float]]:
    """Start, end, x and y of every part, as the game's tests record them."""
    if item.kind is not ObjectKind.SLIDER:
        return [(item.time, item.end_time, *place)]
    parts = slider_parts(beatmap, item)
    last = next(part.time for part in parts if part.kind is SliderEventKind.LAST_TICK)
    move_x, move_y = place[0] - item.x, place[1] - item.y
    rows = []
    for part in parts:
        if part.kind is SliderEventKind.LAST_TICK:
            continue
        # The tail is recorded when the old client judged it.
        time = last if part.kind is SliderEventKind.TAIL else part.time
        rows.append((time, time, part.x + move_x, part.y + move_y))
    return rows


def _catch(file: CorpusFile) -> tuple[Check, str]:
    hard_rock, easy = "HR" in file.mods, "EZ" in file.mods
    beatmap = file.beatmap
    if easy:
        # Easy halves the circle size: so does this copy, and so its hyperdashes compare.
        beatmap = _with_circle_size(file, beatmap.circle_size / 2)
    made = catch_objects(beatmap, hard_rock=hard_rock)

    def check(outcome: Outcome, index: int, one: Recorded) -> None:
        if not _parts(outcome, one, made[index]):
            return
        for part, meant in zip(made[index], one.objects, strict=True):
            outcome.near("part's time", meant["StartTime"], part.time, CATCH_LENIENCE, one.time)
            outcome.near("x", meant["Position"], part.x, CATCH_LENIENCE, one.time)
            outcome.compare("hyperdash", meant["HyperDash"], part.hyper, one.time)

    return check, ", hard rock" if hard_rock else ", easy" if easy else ""


def _with_circle_size(file: CorpusFile, size: float) -> Beatmap:
    lines = [
        f"CircleSize:{size!r}".encode() if line.startswith(b"CircleSize:") else line
        for line in file.data.splitlines()
    ]
    return parse(b"\n".join(lines))


def _taiko(file: CorpusFile) -> tuple[Check, str]:
    made = taiko_objects(file.beatmap)

    def check(outcome: Outcome, index: int, one: Recorded) -> None:
        item = made[index]
        if not _parts(outcome, one, [item]):
            return
        meant = one.objects[0]
        outcome.near("end", meant["EndTime"], item.end_time, LENIENCE, one.time)
        found = {
            "IsCentre": item.kind is TaikoKind.CENTRE,
            "IsRim": item.kind is TaikoKind.RIM,
            "IsDrumRoll": item.kind is TaikoKind.DRUM_ROLL,
            "IsSwell": item.kind is TaikoKind.SWELL,
            "IsStrong": item.strong,
        }
        outcome.compare("kind", {name: meant[name] for name in found}, found, one.time)

    return check, ""


def _mania(file: CorpusFile) -> tuple[Check, str]:
    made = mania_objects(file.beatmap)

    def check(outcome: Outcome, index: int, one: Recorded) -> None:
        item = made[index]
        if not _parts(outcome, one, [item]):
            return
        meant = one.objects[0]
        outcome.near("end", meant["EndTime"], item.end_time, LENIENCE, one.time)
        outcome.compare("column", meant["Column"], item.column, one.time)

    return check, ""


def _source_objects(beatmap: Beatmap) -> Check:
    """For a mode the map was not made for: what conversion leaves as it was."""

    def check(outcome: Outcome, index: int, one: Recorded) -> None:
        item = beatmap.hit_objects[index]
        if item.kind is not ObjectKind.SPINNER or len(one.objects) != 1:
            return
        meant: dict[str, Any] = one.objects[0]
        outcome.parts += 1
        outcome.near("end", meant["EndTime"], item.end_time, LENIENCE, one.time)

    return check


_CHECKS: dict[Ruleset, Callable[[CorpusFile], tuple[Check, str]]] = {
    Ruleset.STANDARD: _standard,
    Ruleset.TAIKO: _taiko,
    Ruleset.CATCH: _catch,
    Ruleset.MANIA: _mania,
}
