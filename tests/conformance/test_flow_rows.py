"""The flows' rows on cases that the folder does not have: super timing, windows at once, beams.

The hearings' calls are the reference's own, of its super timing; the calls after them, and those
of the other cases, were recorded from this code. They show that such a folder is compared, and
that what is wrong in it is found.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model_core.generation.sampling import Greedy
from model_core.generation.sequential import Call
from model_core.maps.flow import Written, run_flow
from model_core.model import Model, load_model
from model_core.tokens.events import ContextType
from model_core.tokens.reference_timing import RedLine
from tests.conformance import flow_rows
from tests.conformance.report import Row

Stored = dict[str, Any]
FAMILY = "v32"


@pytest.fixture
def folder(conformance: Path, tmp_path: Path) -> Path:
    """A folder with one family's checkpoint and no case."""
    (tmp_path / FAMILY / "greedy").mkdir(parents=True)
    (tmp_path / FAMILY / "scripted").mkdir()
    for name in ("inputs", f"{FAMILY}/checkpoint", f"{FAMILY}/tensors.npz"):
        (tmp_path / name).symlink_to((conformance / name).resolve())
    return tmp_path


@pytest.fixture(scope="module")
def model(conformance: Path) -> Model:
    return load_model(conformance / FAMILY / "checkpoint", "cpu", "float32")


def compared(folder: Path, stored: Stored, kind: str = "greedy") -> list[Row]:
    path = folder / FAMILY / kind / "case.json"
    path.write_text(json.dumps(stored))
    found = list(flow_rows.rows(folder))
    path.unlink()
    return found


def bad(rows: list[Row]) -> list[str]:
    return [row.name.split("/calls")[1] for row in rows if row.status == "mismatch"]


def recorded(
    model: Model, folder: Path, stored: Stored, timing: list[RedLine] | None = None
) -> list[Call]:
    """What the flow itself calls and answers; adds what it wrote to the stages."""
    audio = flow_rows.reference_audio(folder, Path(stored["args"]["audio_path"]).name)
    assert audio is not None
    request = flow_rows.request_of(model, folder, stored, audio)
    calls: list[Call] = []
    hear: Callable[[], list[RedLine]] | None = None if timing is None else lambda: timing
    written = run_flow(model, audio, request, Greedy(), on_call=calls.append, time_song=hear)
    stored["stages"] += [_stage(found) for found in written.passes]
    if timing is None:
        stored["stages"].append(_timing(written))
    return calls


def _stage(found: dict[ContextType, Any]) -> Stored:
    return {
        "stage": "processor.generate",
        "out_context": [context.value for context in found],
        "results": [
            {"events": [[e.type.value, e.value] for e in own.events], "times": list(own.times)}
            for own in found.values()
        ],
    }


def _timing(written: Written) -> Stored:
    lines = [
        {"offset": line.time, "mpb": line.beat_length, "meter": line.meter, "red": True}
        for line in written.red_lines or ()
    ]
    return {"stage": "generate_timing", "timing": lines}


def single(call: Call) -> Stored:
    return {
        "context": call.context.value,
        "frame_time": call.window.start_ms,
        "prompt": list(call.prompts[0]),
        "output": list(call.answers[0]),
        "eos_ranges": [[stop, stop] for stop in sorted(call.stops[0])],
        "min_top2_margin": 1.0,
    }


def batch(calls: list[Call]) -> Stored:
    """Calls as one, padded as the reference pads them."""

    def padded(lists: list[list[int]], left: bool) -> list[list[int]]:
        longest = max(map(len, lists))
        fill = [[0] * (longest - len(ids)) for ids in lists]
        return [f + ids if left else ids + f for f, ids in zip(fill, lists, strict=True)]

    return {
        "context": calls[0].context.value,
        "frame_times": [call.window.start_ms for call in calls],
        "prompts": padded([list(call.prompts[0]) for call in calls], True),
        "outputs": padded([list(call.answers[0]) for call in calls], False),
        "eos_ranges": [[2, 2]],
    }


