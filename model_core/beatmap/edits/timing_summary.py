"""Edits of timing lines in words, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..beatmap import Beatmap
from ..numbers import format_number
from ..timestamps import format_timestamp
from ..timing_points import OMIT_BARLINE, TimingPoint
from .green_lines import GreenLine, LineState, state_of
from .resnapping import ObjectMove
from .summary import EditSummary, counted

if TYPE_CHECKING:
    from .red_lines import RedChange


def time_name(time: float) -> str:
    """A moment as the editor names it, with the fraction of a ms where it has one."""
    stamp = format_timestamp(time).removesuffix(" - ")
    fraction = f"{abs(time) % 1:.3f}".rstrip("0").rstrip(".")
    return stamp + fraction[1:] if len(fraction) > 1 and fraction[0] == "0" else stamp


def red_summary(
    changes: Sequence[RedChange],
    companions: Sequence[GreenLine],
    moves: Sequence[ObjectMove],
    old: Beatmap,
    new: Beatmap,
) -> EditSummary:
    """Counts and words for changed red lines."""
    added = sum(change.before is None for change in changes)
    removed = sum(change.after is None for change in changes)
    changed = len(changes) - added - removed
    parts = [
        f"{counted(count, 'red line')} {done}"
        for count, done in ((added, "added"), (changed, "changed"), (removed, "removed"))
        if count
    ]
    if companions:
        parts.append(f"{counted(len(companions), 'green line')} keeping what follows as it was")
    if moves:
        parts.append(f"{counted(len(moves), 'object')} moved to the new ticks")
    lines = [(change.times[-1], 0, _red_words(change)) for change in changes]
    lines += [
        (
            green.time,
            1,
            f"green line at {time_name(green.time)} - added, keeps {_says(green.state)}",
        )
        for green in companions
    ]
    words = [text for _, _, text in sorted(lines)]
    words += _early_words(old, new)
    return EditSummary(
        ", ".join([*parts, "nothing else"]) if parts else "Nothing changes",
        moved=len(moves),
        red_added=added,
        red_removed=removed,
        red_changed=changed,
        restoring=len(companions),
        lines=tuple(words),
    )


def _red_words(change: RedChange) -> str:
    before, after = change.before, change.after
    if after is None:
        assert before is not None
        return f"red line at {time_name(before.time)} - removed, {_tempo(before)}"
    start = f"red line at {time_name(after.time)} - "
    if before is None:
        return f"{start}added, {_tempo(after)}"
    parts = []
    if before.time != after.time:
        parts.append(f"moved from {time_name(before.time)}")
    if before.beat_length != after.beat_length:
        was, now = _bpm(before), _bpm(after)
        if was == now:
            was = f"{format_number(before.beat_length)} ms per beat"
            now = format_number(after.beat_length)
            parts.append(f"{was} -> {now}")
        else:
            parts.append(f"{was} -> {now} BPM")
    if before.meter != after.meter:
        parts.append(f"{before.meter}/4 -> {after.meter}/4")
    if ~before.effects & after.effects & OMIT_BARLINE:
        parts.append("first bar line left out")
    if not parts:
        parts.append("sounds or kiai as in effect there")
    return start + ", ".join(parts)


def _bpm(point: TimingPoint) -> str:
    return f"{60000.0 / point.milliseconds_per_beat:.3f}".rstrip("0").rstrip(".")


def _tempo(point: TimingPoint) -> str:
    return f"{_bpm(point)} BPM, {point.meter}/4"


def _says(state: LineState) -> str:
    speed = "no ticks" if state.beat_text == "NaN" else f"{state.velocity:g}x"
    kiai = ", kiai" if state.kiai else ""
    return (
        f"{speed}, volume {state.volume}, sample set {state.sample_set}:{state.sample_index}{kiai}"
    )


def _early_words(old: Beatmap, new: Beatmap) -> list[str]:
    """Green lines that the first red line no longer stands before."""

    def early(beatmap: Beatmap) -> list[TimingPoint]:
        reds = beatmap.timing.red_lines
        first = reds[0].time if reds else float("-inf")
        return [p for p in beatmap.timing_points if not p.uninherited and p.time < first]

    now = early(new)
    if len(now) <= len(early(old)):
        return []
    times = time_name(min(p.time for p in now))
    return [
        f"{counted(len(now), 'green line')} now before the first red line, from {times} on;"
        " they stay, but may not work there"
    ]


def green_summary(
    added: Sequence[GreenLine],
    changed: Sequence[tuple[TimingPoint, GreenLine]],
    removed: Sequence[TimingPoint],
    restoring: GreenLine | None,
) -> EditSummary:
    """Counts and words for changed green lines."""
    parts = [
        f"{counted(count, 'green line')} {done}"
        for count, done in (
            (len(added), "added"),
            (len(changed), "changed"),
            (len(removed), "removed"),
        )
        if count
    ]
    words = [(line.time, f"added, {_says(line.state)}") for line in added]
    words += [(p.time, f"removed, {_says(state_of(p))}") for p in removed]
    words += [
        (p.time, f"changed, {_says(state_of(p))} -> {_says(line.state)}") for p, line in changed
    ]
    if restoring is not None:
        parts.append("1 green line restoring what follows")
        words.append((restoring.time, f"added, restores {_says(restoring.state)}"))
    return EditSummary(
        ", ".join([*parts, "nothing else"]) if parts else "Nothing changes",
        green_added=len(added),
        green_changed=len(changed),
        green_removed=len(removed),
        restoring=int(restoring is not None),
        lines=tuple(f"green line at {time_name(time)} - {text}" for time, text in sorted(words)),
    )
