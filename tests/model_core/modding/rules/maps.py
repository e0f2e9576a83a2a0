"""Compact maps for the tests of rules: 120 BPM from 0 ms, 1/16 and 1/12 ticks, 4/4."""

from __future__ import annotations

from model_core.beatmap import parse
from model_core.modding.rules import Finding, Level, check

RED = "0,500,4,2,0,60,1,0"


def osu(
    objects: str = "",
    *,
    timing: str = RED,
    mode: int = 0,
    events: str = "",
    general: str = "PreviewTime: 1000",
    metadata: str = "",
    difficulty: str = "",
    eol: str = "\n",
) -> bytes:
    """A map's bytes; lines of ``objects`` and ``timing`` may be indented."""
    settings = {
        "HPDrainRate": "5",
        "CircleSize": "4",
        "OverallDifficulty": "5",
        "ApproachRate": "5",
        "SliderMultiplier": "1",
        "SliderTickRate": "1",
    }
    settings.update(line.split(":", 1) for line in difficulty.split())
    sections = {
        "General": f"AudioFilename: audio.mp3\nMode: {mode}\n{general}",
        "Metadata": metadata or "Title:Song\nArtist:Band\nCreator:Mapper\nVersion:Hard",
        "Difficulty": "\n".join(f"{key}:{value}" for key, value in settings.items()),
        "Events": events,
        "TimingPoints": timing,
        "HitObjects": objects,
    }
    text = "osu file format v14\n" + "".join(
        f"\n[{name}]\n" + "".join(f"{line.strip()}\n" for line in body.splitlines() if line.strip())
        for name, body in sections.items()
    )
    return text.replace("\n", eol).encode()


def found(data: bytes, rule: str, level: Level | None = Level.HARD) -> list[Finding]:
    """What one rule finds in a map."""
    return check(parse(data), rules=[rule], level=level)


def fixed(data: bytes, finding: Finding) -> bytes:
    """The map with the finding's suggested edit made."""
    assert finding.fix is not None
    return finding.fix.patch(parse(data)).apply(data)


def changed_lines(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    """Pairs of lines that differ, of two files with equally many lines."""
    old, new = before.splitlines(True), after.splitlines(True)
    assert len(old) == len(new)
    return [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
