"""A corpus's index and the expected values beside its files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any

from model_core.beatmap import Beatmap, parse

#: Mods under which the game's tests record a catch map; see ``CatchBeatmapConversionTest``.
#: HD, FL and DT change none of the recorded values.
MODS: Mapping[str, frozenset[str]] = {
    name: frozenset(mods.split())
    for name, mods in {
        "hardrock-stream": "HR",
        "hardrock-repeat-slider": "HR",
        "hardrock-spinner": "HR",
        "75858": "HR HD",
        "103019": "HD",
        "104973": "HR HD",
        "1041052": "HR",
        "1284935": "DT HR",
        "1431386": "DT HR HD",
        "2571731": "HR HD",
        "2781126": "HD",
        "3152510": "DT",
        "3524302": "DT EZ",
        "3644427": "EZ FL",
        "3689906": "DT EZ",
        "3949367": "DT EZ",
    }.items()
}


class Ruleset(Enum):
    """A mode, by the number files give it."""

    STANDARD = 0
    TAIKO = 1
    CATCH = 2
    MANIA = 3

    @property
    def label(self) -> str:
        """The mode's name in tables."""
        return {0: "osu!", 1: "taiko", 2: "catch", 3: "mania"}[self.value]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one object of the file becomes: its time in ms, and the recorded values."""

    time: float
    objects: list[dict[str, Any]]


@dataclass(frozen=True)
class CorpusFile:
    """One line of the index."""

    root: Path
    entry: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The file within the corpus."""
        return str(self.entry["file"])

    @property
    def mods(self) -> frozenset[str]:
        """Mods of the recorded values."""
        return MODS.get(Path(self.name).stem, frozenset())

    @cached_property
    def data(self) -> bytes:
        """The file's bytes."""
        return (self.root / self.name).read_bytes()

    @cached_property
    def beatmap(self) -> Beatmap:
        """The file as it is read here."""
        return parse(self.data)

    @property
    def conversions(self) -> list[Path]:
        """Files of recorded objects; the index names some of them more than once."""
        return self._expected("conversion")

    @property
    def attributes(self) -> list[Path]:
        """Files of recorded difficulty attributes."""
        return self._expected("attributes")

    def _expected(self, folder: str) -> list[Path]:
        names = sorted({str(name) for name in self.entry["expected"]})
        return [self.root / name for name in names if f"/{folder}/" in name]


def corpus_files(root: Path) -> list[CorpusFile]:
    """Every file of the index, in its order."""
    entries = json.loads((root / "index.json").read_text(encoding="utf-8"))
    return [CorpusFile(root, entry) for entry in entries]


def read_mappings(path: Path) -> list[Recorded]:
    """Recorded objects, in order of time."""
    # A few of the files have trailing commas.
    text = re.sub(r",(\s*[\]}])", r"\1", path.read_text(encoding="utf-8-sig"))
    found = json.loads(text)["Mappings"]
    return [Recorded(float(one["StartTime"]), one["Objects"]) for one in found]


def ruleset_of(mappings: list[Recorded]) -> Ruleset:
    """The mode in which the values were recorded, told by their fields."""
    fields = next((one.objects[0] for one in mappings if one.objects), {})
    if "X" in fields:
        return Ruleset.STANDARD
    if "HyperDash" in fields or "Position" in fields:
        return Ruleset.CATCH
    return Ruleset.TAIKO if "IsRim" in fields else Ruleset.MANIA
