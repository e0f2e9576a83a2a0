"""Maps by published layouts: the small reference checkpoints, on the song they were fitted to."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_core.audio.decode import Audio, decode
from model_core.beatmap import MapHeader, parse
from model_core.errors import CheckpointError, DegenerateOutput
from model_core.maps import GenerationParameters, maker
from model_core.maps.generate import generate_difficulty, generate_map
from model_core.model import load_model
from model_core.refiner import Refiner, load_refiner
from model_core.remap import Progress

INPUTS = ("std_a", "taiko_a", "catch_a", "mania_a")


@pytest.fixture(scope="module")
def refiner(conformance: Path) -> Refiner:
    return load_refiner(conformance / "diffusion", "cpu", "float32")


@pytest.fixture(scope="module")
def audio(conformance: Path) -> Audio:
    return decode(conformance / "inputs" / "audio_a.wav")


@pytest.mark.slow
@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
def test_every_family_makes_maps_of_every_mode(
    conformance: Path, audio: Audio, refiner: Refiner, family: str
) -> None:
    """They know next to nothing, so that some answers are refused; never in another way."""
    checkpoint = conformance / family / "checkpoint"
    if not checkpoint.is_dir():
        pytest.skip(f"no {family} checkpoint here")
    model = load_model(checkpoint, "cpu", "float32")
    made = 0
    for mode, name in enumerate(INPUTS):
        source = parse((conformance / "inputs" / f"{name}.osu").read_bytes())
        asked = GenerationParameters(
            seed=7, mode=mode, difficulty=3.0, temperature=0.3, end_ms=12_000, refine_steps=2
        )
        for beside in (False, True):
            try:
                if beside:
                    answer = generate_difficulty(model, source, audio, asked, refiner=refiner)
                else:
                    answer = generate_map(model, audio, asked, MapHeader("a.wav"), refiner=refiner)
            except DegenerateOutput:
                continue
            made += 1
            assert parse(answer.data).to_bytes() == answer.data
            assert answer.beatmap.mode == mode
            assert ("refine" in answer.timings_ms) == (family == "v29" and mode in (0, 2))
    assert made >= 1


def test_coarse_positions_are_only_made_where_they_are_asked_for(
    conformance: Path, audio: Audio, refiner: Refiner
) -> None:
    checkpoint = conformance / "v29" / "checkpoint"
    if not checkpoint.is_dir():
        pytest.skip("no v29 checkpoint here")
    model = load_model(checkpoint, "cpu", "float32")
    asked = GenerationParameters(seed=7, temperature=0.2, end_ms=12_000, refine=False)
    coarse = generate_map(model, audio, asked, MapHeader("a.wav"))
    assert "refine" not in coarse.timings_ms
    # What lay beyond the playfield was moved to its edge.
    heads = [(o.x, o.y) for o in coarse.objects if 0 < o.x < 512 and 0 < o.y < 384]
    assert heads
    assert all((x - 16) % 32 == 0 and (y - 16) % 32 == 0 for x, y in heads if (x, y) != (256, 192))


def test_a_refiner_that_cannot_be_had_is_missed_before_the_work(
    conformance: Path, audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = conformance / "v29" / "checkpoint"
    if not checkpoint.is_dir():
        pytest.skip("no v29 checkpoint here")

    def gone(*_: object, **__: object) -> Refiner:
        raise CheckpointError("It is not here.")

    monkeypatch.setattr(maker, "usual_refiner", gone)
    told: list[Progress] = []
    model = load_model(checkpoint, "cpu", "float32")
    with pytest.raises(CheckpointError, match="not here"):
        generate_map(model, audio, GenerationParameters(seed=7), progress=told.append)
    assert not told
