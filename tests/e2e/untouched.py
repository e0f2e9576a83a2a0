"""Proof that a remap changed its range and nothing else, by a reading of .osu of its own."""

from __future__ import annotations

import math


def lines_of(data: bytes) -> list[tuple[str, bytes]]:
    """Every line (with its ending) and the section that it is in."""
    section, found = "", []
    for line in data.splitlines(keepends=True):
        stripped = line.strip()
        if stripped.startswith(b"[") and stripped.endswith(b"]"):
            section = stripped[1:-1].decode()
        found.append((section, line))
    return found


def object_time(section: str, line: bytes) -> float | None:
    """Start of the hit object on this line, if there is one."""
    fields = line.split(b",")
    return float(fields[2]) if section == "HitObjects" and len(fields) >= 4 else None


def green_time(section: str, line: bytes) -> float | None:
    """Time of the green line on this line, if there is one."""
    fields = line.split(b",")
    green = section == "TimingPoints" and len(fields) >= 7 and fields[6].strip() == b"0"
    return float(fields[0]) if green else None


def is_break(section: str, line: bytes) -> bool:
    """Whether this line is a break."""
    return section == "Events" and line.split(b",")[0].strip() in (b"2", b"Break")


def object_lines(data: bytes, start_ms: float, end_ms: float) -> list[bytes]:
    """The hit objects that start in a range."""
    return [
        line
        for section, line in lines_of(data)
        if (time := object_time(section, line)) is not None and start_ms <= time <= end_ms
    ]


def assert_only_the_range_changed(
    before: bytes, after: bytes, start_ms: float, end_ms: float
) -> None:
    """Every line stands as it stood, but for those that a remap of the range may touch.

    These are the objects that start in it, green lines from its start to the first survivor, and
    breaks. What is new is of these kinds too, and ends its lines as the file does.
    """
    times = [time for item in lines_of(before) if (time := object_time(*item)) is not None]
    ending = b"\r\n" if before.count(b"\r\n") * 2 > before.count(b"\n") else b"\n"
    survivor = min((time for time in times if time > end_ms), default=math.inf)

    def may_go(section: str, line: bytes) -> bool:
        time, green = object_time(section, line), green_time(section, line)
        return (
            (time is not None and start_ms <= time <= end_ms)
            or (green is not None and start_ms <= green < survivor)
            or is_break(section, line)
        )

    def may_come(section: str, line: bytes) -> bool:
        time, green = object_time(section, line), green_time(section, line)
        return line.endswith(ending) and (
            (time is not None and start_ms <= time < survivor)
            or (green is not None and start_ms <= green <= survivor)
            or is_break(section, line)
        )

    kept = [item for item in lines_of(before) if not may_go(*item)]
    position = 0
    for item in lines_of(after):
        if position < len(kept) and item == kept[position]:
            position += 1
        else:
            assert may_come(*item), f"not ours to change: {item}"
    assert position == len(kept), f"a line is gone: {kept[position]}"
