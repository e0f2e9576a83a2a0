"""A report as JSON is what its schema says, whatever the map holds."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.audio.decode import Audio
from model_core.beatmap import LineEdit, parse
from model_core.beatmap.patches import Patch
from model_core.modding.report import dismiss, mod, new_since
from model_core.modding.report_json import dumps, edit_link, lines_of, schema, to_json
from model_core.model import Model

from .schema_check import errors
from .test_report import ALL, beatmap


def test_a_report_of_both_sources_is_as_the_schema_says(tiny_model: Model, noise: Audio) -> None:
    maps = [("a.osu", beatmap()), ("b.osu", beatmap(metadata="Title:Other\nVersion:Easy"))]
    report = mod(tiny_model, noise, maps[0][1], file="a.osu", mapset=maps, options=ALL)
    report = dismiss(new_since(report, ["x/y"]), [report.suggestions[0].id])
    found = json.loads(dumps(report))
    assert not errors(found, schema())
    assert found["counts"]["suggestions"] == len(found["suggestions"]) > 5
    assert found["counts"]["dismissed"] == len(found["dismissed"]) == 1
    assert found["resolved"] == ["x/y"]
    assert found["counts"]["new"] == len(found["suggestions"])
    assert {each["source"] for each in found["suggestions"]} == {"rules", "model"}
    for each in found["suggestions"]:
        assert (
            each["rank"] is None
            or f"({each['objects'][0]['number']})" in each["timestamp"]
            or (not each["objects"])
        )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "report"),
        (("format",), 2),
        (("suggestions", 0, "severity"), "fatal"),
        (("suggestions", 0, "link"), "javascript:alert(1)"),
        (("suggestions", 0, "times"), ["1"]),
        (("suggestions", 0, "extra"), 1),
        (("counts", "dismissed"), -1),
        (("map", "mode"), 4),
    ],
)
def test_the_schema_refuses_what_is_no_report(path: tuple[str | int, ...], value: object) -> None:
    found = to_json(mod(None, None, beatmap()))
    assert not errors(found, schema())
    broken = deepcopy(found)
    *inner, last = path
    place = broken
    for step in inner:
        place = place[step]
    place[last] = value
    assert errors(broken, schema())


def test_edits_in_json_are_those_of_the_report() -> None:
    report = mod(None, None, beatmap(), file="a.osu")
    data = report.beatmap.to_bytes()
    fixes = [each for each in to_json(report)["suggestions"] if each["fix"]]
    assert fixes
    for each in fixes:
        edits = [
            LineEdit(edit["first_line"], edit["count"], lines_of(edit))
            for edit in each["fix"]["edits"]
        ]
        (own,) = [s for s in report.suggestions if s.id == each["id"]]
        assert own.finding.fix is not None
        assert Patch.from_edits(data, edits) == own.finding.fix.patch(report.beatmap)


def test_lines_that_are_no_text_come_back_as_they_were() -> None:
    lines = beatmap().to_bytes().replace(b"8007,1,", b"8007,1,").split(b"\n")
    at = next(i for i, line in enumerate(lines) if b",8007," in line)
    lines[at] += b"//\xff\xfe"
    report = mod(None, None, parse(b"\n".join(lines)), file="a.osu")
    (own,) = [s for s in report.suggestions if s.id.startswith("unsnapped-object/")]
    found = next(s for s in to_json(report)["suggestions"] if s["id"] == own.id)
    (edit,) = found["fix"]["edits"]
    assert edit["encoding"] == "base64"
    assert own.finding.fix is not None and lines_of(edit) == own.finding.fix.edits[0].replacement
    assert not errors(found, {"$ref": "#/$defs/suggestion", "$defs": schema()["$defs"]})


def test_links_name_the_moment_and_the_objects() -> None:
    assert edit_link("00:12:345 (1,2)") == "osu://edit/00:12:345%20(1,2)"
    assert edit_link("00:12:345 (1200|2)") == "osu://edit/00:12:345%20(1200|2)"


@given(st.binary(max_size=300), st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_file_gives_a_report(rest: bytes, name: str) -> None:
    data = b"osu file format v14\n[Metadata]\nTitle:" + rest + b"\n[HitObjects]\n" + rest
    found = json.loads(dumps(mod(None, None, parse(data), file=name)))
    assert not errors(found, schema())
