"""The example client in Node against the real daemon: the same bytes as the program writes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.house import PATIENCE_S, ROOT, House, Mapset

EXAMPLE = ROOT / "examples" / "node"
RANGE = ("20000", "22000", "--seed", "7")
_INSTALL_S = 120


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The command that runs the example, its packages beside it, away from the sources."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        pytest.skip("Node is not installed")
    folder = tmp_path_factory.mktemp("node") / "example"
    shutil.copytree(EXAMPLE, folder)
    if not (folder / "node_modules" / "@grpc" / "grpc-js").is_dir():
        if npm is None:
            pytest.skip("the example's packages are not installed, and npm is not there")
        wanted = ("--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline")
        try:
            ran = subprocess.run(
                [npm, "install", *wanted],
                cwd=folder,
                capture_output=True,
                encoding="utf-8",
                timeout=_INSTALL_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"the example's packages did not come within {_INSTALL_S} s")
        if ran.returncode:
            pytest.skip(f"the example's packages cannot be had: {ran.stderr.strip()[-200:]}")
    yield [node, str(folder / "client.mjs")]


def run(house: House, command: list[str], *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=house.folder,
        env=environ(house),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )


def environ(house: House) -> dict[str, str]:
    return {**house.environ, "OSU_COMPANION_PROTO": str(ROOT / "proto")}


def test_it_writes_what_the_program_itself_would(
    house: House, mapset: Mapset, client: list[str]
) -> None:
    before = mapset.insane.read_bytes()
    times = ("--from", RANGE[0], "--to", RANGE[1], "--seed", "7")
    wanted = house.run("remap", mapset.insane, *times, "--dry-run", "--json").result
    dry = run(house, client, mapset.insane, *RANGE, "--dry-run")
    assert dry.returncode == 0 and wanted["result_sha256"] in dry.stdout, dry.stderr
    assert mapset.insane.read_bytes() == before
    os.chmod(mapset.insane, 0o640)  # noqa: PTH101 - as the tests of the patcher
    ran = run(house, client, mapset.insane, *RANGE)
    assert ran.returncode == 0, ran.stderr
    assert "window 1 of 1" in ran.stderr and "ranking criteria" in ran.stderr
    assert wanted["summary"]["text"] in ran.stdout and "seed 7" in ran.stdout
    from clients.patching import sha256_hex

    assert sha256_hex(mapset.insane.read_bytes()) == wanted["result_sha256"]
    if sys.platform != "win32":
        assert mapset.insane.stat().st_mode & 0o777 == 0o640
    mapset.insane.write_bytes(before)


def test_what_it_cannot_do_it_says(
    house: House, mapset: Mapset, client: list[str], tmp_path: Path
) -> None:
    nothing = tmp_path / "no home"
    for code, word, ran in (
        (2, "Usage", run(house, client)),
        (2, "Usage", run(house, client, mapset.insane, "soon", "later")),
        (4, "cannot be read", run(house, client, mapset.folder / "none.osu", *RANGE)),
        (4, "outside the Songs folder", run(house, client, _elsewhere(tmp_path, mapset), *RANGE)),
        (2, "before it starts", run(house, client, mapset.insane, "22000", "20000")),
    ):
        assert ran.returncode == code and word in ran.stderr, ran
        assert "    at " not in ran.stderr, "no stack for people"
    house_less = subprocess.run(
        [*client, str(mapset.insane), *RANGE],
        env={**environ(house), "OSU_COMPANION_HOME": str(nothing)},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert house_less.returncode == 5 and "osu-companion serve" in house_less.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C can be sent to a process there")
def test_ctrl_c_cancels_the_job(house: House, mapset: Mapset, client: list[str]) -> None:
    before = mapset.insane.read_bytes()
    process = subprocess.Popen(
        [*client, str(mapset.insane), "20000", "60000"],
        env=environ(house),
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stderr is not None
    process.stderr.readline()  # its job is known
    process.send_signal(signal.SIGINT)
    told = process.stderr.read()
    assert process.wait(PATIENCE_S) == 130 and "nothing was written" in told
    assert mapset.insane.read_bytes() == before
    with house.client() as other:
        deadline = time.monotonic() + PATIENCE_S
        while other.jobs(limit=1)[0].state in (1, 2):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _elsewhere(folder: Path, mapset: Mapset) -> Path:
    return Path(shutil.copy(mapset.insane, folder / "elsewhere.osu"))
