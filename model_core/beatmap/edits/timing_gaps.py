"""Where in a file a new timing line belongs, and how it gets there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from ..beatmap import Beatmap
from .line_builder import LineBuilder

SECTION = "TimingPoints"


class TimingGaps:
    """The places between a map's timing lines, found in logarithmic time."""

    def __init__(self, beatmap: Beatmap) -> None:
        self._beatmap = beatmap
        first: dict[float, int] = {}
        last: dict[float, int] = {}
        for point in beatmap.timing_points:
            first.setdefault(point.time, point.line)
            last[point.time] = point.line
        self._times = sorted(last)
        self._first, self._last = first, last

    def gap(self, time: float, *, red: bool) -> int:
        """The line before which a new line belongs; a red one goes above those of its time."""
        if red and time in self._first:
            return self._first[time]
        index = bisect_right(self._times, time)
        if index:
            return self._last[self._times[index - 1]] + 1
        if self._times:
            return self._beatmap.timing_points[0].line
        sections = self._beatmap.document.sections
        return next(span.first for span in sections if span.name == SECTION)

    def insert(self, builder: LineBuilder, lines: Iterable[tuple[float, bool, str]]) -> None:
        """Writes new (time, whether it is red, text) lines, with a section where there is none."""
        ordered = sorted(lines, key=lambda line: (line[0], not line[1]))
        if not ordered:
            return
        document = self._beatmap.document
        if document.has_section(SECTION):
            for time, red, text in ordered:
                builder.insert(self.gap(time, red=red), [text.encode("utf-8", "surrogateescape")])
            return
        texts = [f"[{SECTION}]", *(text for _, _, text in ordered)]
        following = [s for s in document.sections if s.name in ("Colours", "HitObjects")]
        if following:
            builder.insert(following[0].header, [*texts, ""])
        else:
            builder.insert(len(document), texts)
