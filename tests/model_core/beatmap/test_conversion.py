"""Decoded standard maps against what the game itself recorded of them.

Positions there include stacking, which is no part of a file; it moves both coordinates by the
same amount, so it cancels out in their difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from model_core.beatmap import Beatmap, HitObject, ObjectKind, parse

from .maps import corpus_entries

#: The rulesets' own lenience: converted times are whole ms, catch allows three pixels.
TIME_LENIENCE, POSITION_LENIENCE = 2.0, 3.0
#: The game ends the playable part of a slider this many ms before its end.
TAIL_MS = 36.0


def mappings(path: Path) -> list[dict[str, Any]]:
    # A few of the files have trailing commas.
    text = re.sub(r",(\s*[\]}])", r"\1", path.read_text(encoding="utf-8-sig"))
    found: list[dict[str, Any]] = json.loads(text)["Mappings"]
    return found


def recorded(corpus: Path) -> list[tuple[str, Beatmap, list[dict[str, Any]]]]:
    result = []
    for entry in corpus_entries(corpus):
        names = [n for n in set(entry["expected"]) if "conversion" in n]  # type: ignore[call-overload]
        if names and str(entry["mode"]).startswith("0"):
            beatmap = parse((corpus / str(entry["file"])).read_bytes())
            result.append((str(entry["file"]), beatmap, mappings(corpus / names[0])))
    return result


def in_time(beatmap: Beatmap) -> list[HitObject]:
    return sorted(beatmap.hit_objects, key=lambda item: item.time)


def tail(item: HitObject) -> tuple[float, tuple[float, float]]:
    """When and where the playable end of a slider is."""
    path = item.path()
    assert path is not None
    time = max((item.time + item.end_time) / 2, item.end_time - TAIL_MS)
    progress = (time - item.time) / item.span_duration if item.span_duration else 0.0
    into = progress - (item.slides - 1)
    return time, path.position_at(1 - into if item.slides % 2 == 0 else into)


def test_counts_and_starts(corpus: Path) -> None:
    maps = recorded(corpus)
    assert len(maps) > 20
    for name, beatmap, expected in maps:
        objects = in_time(beatmap)
        assert len(objects) == len(expected), name
        # The oldest format's shift is not applied in the recorded values.
        for item, meant in zip(objects, expected, strict=True):
            assert abs(item.time - beatmap.time_offset - meant["StartTime"]) <= 1, name


def test_standard_objects(corpus: Path) -> None:
    compared = 0
    for name, beatmap, expected in recorded(corpus):
        if "X" not in expected[0]["Objects"][0]:
            continue
        for item, meant in zip(in_time(beatmap), expected, strict=True):
            last = meant["Objects"][-1]
            place = (item.x, item.y)
            end = item.end_time
            if item.kind is ObjectKind.SLIDER:
                end, tail_place = tail(item)
                # The tail is drawn at the end although it is judged earlier.
                spots = [tail_place, item.end_position()]
                place = min(spots, key=lambda p: abs((p[0] - last["X"]) - (p[1] - last["Y"])))
            assert abs(end - beatmap.time_offset - last["EndTime"]) <= TIME_LENIENCE, (name, item)
            if item.kind is not ObjectKind.SPINNER:
                skew = (place[0] - last["X"]) - (place[1] - last["Y"])
                assert abs(skew) < 1, (name, item)
                compared += 1
    assert compared > 2000


def test_ends_as_catch_has_them(corpus: Path) -> None:
    compared = 0
    for name, beatmap, expected in recorded(corpus):
        if "Position" not in expected[0]["Objects"][0]:
            continue
        for item, meant in zip(in_time(beatmap), expected, strict=True):
            if item.kind is not ObjectKind.SLIDER:
                continue
            last = meant["Objects"][-1]
            assert abs(item.end_time - last["StartTime"]) <= 1.01, (name, item)
            x = min(512.0, max(0.0, item.end_position()[0]))
            assert abs(x - last["Position"]) <= POSITION_LENIENCE, (name, item)
            compared += 1
    assert compared > 500


def test_index_counts(corpus: Path) -> None:
    for entry in corpus_entries(corpus):
        beatmap = parse((corpus / str(entry["file"])).read_bytes())
        # The index counts lines; the game drops the one whose red line has no tempo.
        if entry["file"] == "ppy+osu/nan-control-points.osu":
            continue
        assert len(beatmap.hit_objects) == int(str(entry["objects"])), entry["file"]


@pytest.mark.parametrize("letter", ["B", "L", "P", "C"])
def test_every_curve_has_an_end(letter: str) -> None:
    data = f"[TimingPoints]\n0,500\n[HitObjects]\n0,0,0,2,0,{letter}|50:50|100:0,1,100\n"
    (item,) = parse(data.encode()).hit_objects
    path = item.path()
    assert path is not None and path.length == pytest.approx(100)
