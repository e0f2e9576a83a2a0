"""Maps as the published models' programs read, merge and write them again.

Their library keeps what it knows of a file and writes all of it anew: sections in a fixed order,
comments of its own, no colours, sliders without node sounds with empty fields. Merging a part of
one map into another (their ``add_to_beatmap``) drops the timing lines of the part and puts those
of the new map there; the state after the part is not restored. All of this is for parity only:
edits of maps (:mod:`model_core.beatmap.edits`) change nothing that they need not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.hit_objects import HitObject
from model_core.beatmap.new_objects import ObjectKind
from model_core.postprocess.timing_changes import Line, TimingLines, line_text, number_text
from model_core.tokens.reference_sliders import curve_kind

__all__ = ["LibraryMap", "add_to_map"]

_NO_SAMPLE = "0:0:0:0:"
_SAME_TEMPO = 1e-3  # ms of a beat
_ASIDE_MS = 1  # a red line for a part's own tempo stands this much before a bar
_PLAIN_SECTIONS = ("General", "Editor", "Metadata", "Difficulty")


@dataclass(frozen=True, slots=True)
class LibraryMap:
    """What is kept of a map: its header's lines, its timing lines, and (time, line) of objects."""

    sections: dict[str, tuple[str, ...]]
    events: tuple[str, ...]
    timing: tuple[Line, ...]
    objects: tuple[tuple[float, str], ...]

    @classmethod
    def read(cls, text: str) -> LibraryMap:
        """Read the text of a ``.osu``."""
        beatmap = parse(text.encode())
        sections = {
            name: tuple(
                _packed_key(row.text) for row in beatmap.document.section(name) if ":" in row.text
            )
            for name in _PLAIN_SECTIONS
        }
        events = tuple(row.text for row in beatmap.document.section("Events"))
        objects = tuple(_objects(beatmap))
        return cls(
            sections, events, tuple(Line.of(point) for point in beatmap.timing_points), objects
        )

    def pack(self) -> str:
        """The text that the library writes."""
        parts = ["osu file format v14\n"]
        for name in _PLAIN_SECTIONS:
            parts.append("\n".join([f"[{name}]", *self.sections[name]]) + "\n")
        parts.append("\n".join(["[Events]", *self._event_lines()]) + "\n")
        parts.append("\n".join(["[TimingPoints]", *map(line_text, self.timing)]) + "\n")
        parts.append("\n".join(["[HitObjects]", *(line for _, line in self.objects)]) + "\n")
        return "\n".join(parts) + "\n"

    def _event_lines(self) -> Iterator[str]:
        breaks = [line for line in self.events if line.split(",")[0].strip() in ("2", "Break")]
        yield "// Background and Video events"
        yield from (line for line in self.events if line not in breaks)
        yield "// Break Periods"
        yield from breaks
        for layer, name in enumerate(("Background", "Fail", "Pass", "Foreground", "Overlay")):
            yield f"// Storyboard Layer {layer}({name})"
        yield "// Storyboard Sound Samples"


def add_to_map(reference: str, generated: str, start_ms: float | None, end_ms: float | None) -> str:
    """The reference map with what the generated one has from ``start_ms`` to ``end_ms`` (included).

    None stands for the beginning or the end of the map.
    """
    into, new = LibraryMap.read(reference), LibraryMap.read(generated)
    start = -math.inf if start_ms is None else start_ms
    end = math.inf if end_ms is None else end_ms
    timing = TimingLines(
        [
            *(line for line in into.timing if not start <= line.time <= end),
            *(line for line in new.timing if start <= line.time <= end),
        ]
    )
    _state_at(timing, TimingLines(new.timing), start)
    objects = [
        *(item for item in into.objects if item[0] < start),
        *(item for item in new.objects if start <= item[0] <= end),
        *(item for item in into.objects if item[0] > end),
    ]
    return LibraryMap(into.sections, into.events, tuple(timing.lines), tuple(objects)).pack()


def _state_at(timing: TimingLines, new: TimingLines, start: float) -> None:
    """Give the part the velocity, volume, kiai and tempo that the new map has at its start."""
    active, red = new.active(start), new.red_line(start)
    if active is not None:
        timing.set_state(active)
    old = timing.red_line(start)
    if red is None or (
        old is not None
        and abs(old.beat_length - red.beat_length) < _SAME_TEMPO
        and old.meter == red.meter
    ):
        return
    bar = red.beat_length * red.meter
    passed = max((start - red.time) // bar, 0) * bar if bar > 0 and math.isfinite(start) else 0.0
    timing.set_tempo(red.time + passed - _ASIDE_MS, red.beat_length, red.meter)


# -------------------------------------------------------------------- reading


def _packed_key(text: str) -> str:
    key, colon, value = text.partition(":")
    return f"{key.strip()}{colon}{value.strip()}"


def _objects(beatmap: Beatmap) -> Iterator[tuple[float, str]]:
    rows = {row.line: row.text for row in beatmap.document.section("HitObjects")}
    for item in beatmap.hit_objects:
        yield item.time, ",".join(_packed(item, rows[item.line].split(",")))


def _packed(item: HitObject, fields: Sequence[str]) -> list[str]:
    """The fields of an object's line, with the library's own where the file has none."""
    place = [number_text(float(value)) for value in fields[:3]]
    head = [*place, str(int(fields[3])), str(int(fields[4]))]
    rest = [*fields[5:], *[""] * 7]
    match item.kind:
        case ObjectKind.SLIDER:
            assert item.curve is not None
            points = item.curve.control_points
            kind = curve_kind(item.curve.letter, [(float(fields[0]), float(fields[1])), *points])
            curve = "|".join([kind, *(f"{number_text(x)}:{number_text(y)}" for x, y in points)])
            length = number_text(item.length or 0)
            return [*head, curve, rest[1], length, rest[3], rest[4], rest[5] or _NO_SAMPLE]
        case ObjectKind.SPINNER:
            return [*head, number_text(float(rest[0])), rest[1] or _NO_SAMPLE]
        case ObjectKind.HOLD:
            end, _, sample = rest[0].partition(":")
            return [*head, f"{number_text(float(end or item.end_time))}:{sample or _NO_SAMPLE}"]
    return [*head, rest[0] or _NO_SAMPLE]
