"""Downloads with the real client of the hub, from a hub on localhost: what comes and what stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from model_core.checkpoints import hub_cache, installed
from model_core.checkpoints.adapters import Adapter, find_adapter
from model_core.checkpoints.hub import fetch, fetch_files
from model_core.checkpoints.integrity import check
from model_core.checkpoints.published import HubName
from model_core.checkpoints.pull_progress import PullProgress
from model_core.checkpoints.pulling import pull
from model_core.checkpoints.resolve import STARTER, resolve
from model_core.errors import (
    Cancelled,
    CheckpointError,
    CheckpointNotFound,
    HubUnreachable,
)
from tests.hub_checkpoints import FILES, V32, WEIGHTS, with_modes
from tests.hub_server import HubServer
from tests.tiny_adapter import write_adapter

_LORA = "base_model.model.decoder.lora_A.weight"
ADAPTER = save({_LORA: np.ones((2, 3), np.float32)})

pytestmark = pytest.mark.skipif(
    not (STARTER / WEIGHTS).is_file(), reason="no starter in this checkout"
)


def files_of(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def test_a_pull_brings_what_is_needed_and_nothing_else(hub: HubServer) -> None:
    reports: list[PullProgress] = []
    pulled = pull("v32", progress=reports.append)
    wanted = {*FILES, *(f"gamemode=0/{name}" for name in FILES), "README.md"}
    assert files_of(pulled.folder) == wanted
    assert check(pulled.folder, deep=True) == []
    assert hub.sent("optimizer") == hub.sent("pytorch_model") == hub.sent("run.py") == 0
    first, last = reports[0], reports[-1]
    assert (first.stage, last.stage) == ("looking", "checking")
    assert last.bytes_done == last.bytes_total == pulled.size
    assert (last.files_done, last.files) == (len(wanted), len(wanted))
    done = [each.bytes_done for each in reports]
    assert done == sorted(done), "progress never goes back"
    # What identical files share comes once: the configuration of the base and of its fine-tune.
    shared = sum((STARTER / name).stat().st_size for name in FILES if name != WEIGHTS)
    assert pulled.downloaded == pulled.size - shared
    # The token of a user goes to the hub, never to the storage behind it.
    assert all("authorization" not in a.headers for a in hub.asked if "/storage/" in a.path)


def test_everything_in_it_loads(hub: HubServer) -> None:
    import torch

    from model_core import load

    pull("v32")
    hub.stop()
    model = load("v32", device="cpu", dtype="float32")
    assert model.folder is not None and model.folder.name == "gamemode=0"
    assert isinstance(next(model.network.parameters()), torch.Tensor)


def test_the_library_finds_what_was_pulled(hub: HubServer) -> None:
    """Run with the library's own functions, in a process that reads the same environment."""
    pulled = pull("v32")
    code = (
        "from huggingface_hub import constants, scan_cache_dir, snapshot_download\n"
        f"assert constants.HF_HUB_CACHE == {str(hub_cache.cache_folder())!r}\n"
        f"assert snapshot_download({V32!r}, local_files_only=True) == {str(pulled.folder)!r}\n"
        "cache = scan_cache_dir()\n"
        "assert not cache.warnings, cache.warnings\n"
        "[repo] = cache.repos\n"
        "[revision] = repo.revisions\n"
        "assert revision.refs == {'main', 'osu-companion/main'}, revision.refs\n"
        f"snapshot_download({V32!r}, allow_patterns=['*.json', '*.safetensors'])\n"
    )
    hub.forget()
    subprocess.run([sys.executable, "-c", code], check=True)
    # … which asks for nothing again but what we left out.
    assert hub.sent(WEIGHTS) == 200_000


