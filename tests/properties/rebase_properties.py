"""Edits carried over to a file that changed: the contract holds there too, or lines are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from model_core.beatmap import EditKind, parse, rebase
from model_core.beatmap.edits.contracts import check as check_contract
from model_core.errors import RebaseConflict

from .edit_properties import REFUSALS
from .judges import judge
from .map_cases import MUTATIONS, MapCase, Mutation, map_cases, mutated
from .random_edits import random_edit


@dataclass(frozen=True)
class Changed:
    """A map, and what another program did to it after an edit was made."""

    case: MapCase
    meanwhile: tuple[Mutation, ...]


def changed_maps() -> st.SearchStrategy[Changed]:
    return st.builds(
        Changed, map_cases(most=1), st.lists(MUTATIONS, min_size=1, max_size=4).map(tuple)
    )


def survives_changes(kind: EditKind) -> Callable[[Changed], str]:
    """The check of a kind of edit."""

    def check(changed: Changed) -> str:
        base = changed.case.data()
        try:
            edit = random_edit(parse(base), kind, changed.case.dice())
        except REFUSALS:
            return "refused"
        current = mutated(base, changed.meanwhile)
        now = parse(current)
        try:
            moved = rebase(edit.patch, base, current, edit.scope)
        except RebaseConflict as conflict:
            assert conflict.lines and list(conflict.lines) == sorted(set(conflict.lines))
            assert all(1 <= line <= max(1, len(now.document)) for line in conflict.lines)
            return "conflict"
        result = parse(moved.apply(current))
        check_contract(edit.scope, now, result)
        judge(now, replace(edit, patch=moved, result=result))
        return "carried over" if moved.edits else "as it was"

    return check
