"""A report on a terminal: by severity and category, times as links into the editor."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from clients.reports.reading import (
    SOURCES,
    Report,
    Suggestion,
    first_of,
    grouped,
    link,
    map_name,
    plain,
    remarks_on,
    require,
    summary,
    title,
    weight,
)

_STYLES = {"problem": "bold red", "warning": "yellow", "negligible": "cyan", "info": "blue"}
_REMARKS = {"new": "bold green", "dismissed": "dim"}


def print_report(report: Report, console: Console) -> None:
    """Show a report; raises ``ValueError`` where it is none."""
    console.print(rendered(report))


def rendered(report: Report) -> RenderableType:
    """A report as rich shows it. Nothing in it is read as markup, whatever a map is called."""
    require(report)
    parts: list[RenderableType] = [
        Text(map_name(report), style="bold"),
        Text(f"{summary(report)}."),
    ]
    parts += [Text(plain(note), style="dim") for note in report["notes"]]
    last = ""
    for severity, category, own in grouped(report):
        if severity != last:
            parts += [Text(), Text(title(severity), style=_STYLES[severity])]
            last = severity
        parts.append(Padding(Text(f"{plain(category)} ({len(own)})", style="underline"), (0, 2)))
        shown, left = first_of(own)
        parts.append(Padding(_table(report, shown), (0, 0, 0, 4)))
        if left:
            parts.append(Padding(Text(left, style="dim"), (0, 0, 0, 4)))
    return Group(*parts)


def _table(report: Report, own: list[Suggestion]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in own:
        table.add_row(_place(each), _said(report, each))
    return table


def _place(suggestion: Suggestion) -> Text:
    where = plain(suggestion["timestamp"])
    if not where:
        return Text("map", style="dim")
    target = link(suggestion)
    return Text(where, style=Style(link=target, color="cyan") if target else "cyan")


def _said(report: Report, suggestion: Suggestion) -> Text:
    text = Text()
    for remark in remarks_on(suggestion):
        text.append(f"{remark} ", style=_REMARKS[remark])
    text.append(plain(suggestion["message"]))
    if suggestion["file"] and suggestion["file"] != report["map"]["file"]:
        text.append(f" [{plain(suggestion['file'])}]", style="dim")
    remarks = [SOURCES[suggestion["source"]]]
    if suggestion["surprisal"] is not None:
        remarks.append(weight(suggestion))
    if suggestion["fix"] is not None:
        remarks.append(f"edit: {plain(suggestion['fix']['summary'])}")
    text.append(f"\n{'; '.join(remarks)}; {plain(suggestion['id'])}", style="dim")
    return text
