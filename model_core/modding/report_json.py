"""A report as JSON, for programs and for whoever shows it; ``report.schema.json`` describes it.

The form holds everything that a report says, links for the editor included, so that a program
needs nothing else to show one. Numbers that are no numbers in JSON do not occur.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from model_core.beatmap import LineEdit

from .report import Detail, Report, Reported, sources
from .rules import Finding, Fix, ObjectRef

#: The schema (JSON Schema, draft 2020-12) of what :func:`to_json` gives.
SCHEMA_PATH = Path(__file__).with_name("report.schema.json")
#: Raised by one whenever a field changes its meaning or goes.
FORMAT = 1
_SAFE = ":(),|"
_PLAIN_STAMP = re.compile(r"[0-9:(),| -]*")


def schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    loaded: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return loaded


def to_json(report: Report) -> dict[str, Any]:
    """The report as what ``json.dumps`` takes, also with ``allow_nan=False``."""
    beatmap = report.beatmap
    severities = {severity.value: count for severity, count in report.counts().items()}
    origins = {source.value: count for source, count in sources(report).items()}
    resolved = report.resolved
    new = None
    if resolved is not None:
        new = sum(each.new is True for each in report.suggestions)
    return {
        "type": "modding-report",
        "format": FORMAT,
        "map": {
            "file": _text(report.file),
            "title": _text(beatmap.title),
            "artist": _text(beatmap.artist),
            "creator": _text(beatmap.creator),
            "difficulty": _text(beatmap.difficulty_name),
            "mode": beatmap.mode,
        },
        "files": {_text(name): digest for name, digest in sorted(report.files.items())},
        "model": {
            "used": report.model.used,
            "name": _text(report.model.name),
            "family": report.model.family,
            "why_not": _text(report.model.why_not),
            "events": report.model.events,
        },
        "notes": [_text(note) for note in report.notes],
        "counts": {
            "suggestions": len(report.suggestions),
            "severities": severities,
            "sources": origins,
            "dismissed": len(report.dismissed),
            "new": new,
        },
        "resolved": None if resolved is None else [_text(each) for each in resolved],
        "dismissed": [_text(each.id) for each in report.dismissed],
        "suggestions": [_suggestion(each, report.file) for each in report.suggestions],
        "dismissed_suggestions": [_suggestion(each, report.file) for each in report.dismissed],
    }


def dumps(report: Report, indent: int | None = None) -> str:
    """The report as JSON text; characters beyond ASCII stand as themselves."""
    return json.dumps(to_json(report), ensure_ascii=False, allow_nan=False, indent=indent)


def edit_link(timestamp: str) -> str:
    """The link that makes the game's editor go to a moment and select its objects."""
    if _PLAIN_STAMP.fullmatch(timestamp):  # nearly all: `quote` goes through every letter
        return "osu://edit/" + timestamp.replace(" ", "%20")
    return "osu://edit/" + quote(timestamp, safe=_SAFE)


def _suggestion(each: Reported, file: str) -> dict[str, Any]:
    found = each.finding
    stamp = _stamp(found)
    return {
        "id": _text(each.id),
        "also": [_text(name) for name in each.also],
        "source": found.source.value,
        "rule": found.rule,
        "severity": found.severity.value,
        "category": found.category.value,
        "file": _text(found.file or file),
        "times": [time for time in found.times if math.isfinite(time)],
        "timestamp": stamp,
        "link": edit_link(stamp) if stamp else "",
        "objects": [_object(ref) for ref in found.objects],
        "message": _text(found.message),
        "found": _text(found.found),
        "expected": _text(found.expected),
        "surprisal": found.surprisal,
        "rank": each.rank,
        "details": [_detail(detail) for detail in each.details],
        "fix": None if found.fix is None else _fix(found.fix),
        "new": each.new,
    }


def _stamp(found: Finding) -> str:
    if found.time is None or not math.isfinite(found.time):
        return ""
    return found.timestamp


def _object(ref: ObjectRef) -> dict[str, Any]:
    return {
        "kind": ref.kind.value,
        "time": ref.time if math.isfinite(ref.time) else None,
        "end_time": ref.end_time if math.isfinite(ref.end_time) else None,
        "number": ref.label,
        "column": ref.column,
    }


def _detail(detail: Detail) -> dict[str, Any]:
    return {
        "event": detail.event,
        "time": detail.time,
        "found": detail.found,
        "expected": detail.expected,
        "message": detail.message,
        "surprisal": detail.surprisal,
        "relative": detail.relative,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "summary": _text(fix.summary),
        "moves": fix.moves,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: LineEdit) -> dict[str, Any]:
    """Whole lines with their line ends; bytes that are no UTF-8 go as base64."""
    try:
        lines, encoding = [line.decode("utf-8") for line in edit.replacement], "utf-8"
    except UnicodeDecodeError:
        lines = [base64.b64encode(line).decode("ascii") for line in edit.replacement]
        encoding = "base64"
    return {
        "first_line": edit.first_line,
        "count": edit.count,
        "encoding": encoding,
        "replacement": lines,
    }


def lines_of(edit: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The replacement lines of an edit as it stands in JSON."""
    if edit["encoding"] == "base64":
        return tuple(base64.b64decode(line) for line in edit["replacement"])
    return tuple(line.encode("utf-8") for line in edit["replacement"])


def _text(text: str) -> str:
    """Text without halves of surrogate pairs, which no UTF-8 has: file names may hold them."""
    if text.isascii():
        return text
    return text.encode("utf-8", errors="replace").decode("utf-8")


__all__ = ["FORMAT", "SCHEMA_PATH", "dumps", "edit_link", "lines_of", "schema", "to_json"]
