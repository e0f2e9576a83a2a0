"""What is read out of a reference map to fill in a request's parameters."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model_core.beatmap import Beatmap, parse
from model_core.maps.conditions import conditions_like
from model_core.maps.header import header_of
from model_core.maps.traits import hold_note_ratio, is_hitsounded, scroll_speed_ratio
from model_core.tokens import Conditions, Vocabulary
from tests.conformance.report import Row, check, first_difference

#: Keys of ``units/beatmap_library_view.json`` that are compared here.
KEYS = (
    "generation_config",
    "beatmap_config",
    "hold_note_ratio",
    "scroll_speed_ratio",
    "hitsounded",
)
_RATED_BY = "3.1."


def rows(folder: Path) -> Iterator[Row]:
    """The derived parameters of every map that the library view holds."""
    path = folder / "units" / "beatmap_library_view.json"
    if not path.is_file():
        return
    for name, view in json.loads(path.read_text(encoding="utf-8")).items():
        source = folder / "inputs" / f"{name}.osu"
        keys = [key for key in KEYS if key in view]
        if not source.is_file():
            for key in keys:
                yield Row(f"units/library_view/{name}-{key}", "skipped", f"no inputs/{name}.osu")
            continue
        beatmap = parse(source.read_bytes())
        for key in keys:
            yield from _rows(f"units/library_view/{name}-{key}", key, view[key], beatmap)


def _rows(name: str, key: str, stored: Any, beatmap: Beatmap) -> Iterator[Row]:
    if key == "generation_config":
        rated = importlib.metadata.version("rosu-pp-py")
        if not rated.startswith(_RATED_BY):
            reason = f"stars were rated by rosu-pp-py {_RATED_BY}*, here is {rated}"
            yield Row(f"{name}.difficulty", "skipped", reason)
            stored = {k: v for k, v in stored.items() if k != "difficulty"}
        yield check(name, lambda: _same(stored, _generation_config(beatmap)))
        return
    if key == "beatmap_config":
        yield check(name, lambda: _same(stored, _beatmap_config(beatmap)))
        return
    found = {
        "hold_note_ratio": hold_note_ratio(beatmap),
        "scroll_speed_ratio": scroll_speed_ratio(beatmap),
        "hitsounded": is_hitsounded(beatmap, as_reference=True),
    }
    yield check(name, lambda: first_difference(stored, found[key], key))


def _same(stored: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    for key, wanted in stored.items():
        if key not in found:
            return f"{key}: expected {wanted!r}, and nothing here is called that"
        if found[key] != wanted:
            return f"{key}: expected {wanted!r}, found {found[key]!r}"
    return None


def _generation_config(beatmap: Beatmap) -> dict[str, Any]:
    """The reference's names and defaults around what was read. It fills in without tables."""
    like: Conditions = conditions_like(Vocabulary({}), beatmap, 0.0, as_reference=True)
    header = header_of(beatmap)
    return {
        "gamemode": like.gamemode,
        "beatmap_id": header.beatmap_id,
        "difficulty": None if like.difficulty is None else round(like.difficulty, 2),
        "mapper_id": like.mapper_id,
        "year": like.year,
        "hitsounded": like.hitsounded,
        **_settings(beatmap),
        "keycount": 4 if like.keycount is None else like.keycount,
        "hold_note_ratio": like.hold_note_ratio,
        "scroll_speed_ratio": like.scroll_speed_ratio,
        "descriptors": like.descriptors or None,
        "negative_descriptors": None,
    }


def _settings(beatmap: Beatmap) -> dict[str, Any]:
    header = header_of(beatmap)
    return {
        "hp_drain_rate": header.hp_drain_rate,
        "circle_size": header.circle_size,
        "overall_difficulty": header.overall_difficulty,
        "approach_rate": header.approach_rate,
        "slider_multiplier": header.slider_multiplier,
        "slider_tick_rate": header.slider_tick_rate,
    }


def _beatmap_config(beatmap: Beatmap) -> dict[str, Any]:
    header = header_of(beatmap)
    reds = beatmap.timing.red_lines
    return {
        "audio_filename": header.audio_filename,
        "preview_time": header.preview_time,
        "mode": header.mode,
        "title": header.title,
        "title_unicode": header.title_unicode,
        "artist": header.artist,
        "artist_unicode": header.artist_unicode,
        "creator": header.creator,
        "version": header.difficulty_name,
        "source": header.source,
        "tags": header.tags,
        **_settings(beatmap),
        # The fastest tempo and the first line, as whole numbers.
        "bpm": max((round(60000 / line.beat_length) for line in reds), default=120),
        "offset": int(min((point.time for point in beatmap.timing_points), default=0)),
        "background_line": f'0,0,"{header.background}",0,0\n' if header.background else "",
    }
