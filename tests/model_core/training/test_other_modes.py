"""The rule mapper's maps in every mode."""

from __future__ import annotations

import pytest

from model_core.beatmap import parse
from model_core.beatmap.hit_objects import ObjectKind
from model_core.training.corpus import make_maps
from model_core.training.other_modes import in_mode
from model_core.training.songs import compose


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
def test_a_map_keeps_its_rhythm_in_another_mode(mode: int) -> None:
    for entry in make_maps(compose(3), 3):
        own = parse(entry.data)
        other = in_mode(own, mode)
        assert other.mode == mode
        times = [item.time for item in other.hit_objects]
        starts = [item.time for item in own.hit_objects]
        # On the ms that the game cuts ticks to; in taiko slider ends are hits as well.
        assert all(any(abs(start - time) <= 1 for time in times) for start in starts)
        assert len(times) == len(starts) or mode == 1
        assert [p.time for p in other.timing_points] == [p.time for p in own.timing_points]
        kinds = {item.kind for item in other.hit_objects}
        assert (ObjectKind.HOLD in kinds) == (mode == 3)
        if mode == 3:
            assert ObjectKind.SLIDER not in kinds and other.circle_size == 4
