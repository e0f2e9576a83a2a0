"""Several ways to hitsound one map."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model_core.audio.decode import Audio
from model_core.errors import Cancelled
from model_core.hitsounds import HitsoundOptions, hitsound
from model_core.hitsounds.variants import VARIANT_TEMPERATURE, hitsound_variants
from model_core.model import Model
from model_core.remap import Progress
from tests.model_core.hitsounds.maps import mixed, write_map
from tests.model_core.hitsounds.only_sounds import only_sounds_differ


def test_the_certain_one_comes_first_and_the_others_are_drawn(
    tiny_model: Model, noise: Audio
) -> None:
    beatmap = write_map(mixed(), 0)
    options = HitsoundOptions(seed=5)
    told: list[Progress] = []
    found = hitsound_variants(tiny_model, noise, beatmap, options, 3, told.append)
    results = [each.edit.patch.result_sha256 for each in found.made]
    assert len(set(results)) == len(results) == 3 and not found.refused
    alone = hitsound(tiny_model, noise, beatmap, options)
    assert found.made[0].edit.patch == alone.edit.patch
    drawn = hitsound(
        tiny_model,
        noise,
        beatmap,
        replace(options, seed=found.made[2].choices.seed, temperature=VARIANT_TEMPERATURE),
    )
    assert found.made[2].edit.patch == drawn.edit.patch
    for each in found.made:
        only_sounds_differ(beatmap.to_bytes(), each.edit.result.to_bytes(), lines_too=False)
    again = hitsound_variants(tiny_model, noise, beatmap, options, 3)
    assert [each.edit.patch for each in again.made] == [each.edit.patch for each in found.made]
    # Progress is of all of them: the first two thirds are not told as the whole.
    shares = [step.window / step.windows for step in told if step.windows]
    assert shares == sorted(shares) and min(step.windows for step in told if step.windows) >= 3


def test_with_a_temperature_all_are_drawn(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(mixed(), 0)
    options = HitsoundOptions(seed=5, temperature=0.5)
    found = hitsound_variants(tiny_model, noise, beatmap, options, 2)
    alone = hitsound(tiny_model, noise, beatmap, options)
    assert found.made[0].edit.patch == alone.edit.patch
    second = replace(options, seed=found.made[1].choices.seed)
    assert found.made[1].edit.patch == hitsound(tiny_model, noise, beatmap, second).edit.patch


def test_what_nothing_is_chosen_for_is_one_variant(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(mixed(), 0)
    options = HitsoundOptions(start_ms=500_000, end_ms=600_000)
    found = hitsound_variants(tiny_model, noise, beatmap, options, 3)
    assert len(found.made) == 1 and not found.made[0].edit.patch.edits
    assert found.refused == tuple(
        f"Variant {number} is the same as variant 1." for number in (2, 3)
    )


def test_a_cancel_between_two_of_them(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(mixed(), 0)
    told: list[Progress] = []
    hitsound_variants(tiny_model, noise, beatmap, HitsoundOptions(), 1, told.append)
    enough = 2 * len(told) - 1
    told.clear()

    def cancelled() -> bool:
        return len(told) > enough

    with pytest.raises(Cancelled):
        hitsound_variants(tiny_model, noise, beatmap, HitsoundOptions(), 3, told.append, cancelled)
    assert len(told) <= enough + 2
