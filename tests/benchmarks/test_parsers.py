"""The comparison of parsers runs, whichever of the others are installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.parsers import OWN, object_lines, run_reader

MAP = (
    "\ufeffosu file format v14\r\n\r\n[HitObjects]\r\n// none\r\n1,1,1,1,0\r\n\r\n1,1,5,1,0\r\n"
    "[General]\r\nMode: 0\r\n"
).encode()


def test_lines_of_objects() -> None:
    assert object_lines(MAP) == 2
    assert object_lines(b"") == 0


def test_a_turn(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.osu").write_bytes(MAP)
    (tmp_path / "b.osu").write_bytes(MAP.replace(b"1,1,5,1,0", b"1,1,broken"))
    turn = run_reader(OWN, tmp_path)
    assert (turn["files"], turn["read"], turn["whole"], turn["identical"]) == (2, 2, 1, 2)
    assert turn["partial"] == ["b.osu"] and turn["failed"] == {}
    assert set(turn["seconds"]) == {"set/a.osu", "b.osu"}


def test_the_last_line_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "a.osu").write_bytes(MAP)
    command = [sys.executable, "-m", "benchmarks.parsers", "--rounds", "1", "--maps", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["readers"][OWN]["identical"] == 1
    for other in ("slider", "osupyparser"):
        assert other in figures["readers"] or f"{other} is not installed" in done.stdout


def test_a_folder_without_maps_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.parsers", "--maps", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "holds no .osu file" in done.stderr
