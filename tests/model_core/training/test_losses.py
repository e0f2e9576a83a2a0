"""Losses against values worked out by hand, and what the guided heads are told."""

from __future__ import annotations

import math

import pytest
import torch

from model_core.tokens import EventType
from model_core.training.audible import COLUMNS, HearingHead
from model_core.training.dataset import Batch
from model_core.training.losses import Losses, token_losses
from model_core.training.options import Pace, TrainingOptions
from model_core.training.pointing import own_times
from model_core.training.recipe import starter_network


def test_targets_are_smoothed_but_times_only_over_their_neighbours() -> None:
    times = range(2, 5)
    scores = torch.log(torch.tensor([[0.1, 0.2, 0.3, 0.3, 0.1]])).repeat(3, 1)
    found = token_losses(scores, torch.tensor([1, 3, 2]), times, 0.1, 0.05)
    log = [math.log(p) for p in (0.1, 0.2, 0.3, 0.3, 0.1)]
    assert found[0].item() == pytest.approx(-0.9 * log[1] - 0.1 * sum(log) / 5)
    assert found[1].item() == pytest.approx(-0.9 * log[3] - 0.05 * (log[2] + log[4]))
    # The first time has one neighbour; what would go before it stays.
    assert found[2].item() == pytest.approx(-0.95 * log[2] - 0.05 * log[3])


def test_a_places_own_time_is_the_last_one_said() -> None:
    ids = torch.tensor([[7, 10, 8, 12, 9, 9], [7, 7, 7, 11, 7, 7]])
    expected = [[-1, 10, 10, 12, 12, 12], [-1, -1, -1, 11, 11, 11]]
    assert own_times(ids, range(10, 13)).tolist() == expected


def test_only_what_was_heard_counts() -> None:
    head = HearingHead(8)
    states, labels = torch.randn(2, 4, 8), torch.zeros(2, 4, COLUMNS)
    alone = head.loss(states[:1], labels[:1])
    half = head.loss(states, labels, torch.tensor([1.0, 0.0]))
    assert torch.allclose(alone, half)
    assert head.loss(states, labels, torch.zeros(2)) == 0.0


def test_guided_heads_learn_where_to_look() -> None:
    network, vocabulary, layout, _ = starter_network(
        d_model=32, layers=2, heads=2, aligned=False, positions="sinusoidal-twice"
    )
    options = TrainingOptions(hearing_weight=0.0)
    losses = Losses(network, vocabulary, options)
    times, sounds = vocabulary.id_range(EventType.TIME), vocabulary.id_range(EventType.HITSOUND)
    circle = vocabulary.id_range(EventType.CIRCLE).start
    row = [vocabulary.sos]
    for moment in (100, 300, 500):
        row += [times.start + moment, sounds.start, circle]
    ids = torch.tensor([row])
    weights = torch.ones(1, len(row))
    weights[0, 0] = 0
    batch = Batch(
        torch.randn(1, (layout.src_frames - 1) * 128) * 0.1, ids, weights,
        torch.zeros(1, layout.src_frames // 2, COLUMNS), torch.zeros(1),
    )  # fmt: skip
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    before = losses(batch)
    for _ in range(4):
        optimiser.zero_grad()
        parts = losses(batch)
        parts["loss"].backward()
        optimiser.step()
    after = losses(batch)
    assert after["pointing"] < 0.9 * before["pointing"]
    assert after["tokens"] < before["tokens"]
    # The second head has gradients of its own: it looks where the object is.
    attention = network.decoder.layers[1].cross_attn
    assert attention.Wq.weight.grad is not None
    assert attention.Wq.weight.grad[16:].abs().sum() > 0


def test_the_rate_follows_steps_or_time() -> None:
    options = TrainingOptions(learning_rate=0.5, warmup_steps=4, schedule="wsd")
    pace = Pace(0.0, steps=100)
    assert pace.rate(options) == pytest.approx(0.5 * 0.25)
    pace.done = 50
    assert pace.share == 0.5 and pace.rate(options) == 0.5
    pace.done = 90
    assert pace.rate(options) == pytest.approx(0.5 * (0.03 + 0.97 * 0.5))
    pace.done = 100
    assert pace.share == 1.0
    cosine = TrainingOptions(learning_rate=0.5, warmup_steps=1)
    expected = 0.5 * (0.03 + 0.97 * 0.5)
    assert Pace(1.0, None, spent=30.0).rate(cosine) == pytest.approx(expected, abs=0.01)
    assert Pace(1.0, None, spent=30.0).minutes_left == pytest.approx(0.5, abs=0.02)
