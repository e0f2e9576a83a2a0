"""Remaps by models that place objects in cells of 32 px: their positions are refined."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from model_core.audio.decode import decode
from model_core.beatmap import Beatmap, parse
from model_core.errors import Cancelled, CheckpointError
from model_core.model import Model, load_model
from model_core.refiner import Refiner, load_refiner, usual_refiner
from model_core.remap import Progress, RemapOptions, RemapResult, refining, remap_range
from tests.model_core.remap.reciting import recite

START, END = 8_000, 16_000


@pytest.fixture(scope="module")
def model(conformance: Path) -> Model:
    return load_model(conformance / "v29" / "checkpoint", "cpu", "float32", gamemode=None)


@pytest.fixture(scope="module")
def refiner(conformance: Path) -> Refiner:
    return load_refiner(conformance / "diffusion", "cpu", "float32")


def answer(
    conformance: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: Model,
    refiner: Refiner | str | None,
    name: str = "std_a",
    **options: object,
) -> tuple[Beatmap, RemapResult]:
    """The model says what the map has in the range already."""
    beatmap = parse((conformance / "inputs" / f"{name}.osu").read_bytes())
    audio = decode(conformance / "inputs" / f"audio_{name[-1]}.wav")
    recite(monkeypatch, model, beatmap, START)
    own = RemapOptions(**options)  # type: ignore[arg-type]
    return beatmap, remap_range(model, beatmap, audio, START, END, own, refiner=refiner)


@pytest.mark.parametrize("name", ["std_a", "std_b", "catch_a"])
def test_every_object_comes_back_near_its_place(
    conformance: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: Model,
    refiner: Refiner,
    name: str,
) -> None:
    """The test's refiner has random weights: what stays is the noise of a hundred small steps."""
    beatmap, result = answer(conformance, monkeypatch, model, refiner, name)
    before = {o.time: o for o in beatmap.hit_objects if START <= o.time <= END}
    after = [o for o in result.candidates[0].edit.result.hit_objects if START <= o.time <= END]
    assert len(after) >= 0.9 * len(before)
    strayed = []
    for item in after:
        near = min(before, key=lambda time: abs(time - item.time))
        assert abs(near - item.time) <= 5
        strayed.append(math.dist((item.x, item.y), (before[near].x, before[near].y)))
    # Places drawn at random would be two hundred px away.
    assert 5 < sorted(strayed)[len(strayed) // 2] < 80


def test_the_seed_decides_places(
    conformance: Path, monkeypatch: pytest.MonkeyPatch, model: Model, refiner: Refiner
) -> None:
    def places(seed: int) -> list[tuple[float, int, int]]:
        with monkeypatch.context() as patched:
            _, result = answer(conformance, patched, model, refiner, seed=seed)
        return [(o.time, o.x, o.y) for o in result.candidates[0].objects]

    assert places(3) == places(3) != places(4)


def test_a_model_without_its_refiner_says_so(
    conformance: Path, monkeypatch: pytest.MonkeyPatch, model: Model
) -> None:
    """Before a single window is heard."""

    def gone(source: str, device: str) -> Refiner:
        raise CheckpointError("OliBomby/osu-diffusion-v2 is not downloaded yet")

    monkeypatch.setattr(refining, "usual_refiner", gone)
    monkeypatch.setattr(Model, "encode_windows", lambda *_: pytest.fail("it was heard"))
    with pytest.raises(CheckpointError, match="osu-diffusion-v2"):
        answer(conformance, monkeypatch, model, None)


def test_a_refiner_may_be_named(
    conformance: Path, monkeypatch: pytest.MonkeyPatch, model: Model, refiner: Refiner
) -> None:
    def places(source: Refiner | str) -> list[tuple[float, int, int]]:
        with monkeypatch.context() as patched:
            _, result = answer(conformance, patched, model, source)
        return [(o.time, o.x, o.y) for o in result.candidates[0].objects]

    assert places(str(conformance / "diffusion")) == places(refiner)
    _, result = answer(conformance, monkeypatch, model, str(conformance / "diffusion"))
    assert result.refiner == str(conformance / "diffusion")
    usual_refiner.cache_clear()


def test_one_refiner_is_kept(conformance: Path) -> None:
    folder = str(conformance / "diffusion")
    assert usual_refiner(folder, "cpu") is usual_refiner(folder, "cpu")
    usual_refiner.cache_clear()


def test_cancelling_while_refining(
    conformance: Path, monkeypatch: pytest.MonkeyPatch, model: Model, refiner: Refiner
) -> None:
    beatmap = parse((conformance / "inputs" / "std_a.osu").read_bytes())
    audio = decode(conformance / "inputs" / "audio_a.wav")
    recite(monkeypatch, model, beatmap, START)
    stages: list[str] = []

    def told(step: Progress) -> None:
        stages.append(step.stage)

    with pytest.raises(Cancelled):
        remap_range(
            model, beatmap, audio, START, END, RemapOptions(), told,
            lambda: "post" in stages, refiner,
        )  # fmt: skip
