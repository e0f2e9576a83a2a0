"""Maps for pictures, and pictures read back from their SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from typing import Any

from model_core.audio.outline import Outline
from model_core.beatmap import Beatmap, parse
from model_core.pictures.options import Format, PictureOptions
from model_core.pictures.picture import Picture, draw

Element = ElementTree.Element
SVG = "{http://www.w3.org/2000/svg}"
#: Bars of two seconds.
TIMING = "0,500,4,2,0,60,1,0"


def beatmap(
    objects: Sequence[str] = (),
    mode: int = 0,
    timing: Sequence[str] = (TIMING,),
    difficulty: Sequence[str] = ("CircleSize:4", "SliderMultiplier:1"),
    more: Sequence[str] = (),
) -> Beatmap:
    """A map of these lines; ``more`` stands before its timing."""
    lines = [
        "osu file format v14",
        "[General]",
        f"Mode: {mode}",
        "[Metadata]",
        "Title:A song",
        "Artist:Somebody",
        "Creator:A mapper",
        "Version:Insane",
        "[Difficulty]",
        *difficulty,
        *more,
        "[TimingPoints]",
        *timing,
        "[HitObjects]",
        *objects,
    ]
    return parse(("\n".join(lines) + "\n").encode())


def picture(
    before: Beatmap,
    start: int = 0,
    end: int = 4000,
    *,
    form: Format = Format.SVG,
    after: Beatmap | None = None,
    hear: Callable[[float, float, float], Outline] | None = None,
    **options: Any,
) -> Picture:
    """A picture of a range."""
    return draw(before, PictureOptions(start, end, **options), form, after, hear)


def svg(before: Beatmap, start: int = 0, end: int = 4000, **options: Any) -> Element:
    """The root of a picture's SVG."""
    return ElementTree.fromstring(picture(before, start, end, **options).data)


def groups(root: Element, kind: str, /, **facts: object) -> list[Element]:
    """The groups of a kind whose facts are these."""
    return [
        each
        for each in root.iter(f"{SVG}g")
        if each.get("class") == kind
        and all(each.get(f"data-{name}") == str(value) for name, value in facts.items())
    ]


def labels(root: Element) -> list[str]:
    """Every text of the picture."""
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def discs(group: Element) -> list[tuple[float, float, float, str]]:
    """Centre, radius and fill of the circles below a group."""
    return [
        (
            float(each.get("cx", "")),
            float(each.get("cy", "")),
            float(each.get("r", "")),
            each.get("fill", ""),
        )
        for each in group.iter(f"{SVG}circle")
    ]


def title(group: Element) -> str:
    """What a viewer shows of a group."""
    found = group.find(f"{SVG}title")
    return "" if found is None or found.text is None else found.text
