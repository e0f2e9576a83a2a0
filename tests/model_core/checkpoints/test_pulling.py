"""Downloads with the real client of the hub, from a hub on localhost with troubles of all kinds."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from model_core.checkpoints import hub_cache, installed, pulling
from model_core.checkpoints.adapters import Adapter, find_adapter
from model_core.checkpoints.hub import Listing, RemoteFile, fetch, fetch_files, look
from model_core.checkpoints.integrity import check
from model_core.checkpoints.published import HubName, canonical, hub_name, recommended, short_name
from model_core.checkpoints.pull_progress import PullProgress
from model_core.checkpoints.pulling import pull
from model_core.checkpoints.resolve import STARTER, resolve
from model_core.errors import (
    Cancelled,
    CheckpointError,
    CheckpointNotFound,
    DiskFull,
    HubAccessDenied,
    HubUnreachable,
)
from tests.conftest import ROOT
from tests.hub_checkpoints import FILES, V32, WEIGHTS, starter_files, with_modes
from tests.hub_server import HubServer
from tests.tiny_adapter import write_adapter

_LORA = "base_model.model.decoder.lora_A.weight"
ADAPTER = save({_LORA: np.ones((2, 3), np.float32)})

pytestmark = pytest.mark.skipif(
    not (STARTER / WEIGHTS).is_file(), reason="no starter in this checkout"
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub of the test's own, and an empty cache."""
    with HubServer() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "token"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.setattr(pulling, "PAUSES_S", (0.01, 0.01, 0.01))
        server.repository(V32).commit(with_modes(0))
        yield server


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


@pytest.mark.parametrize("cut", [0, 1, 300_000])
def test_a_line_that_breaks_is_picked_up_again(hub: HubServer, cut: int) -> None:
    hub.cut_after, hub.cuts = cut, 3
    pulled = pull("v32")
    assert check(pulled.folder, deep=True) == []
    again = [each for each in hub.asked if each.range]
    assert again if cut == 300_000 else True
    # Nothing that came is asked for again.
    assert hub.sent("") <= pulled.downloaded


def test_a_cancelled_pull_is_carried_on_by_the_next(hub: HubServer) -> None:
    seen: list[PullProgress] = []

    def enough() -> bool:
        return bool(seen) and seen[-1].bytes_done > 400_000

    hub.bytes_per_second = 4_000_000
    with pytest.raises(Cancelled):
        pull("v32", progress=seen.append, cancelled=enough)
    came = sum(each.stat().st_size for each in hub_cache.cache_folder().rglob("*.incomplete"))
    assert came > 100_000
    found = installed.find(HubName(V32))
    assert found is not None and not found.usable and found.waiting >= came
    hub.forget()
    hub.bytes_per_second = 0
    pulled = pull("v32", progress=seen.append)
    ranges = [each.range for each in hub.asked if "/storage/" in each.path]
    assert f"bytes={came}-" in ranges
    assert hub.sent("") == pulled.downloaded
    assert seen[-1].bytes_found >= came
    assert not list(hub_cache.cache_folder().rglob("*.incomplete"))


def test_a_line_without_end_of_trouble_gives_up_and_keeps_what_came(hub: HubServer) -> None:
    hub.cut_after, hub.cuts = 0, 10**6
    with pytest.raises(HubUnreachable, match=r"broke off.*the same command carries on"):
        pull("v32")
    hub.cuts = 0
    assert pull("v32").downloaded


def test_a_hub_that_is_busy_for_a_moment(hub: HubServer) -> None:
    hub.failing = 3
    assert pull("v32").size
    hub.down = True
    with pytest.raises(HubUnreachable, match="503"):
        pull("v32")


def test_ranges_that_are_not_heeded_begin_anew(hub: HubServer) -> None:
    hub.cut_after, hub.cuts, hub.ranges = 300_000, 2, False
    reports: list[PullProgress] = []
    pulled = pull("v32", progress=reports.append)
    assert check(pulled.folder, deep=True) == []
    assert reports[-1].bytes_done == reports[-1].bytes_total


def test_bytes_that_are_not_those_announced_are_thrown_away(hub: HubServer) -> None:
    hub.wrong.add(WEIGHTS)
    with pytest.raises(CheckpointError, match=r"model\.safetensors of .* arrived damaged"):
        pull("v32")
    assert not installed.is_installed("v32")
    assert not list(hub_cache.cache_folder().rglob("*.incomplete"))
    installed.remove("v32")
    hub.wrong = {"tokenizer.json"}
    with pytest.raises(CheckpointError, match=r"tokenizer\.json .* arrived damaged"):
        pull("v32")
    hub.wrong = set()
    assert pull("v32").size


