"""A tiny training run, for real: losses fall, state is resumed, the checkpoint loads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from model_core import load
from model_core.tokens import EventType
from model_core.training.corpus import build_corpus
from model_core.training.initial import sinusoids_at
from model_core.training.loop import TrainingOptions, train
from model_core.training.recipe import checkpoint_writer, starter_network

SIZES = {"d_model": 64, "layers": 1, "heads": 2}


def _run(folder: Path, minutes: float) -> list[dict[str, float]]:
    network, vocabulary, layout, config = starter_network(**SIZES)
    write = checkpoint_writer(folder / "run" / "checkpoint", vocabulary, layout, config)
    options = TrainingOptions(
        hearing_minutes=minutes,
        minutes=minutes,
        batch=2,
        warmup_steps=2,
        compile=False,
        log_steps=1,
        learning_rate=3e-3,
    )
    out = folder / "run"
    train(network, vocabulary, layout, folder / "songs", out, options, write)
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_training_learns_resumes_and_leaves_a_checkpoint(tmp_path: Path) -> None:
    list(build_corpus(tmp_path / "songs", [0, 1], maps=1))
    rows = _run(tmp_path, 0.5)
    hearing = [row["loss"] for row in rows if row["stage"] == "hearing"]
    mapping = [row["tokens"] for row in rows if row["stage"] == "mapping"]
    assert hearing[-1] < 0.8 * hearing[0]
    assert mapping[-1] < 0.9 * mapping[0]
    assert len(rows) > 6
    again = _run(tmp_path, 0.6)
    assert again[: len(rows)] == rows and len(again) > len(rows)
    assert again[len(rows)]["step"] > rows[-1]["step"]
    model = load(str(tmp_path / "run" / "checkpoint"))
    assert model.layout.window_ms == 8184.0
    assert model.layout.lookback == 0.35
    assert all(torch.isfinite(p).all() for p in model.network.parameters())


def test_time_tokens_start_as_the_encoders_positions() -> None:
    aligned, vocabulary, _, _ = starter_network(**SIZES)
    plain, _, _, _ = starter_network(**SIZES, aligned=False)
    ids = vocabulary.id_range(EventType.TIME)
    moved = aligned.decoder_embedder.weight[ids.start] - plain.decoder_embedder.weight[ids.start]
    # Token 0 means 0..10 ms, an encoder state is 16 ms: its middle is state 5/16.
    expected = 0.5 * sinusoids_at(torch.tensor([5.0 / 16.0]), 64)[0]
    assert torch.allclose(moved, expected, atol=1e-6)
    states = aligned.config.source_positions
    assert states * 16.0 == pytest.approx(8192.0)
