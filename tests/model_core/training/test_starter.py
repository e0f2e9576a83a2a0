"""The starter that ships: its files, its card, and its figures on songs it never heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model_core.checkpoints.resolve import STARTER
from model_core.training.card import FILES, package
from model_core.training.evaluate import RemapFigures, evaluate_remap

pytestmark = pytest.mark.skipif(
    not (STARTER / "model.safetensors").is_file(), reason="no starter in this checkout"
)


def test_the_checkpoint_is_whole_and_small() -> None:
    assert all((STARTER / name).is_file() for name in FILES)
    assert (STARTER / "model.safetensors").stat().st_size < 25_000_000
    config = json.loads((STARTER / "config.json").read_text(encoding="utf-8"))
    generation = json.loads((STARTER / "generation_config.json").read_text(encoding="utf-8"))
    window_ms = (config["layout"]["src_frames"] - 1) * 8.0
    assert window_ms == 8184.0
    assert (1 - generation["lookback"] - generation["lookahead"]) * window_ms >= 3000.0


def test_the_card_says_how_it_was_made_and_how_good_it_is() -> None:
    card = (STARTER / "README.md").read_text(encoding="utf-8")
    for needed in ("How it was made", "Figures", "Learning curve", "Limits", "held-out"):
        assert needed in card


@pytest.mark.slow
def test_it_beats_both_baselines_on_songs_it_never_heard() -> None:
    figures = evaluate_remap("starter", songs=10)
    assert figures.refused == 0
    assert figures.f1 > max(figures.f1_half_beats, figures.f1_random_ticks)
    assert figures.f1 >= 0.60
    assert figures.on_tick >= 0.95
    assert figures.met


def test_a_run_is_packaged_with_its_card(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "checkpoint").mkdir(parents=True)
    for name in FILES:
        (run / "checkpoint" / name).write_bytes((STARTER / name).read_bytes())
    rows = [
        {"step": 50, "minutes": 1.0, "stage": "hearing", "windows_per_s": 20.0, "loss": 0.4},
        {
            "step": 100, "minutes": 3.0, "stage": "mapping", "windows_per_s": 9.0,
            "loss": 2.0, "tokens": 1.8, "time": 2.5, "hearing": 0.1, "pointing": 0.4,
        },
    ]  # fmt: skip
    (run / "log.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    figures = RemapFigures(
        "x", 10, 0, 0.7, 0.71, 0.69, {"1 of 5": 0.7}, 0.5, 0.3, 1.0, 90, 100, 0.2, 0.25
    )
    target = tmp_path / "starter"
    package(run, target, figures, 2400, ["made in a test"])
    card = (target / "README.md").read_text(encoding="utf-8")
    assert "| F1 of start times against the rule mapper's, ±20 ms | 0.700 |" in card
    assert "1 minutes for the encoder alone" in card and "2 minutes for everything" in card
    assert "made in a test" in card
    assert all((target / name).is_file() for name in FILES)
