"""A second, plain reading of timing lines and hit objects, to judge edits by.

It shares no code with the room it judges: no tracks, no caches, just all the lines and a
maximum. It only claims to know files whose timing lines stand in order of time.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    number: int
    raw: bytes
    time: float
    beat: float
    meter: int
    sample: tuple[int, int, int]
    red: bool
    kiai: bool


def _sections(data: bytes) -> dict[str, list[tuple[int, bytes]]]:
    found: dict[str, list[tuple[int, bytes]]] = {}
    current: list[tuple[int, bytes]] = []
    for number, raw in enumerate(data.split(b"\n")):
        line = raw.strip(b"\r\n")
        if line.startswith(b"[") and line.rstrip().endswith(b"]"):
            current = found.setdefault(line.rstrip()[1:-1].decode(errors="replace"), [])
        elif line.strip() and not line.lstrip().startswith(b"//"):
            current.append((number, line))
    return found


class Reading:
    """The timing lines and object lines of one file of format 5 to 14."""

    def __init__(self, data: bytes) -> None:
        if data.count(b"\r") != data.count(b"\r\n"):
            raise ValueError("lines that only a carriage return ends are not read here")
        sections = _sections(data)
        self.lines: list[Line] = []
        for number, raw in sections.get("TimingPoints", []):
            fields = raw.decode().split(",")
            numbers = [float(field) for field in fields]
            self.lines.append(
                Line(
                    number,
                    raw,
                    numbers[0],
                    numbers[1],
                    int(numbers[2]) or 4,
                    (int(numbers[3]), int(numbers[4]), min(100, max(0, int(numbers[5])))),
                    fields[6][0] == "1",
                    bool(int(numbers[7]) & 1) if len(numbers) > 7 else False,
                )
            )
        self.objects: list[tuple[float, bytes]] = []
        for _, raw in sections.get("HitObjects", []):
            self.objects.append((float(raw.split(b",")[2]), raw))

    @property
    def sorted(self) -> bool:
        """Whether this reading may be relied on."""
        times = [line.time for line in self.lines]
        return times == sorted(times)

    def _winner(self, time: float) -> Line | None:
        earlier = [line for line in self.lines if line.time <= time]
        if not earlier:
            return None
        latest = [line for line in earlier if line.time == earlier[-1].time]
        greens = [line for line in latest if not line.red]
        return greens[-1] if greens else latest[0]

    def velocity(self, time: float) -> float:
        line = self._winner(time)
        if line is None or line.beat >= 0 or line.beat != line.beat:
            return 1.0
        return min(10.0, max(0.1, -100 / line.beat))

    def scroll(self, time: float) -> float:
        line = self._winner(time)
        if line is None or line.beat >= 0 or line.beat != line.beat:
            return 1.0
        return min(10.0, max(0.01, -100 / line.beat))

    def sample(self, time: float) -> tuple[int, int, int]:
        line = self._winner(time)
        if line is None:
            first = self._winner(self.lines[0].time) if self.lines else None
            return (1, 0, 100) if first is None else first.sample
        return line.sample

    def kiai(self, time: float) -> bool:
        line = self._winner(time)
        return line is not None and line.kiai

    def tempo(self, time: float) -> tuple[float, float, int] | None:
        reds = [line for line in self.lines if line.red]
        if not reds:
            return None
        earlier = [line for line in reds if line.time <= time] or reds[:1]
        latest = next(line for line in earlier if line.time == earlier[-1].time)
        return (latest.time, latest.beat, latest.meter)
