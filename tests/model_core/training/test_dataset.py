"""Training windows are spelled as requests spell their prompts."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.tokens import (
    Context,
    ContextType,
    EventType,
    build_prompt,
    starter_layout,
    starter_vocabulary,
)
from model_core.training.corpus import build_corpus
from model_core.training.dataset import WindowDataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> WindowDataset:
    folder = tmp_path_factory.mktemp("songs")
    list(build_corpus(folder, [3, 4], maps=2))
    return WindowDataset(folder, starter_vocabulary(), starter_layout(0.35, 0.15), seed=1)


def test_every_map_is_an_example(dataset: WindowDataset) -> None:
    assert len(dataset) == 4
    assert len(dataset.songs()) == 2


def test_a_sequence_begins_like_a_request(dataset: WindowDataset) -> None:
    example = dataset._examples[0]
    start = int(example.first_ms) + 500
    ids, _ = dataset.spell(example, example.conditions, start)
    prompt = build_prompt(
        dataset.vocabulary,
        dataset.layout,
        example.conditions,
        [Context(ContextType.NONE)],
        [
            Context(ContextType.TIMING, example.timing),
            Context(ContextType.KIAI, example.kiai),
            Context(ContextType.MAP),
        ],
        start,
        example.conditions.song_length_ms,
    )
    # last_sv is told from the map before the window, which an empty map does not have.
    speed = dataset.vocabulary.id_range(EventType.SCROLL_SPEED)
    differing = [a for a, b in zip(ids, prompt, strict=False) if a != b]
    assert len(differing) <= 1 and all(token in speed for token in differing)


def test_targets_are_the_written_contexts(dataset: WindowDataset) -> None:
    vocabulary = dataset.vocabulary
    for _ in range(20):
        _, ids, weights, _ = dataset.draw()
        begin = ids.index(vocabulary.sos)
        assert not np.any(weights[: begin + 1])
        opening = ids.index(vocabulary.context_sos[ContextType.MAP])
        assert weights[opening] == 0
        if len(ids) < dataset.layout.tgt_len:
            assert ids[-1] == vocabulary.context_eos[ContextType.MAP]
            assert weights[-1] == 1.0


def test_batches_are_padded_to_the_listed_lengths(dataset: WindowDataset) -> None:
    batch = next(dataset.batches(4, (256, 512, 1024), pool=2))
    assert batch.ids.shape[1] in (256, 512, 1024)
    assert batch.audio.shape == (4, dataset.window_samples)
    assert not batch.weights[batch.ids == 0].any()
