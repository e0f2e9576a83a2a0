"""The Node example against the real daemon and model: a client made from the contract alone.

Its two packages are installed into a folder of the test's own, by the npm that is here; where that
cannot be, the tests are skipped and say why.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.house import PATIENCE_S, ROOT, House, Mapset, Ran, moment
from tests.e2e.untouched import assert_only_the_range_changed

pytestmark = pytest.mark.slow

START = moment(20_000)
END = START + 2_393
INSTALL_S = 280.0


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``client.mjs`` in a copy of the example, its packages installed."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node and npm are not installed")
    folder = tmp_path_factory.mktemp("node") / "example"
    shutil.copytree(
        ROOT / "examples" / "node", folder, ignore=shutil.ignore_patterns("node_modules")
    )
    flags = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    try:
        done = subprocess.run(
            [npm, "install", *flags],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            timeout=INSTALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not install the packages in time")
    if done.returncode:
        pytest.skip(f"npm cannot install the packages: {done.stderr.strip()[-500:]}")
    return folder / "client.mjs"


def begin(example: Path, house: House, *arguments: object, home: Path | None = None) -> Running:
    """The example under way."""
    environ = house.environ | {"OSU_COMPANION_PROTO": str(ROOT / "proto")}
    if home is not None:
        environ["OSU_COMPANION_HOME"] = str(home)
    return subprocess.Popen(
        ["node", str(example), *map(str, arguments)],
        cwd=house.folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


Running = subprocess.Popen[str]


def ended(process: Running) -> Ran:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert "    at " not in err, err  # a stack is for nobody
    return Ran(process.returncode, out, err)


def run(example: Path, house: House, *arguments: object, home: Path | None = None) -> Ran:
    return ended(begin(example, house, *arguments, home=home))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_it_writes_what_the_daemon_made(example: Path, house: House, mapset: Mapset) -> None:
    path = mapset.insane
    if os.name != "nt":
        path.chmod(0o640)
    before = path.read_bytes()
    with house.client() as client:
        events = list(client.remap(path, start_ms=START, end_ms=END, seed=7))
    expected = events[-1].result.variants[0].patch.result_sha256

    dry = run(example, house, path, START, END, "--seed", 7, "--dry-run")
    assert dry.code == 0, dry.err
    assert path.read_bytes() == before and expected in dry.out

    ran = run(example, house, os.path.relpath(path, house.folder), START, END, "--seed", 7)
    assert ran.code == 0, ran.err
    after = path.read_bytes()
    assert sha256(after) == expected != sha256(before)
    assert_only_the_range_changed(before, after, START, END)
    assert "seed 7" in ran.out and expected in ran.out
    assert "decode, window 1 of" in ran.err
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_refusals_say_why(example: Path, house: House, mapset: Mapset, tmp_path: Path) -> None:
    path, before = mapset.insane, mapset.insane.read_bytes()
    usage = run(example, house, path)
    assert usage.code == 2 and "Usage: node client.mjs" in usage.err
    option = run(example, house, path, START, END, "--colour")
    assert option.code == 2 and "--colour" in option.err
    gone = run(example, house, path.with_name("none.osu"), START, END)
    assert gone.code == 4 and "cannot be read" in gone.err
    backwards = run(example, house, path, END, START)
    assert backwards.code == 2 and "before it starts" in backwards.err
    outside = tmp_path / "map.osu"
    outside.write_bytes(before)
    refused = run(example, house, outside, START, END)
    assert refused.code == 4 and "allow" in refused.err
    alone = run(example, house, path, START, END, home=tmp_path / "nobody")
    assert alone.code == 5 and "osu-companion serve" in alone.err
    assert path.read_bytes() == before


def test_a_map_saved_meanwhile_keeps_its_save(example: Path, house: House, mapset: Mapset) -> None:
    path = mapset.insane
    process = begin(example, house, path, START, END)
    assert process.stderr is not None and process.stderr.readline()
    saved = mapset.rewrite(path, b"ApproachRate:", b"//\r\nApproachRate:")
    ran = ended(process)
    assert ran.code == 3 and "saved meanwhile" in ran.err, ran
    assert path.read_bytes() == saved


@pytest.mark.skipif(sys.platform == "win32", reason="no other process can press Ctrl-C there")
def test_ctrl_c_cancels_the_job(example: Path, house: House, mapset: Mapset) -> None:
    path, before = mapset.insane, mapset.insane.read_bytes()
    process = begin(example, house, path, 5_000, 60_000)
    assert process.stderr is not None and process.stderr.readline()
    process.send_signal(signal.SIGINT)
    ran = ended(process)
    assert ran.code == 130 and "nothing was written" in ran.err, ran
    assert path.read_bytes() == before
    with house.client() as client:
        (job, *_) = client.jobs(limit=1)
    assert (job.start_ms, job.end_ms) == (5_000, 60_000)
