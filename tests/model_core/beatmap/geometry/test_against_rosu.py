"""Counts of every map of the corpus against those of an independent implementation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import rosu_pp_py

from model_core.beatmap import Beatmap, ObjectKind, parse
from model_core.beatmap.geometry import catch, nested, taiko
from model_core.beatmap.geometry.slider_events import SliderEventKind
from tests.model_core.beatmap.maps import corpus_entries


def counts(beatmap: Beatmap) -> dict[str, int]:
    if beatmap.mode == 1:
        return {"max_combo": taiko.max_combo(beatmap)}
    if beatmap.mode == 2:
        made = Counter(part.kind for parts in catch.catch_objects(beatmap) for part in parts)
        return {
            "n_fruits": made[catch.CatchKind.FRUIT],
            "n_droplets": made[catch.CatchKind.DROPLET],
            "n_tiny_droplets": made[catch.CatchKind.TINY_DROPLET],
        }
    if beatmap.mode == 3:
        return {"n_objects": len(beatmap.hit_objects)}
    kinds = Counter(item.kind for item in beatmap.hit_objects)
    inner = (SliderEventKind.TICK, SliderEventKind.REPEAT)
    return {
        "max_combo": nested.max_combo(beatmap),
        "n_circles": kinds[ObjectKind.CIRCLE],
        "n_sliders": kinds[ObjectKind.SLIDER],
        "n_spinners": kinds[ObjectKind.SPINNER] + kinds[ObjectKind.HOLD],
        "n_large_ticks": sum(
            part.kind in inner for parts in nested.nested_objects(beatmap) for part in parts
        ),
    }


@pytest.mark.slow
def test_counts(corpus: Path) -> None:
    modes: Counter[int] = Counter()
    for entry in corpus_entries(corpus):
        data = (corpus / str(entry["file"])).read_bytes()
        beatmap = parse(data)
        theirs: Any = rosu_pp_py.Difficulty().calculate(rosu_pp_py.Beatmap(bytes=data))
        ours = counts(beatmap)
        assert ours == {name: getattr(theirs, name) for name in ours}, entry["file"]
        modes[beatmap.mode] += 1
    assert all(modes[mode] >= 10 for mode in range(4))
