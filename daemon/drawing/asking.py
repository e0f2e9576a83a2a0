"""Drawing, as the daemon asks for it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from daemon.errands import Errands
from daemon.refusal import Refusal
from daemon.worker.frames import Frame

# Pictures that are drawn at one time; the others wait.
_AT_ONCE = 2
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn: a map, or what becomes of it, with the audio beside it if there is any.

    Args:
        start_ms, end_ms: absent ends are the child's to choose.
        changed: the range that a change was asked for, in ms.
        name: what errors call the map.
    """

    name: str
    before: bytes
    after: bytes | None
    audio: Path | None
    start_ms: int | None
    end_ms: int | None
    range_text: str
    changed: tuple[int, int] | None
    width: int
    svg: bool
    playfield: bool
    timeline: bool

    def question(self) -> Frame:
        """The frame for the child; the maps themselves follow it."""
        return {
            "type": "draw",
            "name": self.name,
            "audio": "" if self.audio is None else str(self.audio),
            "start_ms": self.start_ms,
            "end_ms": self.end_ms,
            "range_text": self.range_text,
            "changed": self.changed,
            "width": self.width,
            "svg": self.svg,
            "playfield": self.playfield,
            "timeline": self.timeline,
        }


class Drawings:
    """Draws pictures in children, a few at a time."""

    def __init__(self) -> None:
        self._errands = Errands("daemon.drawing", "draws")
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def draw(self, drawing: Drawing) -> Frame:
        """The picture: ``picture``, ``media_type``, ``width``, ``height``, range, ``left_out``.

        Raises:
            Refusal: a value is outside its limits, or the child failed.
        """
        maps = [drawing.before] if drawing.after is None else [drawing.before, drawing.after]
        async with self._places:
            answers = self._errands.ask(drawing.question(), drawing.name, maps)
            try:
                async with asyncio.timeout(_SECONDS), contextlib.aclosing(answers):
                    async for frame in answers:
                        return frame
            except TimeoutError:
                raise Refusal(
                    "INTERNAL",
                    f"{drawing.name} could not be drawn within {_SECONDS:.0f} s. Ask for a shorter "
                    "range",
                ) from None
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """End every child."""
        await self._errands.close()