def test_what_the_library_downloaded_is_not_downloaded_again(hub: HubServer) -> None:
    code = (
        "from huggingface_hub import snapshot_download\n"
        f"snapshot_download({V32!r}, allow_patterns=['*.json', '{WEIGHTS}', 'gamemode=0/*'])"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    found = installed.find(HubName(V32))
    assert found is not None and found.usable and not found.pinned
    assert [each.name for each in installed.installed()] == [HubName(V32)]
    hub.forget()
    assert fetch(V32, 0).name == "gamemode=0"
    assert hub.asked == [], "what is here is used without asking"
    pull("v32", progress=None)
    assert hub.sent(WEIGHTS) == 0


def test_a_pull_stays_what_it_was_until_the_next(hub: HubServer) -> None:
    old = pull("v32")
    newer = {**with_modes(0, 3), "generation_config.json": b'{"temperature": 0.5}'}
    new_commit = hub.repository(V32).commit(newer)
    # Another program that moves the branch in the shared cache does not move what was pulled.
    (hub_cache.repository_folder(V32) / "refs" / "main").write_text(new_commit)
    hub.forget()
    assert fetch(V32, None) == old.folder
    assert fetch(V32, 3) == old.folder, "the revision that is here has no fine-tune for mania"
    assert hub.asked == []
    new = pull("v32")
    assert (new.commit, new.changed) == (new_commit, True)
    assert fetch(V32, 3) == new.folder / "gamemode=3"
    # The space of the old one is given back, but for what the new one shares with it.
    assert not old.folder.exists()
    assert check(new.folder, deep=True) == []
    # An old revision by its name: a commit, or a tag.
    hub.repository(V32).refs["v1"] = old.commit
    again = pull("v32@v1")
    assert again.commit == old.commit and fetch("v32@v1", None) == again.folder
    assert fetch("v32", None) == new.folder
    assert {str(each.name) for each in installed.installed()} == {V32, f"{V32}@v1"}
    assert installed.remove("v32@v1").freed > 0
    assert check(new.folder, deep=True) == [] and not again.folder.exists()


def test_a_mode_can_be_pulled_alone_and_others_later(hub: HubServer) -> None:
    hub.repository(V32).commit(with_modes(0, 1, 3))
    pull("v32", modes=[0])
    found = installed.find(HubName(V32))
    assert found is not None and (found.modes, found.modes_missing) == ((0,), (1, 3))
    assert fetch(V32, 0).name == "gamemode=0"
    hub.forget()
    pull("v32", modes=[3])
    assert hub.sent("gamemode=0") == 0
    found = installed.find(HubName(V32))
    assert found is not None and found.modes == (0, 3)
    # What was pulled once comes again with a newer revision.
    changed = with_modes(0, 1, 3)
    hub.repository(V32).commit({**changed, "generation_config.json": b"{}"})
    pull("v32", modes=[1])
    found = installed.find(HubName(V32))
    assert found is not None and found.modes == (0, 1, 3)


def test_loading_takes_no_more_than_it_needs(hub: HubServer) -> None:
    location = resolve(V32, 0)
    assert (location.folder.name, location.selected) == ("gamemode=0", True)
    assert not (location.folder.parent / WEIGHTS).exists()
    assert (location.base().folder / WEIGHTS).is_file()
    assert resolve(V32, 1).folder == location.folder.parent
    assert not resolve(V32, 1).warning and not location.warning


def test_what_the_library_left_out_is_asked_for(hub: HubServer) -> None:
    """Another program that wanted the base alone says nothing of a mode's fine-tune."""
    code = (
        "from huggingface_hub import snapshot_download\n"
        f"snapshot_download({V32!r}, allow_patterns=['*.json', '{WEIGHTS}'],"
        " ignore_patterns=['gamemode*'])"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert fetch(V32, 0).name == "gamemode=0"
    assert fetch(V32, 3).name != "gamemode=3"
    hub.forget()
    assert fetch(V32, 3).name != "gamemode=3" and hub.asked == [], "now it is known"


def test_an_adapter_and_named_files(hub: HubServer) -> None:
    hub.repository("someone/lora").commit(
        {"adapter_config.json": b"{}", "adapter_model.safetensors": ADAPTER, "x.pkl": b"no"}
    )
    pulled = pull("someone/lora")
    assert files_of(pulled.folder) == {"adapter_config.json", "adapter_model.safetensors"}
    hub.forget()
    names = ("adapter_config.json", "adapter_model.safetensors", "not_there.json")
    assert fetch_files("someone/lora", names) == pulled.folder
    assert hub.asked == []
    hub.repository("OliBomby/osu-diffusion-v2").commit(
        {"tokenizer.pkl": b"t", "model_ema.pkl": b"m" * 10, "model.pkl": b"other"}
    )
    assert files_of(pull("refiner").folder) == {"tokenizer.pkl", "model_ema.pkl"}
    with pytest.raises(CheckpointNotFound, match="has no file"):
        fetch_files("someone/lora", ["model_ema.pkl"])


def test_an_adapter_that_another_program_downloaded_needs_no_network(
    hub: HubServer, tmp_path: Path
) -> None:
    """peft downloads no metadata, and nobody here knows whether there are some."""
    folder = write_adapter(tmp_path / "style", 16)
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    hub.repository("someone/style").commit(files)
    pulled = pull("someone/style")
    hub_cache.unpin("someone/style", pulled.commit)
    hub.stop()
    found = find_adapter("someone/style")
    assert found == Adapter("someone/style", pulled.folder) and found.shown == "someone/style"
    (pulled.folder / "adapter_model.safetensors").unlink()
    with pytest.raises(HubUnreachable):
        find_adapter("someone/style")


def test_removing_gives_the_space_back_and_touches_nothing_else(
    hub: HubServer, tmp_path: Path
) -> None:
    hub.repository("someone/lora").commit(
        {"adapter_config.json": b"{}", "adapter_model.safetensors": ADAPTER}
    )
    pulled, other = pull("v32"), pull("someone/lora")
    outside = tmp_path / "own.safetensors"
    outside.write_bytes(b"mine")
    # A link that a user put beside the files: its target is not ours to remove.
    (pulled.folder / "mine.safetensors").symlink_to(outside)
    freed = installed.remove("v32").freed
    weights = (STARTER / WEIGHTS).stat().st_size
    assert freed > 2 * weights
    assert not hub_cache.repository_folder(V32).exists() and outside.read_bytes() == b"mine"
    assert other.folder.is_dir()
    with pytest.raises(CheckpointNotFound, match="nothing to remove"):
        installed.remove("v32")
    with pytest.raises(CheckpointError, match="never touched"):
        installed.remove(str(tmp_path))
    with pytest.raises(CheckpointError, match="belongs to the program"):
        installed.remove("starter")


def test_what_came_of_an_interrupted_pull_can_be_removed(hub: HubServer) -> None:
    seen: list[PullProgress] = []
    hub.bytes_per_second = 4_000_000
    with pytest.raises(Cancelled):
        pull(
            "v32",
            progress=seen.append,
            cancelled=lambda: bool(seen) and seen[-1].bytes_done > 400_000,
        )
    assert installed.find(HubName(V32)) is not None
    installed.remove("v32")
    assert installed.find(HubName(V32)) is None


def test_files_that_are_done_count_among_what_waits(hub: HubServer) -> None:
    seen: list[PullProgress] = []
    weights = (STARTER / WEIGHTS).stat().st_size
    with pytest.raises(Cancelled):
        pull(
            "v32",
            progress=seen.append,
            cancelled=lambda: bool(seen) and seen[-1].bytes_done > weights + 400_000,
        )
    found = installed.find(HubName(V32))
    assert found is not None and found.waiting > weights


def test_the_licence_and_other_facts_are_kept(hub: HubServer) -> None:
    hub.repository(V32).licence = "cc-by-nc-4.0"
    pull("v32")
    hub.stop()
    found = installed.find(HubName(V32))
    assert found is not None and found.licence == "cc-by-nc-4.0" and found.pinned
    weights = (STARTER / WEIGHTS).stat().st_size
    assert found.size > 2 * weights
