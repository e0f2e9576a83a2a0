"""A report's JSON, within what a message can carry."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from .report import Report, Reported
from .report_json import dumps

#: Bytes: what an answer of the daemon may hold, less room for what else is in it. No map that
#: anybody plays comes near; 20,000 objects, all of them off the beat, fill half of it.
MOST_BYTES = 56 * 1024 * 1024
_MOST_OF_A_RULE = 4096


def dumps_within(report: Report, most_bytes: int = MOST_BYTES) -> tuple[str, Report]:
    """The report as JSON text of at most so many bytes, and the report that it is of.

    Where there is too much, every rule (and the model) keeps as many suggestions as fit, in the
    report's order, and a note says how many there were.
    """
    text = dumps(report)
    kept = report
    most = _MOST_OF_A_RULE
    while len(text.encode("utf-8")) > most_bytes and most:
        kept = _thinned(report, most)
        text = dumps(kept)
        most //= 2
    return text, kept


def _thinned(report: Report, most: int) -> Report:
    counts: Counter[str] = Counter()
    suggestions: list[Reported] = []
    for each in report.suggestions:
        counts[each.finding.rule] += 1
        if counts[each.finding.rule] <= most:
            suggestions.append(each)
    left = tuple(
        f"There are {count} suggestions of {rule}; the first {most} are told."
        for rule, count in counts.items()
        if count > most
    )
    # What is gone and what is dismissed may be as many.
    resolved = None if report.resolved is None else report.resolved[:most]
    return replace(
        report,
        suggestions=tuple(suggestions),
        notes=(*report.notes, *left),
        dismissed=report.dismissed[:most],
        resolved=resolved,
    )
