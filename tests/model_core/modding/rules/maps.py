"""Compact maps for the tests of rules: 120 BPM from 0 ms, 1/16 and 1/12 ticks, 4/4.

At 120 BPM a beat is 500 ms; with the base slider velocity of these maps a slider of 100 pixels
lasts one.
"""

from __future__ import annotations

from dataclasses import dataclass

from model_core.beatmap import parse
from model_core.modding.rules import Finding, Level, Severity, check

RED = "0,500,4,2,0,60,1,0"


def osu(
    objects: str = "",
    *,
    timing: str = RED,
    mode: int = 0,
    events: str = "",
    general: str = "PreviewTime: 1000",
    metadata: str = "Title:Song\nArtist:Band\nCreator:Mapper\nVersion:Hard",
    difficulty: str = "",
    version: int = 14,
    eol: str = "\n",
) -> bytes:
    """A map's bytes; lines may be indented. ``difficulty`` holds ``Key:value`` words."""
    settings = {
        "HPDrainRate": "5",
        "CircleSize": "4",
        "OverallDifficulty": "5",
        "ApproachRate": "5",
        "SliderMultiplier": "1",
        "SliderTickRate": "1",
    }
    settings.update(dict(word.split(":", 1) for word in difficulty.split()))
    sections = {
        "General": f"AudioFilename: audio.mp3\nMode: {mode}\n{general}",
        "Metadata": metadata,
        "Difficulty": "\n".join(f"{key}:{value}" for key, value in settings.items()),
        "Events": events,
        "TimingPoints": timing,
        "HitObjects": objects,
    }
    text = f"osu file format v{version}\n" + "".join(
        f"\n[{name}]\n" + "".join(f"{line.strip()}\n" for line in body.splitlines() if line.strip())
        for name, body in sections.items()
    )
    return text.replace("\n", eol).encode()


def circles(times: range | list[int], x: int = 256, y: int = 192, sound: int = 0) -> str:
    """Lines of circles on one spot."""
    return "\n".join(f"{x},{y},{time},1,{sound},0:0:0:0:" for time in times)


@dataclass(frozen=True)
class Case:
    """A map and what one rule finds in it.

    severity: of every finding, None where there is none. fix: the line that the first finding's
    suggested edit writes, "" where it takes a line out, None where there is no such edit.
    """

    data: bytes
    severity: Severity | None = None
    level: Level = Level.HARD
    count: int = 1
    fix: str | None = None
    song_length: float | None = None

    def findings(self, rule: str) -> list[Finding]:
        """What the rule finds."""
        return check(parse(self.data), rules=[rule], level=self.level, song_length=self.song_length)


Cases = dict[str, tuple[Case, ...]]
