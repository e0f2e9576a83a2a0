"""A report as Markdown for a post, in the form in which mappers mod: "00:12:345 (1,2) - why".

Timestamps stand bare, as the game's site makes links of them itself.
"""

from __future__ import annotations

import re

from clients.reports.reading import (
    SOURCES,
    Report,
    Suggestion,
    grouped,
    line,
    map_name,
    plain,
    remarks_on,
    require,
    summary,
    title,
    weight,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&#])")


def to_markdown(report: Report) -> str:
    """The whole report; raises ``ValueError`` where it is none."""
    require(report)
    parts = [f"## {_escaped(map_name(report))}", "", f"{summary(report)}.", ""]
    parts += [f"> {_escaped(plain(note))}\n" for note in report["notes"]]
    last = ""
    for severity, category, own in grouped(report):
        if severity != last:
            parts += [f"### {title(severity)}", ""]
            last = severity
        parts += [f"**{_escaped(category)}**", ""]
        parts += [_item(report, each) for each in own]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _item(report: Report, suggestion: Suggestion) -> str:
    where = plain(suggestion["timestamp"])
    text = line(report, suggestion).removeprefix(where)
    remarks = []
    if suggestion["source"] == "model":
        remarks.append(f"{SOURCES['model']}: {weight(suggestion)}")
    if suggestion["fix"] is not None:
        remarks.append(f"suggested edit: {plain(suggestion['fix']['summary'])}")
    behind = f" ({'; '.join(map(_escaped, remarks))})" if remarks else ""
    told = "".join(f"**{remark.capitalize()}:** " for remark in remarks_on(suggestion))
    return f"- {told}{where}{_escaped(text)}{behind}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