def test_a_damaged_beginning_is_replaced_without_a_word(hub: HubServer) -> None:
    """What lay here of an earlier download is proved together with what comes."""
    weights = next(each for each in look(HubName(V32)).files if each.name == WEIGHTS)
    blobs = hub_cache.repository_folder(V32) / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{weights.etag}.incomplete").write_bytes(b"\0" * 5000)
    pulled = pull("v32")
    assert check(pulled.folder, deep=True) == []


def test_pulling_again_mends_a_damaged_file(hub: HubServer) -> None:
    pulled = pull("v32")
    blob = (pulled.folder / WEIGHTS).resolve()
    blob.write_bytes(blob.read_bytes()[:-1] + b"?")
    assert [each.file for each in check(pulled.folder, deep=True)] == [WEIGHTS]
    hub.forget()
    pull("v32")
    assert check(pulled.folder, deep=True) == []
    assert hub.sent(".json") == 0


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


def test_what_is_no_checkpoint_is_refused_before_it_comes(hub: HubServer) -> None:
    hub.repository("someone/other").commit(
        {"config.json": b"{}", "model.safetensors": b"w" * 10, "vocab.json": b"{}"}
    )
    hub.forget()
    with pytest.raises(CheckpointError, match="no checkpoint that this program can use"):
        pull("someone/other")
    hub.repository("someone/code").commit({"run.py": b"import os", "model.pkl": b"x"})
    with pytest.raises(CheckpointError, match="no checkpoint"):
        pull("someone/code")
    assert hub.sent("resolve") == 0


def test_names_of_files_lead_nowhere_else(tmp_path: Path) -> None:
    evil = ("../config.json", "gamemode=0/../../model.safetensors", "model/../../../x.safetensors")
    files = tuple(RemoteFile(name, 1, "0" * 40) for name in (*evil, *FILES))
    listing = Listing(HubName(V32), "0" * 40, files)
    assert {file.name for file in listing.needed()} == set(FILES)


def test_who_may_not_have_it_is_told_what_to_do(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repository(V32).gated = True
    with pytest.raises(HubAccessDenied, match=r"terms to be accepted.*hf auth login"):
        pull("v32")
    with pytest.raises(CheckpointNotFound, match="or it is private"):
        pull("someone/nothing")
    hub.repository("someone/secret").commit(starter_files())
    hub.repository("someone/secret").private = True
    with pytest.raises(CheckpointNotFound, match=r"private.*hf auth login"):
        pull("someone/secret")
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert pull("someone/secret").size and pull("v32").size


def test_what_is_not_there(hub: HubServer) -> None:
    with pytest.raises(CheckpointNotFound, match=r'no revision "v9"'):
        pull("v32@v9")
    with pytest.raises(CheckpointNotFound, match="neither the name of a published model"):
        pull("v99")
    hub.missing.add(WEIGHTS)
    with pytest.raises(CheckpointNotFound, match=r"not on the hub any more"):
        pull("v32")


def test_no_network(hub: HubServer) -> None:
    pulled = pull("v32")
    hub.stop()
    assert fetch("v32", 0) == pulled.folder / "gamemode=0"
    with pytest.raises(HubUnreachable, match="cannot be reached"):
        pull("v32")
    assert installed.is_installed("v32"), "a pull that fails takes nothing away"
    with pytest.raises(HubUnreachable, match="name a local folder"):
        fetch("v31", 0)


def test_offline_mode(hub: HubServer) -> None:
    pull("v32")
    hub.forget()
    code = (
        "from model_core.checkpoints.hub import fetch\n"
        "from model_core.checkpoints.pulling import pull\n"
        "from model_core.errors import HubUnreachable\n"
        "assert fetch('v32', 0).name == 'gamemode=0'\n"
        "for name in ('v32', 'v31'):\n"
        "    try:\n"
        "        pull(name)\n"
        "        raise SystemExit('no error')\n"
        "    except HubUnreachable as error:\n"
        "        assert 'HF_HUB_OFFLINE' in str(error), error\n"
    )
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)
    assert hub.asked == []


