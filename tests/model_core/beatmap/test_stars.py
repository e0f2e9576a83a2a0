"""Star ratings: what cannot be rated, and what would take for ever."""

from __future__ import annotations

import pytest

from model_core.beatmap.stars import star_rating


def _map(objects: list[str]) -> bytes:
    lines = ["osu file format v14", "", "[TimingPoints]", "0,500,4,2,0,60,1,0", "", "[HitObjects]"]
    return "\r\n".join([*lines, *objects, ""]).encode()


def test_a_harder_map_has_more_stars() -> None:
    easy = [f"{100 + 20 * (k % 3)},100,{1000 * k},1,0" for k in range(30)]
    hard = [f"{500 * (k % 2)},{300 * (k % 2)},{150 * k},1,0" for k in range(200)]
    first, second = star_rating(_map(easy)), star_rating(_map(hard))
    assert first is not None and second is not None and first < second


def test_what_cannot_be_rated_has_no_stars() -> None:
    assert star_rating(b"") is None
    assert star_rating(b"this is no beatmap") is None
    assert star_rating(_map([])) is None


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "objects",
    [
        ["100,100,0,2,0,L|200:100,2000000000,100"],
        ["100,100,0,2,0,L|200:100,1,1e9"],
        ["100,100,0,1,0", "100,100,2000000000,1,0"],
        [f"100,100,{time},1,0" for time in range(20_000)],
        [
            "100,100,0,1,0",
            "100,100,500,2,0,B" + "".join(f"|{k % 512}:{k % 384}" for k in range(300_000)) + ",1,9",
        ],
    ],
    ids=["slides", "length", "late", "dense", "points"],
)
def test_maps_made_to_break_the_game_are_not_rated_for_hours(objects: list[str]) -> None:
    assert star_rating(_map(objects)) is None or len(objects) == 1
