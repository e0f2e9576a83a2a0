"""A picture of a map, as the daemon draws it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osu_companion.v1 import pictures_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture: the file's bytes, and what they show.

    Attributes:
        media_type: ``"image/png"`` or ``"image/svg+xml"``.
        width, height: in pixels.
        start_ms, end_ms: the range that is drawn.
        left_out: what could not be drawn, such as a waveform without audio.
    """

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    start_ms: int
    end_ms: int
    left_out: tuple[str, ...]


def picture_of(answer: pictures_pb2.DrawBeatmapResponse) -> Picture:
    """The daemon's answer in plain values."""
    return Picture(
        data=answer.picture,
        media_type=answer.media_type,
        width=answer.width,
        height=answer.height,
        start_ms=answer.start_ms,
        end_ms=answer.end_ms,
        left_out=tuple(answer.left_out),
    )
