"""Downloads through troubles: cuts, damage, no access, no network, no disk, no links."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from model_core.checkpoints import hub_cache, installed, pulling
from model_core.checkpoints.hub import Listing, RemoteFile, fetch, look
from model_core.checkpoints.integrity import check
from model_core.checkpoints.published import HubName
from model_core.checkpoints.pull_progress import PullProgress
from model_core.checkpoints.pulling import pull
from model_core.checkpoints.resolve import STARTER
from model_core.errors import (
    Cancelled,
    CheckpointError,
    CheckpointNotFound,
    DiskFull,
    HubAccessDenied,
    HubUnreachable,
)
from tests.conftest import ROOT
from tests.hub_checkpoints import FILES, V32, WEIGHTS, starter_files
from tests.hub_server import HubServer

pytestmark = pytest.mark.skipif(
    not (STARTER / WEIGHTS).is_file(), reason="no starter in this checkout"
)


def files_of(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


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
