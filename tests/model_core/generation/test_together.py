"""Requests in one batch: what each would get alone, to the bit, and random numbers of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np
import pytest
import torch

from model_core.audio.decode import Audio
from model_core.audio.windows import windows
from model_core.errors import Cancelled, DegenerateOutput
from model_core.generation.decode_loop import DecodeLoop, Guidance, Row, Work, never
from model_core.generation.parallel import write_parallel
from model_core.generation.rules import Scores, Temperature
from model_core.generation.sampling import Greedy, Sampler
from model_core.generation.sequential import (
    Settings,
    Variant,
    generate_sequential,
    write_sequential,
)
from model_core.generation.together import write_together
from model_core.model import Model
from model_core.network.step import Stepper
from model_core.tokens import Conditions, Context, ContextType
from tests.model_core.generation.tiny import tiny_stepper, windows_heard

Seen = list[np.ndarray]
Writing = Generator[Work, list[list[int]], list[list[int]]]


class Counted(Sampler):
    """Tells how many numbers it drew."""

    def __init__(self, seed: int) -> None:
        super().__init__(0.95, 0, torch.Generator().manual_seed(seed))
        self.drawn = 0

    def pick(self, scores: Scores) -> int:
        self.drawn += 1
        return super().pick(scores)


@pytest.fixture(scope="module")
def stepper() -> Stepper:
    return tiny_stepper()


@pytest.fixture(scope="module")
def heard(stepper: Stepper) -> list[torch.Tensor]:
    return windows_heard(stepper, 4)


def request(
    seed: int,
    heard: Sequence[torch.Tensor],
    seen: Seen,
    drawn: list[int],
    cancelled: Callable[[], bool] = never,
) -> Writing:
    """Three windows one after the other; prompts, lengths, rules and kinds follow from the seed."""
    rng = np.random.default_rng(seed)
    answers: list[list[int]] = []
    for number in range(3):
        states = heard[(seed + number) % len(heard)]
        before = answers[-1][-6:] if answers else []
        prompt = [*rng.integers(3, 100, int(rng.integers(1, 30))).tolist(), *before]
        guidance = None
        if seed % 3 == 1:
            guidance = Guidance(prompt[1:] or [7], 1.5)
        sampler = Counted(seed * 10 + number)
        row = Row(
            prompt,
            [Temperature(0.5 + 0.2 * (seed % 4))],
            sampler,
            frozenset(range(3)),
            len(prompt) + int(rng.integers(5, 90)),
            guidance,
            beams=3 if seed % 4 == 3 else 1,
        )
        work = Work(
            [row], [lambda states=states: states], cancelled,  # type: ignore[misc]
            on_scores=lambda _, scores: seen.append(scores.copy()),
        )  # fmt: skip
        found = yield work
        drawn.append(sampler.drawn)
        answers.append(found[0])
    return answers


def run(
    stepper: Stepper, heard: Sequence[torch.Tensor], seeds: Sequence[int], fixed: bool = True
) -> dict[int, tuple[list[list[int]], Seen, list[int]]]:
    """Answers, scores and counts of draws of each seed's request, all in one batch."""
    seen: list[Seen] = [[] for _ in seeds]
    drawn: list[list[int]] = [[] for _ in seeds]
    requests = [
        request(seed, heard, own, counts)
        for seed, own, counts in zip(seeds, seen, drawn, strict=True)
    ]
    outcomes = write_together(stepper, requests, rows_at_once=6, fixed=fixed)
    results = [outcome.unwrap() for outcome in outcomes]
    return dict(zip(seeds, zip(results, seen, drawn, strict=True), strict=True))


@pytest.mark.slow
def test_neighbours_change_nothing(stepper: Stepper, heard: list[torch.Tensor]) -> None:
    """With fixed shapes: the same tokens, the same draws, and every score the same to the bit."""
    alone = {seed: run(stepper, heard, [seed])[seed] for seed in range(12)}
    for company in (range(12), range(11, -1, -1), [5, 0, 1], [3, 7]):
        together = run(stepper, heard, list(company))
        for seed, (answers, seen, drawn) in together.items():
            assert answers == alone[seed][0]
            assert drawn == alone[seed][2]
            assert len(seen) == len(alone[seed][1])
            for one, other in zip(seen, alone[seed][1], strict=True):
                np.testing.assert_array_equal(one, other)
    assert len({len(answers[0]) for answers, _, _ in alone.values()}) > 3


