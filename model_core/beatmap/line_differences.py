"""Where two files differ, line by line.

Lines that only one file has differ for certain and are set aside first, which loses nothing. What
is left is compared by Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its
Variations", 1986): the fewest lines removed and added that there are. Files that differ in very
many moved or repeated lines would take long that way; they are cut at lines that occur once in
each, and a stretch without any is one block.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

#: Removed and added lines (of those both files have) up to which the fewest are looked for.
MAX_DIFFERENCES = 1000
#: Lines compared in all searches of two files before they are cut without a search.
MAX_STEPS = 2_000_000
#: Cuts within cuts; a stretch that still is too different then is one block.
MAX_CUTS = 3

#: ``(old first, old end, new first, new end)``, 0-based, the ends excluded.
Block = tuple[int, int, int, int]
Match = tuple[int, int]


def changed_blocks(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Block]:
    """The blocks in which two files differ, ascending, with at least one equal line between."""
    start, old_end, new_end = _equal_ends(old, new)
    in_old, in_new = set(old[start:old_end]), set(new[start:new_end])
    both: dict[bytes, int] = {line: number for number, line in enumerate(in_old & in_new)}
    left = [index for index in range(start, old_end) if old[index] in both]
    right = [index for index in range(start, new_end) if new[index] in both]
    done_old, done_new = start, start
    for i, j in _matches([both[old[i]] for i in left], [both[new[j]] for j in right]):
        at_old, at_new = left[i], right[j]
        if at_old > done_old or at_new > done_new:
            yield (done_old, at_old, done_new, at_new)
        done_old, done_new = at_old + 1, at_new + 1
    if done_old < old_end or done_new < new_end:
        yield (done_old, old_end, done_new, new_end)


def _equal_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int, int]:
    start, old_end, new_end = 0, len(old), len(new)
    shorter = min(old_end, new_end)
    while start < shorter and old[start] == new[start]:
        start += 1
    while old_end > start and new_end > start and old[old_end - 1] == new[new_end - 1]:
        old_end -= 1
        new_end -= 1
    return start, old_end, new_end


def _matches(old: Sequence[int], new: Sequence[int]) -> list[Match]:
    """Pairs of equal lines, ascending on both sides."""
    result: list[Match] = []
    allowed = MAX_STEPS
    stretches = [(0, len(old), 0, len(new), 0)]
    while stretches:
        first, old_end, new_first, new_end, cuts = stretches.pop()
        a, b = old[first:old_end], new[new_first:new_end]
        start, a_end, b_end = _equal_ends(a, b)
        result += [(first + k, new_first + k) for k in range(start)]
        result += [(first + a_end + k, new_first + b_end + k) for k in range(len(a) - a_end)]
        a, b = a[start:a_end], b[start:b_end]
        first, new_first = first + start, new_first + start
        if not a or not b:
            continue
        found, steps = _fewest(a, b, allowed)
        allowed -= steps
        if found is None:
            found = _unique_matches(a, b) if cuts < MAX_CUTS else []
            at, new_at = 0, 0
            for i, j in [*found, (len(a), len(b))] if found else []:
                stretches.append(
                    (first + at, first + i, new_first + new_at, new_first + j, cuts + 1)
                )
                at, new_at = i + 1, j + 1
        result += [(first + i, new_first + j) for i, j in found]
    result.sort()
    return result


def _fewest(old: Sequence[int], new: Sequence[int], allowed: int) -> tuple[list[Match] | None, int]:
    """The matches that leave the fewest lines over (None: it takes too long), and the steps."""
    n, m = len(old), len(new)
    # reached[k] is how far into ``old`` the best way on diagonal k (old - new) comes.
    reached = {1: 0}
    ways: list[dict[int, int]] = []
    steps = 0
    for differences in range(min(n + m, MAX_DIFFERENCES) + 1):
        if steps > allowed:
            break
        current: dict[int, int] = {}
        for k in range(-differences, differences + 1, 2):
            down = k == -differences or (
                k != differences and reached.get(k - 1, -1) < reached.get(k + 1, -1)
            )
            i = reached[k + 1] if down else reached[k - 1] + 1
            j = i - k
            steps += 1
            if i > n or j > m:
                # Outside the files; kept so that its neighbours find a value, and no more.
                current[k] = i
                continue
            begin = i
            while i < n and j < m and old[i] == new[j]:
                i += 1
                j += 1
            steps += i - begin
            current[k] = i
            if i == n and j == m:
                ways.append(current)
                return _traced(ways, n, m), steps
        ways.append(current)
        reached = current
    return None, steps


def _traced(ways: Sequence[dict[int, int]], n: int, m: int) -> list[Match]:
    matches: list[Match] = []
    i, j = n, m
    for differences in range(len(ways) - 1, 0, -1):
        before = ways[differences - 1]
        k = i - j
        down = k == -differences or (
            k != differences and before.get(k - 1, -1) < before.get(k + 1, -1)
        )
        came_from = k + 1 if down else k - 1
        old_i = before[came_from]
        start = old_i if down else old_i + 1
        while i > start:
            i -= 1
            j -= 1
            matches.append((i, j))
        i, j = old_i, old_i - came_from
    while i > 0:
        i -= 1
        j -= 1
        matches.append((i, j))
    matches.reverse()
    return matches


def _unique_matches(old: Sequence[int], new: Sequence[int]) -> list[Match]:
    """The most lines that occur once in each, in one order on both sides."""
    old_counts, new_counts = Counter(old), Counter(new)
    places = {line: j for j, line in enumerate(new) if new_counts[line] == 1}
    pairs = [
        (i, places[line]) for i, line in enumerate(old) if old_counts[line] == 1 and line in places
    ]
    tails: list[int] = []
    tail_pairs: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before.append(tail_pairs[at - 1] if at else -1)
        if at == len(tails):
            tails.append(j)
            tail_pairs.append(number)
        else:
            tails[at] = j
            tail_pairs[at] = number
    chain: list[Match] = []
    number = tail_pairs[-1] if tail_pairs else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    chain.reverse()
    return chain
