"""New combos and combo colours around a remapped range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..beatmap import Beatmap
from ..hit_objects import NEW_COMBO_BIT, HitObject
from ..new_objects import NewObject, ObjectKind

#: The game's own number of combo colours, for a map that brings none.
DEFAULT_COLOURS, MAX_COLOURS = 4, 8
TYPE_FIELD = 3


@dataclass(frozen=True, slots=True)
class ComboRepair:
    """What keeps later colours as they were.

    ``skip`` colours are left out by the last new combo of the new objects; ``toggle`` the first
    survivor's new-combo bit.
    """

    skip: int = 0
    toggle: bool = False


def with_first_combo(
    objects: tuple[NewObject, ...], beatmap: Beatmap, replaced: Sequence[HitObject]
) -> tuple[NewObject, ...]:
    """The first new object starts a combo exactly where the first replaced one did."""
    if not objects or not replaced:
        return objects
    first = min(replaced, key=lambda item: item.time)
    starts = first.new_combo or beatmap.combo_starts()[position_of(beatmap, first)]
    return (replace(objects[0], new_combo=starts), *objects[1:])


def position_of(beatmap: Beatmap, item: HitObject) -> int:
    """The place of one of the map's own objects among them."""
    return next(i for i, other in enumerate(beatmap.hit_objects) if other is item)


def first_after(beatmap: Beatmap, end_ms: float) -> HitObject | None:
    """The first object that starts after a moment; of several at one time the first in file."""
    later = (item for item in beatmap.hit_objects if item.time > end_ms)
    return min(later, key=lambda item: item.time, default=None)


def colour_count(beatmap: Beatmap) -> int:
    """How many combo colours the map has; the game's four where it brings none."""
    known = set()
    for reading in beatmap.document.section("Colours"):
        name = reading.text.partition(":")[0].strip()
        if name.startswith("Combo") and name[5:].isdigit():
            known.add(name)
    return min(MAX_COLOURS, len(known)) or DEFAULT_COLOURS


def colours_passed(beatmap: Beatmap, upto: HitObject) -> int:
    """How many colours the map has gone through when ``upto`` shows its own."""
    objects, starts = beatmap.hit_objects, beatmap.combo_starts()
    last = position_of(beatmap, upto)
    passed = 0
    for index, item in enumerate(objects):
        before = item.time < upto.time or (item.time == upto.time and index <= last)
        if before and starts[index]:
            passed += 1 + (item.combo_skip if item.new_combo else 0)
    return passed


def colour_repair(old: Beatmap, new: Beatmap, end_ms: int, last_ms: float) -> ComboRepair:
    """How later colours become what they were; nothing where they are, or cannot be.

    ``new`` is the map with its new objects, none of which starts later than ``last_ms``.
    """
    before, after = first_after(old, end_ms), first_after(new, last_ms)
    if before is None or after is None or after.kind is ObjectKind.SPINNER:
        return ComboRepair()
    count = colour_count(old)
    behind = (colours_passed(old, before) - colours_passed(new, after)) % count
    starts = new.combo_starts()[position_of(new, after)]
    # Without its bit the object may start a combo all the same: after a spinner or a break.
    forced = starts and not after.new_combo
    if behind == 0:
        return ComboRepair()
    own = 1 + after.combo_skip
    if not after.new_combo and not forced and (behind - own) % count == 0:
        return ComboRepair(toggle=True)
    if after.new_combo and (behind + own) % count == 0 and not _forced_without(new, after):
        return ComboRepair(toggle=True)
    return ComboRepair(skip=behind)


def _forced_without(beatmap: Beatmap, item: HitObject) -> bool:
    """Whether an object would start a combo without saying so."""
    earlier = [other for other in beatmap.hit_objects if other.time < item.time]
    if not earlier:
        return True
    last = max(earlier, key=lambda other: other.time)
    return last.kind is ObjectKind.SPINNER or any(
        last.time <= period.end < item.time for period in beatmap.breaks
    )


def with_skip(objects: tuple[NewObject, ...], skip: int) -> tuple[NewObject, ...]:
    """The objects with ``skip`` colours left out by the last of them that starts a combo."""
    for index in range(len(objects) - 1, -1, -1):
        item = objects[index]
        if item.new_combo and item.kind is not ObjectKind.SPINNER:
            changed = replace(item, combo_skip=skip)
            return (*objects[:index], changed, *objects[index + 1 :])
    return objects


def turned_line(beatmap: Beatmap, item: HitObject) -> tuple[int, str] | None:
    """An object's line and what it is with the new-combo bit the other way.

    ``None`` if the line is no plain text, or holds more than this object.
    """
    content = beatmap.document.lines[item.line].rstrip(b"\r\n")
    if b"\r" in content:
        return None
    fields = content.split(b",")
    try:
        fields[TYPE_FIELD] = str(int(fields[TYPE_FIELD]) ^ NEW_COMBO_BIT).encode()
        return item.line, b",".join(fields).decode("utf-8")
    except (ValueError, IndexError):
        return None
