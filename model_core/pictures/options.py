"""What can be asked of a picture, and within which limits. Needs no Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..errors import InvalidParameters

#: Widths of a picture in pixels.
WIDTH, NARROWEST, WIDEST = 1600, 480, 4000
#: Milliseconds that are drawn where nobody says, and at most.
USUAL_MS, MOST_MS = 10_000, 3_600_000


class Format(StrEnum):
    """How a picture is written."""

    PNG = "png"
    SVG = "svg"


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """What is drawn. ``changed`` (ms) is marked as the range that a change was asked for."""

    start_ms: int
    end_ms: int
    width: int = WIDTH
    playfield: bool = True
    timeline: bool = True
    changed: tuple[int, int] | None = None

    def check(self) -> None:
        """Raises ``InvalidParameters`` naming what is outside its limits."""
        fields = {}
        if not NARROWEST <= self.width <= WIDEST:
            fields["width"] = f"width must be from {NARROWEST} to {WIDEST} pixels, not {self.width}"
        if self.end_ms < self.start_ms:
            fields["end_ms"] = (
                f"end_ms must not be before start_ms: {self.end_ms} is before {self.start_ms}"
            )
        elif self.end_ms - self.start_ms > MOST_MS:
            fields["end_ms"] = (
                f"end_ms must be at most {MOST_MS} ms behind start_ms, not "
                f"{self.end_ms - self.start_ms}"
            )
        if not (self.playfield or self.timeline):
            fields["without_timeline"] = "without_playfield and without_timeline leave nothing"
        if fields:
            raise InvalidParameters(". ".join(fields.values()) + ".", fields)
