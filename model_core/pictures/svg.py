"""A scene as SVG: one file that needs nothing beside it, the font included."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from .fonts import FAMILY, font_bytes
from .scene import Box, Disc, Group, Item, Label, Point, Scene, Shape, Stroke

# What XML cannot hold, in whatever way it is written.
# Letters that the font lacks come from the viewer's machine.
_FAMILIES = f'"{FAMILY}","Noto Sans CJK JP","Yu Gothic","Hiragino Sans",sans-serif'
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_svg(scene: Scene, background: str, description: str) -> bytes:
    """The whole file, UTF-8.

    Every group is a ``<g>`` of the class that its kind says; its facts are ``data-`` attributes.
    """
    writer = _Writer()
    body = "\n".join(writer.item(item) for item in scene.items)
    width, height = scene.width, scene.height
    size = f'width="{width}" height="{height}"'
    lines = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">',
        f"<title>{_text(description)}</title>",
        f"<defs><style>{_faces()}text{{font-family:{_FAMILIES}}}.bold{{font-weight:700}}</style>",
        "".join(writer.clips),
        "</defs>",
        f'<rect {size} fill="{background}"/>',
        body,
        "</svg>",
        "",
    )
    return "\n".join(lines).encode()


def _faces() -> str:
    faces = []
    for bold in (False, True):
        data = base64.b64encode(font_bytes(bold)).decode("ascii")
        weight = 700 if bold else 400
        faces.append(
            f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};'
            f'src:url("data:font/ttf;base64,{data}")}}'
        )
    return "".join(faces)


class _Writer:
    def __init__(self) -> None:
        self.clips: list[str] = []

    def item(self, item: Item) -> str:
        match item:
            case Box():
                left, top, right, bottom = item.area
                place = f'x="{_n(left)}" y="{_n(top)}"'
                size = f'width="{_n(max(0.0, right - left))}" height="{_n(max(0.0, bottom - top))}"'
                corner = f' rx="{_n(item.radius)}"' if item.radius else ""
                return (
                    f"<rect {place} {size}{corner}{_paint(item.fill, item.opacity)}{_edge(item)}/>"
                )
            case Disc():
                (x, y), r = item.centre, item.radius
                if item.edge:
                    # SVG draws an edge on both sides of the outline, a scene on the inner one.
                    r = max(0.0, r - item.edge_width / 2)
                place = f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}"'
                return f"<circle {place}{_paint(item.fill, item.opacity)}{_edge(item)}/>"
            case Stroke():
                ends = ' stroke-linecap="round"' if item.round_ends else ""
                return (
                    f'<polyline points="{_points(item.points)}" fill="none" stroke="{item.colour}" '
                    f'stroke-width="{_n(item.width)}" stroke-linejoin="round"{ends}'
                    f"{_opacity(item.opacity)}/>"
                )
            case Shape():
                return (
                    f'<polygon points="{_points(item.points)}"{_paint(item.fill, item.opacity)}/>'
                )
            case Label():
                x, y = item.at
                bold = ' class="bold"' if item.bold else ""
                anchor = f' text-anchor="{item.anchor}"' if item.anchor != "start" else ""
                return (
                    f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(item.size)}" '
                    f'fill="{item.colour}"{bold}{anchor}>{_text(item.text)}</text>'
                )
            case Group():
                return self._group(item)
        raise AssertionError(item)

    def _group(self, group: Group) -> str:
        clip = ""
        if group.clip is not None:
            name = f"clip{len(self.clips)}"
            shape = self.item(Box(group.clip, "#000000"))
            self.clips.append(f'<clipPath id="{name}">{shape}</clipPath>')
            clip = f' clip-path="url(#{name})"'
        facts = "".join(f" data-{name}={quoteattr(_legal(value))}" for name, value in group.facts)
        title = f"<title>{_text(group.title)}</title>" if group.title else ""
        body = "".join(self.item(item) for item in group.items)
        return f'<g class="{group.kind}"{facts}{clip}>{title}{body}</g>'


def _paint(fill: str | None, opacity: float) -> str:
    return f' fill="{fill or "none"}"{_opacity(opacity)}'


def _opacity(opacity: float) -> str:
    return f' opacity="{_n(opacity)}"' if opacity < 1 else ""


def _edge(item: Box | Disc) -> str:
    if not item.edge:
        return ""
    return f' stroke="{item.edge}" stroke-width="{_n(item.edge_width)}"'


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return escape(_legal(text))


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
