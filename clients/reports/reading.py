"""What every way to show a report needs of its JSON: its parts, in order, as harmless text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

#: The form that is understood; a report says which one it has.
FORMAT = 1
SEVERITIES = ("problem", "warning", "negligible", "info")
MODES = ("osu!", "osu!taiko", "osu!catch", "osu!mania")
#: What a model says is no rule, and must not read like one.
SOURCES = {"rules": "rule", "model": "model, subjective"}
_TITLES = {
    "problem": ("problem", "problems"),
    "warning": ("warning", "warnings"),
    "negligible": ("negligible", "negligible"),
    "info": ("remark", "remarks"),
}
_LINK = "osu://edit/"
_BREAKS = "\t\n\r\v\f\x85\u2028\u2029"
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")
#: So many of one rule and weight are shown where there is a screen or a page to fill.
MOST_SHOWN = 500

Report = Mapping[str, Any]
Suggestion = Mapping[str, Any]


def require(report: Report) -> None:
    """Raises ``ValueError`` for what is no report, or one of another form."""
    if report.get("type") != "modding-report":
        raise ValueError(
            "This is no modding report. Make one with: osu-companion mod MAP --format json"
        )
    if report.get("format") != FORMAT:
        raise ValueError(
            f"This report has form {report.get('format')!r}, and form {FORMAT} is understood."
            " Make it again with this version of osu-companion."
        )


def everything(report: Report) -> Report:
    """The report with what is dismissed among the suggestions, where it is marked as such."""
    dismissed = [{**each, "dismissed": True} for each in report["dismissed_suggestions"]]
    return _of(report, [*report["suggestions"], *dismissed])


def only_new(report: Report) -> Report:
    """The report with what no earlier one had; all of it, where there was none."""
    return _of(report, [each for each in report["suggestions"] if each["new"] is not False])


def _of(report: Report, suggestions: Sequence[Suggestion]) -> Report:
    """The report with other suggestions, counted anew."""
    counts = report["counts"]
    severities, sources = (
        {one: sum(each[key] == one for each in suggestions) for one in counts[many]}
        for key, many in (("severity", "severities"), ("source", "sources"))
    )
    new = None if counts["new"] is None else sum(each["new"] is True for each in suggestions)
    told = {"suggestions": len(suggestions), "severities": severities, "sources": sources}
    return {**report, "suggestions": suggestions, "counts": {**counts, **told, "new": new}}


def remarks_on(suggestion: Suggestion) -> list[str]:
    """What an earlier run, or the user, said of it: "new", "dismissed"."""
    said = ["new"] if suggestion["new"] else []
    return [*said, "dismissed"] if suggestion.get("dismissed") else said


def grouped(report: Report) -> Iterator[tuple[str, str, list[Suggestion]]]:
    """Severity, category and suggestions: the heaviest first, then the larger categories.

    Within a category they stand in the report's own order.
    """
    suggestions: Sequence[Suggestion] = report["suggestions"]
    for severity in SEVERITIES:
        own = [each for each in suggestions if each["severity"] == severity]
        counts: dict[str, int] = {}
        for each in own:
            counts[each["category"]] = counts.get(each["category"], 0) + 1
        own.sort(key=lambda each: (-counts[each["category"]], each["category"]))
        for category, members in groupby(own, key=lambda each: str(each["category"])):
            yield severity, category, list(members)


def first_of(own: Sequence[Suggestion], most: int = MOST_SHOWN) -> tuple[list[Suggestion], str]:
    """The first so many suggestions of every rule in a group, and what is to be told of the rest.

    A map of nothing but faults has tens of thousands, which nobody reads and no browser likes.
    """
    counts: Counter[str] = Counter()
    shown: list[Suggestion] = []
    for each in own:
        counts[each["rule"]] += 1
        if counts[each["rule"]] <= most:
            shown.append(each)
    left = [f"{count - most} more of {rule}" for rule, count in counts.items() if count > most]
    if not left:
        return shown, ""
    return shown, f"And {', '.join(map(plain, left))}; the report has all as JSON (--format json)."


def counted(severity: str, count: int) -> str:
    """ "1 problem", "3 problems"."""
    one, many = _TITLES[severity]
    return f"{count} {one if count == 1 else many}"


def title(severity: str) -> str:
    """A severity as a heading: "Problems"."""
    return _TITLES[severity][1].capitalize()


def summary(report: Report) -> str:
    """ "3 problems, 1 warning; 2 new; 4 dismissed", or that there is nothing."""
    counts = report["counts"]
    found = [
        counted(severity, counts["severities"][severity])
        for severity in SEVERITIES
        if counts["severities"][severity]
    ]
    parts = [", ".join(found) or "Nothing to suggest"]
    if counts["new"] is not None:
        parts.append(f"{counts['new']} new")
    if report["resolved"]:
        parts.append(f"{len(report['resolved'])} gone since")
    if counts["dismissed"]:
        parts.append(f"{counts['dismissed']} dismissed")
    return "; ".join(parts)


def map_name(report: Report) -> str:
    """ "Artist - Title [Difficulty]", as far as the map says."""
    about = report["map"]
    name = " - ".join(plain(about[key]) for key in ("artist", "title") if about[key])
    name = name or plain(about["file"]) or "Untitled map"
    return f"{name} [{plain(about['difficulty'])}]" if about["difficulty"] else name


def line(report: Report, suggestion: Suggestion) -> str:
    """The suggestion as mappers post it: "00:12:345 (1,2) - what and why"."""
    message = plain(suggestion["message"])
    where = plain(suggestion["timestamp"])
    if suggestion["file"] != report["map"]["file"] and suggestion["file"]:
        message = f"{message} ({plain(suggestion['file'])})"
    return f"{where} - {message}" if where else message


def weight(suggestion: Suggestion) -> str:
    """How much a model is surprised: "21.2 bits, 3rd of the map"; empty for rules."""
    if suggestion["surprisal"] is None:
        return ""
    return f"{suggestion['surprisal']:.1f} bits, no. {suggestion['rank']} of the map"


def link(suggestion: Suggestion) -> str:
    """The link into the editor, or nothing where it is no such link."""
    found = str(suggestion["link"])
    safe = found.startswith(_LINK) and found.isascii() and found.isprintable() and " " not in found
    return found if safe else ""


def plain(text: str) -> str:
    """Text on one line without control characters, which terminals obey and pages do not show.

    Marks that turn the direction of writing go as well: they make text look like other text.
    """
    return _HARMFUL.sub(_shown, str(text))


def _shown(letter: re.Match[str]) -> str:
    return " " if letter[0] in _BREAKS else "\ufffd"
