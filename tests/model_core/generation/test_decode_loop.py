"""The hot loop against the plain forward pass, batched against alone, and its manners."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model_core.errors import Cancelled, DegenerateOutput
from model_core.generation.decode_loop import Guidance, Row, generate_window
from model_core.generation.rules import Temperature
from model_core.generation.sampling import Greedy, Sampler
from model_core.network.step import Stepper
from tests.model_core.generation.tiny import CONFIG, tiny_stepper, windows_heard


@pytest.fixture(scope="module")
def stepper() -> Stepper:
    return tiny_stepper()


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


def test_guidance_hears_what_its_prompt_is_about(stepper: Stepper) -> None:
    """Where the encoder is told of the conditions, the negative prompt has states of its own."""
    own, other = windows_heard(stepper, 2)
    seen: list[np.ndarray] = []
    guidance = Guidance([5, 61], 1.7, hear=lambda: other)
    guided = Row([5, 60, 9], [], Greedy(), frozenset(), 12, guidance)
    (answer,) = generate_window(
        stepper, own, [guided], on_scores=lambda _, scores: seen.append(scores.copy())
    )
    with torch.inference_mode():
        positive = stepper.network.decode(torch.tensor([[5, 60, 9, *answer]]), own)[0, 2:-1]
        negative = stepper.network.decode(torch.tensor([[5, 61, *answer]]), other)[0, 1:-1]
    wanted = negative + 1.7 * (positive - negative)
    np.testing.assert_allclose(np.array(seen), wanted.numpy(), atol=2e-4)


def test_a_longer_negative_prompt_ends_the_row(stepper: Stepper, states: torch.Tensor) -> None:
    """Positions are counted for both prompts, and neither may pass the limit."""
    guided = Row([5, 60], [], Greedy(), frozenset(), 12, Guidance([5, 61, 8, 8, 8], 2.0))
    assert len(generate_window(stepper, states, [guided])[0]) == 7


def test_the_references_guidance_reads_the_negative_prompt_with_the_other_mask() -> None:
    guidance = Guidance([5, 6, 7], 2.0, as_reference=True)
    assert list(guidance.prompt_beside([1, 2, 3, 4, 5])) == [0, 0, 5, 6, 7]
    assert list(guidance.prompt_beside([1, 2])) == [6, 7]
    assert list(Guidance([5, 6, 7], 2.0).prompt_beside([1])) == [5, 6, 7]


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
