"""Modding by rules, on maps as they are and on absurd ones: ``python -m benchmarks.modding``.

The normal maps are the sample set's, or with ``--maps DIR`` every .osu file below a folder. The
huge ones are made here, of nothing but faults: objects off the beat in every mode, objects at one
time, objects off the screen, timing lines without use. For each map are measured parsing, rules
and JSON; the report as text, Markdown and HTML; and making every suggested edit in one patch.
Times are those of the processor, so that a busy machine spoils them less.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.report import machine, print_figures, print_table, spread
from benchmarks.setting import SAMPLES
from model_core.modding.rules import map_rules

T = TypeVar("T")

_RED = "0,333.333333333333,4,2,1,60,1,0"
_COLUMNS = 4
_STEPS = ("rules_s", "json_s", "text_s", "markdown_s", "html_s", "edits_s")
_WIDTH = 160


def map_of(mode: int, objects: Iterable[str], timing: Iterable[str] = (_RED,)) -> bytes:
    """A map as the editor would write it."""
    lines = [
        "osu file format v14", "", "[General]", "AudioFilename: audio.mp3", "PreviewTime: 1000",
        f"Mode: {mode}", "", "[Metadata]", "Title:Huge", "Artist:Nobody", "Creator:Nobody",
        "Version:Huge", "", "[Difficulty]", "HPDrainRate:5", f"CircleSize:{_COLUMNS}",
        "OverallDifficulty:7", "ApproachRate:9", "SliderMultiplier:1.4", "SliderTickRate:1", "",
        "[TimingPoints]", *timing, "", "[HitObjects]", *objects,
    ]  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines).encode()


def off_the_beat(mode: int, count: int) -> bytes:
    """Notes 100 ms apart or so; every third lasts (a slider, or in mania a hold note)."""
    objects, at = [], 1000
    for number in range(count):
        at += 97 + number * 5 % 7
        x, y = number * 97 % 513, number * 61 % 385
        if mode == 3:
            x, y = (number % _COLUMNS * 2 + 1) * 512 // (2 * _COLUMNS), 192
        if number % 3:
            objects.append(f"{x},{y},{at},1,0,0:0:0:0:")
        elif mode == 3:
            objects.append(f"{x},{y},{at},128,0,{at + 61}:0:0:0:0:")
        else:
            objects.append(f"{x},{y},{at},2,0,L|{max(0, x - 30)}:{y},1,30")
    return map_of(mode, objects)


def huge_maps(count: int) -> dict[str, bytes]:
    """Maps of ``count`` objects or, where they are about lines, as many lines."""
    circles = [f"256,192,{1000 + 83 * number},1,0,0:0:0:0:" for number in range(count)]
    return {
        "off the beat, osu!": off_the_beat(0, count),
        "off the beat, taiko": off_the_beat(1, count),
        "off the beat, catch": off_the_beat(2, count),
        "off the beat, mania": off_the_beat(3, count),
        "two at one time": map_of(
            0,
            [
                f"{number * 37 % 512},{number * 17 % 384},{1000 + number // 2 * 250},1,0,0:0:0:0:"
                for number in range(count)
            ],
        ),
        "off the screen": map_of(
            0, [f"-200,192,{1000 + 250 * number},1,0,0:0:0:0:" for number in range(count)]
        ),
        "green lines without use": map_of(
            0, circles, [_RED, *(f"{1000 + 83 * n},-100,4,2,1,60,0,0" for n in range(count))]
        ),
        "red lines without use": map_of(
            0, circles, [f"{1200 * n},300,4,2,1,60,1,0" for n in range(count // 10)]
        ),
        "kiai off the beat": map_of(
            0, circles, [_RED, *(f"{1007 + 301 * n},-100,4,2,1,60,0,{n % 2}" for n in range(count))]
        ),
    }


def measure(data: bytes) -> dict[str, float]:
    """Seconds of the processor for each step, and how many suggestions and edits there are."""
    from rich.console import Console

    from clients.reports.markdown import to_markdown
    from clients.reports.page import to_html
    from clients.reports.terminal import print_report
    from model_core.beatmap import parse
    from model_core.modding.report import mod
    from model_core.modding.report_fixes import make_edits
    from model_core.modding.report_json import dumps

    def text(shown: Any) -> str:
        console = Console(force_terminal=False, width=_WIDTH)
        with console.capture() as captured:
            print_report(shown, console)
        return captured.get()

    times: dict[str, float] = {}

    def timed(step: str, work: Callable[[], T]) -> T:
        begun = time.process_time()
        result = work()
        times[step] = time.process_time() - begun
        return result

    beatmap = parse(data)
    report = timed("rules_s", lambda: mod(None, None, beatmap, file="map.osu"))
    written = timed("json_s", lambda: dumps(report))
    shown = json.loads(written)
    timed("text_s", lambda: text(shown))
    timed("markdown_s", lambda: to_markdown(shown))
    timed("html_s", lambda: to_html(shown))
    ids = [each.id for each in report.suggestions if each.finding.fix is not None]
    done = timed("edits_s", lambda: make_edits(report, ids))
    if done.patch.apply(data) != done.beatmap.to_bytes():
        raise SystemExit("The patch of all edits does not give the map that it promises.")
    return times | {
        "objects": len(beatmap.hit_objects),
        "suggestions": len(report.suggestions),
        "edits": len(done.made),
        "json_mb": len(written) / 1e6,
    }


def _row(name: str, figures: dict[str, float]) -> tuple[object, ...]:
    counts = (figures["objects"], figures["suggestions"], figures["edits"])
    return (name, *counts, figures["json_mb"], *(figures[step] for step in _STEPS))


def main() -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=Path, default=SAMPLES, help="a folder of normal maps")
    parser.add_argument("--objects", type=int, default=20_000, help="of each huge map")
    options = parser.parse_args()
    facts = machine()
    map_rules()  # their import is not the rules' own time
    normal = [measure(path.read_bytes()) for path in sorted(options.maps.rglob("*.osu"))]
    huge = {name: measure(data) for name, data in huge_maps(options.objects).items()}
    print_table(
        "Modding by rules, seconds of the processor",
        ("", "objects", "found", "edits", "JSON MB", "rules", "JSON", "text", "md", "HTML", "edit"),
        [
            *(_row(f"normal map {number}", each) for number, each in enumerate(normal[:4], 1)),
            *(_row(name, figures) for name, figures in huge.items()),
        ],
    )
    found = {step: spread([each[step] for each in normal]) for step in _STEPS} if normal else {}
    print_figures(
        "modding",
        {"machine": facts, "maps": len(normal), "normal": found, "huge": huge},
    )


if __name__ == "__main__":
    main()
