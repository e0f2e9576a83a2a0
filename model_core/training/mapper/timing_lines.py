"""Timing lines of a mapped song: one red line a tempo, green ones where something changes.

A green line stands only where velocity, volume, sample set or kiai differ from what already
holds, so none is unused; and never do two lines of one kind stand at one time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from model_core.training.songs import SongPlan


@dataclass(frozen=True, slots=True)
class Change:
    """What holds from ``time`` (ms) on. None leaves a value as it was."""

    time: int
    velocity: float | None = None
    volume: int | None = None
    sample_set: int | None = None
    kiai: bool | None = None


@dataclass(frozen=True, slots=True)
class _State:
    velocity: float
    volume: int
    sample_set: int
    kiai: bool

    def after(self, change: Change) -> _State:
        return _State(
            self.velocity if change.velocity is None else change.velocity,
            self.volume if change.volume is None else change.volume,
            self.sample_set if change.sample_set is None else change.sample_set,
            self.kiai if change.kiai is None else change.kiai,
        )


def number(value: float) -> str:
    """A number as the editor writes it: no trailing zeros, at most twelve decimals."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def timing_lines(plan: SongPlan, changes: Iterable[Change]) -> Iterator[str]:
    """Red and green lines in time order; a red line takes what changes at its own time.

    Args:
        changes: in any order; of those at one time a later one overrules an earlier one.
    """
    ordered = sorted(changes, key=lambda change: change.time)
    reds = {tempo.start_ms: tempo for tempo in plan.tempos}
    first = plan.tempos[0].start_ms
    wanted = _State(1.0, 70, 1, False)
    written = wanted
    position = 0
    for time in sorted({*reds, *(max(first, change.time) for change in ordered)}):
        while position < len(ordered) and max(first, ordered[position].time) <= time:
            wanted = wanted.after(ordered[position])
            position += 1
        tail = f"{wanted.sample_set},0,{wanted.volume}"
        if time in reds:
            red = reds[time]
            # the first line never switches kiai on: a green one beside it does
            kiai = wanted.kiai and time != first
            yield f"{time},{number(red.beat_length)},{red.meter},{tail},1,{int(kiai)}"
            written = replace(wanted, velocity=1.0, kiai=kiai)
        if written != wanted:
            meter = plan.tempos[0].meter if time not in reds else reds[time].meter
            pace = number(-100 / wanted.velocity)
            yield f"{time},{pace},{meter},{tail},0,{int(wanted.kiai)}"
            written = wanted
