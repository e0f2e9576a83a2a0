"""Making chosen suggested edits of a report, of rules and model alike, in one patch."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from model_core.beatmap import Beatmap, Patch, parse

from .report import Report
from .rules import Fix, Fixed, check, fix_findings
from .rules.fixing import combined

__all__ = ["make_edits"]

#: What objects that were moved towards each other would break.
_CROWDING = ("concurrent-objects", "almost-concurrent-objects", "duplicate-objects")


def make_edits(report: Report, ids: Collection[str]) -> Fixed:
    """The report's map with the edits of the suggestions that go by one of ``ids``.

    Where two are made for one line, the heavier suggestion's is made; a rule's is then asked for
    again on the map as it is, a model's is left, as it was made for a line that is gone. Each of a
    model's moves was made for the other objects where they are: one that meets another's is left
    too, and so are edits of other files of the set.
    """
    wanted = set(ids)
    chosen = [each for each in report.suggestions if not wanted.isdisjoint(each.ids)]
    able = [
        (each, each.finding.fix)
        for each in chosen
        if each.finding.fix is not None and each.finding.file in ("", report.file)
    ]
    beatmap = report.beatmap
    moves = [fix for each, fix in able if each.rank is not None and fix.moves]
    taken = [fix for each, fix in able if each.rank is None or not fix.moves]
    crowded = _crowded(_with(beatmap, taken)) if moves else 0
    for fix in moves:
        if _crowded(_with(beatmap, [*taken, fix])) <= crowded:
            taken.append(fix)
    patch, left = combined(beatmap, taken)
    # By identity: two suggestions may ask for equal edits.
    done = {id(fix) for fix in taken} - {id(fix) for fix in left}
    made = [each.id for each, fix in able if id(fix) in done]
    again = [each.id for each, fix in able if id(fix) not in done and each.rank is None]
    current = parse(patch.apply(beatmap.to_bytes()))
    if again:
        later = fix_findings(current, again)
        made += later.made
        current = later.beatmap
    undone = tuple(each.id for each in chosen if each.id not in made)
    whole = Patch.from_bytes(beatmap.to_bytes(), current.to_bytes())
    return Fixed(whole, current, tuple(made), undone)


def _with(beatmap: Beatmap, fixes: Sequence[Fix]) -> Beatmap:
    return parse(combined(beatmap, fixes)[0].apply(beatmap.to_bytes()))


def _crowded(beatmap: Beatmap) -> int:
    return len(check(beatmap, rules=_CROWDING))
