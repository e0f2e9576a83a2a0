"""Streams that come, go and change places say what the plain forward pass says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.generation.streams import Streams
from model_core.network.step import Stepper
from tests.model_core.generation.tiny import tiny_stepper, windows_heard


@pytest.fixture(scope="module")
def stepper() -> Stepper:
    return tiny_stepper()


@pytest.fixture(scope="module")
def heard(stepper: Stepper) -> list[torch.Tensor]:
    return windows_heard(stepper, 3)


def plainly(stepper: Stepper, ids: list[int], states: torch.Tensor) -> np.ndarray:
    """Scores after a sequence by one pass without any memory."""
    logits: np.ndarray = stepper.network.decode(torch.tensor([ids]), states)[0, -1].numpy()
    return logits


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([None, 4]))
def test_any_coming_and_going(
    stepper: Stepper, heard: list[torch.Tensor], data: st.DataObject, fixed: int | None
) -> None:
    streams = Streams(stepper, fixed)
    there: dict[int, tuple[list[int], torch.Tensor]] = {}
    tokens = st.integers(0, 99)
    with torch.inference_mode():
        for _ in range(data.draw(st.integers(1, 12))):
            kind = data.draw(st.sampled_from(["open", "step", "step", "close", "rearrange"]))
            if kind == "open" and len(there) < 4:
                count = data.draw(st.integers(1, 4 - len(there)))
                prompts = [
                    data.draw(st.lists(tokens, min_size=1, max_size=9)) for _ in range(count)
                ]
                own = [heard[data.draw(st.integers(0, 2))] for _ in range(count)]
                names, scores = streams.open(prompts, own)
                for name, prompt, states, found in zip(names, prompts, own, scores, strict=True):
                    there[name] = (list(prompt), states)
                    wanted = plainly(stepper, prompt, states)
                    np.testing.assert_allclose(found.numpy(), wanted, atol=2e-4)
            elif kind == "step" and there:
                fed = {name: data.draw(tokens) for name in there}
                table = streams.step(fed).numpy()
                for name, (ids, states) in there.items():
                    ids.append(fed[name])
                    wanted = plainly(stepper, ids, states)
                    np.testing.assert_allclose(table[streams.row(name)], wanted, atol=2e-4)
            elif kind == "close" and there:
                name = data.draw(st.sampled_from(sorted(there)))
                streams.close(name)
                del there[name]
            elif kind == "rearrange":
                alike = [n for n in there if len(there[n][0]) == len(next(iter(there.values()))[0])]
                alike = [n for n in alike if there[n][1] is there[alike[0]][1]]
                sources = [data.draw(st.sampled_from(alike)) for _ in alike]
                if alike:
                    streams.rearrange(alike, sources)
                    pasts = [list(there[source][0]) for source in sources]
                    for name, past in zip(alike, pasts, strict=True):
                        there[name] = (past, there[name][1])
            assert len(streams) == len(there)


def test_memory_grows_with_what_is_written(stepper: Stepper, heard: list[torch.Tensor]) -> None:
    """More tokens than there is room for at first, with a neighbour half as long."""
    streams = Streams(stepper)
    with torch.inference_mode():
        long, short = [5] * 150, [9, 8]
        (first, second), _ = streams.open([long, short], heard[:2])
        table = np.zeros(0)
        for token in range(330):
            table = streams.step({first: token % 90, second: token % 80}).numpy()
            long.append(token % 90)
            short.append(token % 80)
        wanted = plainly(stepper, long, heard[0])
        np.testing.assert_allclose(table[streams.row(first)], wanted, atol=1e-3)
        wanted = plainly(stepper, short, heard[1])
        np.testing.assert_allclose(table[streams.row(second)], wanted, atol=1e-3)


def test_too_many_for_fixed_shapes(stepper: Stepper, heard: list[torch.Tensor]) -> None:
    streams = Streams(stepper, fixed=2)
    with torch.inference_mode(), pytest.raises(ValueError, match="3 streams do not fit"):
        streams.open([[1], [2], [3]], [heard[0]] * 3)
