"""Making chosen suggested edits of a report, of rules and model alike, in one patch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from model_core.beatmap import Beatmap, Patch, parse

from .options import ModOptions
from .report import Report, Reported
from .rules import Fix, Fixed, Level, check, fix_findings
from .rules.fixing import combined

__all__ = ["make_edits", "reasons_left"]

#: What objects that were moved towards each other would break.
_CROWDING = ("concurrent-objects", "almost-concurrent-objects", "duplicate-objects")


def make_edits(report: Report, ids: Collection[str], options: ModOptions | None = None) -> Fixed:
    """The report's map with the edits of the suggestions that go by one of ``ids``.

    Those that were dismissed have their edits as well. options: what the report was asked with.

    Where two are made for one line, the heavier suggestion's is made; a rule's is then asked for
    again on the map as it is, a model's is left, as it was made for a line that is gone. Each of a
    model's moves was made for the other objects where they are: one that meets another's is left
    too, and so are edits of other files of the set.
    """
    wanted = set(ids)
    chosen = [each for each in _all(report) if not wanted.isdisjoint(each.ids)]
    able = [
        (each, each.finding.fix)
        for each in chosen
        if each.finding.fix is not None and each.finding.file in ("", report.file)
    ]
    beatmap = report.beatmap
    moves = [fix for each, fix in able if each.rank is not None and fix.moves]
    taken = [fix for each, fix in able if each.rank is None or not fix.moves]
    # What moves is known by another name afterwards; so other edits of its line come first.
    taken.sort(key=lambda fix: fix.moves)
    taken += _apart(beatmap, taken, moves) if moves else []
    patch, left = combined(beatmap, taken)
    # By identity: two suggestions may ask for equal edits.
    done = {id(fix) for fix in taken} - {id(fix) for fix in left}
    # What two suggest alike is made for both.
    alike = {fix.edits for fix in taken if id(fix) in done}
    done |= {id(fix) for _, fix in able if fix.edits in alike}
    made = [each.id for each, fix in able if id(fix) in done]
    again = [each.id for each, fix in able if id(fix) not in done and each.rank is None]
    current = parse(patch.apply(beatmap.to_bytes()))
    if again:
        options = options or ModOptions()
        level = None if options.level is None else Level(options.level)
        later = fix_findings(
            current, again, level=level, stars=options.stars, divisors=options.beat_divisors
        )
        made += later.made
        current = later.beatmap
    gone = frozenset(made)
    undone = tuple(each.id for each in chosen if each.id not in gone)
    whole = Patch.from_bytes(beatmap.to_bytes(), current.to_bytes())
    return Fixed(whole, current, tuple(made), undone)


def reasons_left(report: Report, ids: Collection[str], made: Collection[str]) -> dict[str, str]:
    """Why the edits of some of ``ids`` were not made, in a sentence for each."""
    named = {name: each for each in _all(report) for name in each.ids}
    done = set(made)
    return {
        wanted: _why(named.get(wanted), report.file)
        for wanted in dict.fromkeys(ids)
        if wanted not in named or named[wanted].id not in done
    }


def _why(each: Reported | None, file: str) -> str:
    if each is None:
        return "The report has no suggestion of that name."
    if each.finding.file not in ("", file):
        return f"It is about {each.finding.file}: mod that map to have it edited."
    if each.finding.fix is None:
        return "It has no suggested edit: what to do about it is for a mapper to decide."
    return "Another of the chosen edits is in its way. Mod the map again once that one is made."


def _all(report: Report) -> tuple[Reported, ...]:
    return (*report.suggestions, *report.dismissed)


def _apart(beatmap: Beatmap, taken: Sequence[Fix], moves: Sequence[Fix]) -> list[Fix]:
    """Those of the moves that do not meet each other, earlier ones first."""
    crowded = _crowded(_with(beatmap, taken))
    if _crowded(_with(beatmap, [*taken, *moves])) <= crowded:
        return list(moves)
    apart: list[Fix] = []
    # Halves that are free of trouble need not be looked at one by one.
    waiting = [list(moves)]
    while waiting:
        part = waiting.pop()
        if _crowded(_with(beatmap, [*taken, *apart, *part])) <= crowded:
            apart += part
        elif len(part) > 1:
            half = len(part) // 2
            waiting += [part[half:], part[:half]]
    return apart


def _with(beatmap: Beatmap, fixes: Sequence[Fix]) -> Beatmap:
    return parse(combined(beatmap, fixes)[0].apply(beatmap.to_bytes()))


def _crowded(beatmap: Beatmap) -> int:
    """How many objects are too near to another, or stand behind a later one in the file."""
    unordered = sum(a.time > b.time for a, b in pairwise(beatmap.hit_objects))
    return len(check(beatmap, rules=_CROWDING)) + unordered