def test_without_fixed_shapes_tokens_and_draws_stay(
    stepper: Stepper, heard: list[torch.Tensor]
) -> None:
    """Scores may differ in their last bits then; here they never tip a choice."""
    alone = {seed: run(stepper, heard, [seed], fixed=False)[seed] for seed in range(9)}
    together = run(stepper, heard, range(9), fixed=False)
    for seed, (answers, seen, drawn) in together.items():
        assert (answers, drawn) == (alone[seed][0], alone[seed][2])
        for one, other in zip(seen, alone[seed][1], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-3)


def test_one_that_is_cancelled_takes_nobody_along(
    stepper: Stepper, heard: list[torch.Tensor]
) -> None:
    alone = run(stepper, heard, [2])[2]
    turns = 0

    def cancelled() -> bool:
        nonlocal turns
        turns += 1
        return turns > 7

    seen: Seen = []
    outcomes = write_together(
        stepper,
        [request(5, heard, [], [], cancelled), request(2, heard, seen, [])],
        rows_at_once=6,
    )
    assert isinstance(outcomes[0].error, Cancelled)
    assert turns == 8
    assert outcomes[1].result == alone[0]
    with pytest.raises(Cancelled):
        outcomes[0].unwrap()


def test_one_whose_numbers_are_none_takes_nobody_along(
    stepper: Stepper, heard: list[torch.Tensor]
) -> None:
    alone = run(stepper, heard, [2])[2]
    broken = [states * float("nan") for states in heard]
    outcomes = write_together(
        stepper, [request(0, broken, [], []), request(2, heard, [], [])], rows_at_once=6
    )
    assert isinstance(outcomes[0].error, DegenerateOutput)
    assert outcomes[1].result == alone[0]


def test_rows_wait_for_a_place(stepper: Stepper, heard: list[torch.Tensor]) -> None:
    """Many rows of one work, two at once: all are answered as they would be alone."""
    rng = np.random.default_rng(3)
    rows = [
        Row(rng.integers(3, 100, 5).tolist(), [], Greedy(), frozenset(range(6)), 8 + 3 * index)
        for index in range(7)
    ]

    def answers(most: int | None) -> list[list[int]]:
        work = Work(rows, [lambda: heard[0]] * len(rows))
        loop = DecodeLoop(stepper, most)
        loop.submit(work)
        while not work.done:
            loop.turn()
        return work.answers

    assert answers(2) == answers(None) == answers(1)


def test_what_can_never_fit_is_an_error(stepper: Stepper, heard: list[torch.Tensor]) -> None:
    row = Row([5], [], Greedy(), frozenset(), 9, beams=5)
    with pytest.raises(ValueError, match="5 streams"):
        DecodeLoop(stepper, 4).submit(Work([row], [lambda: heard[0]]))
    with pytest.raises(ValueError, match="fixed"):
        DecodeLoop(stepper, fixed=True)


@pytest.mark.slow
def test_whole_songs_side_by_side(tiny_model: Model, noise: Audio) -> None:
    """Sequential and parallel requests of different seeds and conditions, as each of them alone."""
    layout, outs = tiny_model.layout, [ContextType.MAP]
    samples = tiny_model.network.config.window_samples
    found = windows(len(noise.samples), samples, layout.lookback, layout.lookahead)
    apart = windows(len(noise.samples), samples, 0, 0)
    none = (Context(ContextType.NONE),)
    bounds = Settings(layout.lookback, layout.lookahead, last_ms=9000)

    def variant(seed: int) -> Variant:
        return Variant(Conditions(difficulty=1.0 + seed), Sampler.seeded(seed), none)

    def sequential(seed: int):  # type: ignore[no-untyped-def]
        return write_sequential(tiny_model, noise, found, [variant(seed)], outs, outs, bounds)

    def parallel(seed: int):  # type: ignore[no-untyped-def]
        return write_parallel(tiny_model, noise, apart, [variant(seed)], outs, outs, bounds)

    kinds = [sequential, parallel, sequential, parallel]
    together = write_together(
        tiny_model.stepper, [kind(seed) for seed, kind in enumerate(kinds)], rows_at_once=4
    )
    for seed, kind in enumerate(kinds):
        (alone,) = write_together(tiny_model.stepper, [kind(seed)], rows_at_once=4)
        assert together[seed].unwrap() == alone.unwrap()
    plain = generate_sequential(tiny_model, noise, found, [variant(2)], outs, outs, bounds)
    assert together[2].unwrap() == plain
