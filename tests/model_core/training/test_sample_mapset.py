"""The bundled mapset is what its generator makes, and looks like a map from an editor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import signal

from model_core.audio.decode import decode
from model_core.beatmap import parse
from model_core.training.sample_mapset import SEED, maps
from model_core.training.songs import SongPlan, compose, render

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def plan() -> SongPlan:
    return compose(SEED)


@pytest.fixture(scope="module")
def folder(plan: SongPlan) -> Path:
    return SAMPLES / f"{plan.artist} - {plan.title}"


def test_the_committed_maps_are_what_the_generator_makes(plan: SongPlan, folder: Path) -> None:
    made = maps(plan)
    assert {path.name for path in folder.glob("*.osu")} == set(made)
    for name, data in made.items():
        assert (folder / name).read_bytes() == data, (
            f"{name} differs: run python -m model_core.training.sample_mapset and commit it"
        )


def test_the_maps_hold_what_an_editor_and_a_hand_leave(plan: SongPlan) -> None:
    insane = next(data for name, data in maps(plan).items() if "Insane" in name)
    assert insane.count(b"\n") == insane.count(b"\r\n")
    for part in (
        b'0,0,"bg.jpg"',
        b"\r\n2,",
        b"Sprite,",
        b"Bookmarks: ",
        b"SliderBorder",
        b"\r\n// ",
    ):
        assert part in insane
    beatmap = parse(insane)
    assert beatmap.to_bytes() == insane
    assert beatmap.breaks
    assert beatmap.audio_filename == "audio.mp3"
    for item in beatmap.hit_objects:
        for rest in beatmap.breaks:
            assert item.end_time <= rest.start or item.time >= rest.end
        assert abs(item.time - beatmap.timing.nearest_tick(item.time)) <= 1
        assert abs(item.end_time - beatmap.timing.nearest_tick(item.end_time)) <= 2


def test_the_harder_map_is_harder(plan: SongPlan) -> None:
    rosu = pytest.importorskip("rosu_pp_py")
    stars = [
        rosu.Difficulty().calculate(rosu.Beatmap(content=data.decode())).stars
        for data in maps(plan).values()
    ]
    assert stars[0] + 1 < stars[1]


def test_the_set_is_small_and_free(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 3_000_000
    assert "CC0" in (folder / "LICENSE.txt").read_text(encoding="utf-8")
    assert Image.open(folder / "bg.jpg").size == (1280, 720)
    assert Image.open(folder / "sb" / "light.png").size == (64, 64)


def test_the_audio_lies_where_the_map_says(plan: SongPlan, folder: Path) -> None:
    """The encoded file, decoded again, is not shifted against the plan's times."""
    decoded = decode(folder / "audio.mp3").samples[: 16000 * 20]
    straight = render(plan)[: 16000 * 20]
    lag = int(np.argmax(signal.correlate(decoded, straight))) - (len(straight) - 1)
    assert abs(lag) <= 48  # 3 ms