def test_too_small_a_disk_is_told_before_anything_comes(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage: Any = shutil.disk_usage(Path.cwd())._replace(free=70_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    big = {**starter_files(), "model-00001-of-00001.safetensors": b"\0" * 8_000_000}
    hub.repository("someone/big").commit(big)
    with pytest.raises(DiskFull, match=r"needs \d+ MB more, and the disk of .* has 70 MB free"):
        pull("someone/big")
    assert hub.sent("resolve") == hub.sent("storage") == 0


def test_a_disk_that_fills_up_keeps_what_came(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file system, really mounted; where that takes root, the errors of one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here (it takes root)")
    try:
        monkeypatch.setenv("HF_HUB_CACHE", str(folder / "cache"))
        monkeypatch.setattr(pulling, "_require_room", lambda *_: None)
        with pytest.raises(DiskFull, match=r"is full.*the same command carries on") as told:
            pull("v32")
        assert isinstance(told.value.__cause__, OSError)
        assert told.value.__cause__.errno == errno.ENOSPC
        kept = sum(each.stat().st_size for each in folder.rglob("*.incomplete"))
        assert kept > 500_000
        subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)
        hub.forget()
        pulled = pull("v32")
        assert check(pulled.folder, deep=True) == []
        assert any(each.range for each in hub.asked)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_cache_that_may_not_be_written(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("HF_HUB_CACHE", str(blocker / "cache"))
    with pytest.raises(CheckpointError, match=r"cannot be written.*HF_HOME"):
        pull("v32")


def test_without_links_everything_is_there_once(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_DISABLE_SYMLINKS", "1")
    pulled = pull("v32")
    assert not any(each.is_symlink() for each in pulled.folder.rglob("*"))
    assert check(pulled.folder, deep=True) == []
    repository = hub_cache.repository_folder(V32)
    weights = (STARTER / WEIGHTS).stat().st_size
    large = [each for each in repository.rglob("*") if each.stat().st_size == weights]
    assert len([each for each in large if each.is_file()]) == 2, "base and fine-tune, once each"
    hub.forget()
    pull("v32")
    assert hub.sent("") == 0
    assert installed.remove("v32").freed > 2 * weights
    assert not repository.exists()


def test_a_system_that_makes_no_links(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    pulled = pull("v32")
    assert check(pulled.folder, deep=True) == []
    assert fetch("v32", 0) == pulled.folder / "gamemode=0"


def test_two_at_once(hub: HubServer) -> None:
    hub.bytes_per_second = 3_000_000
    began = threading.Event()
    ended: list[object] = []

    def first() -> None:
        def hear(report: PullProgress) -> None:
            if report.bytes_done > 300_000 and report.stage == "downloading":
                began.set()

        ended.append(pull("v32", progress=hear))

    thread = threading.Thread(target=first)
    thread.start()
    assert began.wait(60)
    with pytest.raises(CheckpointError, match="Another program is downloading"):
        pull("v32")
    thread.join()
    assert check(hub_cache.snapshot(HubName(V32)) or Path(), deep=True) == [] and ended


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


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("v32", V32),
        ("V32", V32),
        ("v32@abc", f"{V32}@abc"),
        ("v32@main", V32),
        ("v32@feature/x-1.0", f"{V32}@feature/x-1.0"),
        ("v29", "OliBomby/Mapperatorinator-v29"),
        ("v29.1", "OliBomby/Mapperatorinator-v29.1"),
        ("v32-mini", "OliBomby/Mapperatorinator-v32-mini"),
        ("olibomby/mapperatorinator-V32", V32),
        ("someone/model", "someone/model"),
        ("/a/folder", "/a/folder"),
        ("starter", "starter"),
    ],
)
def test_names(given: str, full: str) -> None:
    assert canonical(given) == full


def test_short_names_and_recommendations() -> None:
    assert short_name(f"{V32}@dev") == "v32@dev" and short_name("a/b") == "a/b"
    odd = ("", "../x", ".", "./main", "main/", "/etc/passwd", "a//b", "a/.b", "a" * 300)
    assert not [revision for revision in odd if hub_name(f"v32@{revision}") is not None]
    assert hub_name("a" * 300 + "/b") is None
    assert next(each.name for each in recommended("modding", 0)) == "v30"
    assert next(each.name for each in recommended("modding", 3)) == "v31"
    assert next(each.name for each in recommended("remap", 1)) == "v32"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HF_HOME": "/somewhere"},
        {"XDG_CACHE_HOME": "/caches"},
        {"HUGGINGFACE_HUB_CACHE": "/old"},
        {"HF_HUB_CACHE": "~/models", "HF_HOME": "/somewhere"},
    ],
)
def test_the_cache_is_where_the_library_has_it(environ: dict[str, str]) -> None:
    names = ("HF_HOME", "XDG_CACHE_HOME", "HUGGINGFACE_HUB_CACHE", "HF_HUB_CACHE")
    rest = {key: value for key, value in os.environ.items() if key not in names}
    code = (
        "from huggingface_hub import constants\n"
        "from model_core.checkpoints.hub_cache import cache_folder\n"
        "assert str(cache_folder()) == constants.HF_HUB_CACHE, cache_folder()"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**rest, **environ, "PYTHONPATH": str(ROOT)}
    )
