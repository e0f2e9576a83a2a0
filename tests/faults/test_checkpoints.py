"""Damaged models and configurations: told with their remedy, and nothing else suffers."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clients.client import RefusedError
from clients.remapping import follow
from tests.e2e.house import ROOT, House, Mapset

pytestmark = pytest.mark.slow

TIMES = ("--from", 20_154, "--to", 22_000)


class Trap:
    """Runs a command when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return (os.mkdir, (str(self.proof),))


def cut_short(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with (folder / "pytorch_model.bin").open("wb") as file:
        pickle.dump(Trap(folder.parent / "proof"), file)


@pytest.mark.parametrize("damage", [cut_short, pickled])
def test_a_damaged_model_is_named(
    house: House, mapset: Mapset, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    source = os.environ.get("OSU_COMPANION_MODEL") or ROOT / "model_core" / "starter"
    folder = tmp_path / "model"
    shutil.copytree(source, folder)
    damage(folder)
    with house.client() as client, pytest.raises(RefusedError) as caught:
        stream = client.remap(mapset.insane, start_ms=20_154, end_ms=22_000, model=str(folder))
        follow(stream, lambda _: None)
    assert caught.value.reason == "CHECKPOINT_UNUSABLE"
    assert str(folder) in str(caught.value) and "Traceback" not in str(caught.value)
    assert not (tmp_path / "proof").exists()


def test_a_name_that_is_no_model(house: House, mapset: Mapset) -> None:
    told = house.run("remap", mapset.insane, *TIMES, "--model", "no such model", "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "CHECKPOINT_UNUSABLE")
    assert "no such model" in told["message"]


def test_a_configuration_that_cannot_be_read(tmp_path: Path, house: House, mapset: Mapset) -> None:
    other = House(tmp_path / "other")
    other.paths.create()
    other.paths.config_file.write_text('keep_alive_minutes = "ten"\n')
    told = other.run("remap", mapset.insane, *TIMES, "--json").error
    assert told["exit_code"] == 5
    assert "keep_alive_minutes" in told["message"] and "Traceback" not in told["message"]
