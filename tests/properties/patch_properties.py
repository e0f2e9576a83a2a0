"""Patches: applied, followed by one another, taken back."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from model_core.beatmap import Patch, split_lines

from .map_cases import MUTATIONS, MapCase, Mutation, map_cases, mutated

LINES = st.lists(st.sampled_from([b"a\n", b"b\r\n", b"c\r", b"\n", b"\xff\n", b"d"]), max_size=20)
FILES = LINES.map(b"".join)
THREE_FILES = st.tuples(FILES, FILES, FILES)


@dataclass(frozen=True)
class ThreeStates:
    """A map, changed once and once more."""

    case: MapCase
    first: tuple[Mutation, ...]
    second: tuple[Mutation, ...]

    def states(self) -> tuple[bytes, bytes, bytes]:
        one = self.case.data()
        two = mutated(one, self.first)
        return one, two, mutated(two, self.second)


CHANGES = st.lists(MUTATIONS, min_size=1, max_size=6).map(tuple)


def three_states() -> st.SearchStrategy[ThreeStates]:
    return st.builds(ThreeStates, map_cases(most=2), CHANGES, CHANGES)


def three_maps(three: ThreeStates) -> str:
    return laws(three.states())


def laws(states: tuple[bytes, bytes, bytes]) -> str:
    """What holds between three files and the changes between them."""
    first, second, third = states
    one, two = Patch.from_bytes(first, second), Patch.from_bytes(second, third)
    both = one.then(two, first)
    assert both.apply(first) == two.apply(one.apply(first)) == third
    assert one.invert(first).apply(second) == first
    assert one.invert(first).invert(second) == one
    assert one.then(one.invert(first), first).edits == ()
    back = two.invert(second).then(one.invert(first), third)
    assert back.apply(third) == both.invert(first).apply(third) == first
    assert bool(both.edits) == (first != third)
    # A client needs no parser: from the last edit to the first, in a list of lines.
    lines = split_lines(first)
    for edit in reversed(both.edits):
        lines[edit.first_line : edit.first_line + edit.count] = edit.replacement
    assert b"".join(lines) == third
    return "changed" if first != third else "same"
