"""The starter that ships: its files, its card, and its figures on songs it never heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model_core.checkpoints.resolve import STARTER
from model_core.errors import InputError
from model_core.training.card import FILES, package, require_packable
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.evaluation.figures.remap import Remap
from model_core.training.evaluation.running import Evaluation, FigureResult, evaluate

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
    (result,) = evaluate("starter", 10, only=["remap"]).results
    values = {line.what: line.value for line in result.measured.lines}
    f1 = result.measured.lines[0]
    assert f1.value is not None and f1.value > max(f1.baselines.values())
    assert f1.value >= 0.60
    assert values["objects within 2 ms of a tick"] >= 0.95
    assert values["answers refused"] == 0.0


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
    line = Line("F1", 0.7, Bar(0.8), {"random ticks": 0.3})
    figures = Evaluation("x", 10, 0, (FigureResult(Remap(), Measured((line,), pieces=10), 1.0),))
    target = tmp_path / "starter"
    package(run, target, figures, 2400, ["made in a test"])
    card = (target / "README.md").read_text(encoding="utf-8")
    assert "±20 ms: F1 | 0.700 | ≥ 0.8 | not met | random ticks 0.300 |" in card
    assert "1 minutes for the encoder alone" in card and "2 minutes for everything" in card
    assert "made in a test" in card
    assert all((target / name).is_file() for name in FILES)


def test_what_cannot_be_packaged_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    run, target = tmp_path / "run", tmp_path / "target"
    with pytest.raises(InputError, match=r"has no config\.json"):
        require_packable(run, target)
    (run / "checkpoint").mkdir(parents=True)
    for name in FILES:
        (run / "checkpoint" / name).write_bytes(b"")
    with pytest.raises(InputError, match=r"log\.jsonl has nothing"):
        require_packable(run, target)
    for damaged in ('{"step": 1', "[3]", '{"step": 1}'):
        (run / "log.jsonl").write_text(damaged, encoding="utf-8")
        with pytest.raises(InputError, match="is damaged"):
            require_packable(run, target)
    row = {"step": 1, "stage": "mapping", "minutes": 1.0, "loss": 1.0, "windows_per_s": 1.0}
    (run / "log.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="Choose another folder"):
        require_packable(run, run / "checkpoint")
    require_packable(run, target)
