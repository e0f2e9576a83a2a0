"""A refiner's files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from model_core.errors import CheckpointError, InputError
from model_core.refiner import load_refiner
from model_core.refiner.classes import RefinerClasses
from tests.hub_server import HubServer
from tests.model_core.refiner.conftest import TABLE, random_network

SIZE = RefinerClasses.from_dict(TABLE, "").size


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.save(TABLE, tmp_path / "tokenizer.pkl")
    torch.save(random_network(SIZE).state_dict(), tmp_path / "model_ema.pkl")
    return tmp_path


def test_the_published_form(folder: Path) -> None:
    refiner = load_refiner(folder, "cpu", "bfloat16")
    assert refiner.network.dtype == torch.bfloat16
    assert refiner.classes.size == SIZE
    assert not any(weight.requires_grad for weight in refiner.network.parameters())
    own = random_network(SIZE, torch.bfloat16).state_dict()
    loaded = refiner.network.state_dict()
    assert all(torch.equal(weight, loaded[name]) for name, weight in own.items())


def test_the_published_form_from_a_hub(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Downloaded once, with nothing else that the repository holds."""
    with HubServer() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "token"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        server.repository("someone/refiner").commit({**files, "other.bin": b"a lot"})
        assert load_refiner("someone/refiner", "cpu").classes.size == SIZE
        assert server.sent("other.bin") == 0
        server.forget()
        load_refiner("someone/refiner", "cpu")
        assert server.asked == []


def test_pickles_of_torch_s_first_years(folder: Path) -> None:
    weights = random_network(SIZE).state_dict()
    torch.save(weights, folder / "model_ema.pkl", _use_new_zipfile_serialization=False)
    load_refiner(folder, "cpu")


def test_the_same_without_pickles(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    (folder / "tokenizer.json").write_text(json.dumps(TABLE), encoding="utf-8")
    save_file(random_network(SIZE).state_dict(), folder / "model_ema.safetensors")
    load_refiner(folder, "cpu")


class _Code:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("this must not run",)


def test_pickles_that_want_to_run_code_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tokenizer.pkl").write_bytes(pickle.dumps({"num_classes": _Code()}, 2))
    with pytest.raises(CheckpointError, match=r"tokenizer\.pkl was not opened"):
        load_refiner(folder, "cpu")
    assert capsys.readouterr().out == ""


def test_damaged_files_are_named(folder: Path) -> None:
    whole = (folder / "model_ema.pkl").read_bytes()
    for content in (b"", b".", b"\x80\x02.", b"not a pickle", whole[: len(whole) // 2]):
        (folder / "model_ema.pkl").write_bytes(content)
        with pytest.raises(CheckpointError, match=r"model_ema\.pkl .*damaged"):
            load_refiner(folder, "cpu")
    (folder / "model_ema.pkl").unlink()
    with pytest.raises(CheckpointError, match=r"neither model_ema\.safetensors nor"):
        load_refiner(folder, "cpu")


def test_weights_that_do_not_fit_are_named(folder: Path) -> None:
    weights = random_network(SIZE).state_dict()
    weights["extra"] = torch.zeros(1)
    weights["final_layer.linear.bias"] = torch.zeros(2, 2)
    del weights["blocks.1.mlp.fc2.bias"]
    torch.save(weights, folder / "model_ema.pkl")
    with pytest.raises(CheckpointError) as caught:
        load_refiner(folder, "cpu")
    for words in (
        "blocks.1.mlp.fc2.bias is missing",
        "final_layer.linear.bias has the shape 2x2",
        "extra is unknown",
    ):
        assert words in str(caught.value)


def test_tables_of_another_refiner_are_told(folder: Path) -> None:
    torch.save({**TABLE, "num_cs_classes": 30}, folder / "tokenizer.pkl")
    with pytest.raises(CheckpointError, match="do not belong together"):
        load_refiner(folder, "cpu")


def test_what_is_neither_folder_nor_repository(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="neither a folder nor a hub repository"):
        load_refiner(tmp_path / "gone")
    with pytest.raises(InputError):
        load_refiner(Path(__file__).parent, dtype="float8")
