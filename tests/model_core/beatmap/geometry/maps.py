"""Small maps of a few lines for the tests of geometry."""

from __future__ import annotations

from model_core.beatmap import Beatmap, parse


def map_of(
    objects: str, *, mode: int = 0, version: int = 14, timing: str = "", **difficulty: float
) -> Beatmap:
    """A map at 120 BPM (500 ms) and 100 pixels per beat, tick rate 1, AR 5, CS 4, leniency 0.7.

    ``objects`` and ``timing`` are lines of the file; ``difficulty`` replaces settings.
    """
    settings: dict[str, float] = {
        "HPDrainRate": 5,
        "CircleSize": 4,
        "OverallDifficulty": 5,
        "ApproachRate": 5,
        "SliderMultiplier": 1,
        "SliderTickRate": 1,
    }
    settings.update(difficulty)
    lines = [
        f"osu file format v{version}",
        "[General]",
        f"Mode: {mode}",
        "StackLeniency: 0.7",
        "[Difficulty]",
        *(f"{key}:{value}" for key, value in settings.items()),
        "[TimingPoints]",
        "0,500,4,1,0,50,1,0",
        *timing.split(),
        "[HitObjects]",
        *objects.split(),
    ]
    return parse("\n".join(lines).encode())
