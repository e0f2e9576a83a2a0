"""A report from its JSON, for whoever kept that and wants its edits made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_core.beatmap import Beatmap, LineEdit, ObjectKind

from .report import Detail, ModelPart, Report, Reported
from .report_json import FORMAT, lines_of
from .rules import Category, Finding, Fix, ObjectRef, Severity, Source

__all__ = ["from_json"]

#: The index of an object that the map does not have.
UNKNOWN = -1


def from_json(data: Mapping[str, Any], beatmap: Beatmap) -> Report:
    """The report that :func:`~.report_json.to_json` wrote.

    Args:
        beatmap: the map that it is about.

    Raises:
        ValueError: it is no report, or one of another form.
    """
    if data.get("type") != "modding-report" or data.get("format") != FORMAT:
        raise ValueError("This is no modding report of a form that is known here.")
    indices = _Indices(beatmap)
    file, model, resolved = data["map"]["file"], data["model"], data["resolved"]
    return Report(
        beatmap,
        file,
        tuple(_reported(each, file, indices) for each in data["suggestions"]),
        ModelPart(model["used"], model["name"], model["family"], model["why_not"], model["events"]),
        dict(data["files"]),
        tuple(data["notes"]),
        tuple(_reported(each, file, indices) for each in data["dismissed_suggestions"]),
        None if resolved is None else tuple(resolved),
    )


class _Indices:
    """Where the objects of a report stand in ``beatmap.hit_objects``."""

    def __init__(self, beatmap: Beatmap) -> None:
        self._known: dict[tuple[str, float | None], list[int]] = {}
        for index, item in enumerate(beatmap.hit_objects):
            self._known.setdefault((item.kind.value, item.time), []).append(index)
        self._beatmap = beatmap

    def __getitem__(self, each: Mapping[str, Any]) -> int:
        found = self._known.get((each["kind"], each["time"]), [])
        if each["column"] is not None:
            items = self._beatmap.hit_objects
            found = [i for i in found if self._beatmap.column_of(items[i]) == each["column"]]
        return found[0] if found else UNKNOWN


def _reported(each: Mapping[str, Any], file: str, indices: _Indices) -> Reported:
    finding = Finding(
        source=Source(each["source"]),
        rule=each["rule"],
        key=each["id"],
        severity=Severity(each["severity"]),
        category=Category(each["category"]),
        message=each["message"],
        found=each["found"],
        expected=each["expected"],
        times=tuple(each["times"]),
        objects=tuple(_object(one, indices) for one in each["objects"]),
        fix=None if each["fix"] is None else _fix(each["fix"]),
        file="" if each["file"] == file else each["file"],
        surprisal=each["surprisal"],
    )
    details = tuple(Detail(**detail) for detail in each["details"])
    return Reported(finding, tuple(each["also"]), each["rank"], details, each["new"])


def _object(each: Mapping[str, Any], indices: _Indices) -> ObjectRef:
    nowhere = float("nan")
    time, end = each["time"], each["end_time"]
    return ObjectRef(
        indices[each],
        ObjectKind(each["kind"]),
        nowhere if time is None else time,
        nowhere if end is None else end,
        each["number"],
        each["column"],
    )


def _fix(each: Mapping[str, Any]) -> Fix:
    edits = tuple(
        LineEdit(edit["first_line"], edit["count"], lines_of(edit)) for edit in each["edits"]
    )
    return Fix(each["summary"], edits, each["moves"])
