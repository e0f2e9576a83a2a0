"""Carrying a patch over to a file that changed since it was made.

The touched range must be unchanged: the same objects, green lines and tempo within it. Edits
move along with the lines around them; where a line was put in at the very place of an edit,
the order of times decides. The result is checked as a fresh edit is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, pairwise, product

from ...errors import EditRefused, PatchMismatch, RebaseConflict
from ..beatmap import Beatmap, parse
from ..document import split_lines
from ..line_differences import Block, changed_blocks
from ..patches import LineEdit, Patch, sha256
from .contracts import check
from .contracts.objects import END_TOLERANCE
from .edit import Scope
from .green_lines import state_at
from .ranges import free_range, replaced_objects

#: Ways of placing edits that are tried before giving up.
MAX_PLACEMENTS = 64


def rebase(patch: Patch, base: bytes, current: bytes, scope: Scope) -> Patch:
    """The same change for ``current``, where the range of ``scope`` is as it was in ``base``.

    Raises ``RebaseConflict`` with the 1-based lines of ``current`` that are in the way, and
    ``PatchMismatch`` if ``patch`` was not made for ``base``.
    """
    if sha256(base) != patch.base_sha256:
        raise PatchMismatch("The change was not made for the file it is said to be made for.")
    if sha256(current) == patch.base_sha256:
        return patch
    old, now = parse(base), parse(current)
    touched = (scope.start_ms, scope.end_ms)
    meant = parse(patch.apply(base))
    _require_same_range(old, now, touched)
    blocks = list(changed_blocks(split_lines(base), split_lines(current)))
    choices = [_moved(edit, blocks) for edit in patch.edits]
    reason = EditRefused("The lines around the change are not the same.")
    for edits in islice(product(*choices), MAX_PLACEMENTS):
        try:
            candidate = Patch.from_edits(current, edits)
            result = parse(candidate.apply(current))
            _require_order(now, result)
            check(scope, now, result)
            _require_same_objects(meant, result, touched, old, now)
        except (EditRefused, PatchMismatch) as error:
            reason = error if isinstance(error, EditRefused) else reason
            continue
        return candidate
    lines = _lines_of(blocks)
    raise RebaseConflict(
        f"The map was changed ({_named(lines)}) in a way that the change does not survive:"
        f" {reason} Ask for the change again on the new file.",
        lines,
    )


def _lines_of(blocks: Iterable[Block]) -> tuple[int, ...]:
    lines: list[int] = []
    for _, _, first, end in blocks:
        # A removal is named by the line that now stands in its place.
        lines += range(first + 1, end + 1) if end > first else [max(first, 1)]
    return tuple(dict.fromkeys(lines))


def _named(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:8])
    more = f" and {len(lines) - 8} more" if len(lines) > 8 else ""
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}{more}"


def _conflict(lines: tuple[int, ...], what: str) -> RebaseConflict:
    return RebaseConflict(
        f"{what} changed meanwhile ({_named(lines)}). Nothing was written; ask for the change"
        " again on the new file.",
        lines,
    )


def _require_same_range(old: Beatmap, now: Beatmap, touched: tuple[int, int]) -> None:
    if (old.mode, old.version) != (now.mode, now.version):
        lines = [r.line for r in now.document.section("General") if r.text.startswith("Mode")]
        raise _conflict(tuple(line + 1 for line in lines) or (1,), "The mode or the format version")
    start, end = touched
    before = [(_content(old, item.line), item.line) for item in replaced_objects(old, start, end)]
    after = [(_content(now, item.line), item.line) for item in replaced_objects(now, start, end)]
    _require_same(before, after, now, "Objects of the range")
    reach = max(end, free_range(old, start, end).last_ms)
    before = [
        (_content(old, p.line), p.line) for p in old.timing_points if start <= p.time <= reach
    ]
    after = [(_content(now, p.line), p.line) for p in now.timing_points if start <= p.time <= reach]
    _require_same(before, after, now, "Timing lines of the range")
    if old.slider_multiplier != now.slider_multiplier:
        lines = [r.line for r in now.document.section("Difficulty") if "Multiplier" in r.text]
        raise _conflict(tuple(line + 1 for line in lines) or (1,), "The slider multiplier")
    was, is_now = old.timing.red_line_at(start), now.timing.red_line_at(start)
    if was is not None and is_now is not None and was.line >= 0:
        if (was.time, was.beat_length) != (is_now.time, is_now.beat_length):
            raise _conflict((is_now.line + 1,), "The tempo of the range")
    elif (was is None) != (is_now is None):
        raise _conflict((1,), "The tempo of the range")
    if not state_at(old.timing, start).same(state_at(now.timing, start)):
        points = (now.timing.velocity_point_at(start), now.timing.sample_point_at(start))
        lines = sorted({point.line for point in points if point is not None})
        raise _conflict(tuple(line + 1 for line in lines) or (1,), "The state at the range's start")


def _content(beatmap: Beatmap, line: int) -> bytes:
    return beatmap.document.lines[line].rstrip(b"\r\n")


def _require_same(
    before: Sequence[tuple[bytes, int]],
    after: Sequence[tuple[bytes, int]],
    now: Beatmap,
    what: str,
) -> None:
    if [text for text, _ in before] == [text for text, _ in after]:
        return
    known = {text for text, _ in before}
    lines = tuple(line + 1 for text, line in after if text not in known)
    if not lines:
        # Something is gone: name the lines between which it stood.
        lines = tuple(line + 1 for _, line in after) or (len(now.document),)
    raise _conflict(lines, what)


def _moved(edit: LineEdit, blocks: Sequence[Block]) -> list[LineEdit]:
    """Where an edit belongs in the changed file; several places if it is a pure insertion."""
    first, end = edit.first_line, edit.first_line + edit.count
    shift = 0
    for old_first, old_end, new_first, new_end in blocks:
        if old_end < first or (old_end == first and (edit.count or old_end > old_first)):
            shift = new_end - old_end
            continue
        if old_first > end or (old_first == end and (edit.count or old_end > old_first)):
            break
        if edit.count == 0 and old_first == old_end == first:
            places = dict.fromkeys((new_first, new_end))
            return [LineEdit(place, 0, edit.replacement) for place in places]
        raise _conflict(_lines_of([(old_first, old_end, new_first, new_end)]), "Touched lines")
    return [LineEdit(first + shift, edit.count, edit.replacement)]


def _descents(times: Iterable[float]) -> int:
    return sum(1 for a, b in pairwise(times) if b < a)


def _require_order(now: Beatmap, result: Beatmap) -> None:
    for before, after in (
        (now.hit_objects, result.hit_objects),
        (now.timing_points, result.timing_points),
    ):
        if _descents(i.time for i in after) > _descents(i.time for i in before):
            raise EditRefused("Lines would no longer stand in order of time.")


def _require_same_objects(
    meant: Beatmap, result: Beatmap, touched: tuple[int, int], old: Beatmap, now: Beatmap
) -> None:
    """The new objects last as long, and sound as loud, as they were made to."""
    start = touched[0]
    planned = [i for i in meant.hit_objects if start <= i.time <= free_range(old, *touched).last_ms]
    found = [i for i in result.hit_objects if start <= i.time <= free_range(now, *touched).last_ms]
    if len(planned) != len(found):
        raise EditRefused("The room for the new objects is not the same.")
    for wanted, item in zip(planned, found, strict=True):
        if wanted.time != item.time or abs(wanted.end_time - item.end_time) > END_TOLERANCE:
            raise EditRefused("The new objects would not last as long as they were made to.")
