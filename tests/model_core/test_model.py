"""Loading from folders; what was heard before."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import model_core
from model_core import model as model_module
from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.errors import CheckpointError
from model_core.model import Model, Sampling, load_model


def test_reference_checkpoint_loads(conformance: Path) -> None:
    model = model_core.load(str(conformance / "v32" / "checkpoint"), device="cpu")
    info = model.info()
    assert info.family == "v32"
    assert info.device == "cpu"
    assert info.device_reason == "as asked"
    assert info.dtype == "float32"
    assert info.window_ms == 16376
    assert info.parameters > 500_000
    half = load_model(conformance / "v32" / "checkpoint", "cpu", "bfloat16")
    assert half.dtype == torch.bfloat16


def test_files_of_two_models_are_noticed(conformance: Path, tmp_path: Path) -> None:
    source = conformance / "v32" / "checkpoint"
    for name in ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json"):
        shutil.copyfile(source / name, tmp_path / name)
    tokenizer = json.loads((tmp_path / "tokenizer.json").read_text())
    tokenizer["vocab_size_in"] += 3
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(CheckpointError, match="do not belong together"):
        load_model(tmp_path, "cpu")


def test_loading_imports_no_more_than_it_needs() -> None:
    """peft is for who has an adapter; torch's compiler (sympy) takes a second and 80 MB."""
    code = (
        "import sys; from model_core.model import load_model; load_model('starter', 'cpu');"
        "unwanted = {'peft', 'accelerate', 'sympy', 'transformers'} & set(sys.modules);"
        "assert not unwanted, unwanted"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_windows_are_heard_once(tiny_model: Model, noise: Audio) -> None:
    model = Model("copy", tiny_model.network, tiny_model.vocabulary, tiny_model.layout)
    windows = [Window(0, 0), Window(1000, 16000), Window(0, 0)]
    first = model.encode_windows(noise, windows)
    assert first[0] is first[2]
    again = model.encode_window(noise, windows[1])
    assert again is first[1]
    other = Audio(noise.samples, "another song")
    assert model.encode_window(other, windows[1]) is not again


def test_memory_of_windows_is_bounded(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model("copy", tiny_model.network, tiny_model.vocabulary, tiny_model.layout)
    size = model.encode_window(noise, Window(0, 0)).nbytes
    monkeypatch.setattr(model_module, "_CACHE_BYTES", 3 * size)
    kept = [model.encode_window(noise, Window(i, i * 16)) for i in range(1, 6)]
    assert model.encode_window(noise, Window(5, 80)) is kept[-1]
    assert model.encode_window(noise, Window(1, 16)) is not kept[0]


def test_tokens_are_drawn_as_the_family_was_published_unless_the_files_say() -> None:
    assert Sampling.from_dict({}, "v28") == Sampling(1.0, 0.95, 0)
    assert Sampling.from_dict({}, "v32") == Sampling(0.9, 0.9, 0)
    assert Sampling.from_dict({"temperature": 0.5, "top_k": 3}, "v28") == Sampling(0.5, 0.95, 3)
