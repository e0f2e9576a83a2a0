"""Compares counts: with the corpus's index, and with recorded difficulty attributes."""

from __future__ import annotations

import json
from pathlib import Path

from model_core.beatmap import Beatmap, HitObject, ObjectKind
from model_core.beatmap.geometry import taiko

from .expected import CorpusFile, Ruleset
from .outcomes import Outcome

#: A hold gives another combo every so many ms, by the formula of the recorded attributes.
HOLD_TICK = 100.0


def compare_index(file: CorpusFile) -> Outcome:
    """Compares what every file has in the index: version, mode, and the lines that count."""
    beatmap = file.beatmap
    outcome = Outcome(f"index, {Ruleset(beatmap.mode).label}", beatmap.version, file.name)
    outcome.objects = len(beatmap.hit_objects)
    entry = file.entry
    if entry["version"]:
        outcome.compare("version", int(entry["version"]), beatmap.version)
    # A mode that the file does not name is written "0(absent)".
    outcome.compare("mode", int(str(entry["mode"])[0]), beatmap.mode)
    outcome.compare("objects", int(entry["objects"]), len(beatmap.hit_objects))
    outcome.compare("timing lines", int(entry["timing_points"]), len(beatmap.timing_points))
    return outcome


def compare_attributes(file: CorpusFile) -> list[Outcome]:
    """Compares the combos of recorded attributes, as far as conversion leaves them alone."""
    return [_attributes(file, path) for path in file.attributes]


def _attributes(file: CorpusFile, path: Path) -> Outcome:
    sets = json.loads(path.read_text(encoding="utf-8"))
    ruleset = Ruleset.TAIKO if "staminaDifficulty" in next(iter(sets.values())) else Ruleset.MANIA
    beatmap = file.beatmap
    origin, target = Ruleset(beatmap.mode), ruleset.label
    combo: int | None = None
    if beatmap.mode == ruleset.value:
        group = f"{target}: longest combo"
        combo = _mania_combo(beatmap) if ruleset is Ruleset.MANIA else taiko.max_combo(beatmap)
    elif origin is Ruleset.MANIA and ruleset is Ruleset.TAIKO:
        group = f"{origin.label} to {target}: longest combo"
        combo = _chords(beatmap)
    else:
        # Sliders become hits by rules of conversion: no count of the file is left.
        group = f"{origin.label} to {target}: nothing to compare"
    outcome = Outcome(group, beatmap.version, file.name)
    if combo is not None:
        outcome.objects = len(beatmap.hit_objects)
        for mods, values in sets.items():
            outcome.compare(f"longest combo with {mods}", values["maxCombo"], combo)
    return outcome


def _mania_combo(beatmap: Beatmap) -> int:
    return sum(1 + int((item.end_time - item.time) / HOLD_TICK) for item in beatmap.hit_objects)


def _chords(beatmap: Beatmap) -> int:
    """In taiko, notes of one time are one hit, and one that a hold comes first in is none."""
    first: dict[float, HitObject] = {}
    for item in beatmap.hit_objects:
        first.setdefault(item.time, item)
    return sum(item.kind is ObjectKind.CIRCLE for item in first.values())
