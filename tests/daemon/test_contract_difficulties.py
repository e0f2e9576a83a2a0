"""Guest difficulties from a map of every mode to every mode: files that the game would take."""

from __future__ import annotations

import pytest
import rosu_pp_py as rosu

from clients.client import DifficultyOptions
from model_core.beatmap import parse
from model_core.beatmap.columns import column_of
from model_core.beatmap.hit_objects import ObjectKind
from tests.daemon.contract_house import DIFFICULTY, END, MODES, START, Contract, heard, judge_file
from tests.model_core.maps.broken_rules import broken_rules

GAMES = (rosu.GameMode.Osu, rosu.GameMode.Taiko, rosu.GameMode.Catch, rosu.GameMode.Mania)
KEYS = 4
ASKED_STARS = 2.5
SONG_MS = 51_828.0


@pytest.mark.slow
@pytest.mark.parametrize("target", MODES)
@pytest.mark.parametrize("source", MODES)
def test_from_every_mode_to_every_mode(contract: Contract, source: int, target: int) -> None:
    before = contract.maps[source].read_bytes()
    options = DifficultyOptions(
        mode=target,
        difficulty=ASKED_STARS,
        star_tries=1,
        key_count=KEYS if target == 3 else None,
    )
    _, result = heard(contract.ask(DIFFICULTY, source, options=options))
    (variant,) = result.variants
    file, data = variant.file, variant.file.content
    judge_file(file, before)
    made = parse(data)
    assert made.mode == file.mode == target
    assert all(START <= item.time <= END for item in made.hit_objects)

    rated = rosu.Beatmap(bytes=data)
    assert rated.mode == GAMES[target] and rated.n_objects == file.objects
    assert not rated.is_suspicious()
    stars = rosu.Difficulty().calculate(rated).stars
    assert file.stars == pytest.approx(stars) and 0 < stars < 12
    kinds = {item.kind for item in made.hit_objects}
    if target == 3:
        assert made.circle_size == KEYS and kinds <= {ObjectKind.CIRCLE, ObjectKind.HOLD}
        assert {column_of(item.x, KEYS) for item in made.hit_objects} <= set(range(KEYS))
    else:
        assert ObjectKind.HOLD not in kinds
    # Nothing is wrong with it that is not wrong with the map that it comes from.
    assert broken_rules(made, SONG_MS) <= broken_rules(parse(before), SONG_MS)
