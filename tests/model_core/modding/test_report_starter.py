"""The model that ships reads the map that ships: faults planted in it become suggestions."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from model_core.audio.decode import Audio, decode
from model_core.beatmap import Beatmap, parse
from model_core.modding.report import Report, Reported, mod, new_since
from model_core.modding.report_json import dumps, schema
from model_core.model import Model, load_model
from model_core.training.evaluation.faults import FaultKind, plant
from tests.conftest import ROOT

from .schema_check import errors

pytestmark = pytest.mark.slow

SECONDS = 24


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model("starter", "cpu", "float32")


@pytest.fixture(scope="module")
def song() -> Audio:
    """The beginning of the sample song."""
    (path,) = (ROOT / "samples").glob("*/audio.mp3")
    samples = decode(path).samples[: SECONDS * 16000]
    return Audio(samples, hashlib.sha256(samples.tobytes()).hexdigest())


@pytest.fixture(scope="module")
def sample() -> Beatmap:
    """The hardest sample map, as far as the song goes here."""
    (path,) = (ROOT / "samples").glob("*/*Insane*.osu")
    whole = parse(path.read_bytes())
    late = {item.line for item in whole.hit_objects if item.end_time >= SECONDS * 1000 - 500}
    lines = whole.document.lines
    return parse(b"".join(line for at, line in enumerate(lines) if at not in late))


@pytest.fixture(scope="module")
def before(starter: Model, song: Audio, sample: Beatmap) -> Report:
    return mod(starter, song, sample, file="sample.osu")


def test_the_report_of_the_sample_is_as_the_schema_says(before: Report) -> None:
    assert before.model.used and before.by_model()
    assert not errors(json.loads(dumps(before)), schema())
    # A map that a program of this project made surprises its model here and there, not all over.
    assert len(before.by_model()) < len(before.beatmap.hit_objects) / 2


def test_planted_faults_are_found(
    starter: Model, song: Audio, sample: Beatmap, before: Report
) -> None:
    """More than a third of the faults become new suggestions of the very object.

    By chance next to none would: of a hundred objects, two or three have one that is new. The
    model is small, and a fault that it would have made itself does not surprise it.
    """
    found, high, said = 0, 0, {}
    for kind in FaultKind:
        for seed in range(2):
            fault = plant(sample, kind, np.random.default_rng(seed))
            assert fault is not None
            after = new_since(mod(starter, song, fault.beatmap, file="sample.osu"), before.ids)
            new = [each for each in after.by_model() if each.new]
            assert len(new) < 10
            own = next((each for each in new if fault.index in _indices(each)), None)
            said[f"{kind} {seed}"] = own and (own.rank, own.finding.message)
            if own is not None:
                found += 1
                high += (own.rank or 0) <= 10
    assert found >= 5 and high >= 2, said


def _indices(each: Reported) -> set[int]:
    return {ref.index for ref in each.finding.objects}
