"""Making chosen suggested edits of a report, of rules and model alike, in one patch."""

from __future__ import annotations

from collections.abc import Collection

from model_core.beatmap import Patch, parse

from .report import Report
from .rules import Fixed, fix_findings
from .rules.fixing import combined

__all__ = ["make_edits"]


def make_edits(report: Report, ids: Collection[str]) -> Fixed:
    """The report's map with the edits of the suggestions that go by one of ``ids``.

    Where two are made for one line, the heavier suggestion's is made; a rule's is then asked for
    again on the map as it is, a model's is left, as it was made for a line that is gone. Edits of
    other files of the set are left as well.
    """
    wanted = set(ids)
    chosen = [each for each in report.suggestions if not wanted.isdisjoint(each.ids)]
    able = [
        each
        for each in chosen
        if each.finding.fix is not None and each.finding.file in ("", report.file)
    ]
    beatmap = report.beatmap
    patch, left = combined(beatmap, [each.finding.fix for each in able if each.finding.fix])
    # By identity: two suggestions may ask for equal edits.
    waiting = {id(fix) for fix in left}
    made = [each.id for each in able if id(each.finding.fix) not in waiting]
    again = [each.id for each in able if id(each.finding.fix) in waiting and each.rank is None]
    current = parse(patch.apply(beatmap.to_bytes()))
    if again:
        later = fix_findings(current, again)
        made += later.made
        current = later.beatmap
    undone = tuple(each.id for each in chosen if each.id not in made)
    whole = Patch.from_bytes(beatmap.to_bytes(), current.to_bytes())
    return Fixed(whole, current, tuple(made), undone)
