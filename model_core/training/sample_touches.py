"""What a hand leaves in a beatmap file: the sample maps get what a rule mapper never writes.

Background, storyboard, bookmarks, named colours, comments, nudged objects, old short lines: all
legal, and all of it must survive an edit elsewhere in the file. Takes and returns the lines of
a file without their line ends.
"""

from __future__ import annotations

import itertools

import numpy as np

from model_core.training.mapper.file import breaks
from model_core.training.songs import SectionKind, SongPlan

_NEW_COMBO, _SKIP_ONE_COLOUR = 4, 16
_CIRCLE_FIELDS = 6
_REST_BARS = 3
_OFFSET_MS = 2  # a hand sets a volume line by eye, just before the beat
_COLOURS = (
    "Combo1 : 255,170,96",
    "Combo2 : 110,190,255",
    "Combo3 : 226,120,178",
    "Combo4 : 180,226,120",
    "SliderBorder : 240,240,240",
    "SliderTrackOverride : 30,30,48",
)


def finish_by_hand(
    lines: list[str], plan: SongPlan, *, creator: str, seed: int, thorough: bool
) -> list[str]:
    """Return the file's lines as if a person had finished the map.

    Args:
        lines: the file as the rule mapper made it.
        plan: its song.
        creator: whose name stands in the metadata.
        seed: which objects are nudged.
        thorough: also comments, colour skips and short lines among the hit objects.
    """
    parts = _split(lines)
    _replace(parts["General"], "WidescreenStoryboard", "WidescreenStoryboard: 1")
    parts["General"].insert(-1, "EpilepsyWarning: 0")
    bookmarks = ",".join(
        str(round(plan.milliseconds(section.first_tick))) for section in plan.sections
    )
    parts["Editor"] = [
        f"Bookmarks: {bookmarks}",
        "DistanceSpacing: 1.2",
        "BeatDivisor: 4",
        "GridSize: 8",
        "TimelineZoom: 2.4",
        "",
    ]
    _replace(parts["Metadata"], "Creator", f"Creator:{creator}")
    _replace(parts["Metadata"], "Tags", f"Tags:{plan.genre} synthetic public domain sample cc0")
    pauses = [line for line in parts["Events"] if line.startswith("2,")]
    parts["HitObjects"], rest = _rest(parts["HitObjects"], parts["Difficulty"], plan)
    parts["Events"] = [*_events(plan, [*pauses, *rest]), ""]
    parts["TimingPoints"] = _volume_dips(parts["TimingPoints"], plan)
    parts["Colours"] = [*_COLOURS, ""]
    parts["HitObjects"] = _objects(parts["HitObjects"], plan, seed, thorough)
    result = [*parts.pop("")]
    for name, body in parts.items():
        result += [f"[{name}]", *body]
    return result


