"""Reports on real maps of all modes, and by every family of models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, ObjectKind, parse
from model_core.beatmap.edits.red_line_texts import line_text, with_fields
from model_core.beatmap.hit_objects import LAZER_VERSION
from model_core.beatmap.numbers import format_number
from model_core.modding.report import ModOptions, mod, new_since
from model_core.modding.report_fixes import make_edits
from model_core.modding.report_json import dumps, schema
from model_core.modding.rules import Level
from model_core.modding.rules.subject import Subject
from model_core.model import Model, load_model

from .schema_check import errors

FAMILIES = ("v29", "v30", "v31", "v32")
#: How many ms the planted circle is late.
LATE = 7
SNAPS = ModOptions(rules=("unsnapped-object",))
#: No star ratings: the reports are about form and places.
PLAIN = ModOptions(level=Level.HARD, least_excess=2.0)


def maps(corpus: Path, every: int, first: int = 0) -> list[tuple[str, Beatmap]]:
    """Every so manieth real map, with its file name."""
    listed = json.loads((corpus / "index.json").read_text(encoding="utf-8"))
    entries = listed["files"] if isinstance(listed, dict) else listed
    return [
        (entry["file"], parse((corpus / entry["file"]).read_bytes()))
        for entry in entries[first::every]
    ]


def moved(beatmap: Beatmap, rng: np.random.Generator) -> tuple[Beatmap, str] | None:
    """A map with one circle off its tick, and what the finding of that is called."""
    objects, ticks = Subject(beatmap).objects, Subject(beatmap).ticks
    free = [
        each
        for before, each, after in zip(objects, objects[1:], objects[2:], strict=False)
        if each.kind is ObjectKind.CIRCLE
        and min(each.time - before.end, after.time - each.time) > 60
        and abs(ticks.off(each.time)) < 1 < 2 < abs(ticks.off(each.time + LATE))
    ]
    if not free or beatmap.version >= LAZER_VERSION:
        return None
    item = free[int(rng.integers(len(free)))].item
    late = format_number(item.time - beatmap.time_offset + LATE)
    text = with_fields(line_text(beatmap, item.line), {2: late})
    lines = list(beatmap.document.lines)
    ending = lines[item.line][len(lines[item.line].rstrip(b"\r\n")) :]
    lines[item.line] = text.encode("utf-8", errors="surrogateescape") + ending
    place = f"|{beatmap.column_of(item)}" if beatmap.mode == 3 else ""
    return parse(b"".join(lines)), f"unsnapped-object/circle@{item.time + LATE:.10g}{place}"


def test_a_fault_planted_in_a_real_map_is_found_and_mended(corpus: Path) -> None:
    rng = np.random.default_rng(0)
    modes, mended = set(), 0
    for name, beatmap in maps(corpus, 9):
        fault = moved(beatmap, rng)
        if fault is None:
            continue
        modes.add(beatmap.mode)
        before = mod(None, None, beatmap, file=name, options=SNAPS)
        report = new_since(mod(None, None, fault[0], file=name, options=SNAPS), before.ids)
        (own,) = [each for each in report.suggestions if each.id == fault[1]]
        assert own.new and len([each for each in report.suggestions if each.new]) == 1
        assert not errors(json.loads(dumps(report)), schema())
        if own.finding.fix is not None:
            done = make_edits(report, [own.id])
            assert done.made == (own.id,)
            pairs = zip(beatmap.hit_objects, done.beatmap.hit_objects, strict=True)
            assert max(abs(a.time - b.time) for a, b in pairs) <= 2
            mended += 1
    assert modes == {0, 1, 2, 3} and mended >= 4


@pytest.mark.slow
@pytest.mark.parametrize("first", range(8))
def test_every_real_map_has_a_report(corpus: Path, first: int, tiny_model: Model) -> None:
    noise = _noise()
    for number, (name, beatmap) in enumerate(maps(corpus, 8, first)):
        model = tiny_model if number % 4 == 0 else None
        report = mod(model, noise, beatmap, file=name, options=PLAIN)
        assert not errors(json.loads(dumps(report)), schema()), name
        names = [each for suggestion in report.suggestions for each in suggestion.ids]
        assert len(names) == len(set(names)), name
        data = beatmap.to_bytes()
        for each in report.suggestions:
            if each.finding.fix is not None:
                assert each.finding.fix.patch(beatmap).apply(data) != data


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("source", ["std_a", "taiko_a", "catch_a", "mania_a"])
def test_every_family_mods_every_mode(conformance: Path, family: str, source: str) -> None:
    model = _model(conformance / family / "checkpoint")
    beatmap = parse((conformance / "inputs" / f"{source}.osu").read_bytes())
    # Whatever small reference weights think: every event that may be told of is told.
    report = mod(model, _noise(), beatmap, options=replace(PLAIN, least_relative=0.0))
    assert report.model.used and report.model.events
    own = report.by_model()
    assert own
    if beatmap.mode in model.layout.modes:
        assert any(each.finding.objects for each in own)
    assert not errors(json.loads(dumps(report)), schema())


_MODELS: dict[Path, Model] = {}


def _model(checkpoint: Path) -> Model:
    if checkpoint not in _MODELS:
        _MODELS[checkpoint] = load_model(checkpoint, "cpu", "float32")
    return _MODELS[checkpoint]


def _noise() -> Audio:
    samples = np.random.default_rng(0).uniform(-1, 1, 12 * 16000).astype(np.float32)
    return Audio(samples, "noise of the reports' tests")
