"""The refiner's network."""

from __future__ import annotations

import pytest
import torch

from model_core.errors import CheckpointError
from model_core.refiner.network import CONTEXT_CHANNELS, RefinerConfig, band, waves
from tests.model_core.refiner.conftest import random_network

CLASSES = 9


def inputs(points: int = 40) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(2, 2, points, generator=generator) * 2 - 1
    context = torch.rand(2, CONTEXT_CHANNELS, points, generator=generator)
    classes = (torch.rand(2, CLASSES, generator=generator) > 0.5).float()
    return x, torch.tensor([3, 3]), context, classes


def test_the_band_keeps_far_points_out_of_sight() -> None:
    """Within one block a point changes what only its neighbours answer."""
    network = random_network(CLASSES)
    network.blocks = network.blocks[:1]
    x, steps, context, classes = inputs()
    allowed = band(40, 8)
    assert allowed is not None
    before = network(x, steps, context, classes, allowed)
    x[:, :, 20] += 0.5
    after = network(x, steps, context, classes, allowed)
    changed = ((before - after).abs().amax((0, 1)) > 1e-6).nonzero().flatten().tolist()
    # Those fewer than four behind it see it, and those up to four ahead of it.
    assert changed == list(range(16, 24))


def test_no_band_where_all_points_see_each_other() -> None:
    assert band(4, 8) is None
    shorter = band(5, 8)
    assert shorter is not None and not shorter.all()


def test_guidance_of_one_is_what_is_asked_for() -> None:
    network = random_network(CLASSES)
    x, steps, context, classes = inputs()
    both = network.guided(x, steps, context, classes, 1.0)
    plain = network(x[:1], steps[:1], context[:1], classes[:1])
    assert torch.allclose(both[:1], plain, atol=1e-5)
    assert torch.equal(both[0, :2], both[1, :2])


def test_guidance_goes_on_from_nothing_through_what_is_asked_for() -> None:
    network = random_network(CLASSES)
    x, steps, context, classes = inputs()
    at = [network.guided(x, steps, context, classes, scale)[0, :2] for scale in (0.0, 1.0, 2.5)]
    assert torch.allclose(at[2], at[0] + 2.5 * (at[1] - at[0]), atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_answers_nearly_the_same(dtype: torch.dtype) -> None:
    """Times of ten minutes are told apart in any precision: waves are made in single."""
    x, steps, context, classes = inputs()
    times = torch.linspace(600_000, 600_400, 40) * 0.1
    context[:, :128] = waves(times, 128).T
    single = random_network(CLASSES)(x, steps, context, classes)
    half = random_network(CLASSES, dtype)(x, steps, context, classes)
    assert half.dtype == torch.float32
    assert (single - half).abs().max() < 0.05 * single.abs().max()


def test_the_published_sizes_have_their_heads() -> None:
    def weights(width: int) -> dict[str, torch.Tensor]:
        sizes = {
            "context_embedder.mlp.0.weight": (width, 528),
            "y_embedder.class_embedding.0.weight": (width, 140),
            "blocks.0.mlp.fc1.weight": (4 * width, width),
            "blocks.11.mlp.fc1.weight": (4 * width, width),
        }
        return {name: torch.empty(size, device="meta") for name, size in sizes.items()}

    base = RefinerConfig.from_weights(weights(768), "the weights")
    assert base == RefinerConfig(768, 12, 12, 3072, 140)
    assert RefinerConfig.from_weights(weights(64), "the weights").heads == 4


def test_other_weights_are_told() -> None:
    with pytest.raises(CheckpointError, match=r"model\.pkl does not hold the weights"):
        RefinerConfig.from_weights({"proj_out.weight": torch.empty(1)}, "model.pkl")
