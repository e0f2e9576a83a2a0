"""A report as one page of HTML that needs nothing else: no network, no other file.

It is readable without scripts; with them it filters and copies. Its policy forbids every script
and style but its own two, by their hashes, so that a map's name can never become one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

from clients.reports.reading import (
    MODES,
    SEVERITIES,
    SOURCES,
    Report,
    Suggestion,
    counted,
    first_of,
    grouped,
    line,
    link,
    map_name,
    plain,
    remarks_on,
    require,
    summary,
    title,
    weight,
)


def to_html(report: Report) -> str:
    """The whole page; raises ``ValueError`` where it is no report."""
    require(report)
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    name = _text(map_name(report))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<link rel="icon" href="data:,">',
        f"<title>Modding: {name}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>{name}</h1>",
        f'<p class="faint">{_about(report)}</p>',
        f"<p><strong>{_text(summary(report))}.</strong></p>",
        *(f'<p class="note">{_text(note)}</p>' for note in report["notes"]),
        "</header>",
        *_filters(report),
        "<main>",
        *_sections(report),
        "</main>",
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _about(report: Report) -> str:
    about, model = report["map"], report["model"]
    parts = [MODES[about["mode"]]]
    if about["creator"]:
        parts.append(f"mapped by {_text(about['creator'])}")
    if model["used"]:
        parts.append(f"read by {_text(model['name'])} ({_text(model['family'])})")
    return " · ".join(parts)


# ---------------------------------------------------------------- filters


def _filters(report: Report) -> Iterator[str]:
    """Hidden until the script works: without it they would do nothing."""
    suggestions = report["suggestions"]
    severities = [s for s in SEVERITIES if report["counts"]["severities"][s]]
    categories = sorted({str(each["category"]) for each in suggestions})
    sources = [s for s in SOURCES if report["counts"]["sources"][s]]
    yield '<form id="filters" hidden aria-label="Filter suggestions">'
    yield from _boxes("severity", "Severity", [(s, title(s)) for s in severities])
    yield from _boxes("source", "Source", [(s, s.capitalize()) for s in sources])
    yield from _boxes("category", "Category", [(c, c) for c in categories])
    if report["counts"]["new"] is not None:
        yield '<p><label><input type="checkbox" id="only-new"> Only what is new</label></p>'
    yield '<p><label for="search">Search</label> <input type="search" id="search"></p>'
    yield '<p id="shown" role="status" aria-live="polite"></p>'
    yield "</form>"


def _boxes(name: str, legend: str, values: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"<fieldset><legend>{legend}</legend>"
    for value, label in values:
        box = f'<input type="checkbox" name="{name}" value="{_text(value)}" checked>'
        yield f"<label>{box} {_text(label)}</label>"
    yield "</fieldset>"


# ---------------------------------------------------------------- suggestions


def _sections(report: Report) -> Iterator[str]:
    counts = report["counts"]["severities"]
    for severity, groups in groupby(grouped(report), key=lambda group: group[0]):
        yield f'<section aria-labelledby="{severity}">'
        heading = counted(severity, counts[severity])
        yield f'<h2 id="{severity}" class="{severity}">{heading}</h2>'
        for _, category, own in groups:
            yield f"<section><h3>{_text(category)}</h3>"
            shown, left = first_of(own)
            for each in shown:
                yield from _article(report, each)
            if left:
                yield f'<p class="note">{_text(left)}</p>'
            yield "</section>"
        yield "</section>"


def _article(report: Report, each: Suggestion) -> Iterator[str]:
    severity, source = _text(each["severity"]), _text(each["source"])
    yield (
        f'<article class="{severity}" data-severity="{severity}" data-source="{source}"'
        f' data-category="{_text(each["category"])}" data-new="{"yes" if each["new"] else "no"}">'
    )
    yield f'<p class="head">{_place(each)}'
    yield f'<span class="tag">{_text(SOURCES[each["source"]])}</span>'
    for remark in remarks_on(each):
        yield f'<span class="tag {remark}">{remark}</span>'
    copied = _text(line(report, each))
    yield f'<button type="button" hidden data-copy="{copied}">Copy</button></p>'
    yield f"<p>{_text(each['message'])}</p>"
    if each["file"] and each["file"] != report["map"]["file"]:
        yield f'<p class="remarks">In {_text(each["file"])}</p>'
    yield (
        f'<p class="remarks">There: {_text(each["found"])}. Expected: {_text(each["expected"])}.'
        f" {_text(weight(each))}</p>"
    )
    if each["fix"] is not None:
        yield f'<p class="remarks">Suggested edit: {_text(each["fix"]["summary"])}.</p>'
    yield from _details(each)
    yield "</article>"


def _place(each: Suggestion) -> str:
    where, target = _text(each["timestamp"]), link(each)
    if not where:
        return '<span class="time">Whole map</span>'
    if not target:
        return f'<span class="time">{where}</span>'
    return f'<a class="time" href="{escape(target)}">{where}</a>'


def _details(each: Suggestion) -> Iterator[str]:
    """What only some look for: the name to dismiss or fix it by, and every surprise."""
    yield f"<details><summary>Details</summary><p>Id: <code>{_text(each['id'])}</code></p>"
    if each["details"]:
        yield "<ul>"
        for detail in each["details"]:
            bits = f"{detail['surprisal']:.1f} bits"
            yield f"<li>{_text(detail['message'])} <span class=faint>({bits})</span></li>"
        yield "</ul>"
    yield "</details>"


def _text(text: str) -> str:
    """Text for elements and quoted attributes alike."""
    return escape(plain(text), quote=True)


@cache
def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