@pytest.mark.slow
def test_a_flow_with_super_timing(conformance: Path, folder: Path, model: Model) -> None:
    stored: Stored = json.loads((conformance / FAMILY / "super_timing.json").read_text())
    stored["args"]["end_time"] = 4000  # one window of objects
    lines = [line for line in stored["timing"] if line["red"]]
    stored["stages"] = [
        {"stage": "generate_timing", "events_in": stored["beats"], "timing": stored["timing"]}
    ]
    timing = [RedLine(line["offset"], line["mpb"], line["meter"]) for line in lines]
    stored["calls"] += [single(call) for call in recorded(model, folder, stored, timing)]
    rows = compared(folder, stored)
    assert bad(rows) == []
    hearings = [row for row in rows if "hearing" in row.name and row.name.endswith(".tokens")]
    assert len(hearings) == sum(len(each["frame_times"]) for each in stored["iterations"])
    assert {".super-timing.offsets", ".super-timing.marks-0", ".timing-lines"} <= {
        row.name.split("/calls")[1] for row in rows if row.status == "ok"
    }
    stored["calls"][1]["prompts"][0][-2] += 1
    stored["iterations"][2]["events"][0][1] += 10
    stored["stages"][0]["timing"][0]["meter"] = 7
    assert {name.split("-")[-1] for name in bad(compared(folder, stored))} == {
        *("0.prompt", "0.tokens", "2", "lines")
    }


def test_hearings_of_which_only_the_events_are_stored(
    conformance: Path, folder: Path, model: Model
) -> None:
    stored: Stored = json.loads((conformance / FAMILY / "super_timing_scripted.json").read_text())
    stored["args"]["end_time"] = 4000
    lines = [line for line in stored["timing"] if line["red"]]
    stored["stages"] = [
        {"stage": "generate_timing", "events_in": stored["beats"], "timing": stored["timing"]}
    ]
    timing = [RedLine(line["offset"], line["mpb"], line["meter"]) for line in lines]
    stored["calls"] = [single(call) for call in recorded(model, folder, stored, timing)]
    assert bad(compared(folder, stored, "scripted")) == []
    stored["beats"][0][1] += 3
    assert ".super-timing.beats" in bad(compared(folder, stored, "scripted"))
    del stored["iterations"]
    rows = compared(folder, stored, "scripted")
    assert [row.name.split("/calls")[1] for row in rows if row.status == "skipped"] == [
        ".super-timing.hearings"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("as_batch", [False, True])
def test_a_flow_of_windows_at_once(
    conformance: Path, folder: Path, model: Model, as_batch: bool
) -> None:
    stored: Stored = json.loads((conformance / FAMILY / "greedy/plain_std.json").read_text())
    stored["args"] |= {"parallel": True, "start_time": 20_000}
    stored["stages"] = []
    calls = recorded(model, folder, stored)
    starts = [call.window.start_ms for call in calls]
    assert starts == [16376, 32752, 16376, 32752]
    halves = (calls[:2], calls[2:])
    stored["calls"] = [batch(half) for half in halves] if as_batch else [*map(single, calls)]
    rows = compared(folder, stored)
    assert bad(rows) == []
    assert sum(".tokens" in row.name for row in rows) == 4
    last = stored["calls"][-1]
    output = last["outputs"][-1] if as_batch else last["output"]
    output[0] += 1
    assert any(name.endswith("32752.tokens") for name in bad(compared(folder, stored)))


@pytest.mark.slow
def test_a_flow_with_beams(conformance: Path, folder: Path, model: Model) -> None:
    stored: Stored = json.loads((conformance / FAMILY / "greedy/plain_std.json").read_text())
    stored["args"] |= {"num_beams": 3, "end_time": 2000}
    stored["stages"] = []
    stored["calls"] = [single(call) for call in recorded(model, folder, stored)]
    rows = compared(folder, stored)
    assert bad(rows) == []
    assert sum(row.name.endswith(".tokens-3-beams") for row in rows) == len(stored["calls"])
    stored["calls"][0]["output"][3] += 1
    assert any("beams" in name for name in bad(compared(folder, stored)))
    stored["calls"][0]["min_top2_margin"] = 0.001
    assert any(row.status == "skipped" for row in compared(folder, stored))
