"""Edits of any map keep their contracts, judged by a second reading, or are refused in words."""

from __future__ import annotations

from collections.abc import Callable

from model_core.beatmap import EditKind
from model_core.errors import EditRefused, InputError, NotSupported

from .judges import judge
from .map_cases import MapCase
from .random_edits import random_edit

REFUSALS = (EditRefused, InputError, NotSupported)


def keeps_its_contract(kind: EditKind) -> Callable[[MapCase], str]:
    """The check of a kind of edit."""

    def check(case: MapCase) -> str:
        beatmap = case.beatmap()
        try:
            edit = random_edit(beatmap, kind, case.dice())
        except REFUSALS as refusal:
            assert str(refusal).endswith((".", "?", '"')), refusal
            return "refused"
        assert edit.scope.kind is kind
        assert edit.summary.text
        return judge(beatmap, edit)

    return check
