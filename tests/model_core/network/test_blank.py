"""Networks without weights: the same names and shapes, no memory, nothing drawn."""

from __future__ import annotations

import torch
from torch import nn

from model_core.network.blank import without_weights


def build() -> nn.Sequential:
    return nn.Sequential(nn.Embedding(7, 4), nn.Linear(4, 3), nn.LayerNorm(3), nn.Conv1d(3, 2, 3))


def test_shapes_without_memory_or_draws() -> None:
    state = torch.random.get_rng_state()
    with without_weights():
        blank = build()
        nn.init.normal_(tensor=blank.get_parameter("1.weight"))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(weight.is_meta for weight in blank.parameters())
    whole = build()
    assert not any(weight.is_meta for weight in whole.parameters())
    shapes = {name: weight.shape for name, weight in whole.state_dict().items()}
    assert {name: weight.shape for name, weight in blank.state_dict().items()} == shapes
    blank.load_state_dict(whole.state_dict(), assign=True)
    assert torch.equal(blank[:3](torch.arange(5)[None]), whole[:3](torch.arange(5)[None]))
