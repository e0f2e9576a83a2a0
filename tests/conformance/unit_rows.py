"""The small building blocks: ticks, tempos, time tokens, slider paths and ends."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from model_core.beatmap import Beatmap, ObjectKind, parse
from model_core.beatmap.geometry.curves import parse_curve
from model_core.beatmap.geometry.slider_path import SliderPath
from model_core.tokens import EventType, Layout, Vocabulary
from model_core.tokens.decode import decode_window
from model_core.tokens.events import Event
from model_core.tokens.generate_timing import generate_timing, human_beat_length
from model_core.tokens.prompts import encode_events
from model_core.tokens.reference_sliders import end_position, total_duration
from model_core.tokens.reference_timing import RedLine, ReferenceTiming
from model_core.tokens.resnap import Resnapper
from model_core.tokens.timelines import last_object_end, median_beat_length
from tests.conformance import checkpoint_rows, map_rows, postprocess_rows
from tests.conformance.report import Row, check, first_difference

_LETTERS = {"Bezier": "B", "MultiBezier": "B", "Linear": "L", "Perfect": "P", "Catmull": "C"}
_LETTERS["PerfectCurve"] = "P"


def rows(folder: Path) -> Iterator[Row]:
    """All checks of the folder's ``units``; files nobody checks yet are named."""
    units = folder / "units"
    if not units.is_dir():
        return
    checks: dict[str, Callable[[Any, Path], Iterator[Row]]] = {
        "resnap": _resnap,
        "generate_timing": _generate_timing,
        "numeric_helpers": _numeric_helpers,
        "slider_path": _slider_path,
        "beatmap_library_view": _library_view,
        "checkpoint_resolution": checkpoint_rows.resolution,
    }
    for path in sorted(units.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        kind = next((k for k in checks if path.stem == k or path.stem.startswith(f"{k}_")), None)
        if kind is not None:
            yield from checks[kind](content, folder)
        elif path.stem.startswith("time_token_roundtrip_"):
            yield from _time_tokens(path.stem, content, folder)
        elif path.stem not in postprocess_rows.UNITS:
            yield Row(f"units/{path.stem}/all", "not built yet")


def _line(stored: Mapping[str, Any]) -> RedLine:
    return RedLine(
        time=stored["offset"],
        beat_length=stored["mpb"],
        meter=stored["meter"],
        sample_set=stored["sample_type"],
        volume=stored["volume"],
        uninherited=stored["red"],
        kiai=stored["kiai"],
    )


def _resnap(content: Mapping[str, Any], folder: Path) -> Iterator[Row]:
    snappers = {
        name: Resnapper([_line(line) for line in lines], reference=True)
        for name, lines in content["sets"].items()
    }
    for index, case in enumerate(content["cases"]):
        yield check(
            f"units/resnap/{case['set']}-{index}",
            lambda c=case: first_difference(
                c["out"], snappers[c["set"]].snap(c["time"], c["divisor"]), str(c)
            ),
        )
    events = content["resnap_events"]

    def compare() -> str | None:
        # The stored events do not say which set they were made with: one of them fits.
        wanted = [Event(EventType(kind), value) for kind, value in events["out"]]
        given = [Event(EventType(kind), value) for kind, value in events["events_in"]]
        found = [snapper.snap_events(given) for snapper in snappers.values()]
        return None if wanted in found else f"expected {wanted}, found {found}"

    yield check("units/resnap/events", compare)


def _generate_timing(content: Mapping[str, Any], folder: Path) -> Iterator[Row]:
    for name, case in content.items():

        def compare(case: Mapping[str, Any] = case) -> str | None:
            markers = [(EventType(kind), time) for kind, time in case["markers"]]
            found = generate_timing(markers, case["leniency"])
            if len(found) != len(case["timing"]):
                return f"expected {len(case['timing'])} red lines, found {len(found)}"
            for line, stored in zip(found, case["timing"], strict=True):
                # Stored offsets went through a clock of whole microseconds.
                same = (
                    abs(line.time - stored["offset"]) < 1e-6
                    and math.isclose(line.beat_length, stored["mpb"], rel_tol=1e-12)
                    and line.meter == stored["meter"]
                )
                if not same:
                    return f"expected {stored}, found {line}"
            return None

        yield check(f"units/generate_timing/{name}", compare)


def _numeric_helpers(content: Mapping[str, Any], folder: Path) -> Iterator[Row]:
    for index, case in enumerate(content.get("get_ms_per_beat", [])):
        yield check(
            f"units/numeric_helpers/ms-per-beat-{index}",
            lambda c=case: first_difference(
                float(c["mpb"]),
                float(human_beat_length(c["time"], c["beats"], c["leniency"])),
                str(c),
            ),
        )
    for name in content:
        if name not in ("get_ms_per_beat", *postprocess_rows.NUMERIC_HELPERS):
            yield Row(f"units/numeric_helpers/{name}", "not built yet")


def _time_tokens(stem: str, content: Mapping[str, Any], folder: Path) -> Iterator[Row]:
    family = stem.rsplit("_", 1)[1]
    checkpoint = folder / family / "checkpoint"
    if not (checkpoint / "tokenizer.json").is_file():
        yield Row(f"{family}/{stem}/tokens", "skipped", f"no {family}/checkpoint here")
        return
    vocab = Vocabulary.from_file(checkpoint / "tokenizer.json")
    layout = Layout.from_files(
        json.loads((checkpoint / "config.json").read_text(encoding="utf-8")),
        json.loads((checkpoint / "generation_config.json").read_text(encoding="utf-8")),
        vocab,
    )

    def compare() -> str | None:
        for frame_time, time, token, decoded in content["rows"]:
            found = encode_events(vocab, [Event(EventType.TIME, time)], frame_time)
            back = decode_window(vocab, layout, [token], frame_time).events[0].value
            if (found, back) != ([token], decoded):
                return f"{time} in {frame_time}: expected {token, decoded}, found {found, back}"
        return None

    yield check(f"{family}/{stem}/tokens", compare)


def _slider_path(content: list[Mapping[str, Any]], folder: Path) -> Iterator[Row]:
    for index, case in enumerate(content):

        def compare(case: Mapping[str, Any] = case) -> str | None:
            head, *points = case["points"]
            text = "|".join([_LETTERS[case["type"]], *(f"{x}:{y}" for x, y in points)])
            path = SliderPath(parse_curve(text, (head[0], head[1]), decimals=True), None)
            if abs(path.length - case["length"]) > 0.05:
                return f"length: expected {case['length']}, found {path.length}"
            for progress, expected in case["at"].items():
                found = path.position_at(float(progress))
                if math.dist(found, expected) > 0.5:
                    return f"at {progress}: expected {expected}, found {found}"
            return None

        yield check(f"units/slider_path/{index}-within-half-a-pixel", compare)


def _library_view(content: Mapping[str, Any], folder: Path) -> Iterator[Row]:
    """The objects' times and slider ends; the rest of the view belongs to later work."""
    for name, view in content.items():

        def compare(view: Mapping[str, Any] = view) -> str | None:
            for stored in view["objects"]:
                if stored["type"] != "Slider":
                    continue
                letter = _LETTERS[stored["curve"]]
                points = [(x, y) for x, y in stored["points"]]
                found = end_position(letter, points, stored["length"])
                if math.dist(found, stored["end_pos"]) > 1e-6:
                    return f"{stored['time']}: expected {stored['end_pos']}, found {found}"
                # num_beats is of the whole slider, so any velocity that gives it will do
                duration = total_duration(
                    stored["num_beats"] * 100, 1, 1.0, 1.0, stored["ms_per_beat"]
                )
                if duration is None or abs(stored["time"] + duration - stored["end_time"]) > 1:
                    return f"{stored['time']}: ends at {stored['end_time']}, found {duration}"
            return None

        yield check(f"units/library_view/{name}-slider-ends", compare)
        source = folder / "inputs" / f"{name}.osu"
        if source.is_file():
            beatmap = parse(source.read_bytes())
            yield check(
                f"units/library_view/{name}-timing",
                lambda v=view, b=beatmap: _same_timing(v["timing"], b),
            )
            yield check(
                f"units/library_view/{name}-median_mpb",
                lambda v=view, b=beatmap: first_difference(
                    v["median_mpb"],
                    median_beat_length(
                        ReferenceTiming(b.timing_points), last_object_end(b), as_reference=True
                    ),
                    "ms",
                ),
            )
            yield check(
                f"units/library_view/{name}-objects",
                lambda v=view, b=beatmap: _same_objects(v["objects"], b),
            )
        built = {"objects", "timing", "median_mpb", *map_rows.KEYS, *postprocess_rows.LIBRARY_VIEW}
        for key in view:
            if key not in built:
                yield Row(f"units/library_view/{name}-{key}", "not built yet")


def _same_objects(stored: list[Mapping[str, Any]], beatmap: Beatmap) -> str | None:
    """Kind, place, sounds and extent of every object; a hold note may stand anywhere in the list.

    Where sliders end is a row of its own; a spinner's place is nobody's.
    """
    kinds = {ObjectKind.CIRCLE: "Circle", ObjectKind.SLIDER: "Slider"}
    kinds |= {ObjectKind.SPINNER: "Spinner", ObjectKind.HOLD: "HoldNote"}
    found = []
    for item in beatmap.hit_objects:
        view: dict[str, Any] = {
            "time": round(item.time, 6),
            "type": kinds[item.kind],
            "nc": item.new_combo,
            "hitsound": item.hit_sound,
        }
        if item.kind is not ObjectKind.SPINNER:
            view["pos"] = [item.x, item.y]
        if item.kind is ObjectKind.SLIDER:
            view |= {"repeat": item.slides, "length": item.length}
        elif item.kind is not ObjectKind.CIRCLE:
            view["end_time"] = item.end_time
        found.append(view)
    if len(found) != len(stored):
        return f"expected {len(stored)} objects, found {len(found)}"
    for wanted, view in zip(stored, found, strict=True):
        said = {key: wanted[key] for key in view} | {"time": round(wanted["time"], 6)}
        if said != view:
            return f"expected {said}, found {view}"
    return None


def _same_timing(stored: list[Mapping[str, Any]], beatmap: Beatmap) -> str | None:
    found = [
        {
            "offset": point.time,
            "mpb": point.beat_length,
            "meter": point.meter,
            "sample_type": point.sample_set,
            "sample_set": point.sample_index,  # the reference's names for set and index
            "volume": point.volume,
            "red": point.uninherited,
            "kiai": point.kiai,
        }
        for point in beatmap.timing_points
    ]
    return first_difference(stored, found, "timing line")
