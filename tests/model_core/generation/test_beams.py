"""Beam search against transformers' own, on the same random Whisper weights."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import (
    GenerationMixin,
    LogitsProcessor,
    LogitsProcessorList,
    WhisperConfig,
    WhisperForConditionalGeneration,
)
from transformers.modeling_outputs import BaseModelOutput

from model_core.audio.mel import MelConfig
from model_core.generation.decode_loop import Guidance, Row, Work, answer, generate_window
from model_core.generation.rules import ConditionalTemperature, LogitsRule, MonotonicTime, Scores
from model_core.generation.sampling import Greedy
from model_core.network.config import Family, NetworkConfig
from model_core.network.model import Network
from model_core.network.step import Stepper
from model_core.network.weight_names import join

WIDTH, HEADS, LAYERS, VOCABULARY, LIMIT = 32, 4, 2, 60, 40
TIMES = range(20, 50)
SPREAD = 0.25


def whisper(seed: int) -> tuple[Stepper, WhisperForConditionalGeneration]:
    """Our network and transformers' with the same weights, spread so that scores differ."""
    torch.manual_seed(seed)
    reference = WhisperForConditionalGeneration(
        WhisperConfig(
            d_model=WIDTH,
            encoder_layers=1,
            decoder_layers=LAYERS,
            encoder_attention_heads=HEADS,
            decoder_attention_heads=HEADS,
            encoder_ffn_dim=WIDTH,
            decoder_ffn_dim=2 * WIDTH,
            max_source_positions=16,
            max_target_positions=LIMIT,
            num_mel_bins=WIDTH,
            vocab_size=VOCABULARY,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=1,
            suppress_tokens=None,
            begin_suppress_tokens=None,
        )
    )
    reference.train(False)
    with torch.no_grad():
        for weight in reference.parameters():
            weight.add_(torch.randn_like(weight) * SPREAD)
    network = Network(
        NetworkConfig(
            d_model=WIDTH,
            encoder_layers=1,
            decoder_layers=LAYERS,
            encoder_heads=HEADS,
            decoder_heads=HEADS,
            encoder_ffn=WIDTH,
            decoder_ffn=2 * WIDTH,
            vocab_in=VOCABULARY,
            vocab_out=VOCABULARY,
            mel=MelConfig(n_mels=WIDTH),
            source_positions=16,
            target_positions=LIMIT,
            family=Family.WHISPER,
            project_mel=True,
        )
    ).eval()
    given: dict[str, Tensor] = {
        f"transformer.{name}": value.detach() for name, value in reference.state_dict().items()
    }
    given["transformer.proj_out.weight"] = reference.proj_out.weight.detach()
    given["decoder_embedder.weight"] = reference.model.decoder.embed_tokens.weight.detach()
    given["encoder_embedder.weight"] = torch.eye(WIDTH)
    given["encoder_embedder.bias"] = torch.zeros(WIDTH)
    family = network.config.family
    network.load_state_dict({name: join(name, given, family) for name in network.state_dict()})
    return Stepper(network), reference


class OurRules(LogitsProcessor):
    """Our rules as transformers asks for them: from each beam's whole history, at every step."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        rows = []
        for ids, own in zip(input_ids.tolist(), scores.numpy().copy(), strict=True):
            for rule in self._make():
                rule.reset(ids)
                rule.apply(own)
            rows.append(own)
        return torch.from_numpy(np.stack(rows))


def rules() -> list[LogitsRule]:
    cases = [(1, range(20, 40), 0.4), (3, range(10, 30), 1.6)]
    return [MonotonicTime(TIMES, [1]), ConditionalTemperature(0.7, cases)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("stops", [(2,), (2, 7, 9, 21), (2, 7, *range(20, 32))])
def test_as_transformers_does_it(seed: int, stops: Sequence[int]) -> None:
    stepper, reference = whisper(seed)
    heard = torch.randn(1, 16, WIDTH)
    for beams, make in itertools.product((2, 3, 5), (list, rules)):
        prompt = [1, 9 + beams, 21, 5]
        with torch.inference_mode():
            wanted = GenerationMixin.generate(
                reference,
                encoder_outputs=BaseModelOutput(last_hidden_state=heard),
                decoder_input_ids=torch.tensor([prompt]),
                num_beams=beams,
                do_sample=False,
                max_length=LIMIT,
                eos_token_id=list(stops),
                logits_processor=LogitsProcessorList([OurRules(make)]),
            )[0, len(prompt) :].tolist()
        row = Row(prompt, make(), Greedy(), frozenset(stops), LIMIT, beams=beams)
        (found,) = generate_window(stepper, heard, [row])
        assert found == wanted
        assert found


def test_two_beams_can_do_better_than_one() -> None:
    """By mean log probability over many random networks; never worse by much, often better."""
    better = 0
    for seed in range(6):
        stepper, _ = whisper(seed)
        heard = torch.randn(1, 16, WIDTH)

        def mean(beams: int, stepper: Stepper = stepper, heard: Tensor = heard) -> float:
            row = Row([1, 9], [], Greedy(), frozenset(range(2, 9)), LIMIT, beams=beams)
            (tokens,) = generate_window(stepper, heard, [row])
            with torch.inference_mode():
                logits = stepper.network.decode(torch.tensor([[1, 9, *tokens]]), heard)[0]
            chosen = logits.log_softmax(1)[range(1, 1 + len(tokens)), tokens]
            return float(chosen.mean())

        better += mean(4) > mean(1) + 1e-6
    assert better >= 2


def test_guided_beams_and_neighbours() -> None:
    """Beams with guidance beside a plain row: each as it is alone."""
    stepper, _ = whisper(1)
    heard = [torch.randn(1, 16, WIDTH), torch.randn(1, 16, WIDTH)]

    def rows() -> list[Row]:
        guidance = Guidance([1, 7], 1.5)
        return [
            Row([1, 9, 30], rules(), Greedy(), frozenset([2, 7]), 30, guidance, beams=3),
            Row([1, 4], rules(), Greedy(), frozenset([2]), 20),
            Row([1, 5], rules(), Greedy(), frozenset([2, 8]), 25, beams=2),
        ]

    own = [heard[0], heard[1], heard[0]]
    together = generate_window(stepper, own, rows())
    alone = [
        answer(stepper, Work([row], [lambda states=states: states]))[0]  # type: ignore[misc]
        for row, states in zip(rows(), own, strict=True)
    ]
    assert together == alone


def test_guidance_of_one_is_none() -> None:
    """With scale 1 the negative prompt has no say, and the beams are those without it."""
    stepper, _ = whisper(2)
    heard = torch.randn(1, 16, WIDTH)
    plain = Row([1, 9], [], Greedy(), frozenset([2]), 24, beams=3)
    guided = Row([1, 9], [], Greedy(), frozenset([2]), 24, Guidance([1, 30], 1.0), beams=3)
    seen: list[Scores] = []
    assert generate_window(
        stepper, heard, [guided], on_scores=lambda _, scores: seen.append(scores.copy())
    ) == generate_window(stepper, heard, [plain])
    assert all(abs(float(np.exp(scores).sum()) - 1) < 1e-3 for scores in seen)
