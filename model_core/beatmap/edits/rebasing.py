"""Carrying a patch over to a file that changed since it was made.

The range must be as it was (:mod:`.same_range`). Each touched line is found again by its content,
whatever its line end; where lines were put in or changed at the very place of an edit, the order
of times decides. New lines take the line ends of their new neighbours, so that a map saved with
others, or with or without a byte order mark or a final line end, stays as it was saved. The result
is checked as a fresh edit is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise, product

from ...errors import EditRefused, PatchMismatch, RebaseConflict
from ..beatmap import Beatmap, parse
from ..line_differences import Block, changed_blocks
from ..patches import LineEdit, Patch, sha256
from ..timing_points import TimingPoint
from .contracts import check
from .edit import EditKind, Scope
from .line_builder import LineBuilder
from .ranges import free_range
from .same_range import (
    Item,
    conflict,
    content,
    named,
    require_same_effect,
    require_same_range,
    touched_items,
)

#: Ways of placing edits that are tried before giving up.
MAX_PLACEMENTS = 64
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Insertion:
    """New lines before the line ``place`` of the changed file."""

    place: int
    texts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Replacement:
    """Lines of the changed file, ascending, and what takes their place."""

    lines: tuple[int, ...]
    texts: tuple[bytes, ...]


_Step = _Insertion | _Replacement


def rebase(patch: Patch, base: bytes, current: bytes, scope: Scope) -> Patch:
    """The same change for ``current``, where the range of ``scope`` is as it was in ``base``.

    Raises ``RebaseConflict`` with the 1-based lines of ``current`` that are in the way, and
    ``PatchMismatch`` if ``patch`` was not made for ``base``.
    """
    if sha256(base) != patch.base_sha256:
        raise PatchMismatch("The change was not made for the file it is said to be made for.")
    if sha256(current) == patch.base_sha256:
        return patch
    old, now, meant = parse(base), parse(current), parse(patch.apply(base))
    require_same_range(old, now, meant, scope)
    move = _Move(old, now, meant, scope)
    reason = EditRefused("The lines around the change are not the same.")
    last = _last_ms(old, now, scope)
    for steps in islice(product(*move.choices(patch.edits)), MAX_PLACEMENTS):
        try:
            candidate = Patch.from_edits(current, _edits(now, steps))
            result = parse(candidate.apply(current))
            _require_order(now, result)
            check(scope, now, result)
            require_same_effect(meant, result, scope, last)
        except EditRefused as error:
            reason = error
            continue
        return candidate
    lines = _lines_of(move.blocks, len(now.document))
    raise RebaseConflict(
        f"The map was changed ({named(lines)}) in a way that the change does not survive:"
        f" {reason} Ask for the change again on the new file.",
        lines,
    )


def _last_ms(old: Beatmap, now: Beatmap, scope: Scope) -> float:
    """The last moment at which what the edit makes may be heard."""
    last: float = scope.end_ms
    if scope.kind is EditKind.OBJECTS:
        ends = (free_range(each, scope.start_ms, scope.end_ms).last_ms for each in (old, now))
        last = max(last, *ends)
    return last


def _lines_of(blocks: Iterable[Block], total: int) -> tuple[int, ...]:
    lines: dict[int, None] = {}
    for _, _, first, end in blocks:
        # A removal is named by the line that now stands in its place.
        changed = range(first + 1, end + 1) if end > first else (max(1, min(first + 1, total)),)
        lines.update(dict.fromkeys(changed))
    return tuple(lines) or (1,)


class _Move:
    """Where the lines of one file stand in another that it became."""

    def __init__(self, old: Beatmap, now: Beatmap, meant: Beatmap, scope: Scope) -> None:
        self._now = now
        self._before = _contents(old)
        self.blocks = list(changed_blocks(self._before, _contents(now)))
        self._ends = [block[1] for block in self.blocks]
        points: Sequence[Item] = meant.timing_points
        self._made = {item.line: item for item in (*points, *meant.hit_objects)}
        self._found: dict[int, int] = {}
        self._orders: dict[tuple[int, int, bool], _Order] = {}
        was, found = touched_items(old, scope), touched_items(now, scope)
        if [content(old, i.line) for i in was] == [content(now, i.line) for i in found]:
            # A comparison of lines may pair others than these; the items are certain.
            self._found = {a.line: b.line for a, b in zip(was, found, strict=True)}

    def choices(self, edits: Sequence[LineEdit]) -> list[list[_Step]]:
        """For each part of the edits the places where it may belong, the likeliest first."""
        result: list[list[_Step]] = []
        shift = 0
        for edit in edits:
            texts = [line.rstrip(b"\r\n") for line in edit.replacement]
            if texts and edit.first_line == 0:
                texts[0] = texts[0].removeprefix(_MARK)
            touched = self._before[edit.first_line : edit.first_line + edit.count]
            # A line that only got a line end is no change: other lines may follow it by now.
            for first, end, new_first, new_end in changed_blocks(touched, texts):
                made = edit.first_line + shift + new_first
                result.append(
                    self._replaced(edit.first_line + first, end - first, texts[new_first:new_end])
                    if end > first
                    else self._inserted(edit.first_line + first, made, texts[new_first:new_end])
                )
            shift += len(edit.replacement) - edit.count
        return result

    def _replaced(self, first: int, count: int, texts: Sequence[bytes]) -> list[_Step]:
        lines = sorted(self._line(line) for line in range(first, first + count))
        return [_Replacement(tuple(lines), tuple(texts))]

    def _inserted(self, gap: int, made: int, texts: Sequence[bytes]) -> list[_Step]:
        items = (self._made.get(line) for line in range(made, made + len(texts)))
        item = next((item for item in items if item is not None), None)
        return [_Insertion(place, tuple(texts)) for place in self._places(gap, item)]

    def _line(self, line: int) -> int:
        """Where an old line stands now; a conflict where it is gone."""
        found = self._found.get(line)
        if found is not None:
            return found
        index = bisect_right(self._ends, line)
        shift = self.blocks[index - 1][3] - self.blocks[index - 1][1] if index else 0
        if index < len(self.blocks) and self.blocks[index][0] <= line:
            lines = _lines_of([self.blocks[index]], len(self._now.document))
            raise conflict(lines, "Touched lines")
        return line + shift

    def _places(self, gap: int, item: Item | None) -> list[int]:
        """Before which lines something belongs that stood before the old line ``gap``."""
        # The first block that ends at the gap or behind it.
        index = bisect_left(self._ends, gap)
        shift = self.blocks[index - 1][3] - self.blocks[index - 1][1] if index else 0
        low = high = gap + shift
        if index < len(self.blocks) and self.blocks[index][0] <= gap:
            low, high = self.blocks[index][2:]
        places = [low, high]
        if item is not None and low < high:
            points = isinstance(item, TimingPoint)
            order = self._orders.get((low, high, points))
            if order is None:
                others: Sequence[Item] = (
                    self._now.timing_points if points else self._now.hit_objects
                )
                order = self._orders[low, high, points] = _Order(low, high, others)
            places = [order.place(item), *places]
        return list(dict.fromkeys(places))


class _Order:
    """Items on some lines by their times."""

    def __init__(self, low: int, high: int, items: Iterable[Item]) -> None:
        inside = sorted((item.time, item.line) for item in items if low <= item.line < high)
        self._low = low
        self._times = [time for time, _ in inside]
        self._lines = list(accumulate((line for _, line in inside), max))

    def place(self, item: Item) -> int:
        """The line before which an item of that time belongs; green lines behind red ones."""
        red = isinstance(item, TimingPoint) and item.uninherited
        side = bisect_left if red else bisect_right
        index = side(self._times, item.time)
        return self._lines[index - 1] + 1 if index else self._low


def _contents(beatmap: Beatmap) -> list[bytes]:
    lines = [line.rstrip(b"\r\n") for line in beatmap.document.lines]
    if lines:
        lines[0] = lines[0].removeprefix(_MARK)
    return lines


def _edits(now: Beatmap, steps: Iterable[_Step]) -> tuple[LineEdit, ...]:
    builder = LineBuilder(now.document)
    for step in steps:
        if isinstance(step, _Insertion):
            builder.insert(step.place, step.texts)
            continue
        last = len(step.lines) - 1
        for index, line in enumerate(step.lines):
            builder.replace(
                line, step.texts[index:] if index == last else step.texts[index : index + 1]
            )
    return builder.edits()


def _descents(times: Iterable[float]) -> int:
    return sum(1 for a, b in pairwise(times) if b < a)


def _require_order(now: Beatmap, result: Beatmap) -> None:
    for before, after in (
        (now.hit_objects, result.hit_objects),
        (now.timing_points, result.timing_points),
    ):
        if _descents(i.time for i in after) > _descents(i.time for i in before):
            raise EditRefused("Lines would no longer stand in order of time.")
