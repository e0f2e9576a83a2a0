"""Tiny training runs, for real: losses fall, state is resumed, the checkpoint loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from model_core import load
from model_core.errors import InputError
from model_core.network.model import Network
from model_core.tokens import EventType
from model_core.training.augment import Augmentation
from model_core.training.initial import sinusoids_at
from model_core.training.loop import Trainer, TrainingDivergedError, TrainingOptions, train
from model_core.training.recipe import checkpoint_writer, starter_network
from model_core.training.state import Average, read_state, write_state
from tests.model_core.training.small_corpus import small_corpus

SIZES = {"d_model": 32, "layers": 1, "heads": 2}


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_corpus(tmp_path_factory.mktemp("songs"), songs=1)


def _trainer(songs: Path, out: Path, report: Any = None, **given: Any) -> Trainer:
    network, vocabulary, layout, config = starter_network(**SIZES)
    write = checkpoint_writer(out / "checkpoint", vocabulary, layout, config)
    settings = {
        "batch": 2, "warmup_steps": 2, "compile": False, "log_steps": 1, "workers": 0,
        "learning_rate": 3e-3, "device": "cpu", "augmentation": Augmentation.none(),
        "hearing_steps": 4, "steps": 6,
    }  # fmt: skip
    options = TrainingOptions(**{**settings, **given})
    return Trainer(network, vocabulary, layout, songs, out, options, write, report)


def _rows(out: Path) -> list[dict[str, Any]]:
    lines = (out / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_training_learns_resumes_and_leaves_a_checkpoint(songs: Path, tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    eager = {"learning_rate": 1e-2, "schedule": "wsd"}
    _trainer(songs, tmp_path, told.append, **eager).run()
    rows = _rows(tmp_path)
    assert told == rows and len(rows) == 10
    assert [row["stage"] for row in rows] == ["hearing"] * 4 + ["mapping"] * 6
    assert rows[3]["loss"] < 0.9 * rows[0]["loss"]
    assert rows[-1]["tokens"] < 0.9 * rows[4]["tokens"]
    assert rows[-1]["minutes_left"] == 0.0
    again = _trainer(songs, tmp_path, steps=9)
    assert again.step == 10 and again.windows == 20
    again.run()
    longer = _rows(tmp_path)
    assert longer[:10] == rows and [row["step"] for row in longer[10:]] == [11, 12, 13]
    model = load(str(tmp_path / "checkpoint"))
    assert model.layout.modes == (0, 1, 2, 3) and model.layout.reads_maps
    assert model.layout.lookback == 0.35 and model.layout.window_ms == 8184.0
    assert all(torch.isfinite(p).all() for p in model.network.parameters())
    # What is saved is the average, in half precision.
    weight = again.average.state_dict()["decoder_embedder.weight"]
    saved = model.network.decoder_embedder.weight
    assert torch.allclose(saved, weight.half().float())
    assert not torch.allclose(saved, again.network.decoder_embedder.weight, atol=1e-5)


def test_a_log_goes_on_from_the_saved_step(songs: Path, tmp_path: Path) -> None:
    _trainer(songs, tmp_path, hearing_steps=0, steps=2).run()
    with (tmp_path / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 3, "stage": "mapping"}\n{"step": 4, "sta')
    _trainer(songs, tmp_path, hearing_steps=0, steps=3).run()
    assert [row["step"] for row in _rows(tmp_path)] == [1, 2, 3]


def test_several_batches_make_a_step(songs: Path, tmp_path: Path) -> None:
    trainer = _trainer(songs, tmp_path, hearing_steps=0, steps=1, accumulate=2)
    trainer.run()
    assert trainer.step == 1 and trainer.windows == 4


def test_a_minute_of_nothing_is_no_training(songs: Path, tmp_path: Path) -> None:
    trainer = _trainer(
        songs, tmp_path, hearing_steps=None, steps=None, hearing_minutes=0.0, minutes=0.0
    )
    trainer.run()
    assert trainer.step == 0 and (tmp_path / "checkpoint" / "model.safetensors").exists()


def test_steps_that_are_no_numbers_are_skipped_and_end_it(songs: Path, tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    trainer = _trainer(songs, tmp_path, told.append, hearing_steps=0, steps=20, max_bad_steps=2)
    before = trainer.network.decoder_embedder.weight.detach().clone()
    with torch.no_grad():
        trainer.network.head.weight[5] = float("nan")
    with pytest.raises(TrainingDivergedError, match="lower learning rate"):
        trainer.run()
    assert [row["step"] for row in told] == [1, 2] and all("skipped" in r["warning"] for r in told)
    assert torch.equal(trainer.network.decoder_embedder.weight, before)


def test_only_what_wants_gradients_is_trained(songs: Path, tmp_path: Path) -> None:
    network, vocabulary, layout, _ = starter_network(**SIZES)
    network.requires_grad_(False)
    network.decoder_embedder.weight.requires_grad_(True)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    saved: list[Network] = []
    options = TrainingOptions(
        hearing_steps=0, steps=2, batch=2, compile=False, workers=0, device="cpu",
        augmentation=Augmentation.none(), warmup_steps=1,
    )  # fmt: skip
    train(network, vocabulary, layout, songs, tmp_path, options, saved.append)
    changed = {
        name for name, value in network.state_dict().items() if (value != before[name]).any()
    }
    assert changed == {"decoder_embedder.weight"} and saved == [network]
    state = read_state(tmp_path / "state.pt")
    assert state is not None and list(state["network"]) == ["decoder_embedder.weight"]


def test_state_is_whole_or_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    assert read_state(path) is None
    write_state(path, {"version": 2, "step": 1})
    # Killed while the next one is written: the last whole one is still there.
    (tmp_path / "state.tmp").write_bytes(b"half of a file")
    assert read_state(path) == {"version": 2, "step": 1}
    path.write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"state\.pt cannot be read"):
        read_state(path)
    write_state(path, {"step": 1})
    with pytest.raises(InputError, match="another version"):
        read_state(path)


def test_a_state_of_other_sizes_is_refused(songs: Path, tmp_path: Path) -> None:
    _trainer(songs, tmp_path, hearing_steps=0, steps=1).run()
    network, vocabulary, layout, _ = starter_network(d_model=48, layers=1, heads=2)
    options = TrainingOptions(compile=False, workers=0, device="cpu")
    with pytest.raises(InputError, match="of other sizes"):
        Trainer(network, vocabulary, layout, songs, tmp_path, options, lambda _: None)


def test_the_average_follows_the_weights() -> None:
    module = torch.nn.Linear(2, 2)
    average = Average(module, 0.5)
    first = module.weight.detach().clone()
    with torch.no_grad():
        module.weight += 1.0
    average.update(1_000_000)
    with average.in_place():
        assert torch.allclose(module.weight, first + 0.5)
    assert torch.allclose(module.weight, first + 1.0)


def test_time_tokens_start_as_the_encoders_positions() -> None:
    aligned, vocabulary, _, _ = starter_network(**SIZES)
    plain, _, _, _ = starter_network(**SIZES, aligned=False)
    ids = vocabulary.id_range(EventType.TIME)
    moved = aligned.decoder_embedder.weight[ids.start] - plain.decoder_embedder.weight[ids.start]
    # Token 0 means 0..10 ms, an encoder state is 16 ms: its middle is state 5/16.
    expected = 0.5 * sinusoids_at(torch.tensor([5.0 / 16.0]), 32)[0]
    assert torch.allclose(moved, expected, atol=1e-6)
    assert aligned.config.source_positions * 16.0 == pytest.approx(8192.0)


@pytest.mark.slow
def test_the_command_tells_its_progress_as_json(songs: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model_core.training"]
    sizes = ["--d-model", "32", "--layers", "1", "--heads", "2", "--batch", "2", "--log-steps", "1"]
    told = subprocess.run(
        [*command, "from-scratch", str(songs), str(tmp_path), *sizes, "--steps", "2",
         "--hearing-steps", "1", "--no-compile", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [row["type"] for row in rows] == ["progress"] * 3 + ["result"]
    assert rows[-1]["steps"] == 3 and Path(rows[-1]["checkpoint"]).is_dir()
    assert load(rows[-1]["checkpoint"]).vocabulary.mappers == (2, 1, 3)
    failed = subprocess.run(
        [*command, "starter", str(tmp_path / "nothing"), str(tmp_path / "out"), *sizes, "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = json.loads(failed.stdout.splitlines()[-1])
    assert failed.returncode == 4 and last["type"] == "error" and "no songs" in last["message"]
