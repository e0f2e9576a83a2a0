"""The hot loop against the plain forward pass, batched against alone, and its manners."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model_core.audio.mel import MelConfig
from model_core.errors import Cancelled, DegenerateOutput
from model_core.generation.decode_loop import Guidance, Row, generate_window
from model_core.generation.rules import Temperature
from model_core.generation.sampling import Greedy, Sampler
from model_core.network import Network, NetworkConfig
from model_core.network.step import Stepper

CONFIG = NetworkConfig(
    d_model=32,
    encoder_layers=1,
    decoder_layers=2,
    encoder_heads=2,
    decoder_heads=2,
    encoder_ffn=64,
    decoder_ffn=64,
    vocab_in=120,
    vocab_out=100,
    mel=MelConfig(n_mels=8, n_fft=256),
    source_positions=16,
    target_positions=64,
)


@pytest.fixture(scope="module")
def stepper() -> Stepper:
    torch.manual_seed(7)
    network = Network(CONFIG).eval().requires_grad_(False)
    for weight in network.parameters():
        weight.mul_(2.5)  # scores that differ from token to token
    return Stepper(network)


@pytest.fixture(scope="module")
def states(stepper: Stepper) -> torch.Tensor:
    with torch.inference_mode():
        return stepper.network.encode(torch.rand(1, CONFIG.window_samples))


def row(prompt: list[int], seed: int | None = None, limit: int = 40, stops: int = 0) -> Row:
    sampler = Greedy() if seed is None else Sampler.seeded(seed, 0.95)
    return Row(prompt, [Temperature(0.9)], sampler, frozenset(range(stops)), limit)


def test_greedy_equals_the_plain_forward_pass(stepper: Stepper, states: torch.Tensor) -> None:
    prompt = [5, 60, 110, 7]
    (answer,) = generate_window(stepper, states, [row(prompt)])
    assert len(answer) == 36
    with torch.inference_mode():
        ids = torch.tensor([prompt + answer])
        logits = stepper.network.decode(ids, states)[0]
    assert logits[len(prompt) - 1 : -1].argmax(1).tolist() == answer


def test_rows_of_a_batch_equal_the_rows_alone(stepper: Stepper, states: torch.Tensor) -> None:
    def rows() -> list[Row]:
        return [
            row([5, 60, 110, 7], seed=1, stops=3),
            row([9], seed=2, stops=3, limit=20),
            row([8, 3, 4, 4, 4, 4, 70], seed=3, stops=3),
            row([5, 60], stops=3),
        ]

    together = generate_window(stepper, states, rows())
    alone = [generate_window(stepper, states, [one])[0] for one in rows()]
    assert together == alone
    assert len({len(answer) for answer in together}) > 1  # rows did leave the batch


def test_guidance_keeps_to_each_prompts_own_mask(stepper: Stepper, states: torch.Tensor) -> None:
    positive, negative = [5, 60, 110, 7], [5, 61]
    seen: list[np.ndarray] = []
    guided = Row(positive, [], Greedy(), frozenset(), 12, Guidance(negative, 2.0))
    (answer,) = generate_window(
        stepper, states, [guided], on_scores=lambda _, scores: seen.append(scores.copy())
    )
    with torch.inference_mode():
        own = stepper.network.decode(torch.tensor([positive + answer]), states)[0]
        other = stepper.network.decode(torch.tensor([negative + answer]), states)[0]
    wanted = other[1:-1] + 2.0 * (own[3:-1] - other[1:-1])
    np.testing.assert_allclose(np.array(seen), wanted.numpy(), atol=1e-4)


def test_stops_and_limits(stepper: Stepper, states: torch.Tensor) -> None:
    (free,) = generate_window(stepper, states, [row([5, 60])])
    stop = free[4]
    first = free.index(stop)
    stopped = Row([5, 60], [Temperature(0.9)], Greedy(), frozenset([stop]), 40)
    assert generate_window(stepper, states, [stopped]) == [free[: first + 1]]
    assert generate_window(stepper, states, [row([5, 60], limit=2)]) == [[]]


def test_cancelling_takes_one_token(stepper: Stepper, states: torch.Tensor) -> None:
    counted: list[int] = []
    with pytest.raises(Cancelled):
        generate_window(
            stepper,
            states,
            [row([5, 60]), row([4])],
            cancelled=lambda: len(counted) >= 3,
            on_tokens=counted.append,
        )
    assert counted == [2, 2, 2]


def test_broken_numbers_are_an_answer(stepper: Stepper, states: torch.Tensor) -> None:
    with pytest.raises(DegenerateOutput):
        generate_window(stepper, states * float("nan"), [row([5, 60])])
