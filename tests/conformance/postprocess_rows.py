"""Post-processing: from each case's own stored events to the text that the reference wrote.

Every stage starts from what the case stores of the stage before, so that none depends on what a
network generates. Hit-object and timing lines are compared as text, line by line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from model_core.postprocess import ReferenceHeader, WrittenMap, write_reference
from model_core.postprocess.drumrolls import drumroll_points
from model_core.postprocess.library_map import LibraryMap, add_to_map
from model_core.postprocess.sliders import path_of, progress_of
from model_core.postprocess.timing_changes import Line, TimingLines
from model_core.postprocess.velocities import human_velocity
from model_core.tokens import Layout, Vocabulary
from model_core.tokens.events import Event, EventType, TimedEvents, merge
from model_core.tokens.resnap import Resnapper
from tests.conformance.report import Row, check, first_difference

#: Files of ``units``, and keys of ``units/numeric_helpers.json``, that are compared here.
UNITS = ("timing_change", "add_to_beatmap")
LIBRARY_VIEW = ("packed",)  # keys of units/beatmap_library_view.json
NUMERIC_HELPERS = ("get_human_sv_and_length", "drumroll_control_points")
_CURVES = {"Bezier": "B", "PerfectCurve": "P", "Catmull": "C", "Linear": "L"}
_NUDGE = 1e-10  # of every velocity that the reference writes


def rows(folder: Path) -> Iterator[Row]:
    """The units of post-processing, then its stages in every greedy and scripted case."""
    yield from _units(folder)
    for family in sorted(path for path in folder.iterdir() if path.is_dir()):
        cases = sorted([*family.glob("greedy/*.json"), *family.glob("scripted/*.json")])
        if not cases:
            continue
        try:
            layout = _layout(family / "checkpoint")
        except OSError as error:
            yield Row(f"{family.name}/all/postprocess", "skipped", f"no vocabulary: {error}")
            continue
        for case in cases:
            stored = json.loads(case.read_text(encoding="utf-8"))
            name = f"{family.name}/{case.parent.name}-{case.stem}"
            yield from _case(name, stored, layout, folder, case.with_suffix(".osu"))


def _layout(checkpoint: Path) -> Layout:
    return Layout.from_files(
        json.loads((checkpoint / "config.json").read_text(encoding="utf-8")),
        json.loads((checkpoint / "generation_config.json").read_text(encoding="utf-8")),
        Vocabulary.from_file(checkpoint / "tokenizer.json"),
    )


# -------------------------------------------------------------------- stages


def _case(
    name: str, stored: Mapping[str, Any], layout: Layout, folder: Path, final: Path
) -> Iterator[Row]:
    stages: dict[str, Any] = {stage["stage"]: stage for stage in stored["stages"]}
    written = stages.get("postprocessor.generate")
    generated = stages.get("processor.generate")  # of several passes the last, which has the map
    if written is None or generated is None:
        yield Row(f"{name}/postprocess", "skipped", "the case stores no such stage")
        return
    timing = [stored_line(line) for line in written["timing_in"]]
    events = list(merge([_timed(result) for result in generated["results"]]).events)
    if "resnap_events" in stages:
        wanted = [
            Event(EventType(kind), value) for kind, value in stages["resnap_events"]["events"]
        ]
        snapper = Resnapper(timing, reference=True)
        found = snapper.snap_events(events)
        yield check(
            f"{name}/resnap_events.events", lambda: first_difference(wanted, found, "event")
        )
        events = wanted
    try:
        result = write_reference(
            events,
            timing,
            layout,
            ReferenceHeader.of(stored["beatmap_config"]),
            snap_overlaps=stored["args"].get("snap_near_perfect_overlaps", False),
        )
    except Exception as error:
        yield Row(f"{name}/postprocess.text", "mismatch", f"{type(error).__name__}: {error}")
        return
    yield from _compare(f"{name}/postprocess", written["osu"], result)
    text, kind = result.text, "own-text"
    if result.random_places:
        text, kind = written["osu"], "stored-text"
    if "add_to_beatmap" in stages:
        args = stored["args"]
        reference = folder / args["beatmap_path"]
        if not reference.is_file():
            yield Row(f"{name}/add_to_beatmap.whole-text", "skipped", f"no {reference.name} here")
            return
        text = add_to_map(_text(reference), text, args["start_time"], args["end_time"])
        wanted_text = stages["add_to_beatmap"]["osu"]
        yield check(
            f"{name}/add_to_beatmap.whole-text-from-{kind}",
            lambda: first_difference(wanted_text.split("\n"), text.split("\n"), "line"),
        )
    if final.is_file():
        yield check(
            f"{name}/osu.whole-text-from-{kind}",
            lambda: first_difference(_text(final).split("\n"), text.split("\n"), "line"),
        )


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def _compare(name: str, text: str, found: WrittenMap) -> Iterator[Row]:
    yield check(
        f"{name}.timing-lines-as-text",
        lambda: first_difference(_section(text, "TimingPoints"), list(found.timing_lines), "line"),
    )
    if not found.random_places:
        yield check(
            f"{name}.whole-text",
            lambda: first_difference(text.split("\n"), found.text.split("\n"), "line"),
        )
        return
    # The reference draws the direction of parts that say only a distance from a generator whose
    # state is not stored; what stands after such a part depends on it.
    wanted, own = _section(text, "HitObjects"), list(found.object_lines)
    yield check(
        f"{name}.object-lines-but-random-places",
        lambda: first_difference(_without_places(wanted), _without_places(own), "line"),
    )


def _section(text: str, name: str) -> list[str]:
    _, _, rest = text.partition(f"[{name}]\n")
    return [line for line in rest.partition("\n[")[0].split("\n") if line]


def _without_places(lines: Sequence[str]) -> list[str]:
    """Lines without x, y and curves."""
    kept = []
    for line in lines:
        fields = line.split(",")[2:]
        if int(fields[1]) & 2:
            del fields[3]
        kept.append(",".join(fields))
    return kept


def _timed(result: Mapping[str, Any]) -> TimedEvents:
    events = tuple(Event(EventType(kind), value) for kind, value in result["events"])
    return TimedEvents(events, tuple(result["times"]))


def stored_line(stored: Mapping[str, Any]) -> Line:
    """A timing line as the stages store it; the reference calls a set type and an index set."""
    return Line(
        time=stored["offset"],
        beat_length=stored["mpb"],
        meter=stored["meter"],
        sample_set=stored["sample_type"],
        sample_index=stored["sample_set"],
        volume=stored["volume"],
        uninherited=stored["red"],
        kiai=stored["kiai"],
    )


# -------------------------------------------------------------------- units


def _units(folder: Path) -> Iterator[Row]:
    helpers = folder / "units" / "numeric_helpers.json"
    if helpers.is_file():
        content = json.loads(helpers.read_text(encoding="utf-8"))
        for index, case in enumerate(content.get("get_human_sv_and_length", [])):
            name = f"units/numeric_helpers/human-sv-and-length-{index}"
            yield check(name, lambda case=case: _human_velocity(case))
        for length, points in content.get("drumroll_control_points", {}).items():
            wanted = [tuple(point) for point in points]
            found = drumroll_points(float(length))
            name = f"units/numeric_helpers/drumroll-control-points-{length}"
            yield check(name, lambda w=wanted, f=found: first_difference(w, f, "point"))
    paths = folder / "units" / "slider_path.json"
    if paths.is_file():
        for index, case in enumerate(json.loads(paths.read_text(encoding="utf-8"))):
            if "progress_of" in case and case["type"] in _CURVES:
                name = f"units/slider_path/{index}-progress-of-a-place"
                yield check(name, lambda case=case: _progress(case))
    yield from _library(folder)
    changes = folder / "units" / "timing_change.json"
    if changes.is_file():
        for case in json.loads(changes.read_text(encoding="utf-8")):
            name = f"units/timing_change/{case['op']}"
            yield check(name, lambda case=case: _timing_change(case))


def _library(folder: Path) -> Iterator[Row]:
    """Maps packed, and parts of maps put into others."""
    views = folder / "units" / "beatmap_library_view.json"
    if views.is_file():
        for name, view in json.loads(views.read_text(encoding="utf-8")).items():
            source = folder / "inputs" / f"{name}.osu"
            if "packed" not in view:
                continue
            if not source.is_file():
                yield Row(f"units/library_view/{name}-packed", "skipped", f"no {source.name} here")
                continue
            wanted, found = view["packed"], LibraryMap.read(_text(source)).pack()
            yield check(
                f"units/library_view/{name}-packed-whole-text",
                lambda w=wanted, f=found: first_difference(w.split("\n"), f.split("\n"), "line"),
            )
    merges = folder / "units" / "add_to_beatmap.json"
    if merges.is_file():
        for index, case in enumerate(json.loads(merges.read_text(encoding="utf-8"))):
            name = f"units/add_to_beatmap/{index}-whole-text"
            new, _, into = case["case"].partition(" into ")
            paths = [folder / "inputs" / f"{stem}.osu" for stem in (into, new)]
            if not all(path.is_file() for path in paths):
                yield Row(name, "skipped", f"{case['case']}: not both are in inputs")
                continue
            text = add_to_map(*map(_text, paths), case["start_time"], case["end_time"])
            wanted = case["out"]
            yield check(
                name,
                lambda w=wanted, f=text: first_difference(w.split("\n"), f.split("\n"), "line"),
            )


def _progress(case: Mapping[str, Any]) -> str | None:
    head, *points = ((int(x), int(y)) for x, y in case["points"])
    path = path_of((_CURVES[case["type"]], points), head)
    found = progress_of(path, case["progress_of"]["pos"])
    wanted = case["progress_of"]["progress"]
    return None if abs(found - wanted) < 1e-9 else f"expected {wanted}, found {found}"


def _human_velocity(case: Mapping[str, Any]) -> str | None:
    found = human_velocity(
        case["req_length"],
        case["span"],
        case["last_sv"],
        case["new_combo"],
        case["slider_multiplier"],
        case["mpb"],
    )
    same = all(
        math.isclose(wanted, own, rel_tol=1e-12)
        for wanted, own in zip(case["out"], found, strict=True)
    )
    return None if same else f"{case}: found {found}"


def _timing_change(case: Mapping[str, Any]) -> str | None:
    """One change; the case does not say its time and value, but its first new line does."""
    before = [stored_line(line) for line in case["before"]]
    after = [stored_line(line) for line in case["after"]]
    times = {line.time for line in before}
    new = [line for line in after if not line.uninherited and line not in before]
    line = next((line for line in new if line.time not in times), (new or after)[0])
    timing = TimingLines(before)
    velocity = -100 / (line.beat_length - _NUDGE) if not line.uninherited else 1.0
    match case["op"].split("_")[0]:
        case "volume":
            # A fuzzy change stands 2 ms beside the line that it changes.
            timing.set_volume(line.time + (2 if "fuzzy" in case["op"] else 0), line.volume)
        case "sv":
            timing.set_velocity(line.time, velocity)
        case "kiai":
            timing.set_kiai(line.time, line.kiai)
        case "mania":
            timing.set_scroll_speed(line.time, velocity, timing.beat_length(line.time))
        case _:
            return f"no such change is known: {case['op']}"
    if len(timing.lines) != len(after):
        return f"expected {after}, found {timing.lines}"
    for wanted, found in zip(after, timing.lines, strict=True):
        close = math.isclose(wanted.beat_length, found.beat_length, rel_tol=1e-12)
        if not close or not wanted.same_effect(_with_beat_length(found, wanted.beat_length)):
            return f"expected {wanted}, found {found}"
        if wanted.time != found.time:
            return f"expected {wanted} at {wanted.time}, found it at {found.time}"
    return None


def _with_beat_length(line: Line, beat_length: float) -> Line:
    copy = Line.of(line)
    copy.beat_length = beat_length
    return copy
