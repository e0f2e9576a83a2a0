"""Same input, same answer: seeds, and draws that no neighbour changes."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.audio.decode import Audio
from model_core.beatmap import free_range
from model_core.generation.rules import Scores
from model_core.model import Model
from model_core.remap import RemapOptions, remap_range
from model_core.remap.draft import Drafter
from model_core.tokens import ContextType, EventType, TimedEvents
from tests.model_core.remap.maps import circles, draft_of, script, song_map

START, END = 6_000, 9_000


def drafts(model: Model, audio: Audio, **options: object) -> list[TimedEvents]:
    """What the network writes, before it is read as objects."""
    beatmap = song_map()
    free = free_range(beatmap, START, END)
    asked = RemapOptions(temperature=2.0, top_p=1.0, **options)  # type: ignore[arg-type]
    drafter = Drafter(model, beatmap, audio, START, free, asked)
    return drafter.generate(lambda _: None, lambda: False)


def draws(
    model: Model, audio: Audio, monkeypatch: pytest.MonkeyPatch, seed: int, variants: int
) -> list[list[int]]:
    """What each variant's sampler picks from one and the same scores, turn by turn."""
    stand_in = script(monkeypatch, *[draft_of(model, circles(START, END))] * variants)
    remap_range(
        model, song_map(), audio, START, END, RemapOptions(seed=seed, variants=variants, top_p=1.0)
    )
    scores: list[Scores] = [
        np.random.default_rng(turn).normal(size=300).astype(np.float32) for turn in range(40)
    ]
    samplers = [variant.sampler for variant in stand_in.variants]
    picked: list[list[int]] = [[] for _ in samplers]
    for turn in scores:
        for row, sampler in zip(picked, samplers, strict=True):
            row.append(sampler.pick(turn))
    return picked


def test_a_seed_is_an_answer(tiny_model: Model, noise: Audio) -> None:
    first, again, other = (drafts(tiny_model, noise, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert len(first[0]) > 1


def test_nothing_is_written_outside_the_range_and_what_was_given_is_not_repeated(
    tiny_model: Model, noise: Audio
) -> None:
    times = [
        event.value
        for draft in drafts(tiny_model, noise, seed=1, variants=8)
        for event in draft.events
        if event.type is EventType.TIME
    ]
    assert times
    assert all(START - 510 <= time <= END + 1000 for time in times)


@pytest.mark.parametrize("seed", [0, 7, 2**63 - 1])
def test_neighbours_do_not_change_a_variants_draws(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    (alone,) = draws(tiny_model, noise, monkeypatch, seed, 1)
    three = draws(tiny_model, noise, monkeypatch, seed, 3)
    five = draws(tiny_model, noise, monkeypatch, seed, 5)
    assert three[0] == alone
    assert five[:3] == three
    assert len({tuple(row) for row in five}) == 5


def test_neighbouring_seeds_share_no_variant(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [
        tuple(row) for seed in range(4) for row in draws(tiny_model, noise, monkeypatch, seed, 3)
    ]
    assert len(set(every)) == len(every)


def test_the_whole_answer_follows_from_the_seed(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes, not only tokens; and what was given to the model is the same each time."""
    stand_in = script(monkeypatch, *[draft_of(tiny_model, circles(START, END, 250))] * 2)
    results, given = [], []
    for _ in range(2):
        result = remap_range(
            tiny_model, song_map(), noise, START, END, RemapOptions(seed=5, variants=2)
        )
        results.append([c.edit.result.to_bytes() for c in result.candidates])
        given.append([variant.known[ContextType.MAP] for variant in stand_in.variants])
    assert results[0] == results[1]
    assert given[0] == given[1]
    before = given[0][0]
    assert before and max(before.times) < START


def test_guidance_changes_an_answer_and_another_seed_as_well(
    tiny_model: Model, noise: Audio
) -> None:
    """What every request for objects may ask is asked of a remap, too."""
    asked = {"seed": 5, "descriptors": ("skillset/tech",)}
    plain = drafts(tiny_model, noise, **asked)
    assert plain == drafts(tiny_model, noise, **asked)
    assert plain != drafts(tiny_model, noise, **asked, guidance=3.0)
    away = {**asked, "negative_descriptors": ("skillset/jumps",)}
    assert plain == drafts(tiny_model, noise, **away)
    assert plain != drafts(tiny_model, noise, **away, guidance=3.0)
    assert plain != drafts(tiny_model, noise, **asked, timeshift_bias=4.0)
