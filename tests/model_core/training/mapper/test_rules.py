"""Mapped songs pass the modding room's rules at every level."""

from __future__ import annotations

import pytest

from model_core.beatmap import parse
from model_core.modding.rules import Severity, check
from model_core.training.mapper import STYLES, map_song
from model_core.training.songs import compose

MAPS = 40
# About the song rather than the map: a song of half a minute with breaks is played for less.
_OF_THE_SONG = {"short-drain"}


@pytest.mark.parametrize("part", range(4))
def test_maps_of_every_style_and_level_have_no_problem(part: int) -> None:
    for number in range(part * MAPS // 4, (part + 1) * MAPS // 4):
        plan = compose(7000 + number)
        mapped = map_song(
            plan, style=number % len(STYLES) + 1, level=number * 7 % MAPS / (MAPS - 1), seed=number
        )
        problems = [
            f"{finding.rule}: {finding.message}"
            for finding in check(parse(mapped.osu_bytes), song_length=plan.length_ms)
            if finding.severity is Severity.PROBLEM and finding.rule not in _OF_THE_SONG
        ]
        assert not problems, (plan.seed, mapped.level_name, mapped.mapper_id)
