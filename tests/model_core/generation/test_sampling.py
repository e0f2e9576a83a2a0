"""Sampling: the cut-offs, and whose random numbers are whose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.generation.sampling import Greedy, Sampler


def by_definition(scores: np.ndarray, top_p: float, top_k: int) -> set[int]:
    """Ids that top-k, then top-p leave, the slow and obvious way."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    if top_k:
        order = order[:top_k]
    weights = np.exp(scores[order].astype(np.float64) - scores.max())
    weights /= weights.sum()
    kept: set[int] = set()
    mass = 0.0
    for token, weight in zip(order, weights, strict=True):
        if kept and top_p < 1 and mass >= top_p:
            break
        kept.add(token)
        mass += weight
    return kept


@given(
    st.lists(st.integers(-8, 8), min_size=1, max_size=200),
    st.sampled_from([0.05, 0.5, 0.93, 1.0]),
    st.sampled_from([0, 1, 7, 100]),
)
def test_only_what_the_cut_offs_leave_is_drawn(values: list[int], top_p: float, top_k: int) -> None:
    # Spread a little, so that no sum of weights lands on the threshold by accident.
    scores = np.array(values, dtype=np.float32) * 0.37
    allowed = by_definition(scores, top_p, top_k)
    sampler = Sampler.seeded(1, top_p, top_k)
    assert {sampler.pick(scores) for _ in range(20)} <= allowed


def test_frequencies_follow_the_scores() -> None:
    scores = np.log(np.array([0.5, 0.3, 0.15, 0.05], dtype=np.float32))
    sampler = Sampler.seeded(3, top_p=0.9)
    counts = np.bincount([sampler.pick(scores) for _ in range(4000)], minlength=4)
    assert counts[3] == 0
    np.testing.assert_allclose(counts[:3] / 4000, np.array([50, 30, 15]) / 95, atol=0.03)


def test_every_pick_draws_exactly_once() -> None:
    flat, sure = np.zeros(100, np.float32), np.full(100, -np.inf, np.float32)
    sure[4] = 0
    one, two = Sampler.seeded(5, 1.0), Sampler.seeded(5, 1.0)
    one.pick(flat)
    two.pick(sure)
    assert [one.pick(flat) for _ in range(10)] == [two.pick(flat) for _ in range(10)]


def test_greedy_takes_the_first_of_equals() -> None:
    assert Greedy().pick(np.array([0, 2, 2, 1], dtype=np.float32)) == 1


def test_impossible_cut_offs_are_refused() -> None:
    with pytest.raises(ValueError, match="top_p"):
        Sampler(top_p=0)
    with pytest.raises(ValueError, match="top_k"):
        Sampler(top_k=-1)


def test_branches_follow_from_seed_and_number_alone() -> None:
    flat = np.zeros(1000, np.float32)

    def picks(sampler: Sampler) -> list[int]:
        return [sampler.pick(flat) for _ in range(8)]

    used = Sampler.seeded(5, 1.0)
    used.pick(flat)
    assert picks(used.branch(2)) == picks(Sampler.seeded(5, 1.0).branch(2))
    assert picks(used.branch(2)) != picks(used.branch(3))
    assert picks(used.branch(2)) != picks(Sampler.seeded(6, 1.0).branch(2))
    greedy = Greedy()
    assert greedy.branch(1) is greedy