def _split(lines: list[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {"": []}
    name = ""
    for line in lines:
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            parts[name] = []
        else:
            parts[name].append(line)
    return parts


def _replace(lines: list[str], key: str, new: str) -> None:
    for index, line in enumerate(lines):
        if line.split(":")[0] == key:
            lines[index] = new


def _rest(lines: list[str], difficulty: list[str], plan: SongPlan) -> tuple[list[str], list[str]]:
    """A rest after the last climax: the objects without those of a few bars, and the break.

    What begins on the climax's end stays, and the first object after the rest begins a combo.
    """
    *_, calm = (
        after.first_tick
        for before, after in itertools.pairwise(plan.sections)
        if before.kiai and not after.kiai
    )
    tempo = plan.tempo_at(calm)
    first = plan.milliseconds(calm) + _OFFSET_MS
    last = first + _REST_BARS * tempo.meter * tempo.beat_length - 2 * _OFFSET_MS
    kept = [line for line in lines if not line or not first < int(line.split(",")[2]) < last]
    index = next(i for i, line in enumerate(kept) if line and int(line.split(",")[2]) > first)
    fields = kept[index].split(",")
    fields[3] = str(int(fields[3]) | _NEW_COMBO)
    kept[index] = ",".join(fields)
    ends = round(first + tempo.beat_length)  # of what begins on the climax's end
    rate = next(float(line.split(":")[1]) for line in difficulty if line.startswith("Approach"))
    spans = ((ends, ends), (int(fields[2]), int(fields[2])))
    return kept, [f"2,{start},{end}" for start, end in breaks(spans, rate)]


def _events(plan: SongPlan, rests: list[str]) -> list[str]:
    """Background, breaks and lights that rise during each chorus."""
    lines = [
        "//Background and Video events",
        '0,0,"bg.jpg",0,0',
        "//Break Periods",
        *rests,
        "//Storyboard Layer 0 (Background)",
    ]
    for number, section in enumerate(plan.sections):
        if section.kind is not SectionKind.CHORUS:
            continue
        start = round(plan.milliseconds(section.first_tick))
        end = round(plan.milliseconds(section.end_tick))
        beat = round(plan.tempo_at(section.first_tick).beat_length)
        for index, x in enumerate((90, 230, 410, 560)):
            began = start + index * beat
            lines += [
                f'Sprite,Background,Centre,"sb/light.png",{x},{330 - 20 * (index % 2)}',
                f" F,0,{began},{began + 400},0,0.45",
                f" F,0,{end - 500},{end},0.45,0",
                f" MY,1,{began},{end},{340 - number},{180 + 15 * index}",
                f" L,{began},4",
                f"  S,1,0,{beat},0.8,1.1",
                f"  S,2,{beat},{2 * beat},1.1,0.8",
            ]
    return [
        *lines,
        "//Storyboard Layer 1 (Fail)",
        "//Storyboard Layer 2 (Pass)",
        "//Storyboard Layer 3 (Foreground)",
        "//Storyboard Layer 4 (Overlay)",
        "//Storyboard Sound Samples",
    ]


def _volume_dips(lines: list[str], plan: SongPlan) -> list[str]:
    """Green lines that lower the volume for the last bar of every verse, set by hand."""
    points = [line for line in lines if line]
    for section in plan.sections:
        if section.kind is not SectionKind.VERSE:
            continue
        tempo = plan.tempo_at(section.end_tick - 1)
        time = round(plan.milliseconds(section.end_tick) - tempo.meter * tempo.beat_length)
        active = [p for p in points if int(p.split(",")[0]) <= time - _OFFSET_MS]
        fields = active[-1].split(",")
        if fields[6] == "1":  # a red line's state, with the velocity that it brings
            fields[1], fields[6] = "-100", "0"
        fields[0] = str(time - _OFFSET_MS)
        fields[5] = str(max(20, int(fields[5]) - 15))
        points.append(",".join(fields))
        points.sort(key=lambda line: (int(line.split(",")[0]), -int(line.split(",")[6])))
    return [*points, "", ""]


def _objects(lines: list[str], plan: SongPlan, seed: int, thorough: bool) -> list[str]:
    rng = np.random.default_rng([seed, 9])
    remarks = {
        round(plan.milliseconds(section.first_tick)): section.kind.value
        for section in plan.sections[1:]
    }
    result: list[str] = []
    combos = 0
    for line in lines:
        if not line:
            result.append(line)
            continue
        fields = line.split(",")
        kind = int(fields[3])
        if kind & 1 and rng.random() < 0.3:
            fields[0] = str(min(500, max(12, int(fields[0]) + int(rng.integers(-3, 4)))))
            fields[1] = str(min(372, max(12, int(fields[1]) + int(rng.integers(-3, 4)))))
        if thorough and kind & _NEW_COMBO:
            combos += 1
            if combos % 9 == 0:
                fields[3] = str(kind | _SKIP_ONE_COLOUR)
        if thorough and len(fields) == _CIRCLE_FIELDS and fields[5] == "0:0:0:0:":
            fields = fields[:5] if rng.random() < 0.1 else fields  # as old editors wrote it
        time = int(fields[2])
        if thorough and time in remarks:
            result.append(f"// {remarks.pop(time)}")
        result.append(",".join(fields))
    return result
