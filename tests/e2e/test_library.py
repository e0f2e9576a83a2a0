"""The library's other results with the real daemon and model: reports, timing, mapsets; Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clients.library.companion import Companion
from clients.library.outcomes import Modding
from tests.e2e.house import PATIENCE_S, House, Mapset


@pytest.fixture
def companion(house: House, monkeypatch: pytest.MonkeyPatch) -> Companion:
    """The library as a tool has it whose environment is the house's."""
    for name, value in house.environ.items():
        monkeypatch.setenv(name, value)
    return Companion()


def _ids_with_edits(result: Modding) -> list[str]:
    return [each["id"] for each in result.report["suggestions"] if each["fix"] is not None]


def test_a_report_is_had_and_its_edits_are_made_and_taken_back(
    companion: Companion, mapset: Mapset
) -> None:
    with companion:
        assert companion.mod(mapset.normal, rules_only=True).counts.problems == 0
        before = mapset.rewrite(mapset.normal, b"ApproachRate:", b"ApproachRate:9.123\r\nOld:")
        result = companion.mod(mapset.normal, rules_only=True)
        assert result.counts.problems == result.counts.fresh == 1
        (wrong,) = _ids_with_edits(result)
        assert wrong in str(result.report) and "9.123" in result.markdown() + result.html()
        nothing = result.fix(["nothing-so-called"])
        assert nothing.apply() is None and nothing.left[0].id == "nothing-so-called"
        fixes = result.fix([wrong])
        assert fixes.made == (wrong,) and fixes.left == ()
        assert "+ApproachRate:9.1" in fixes.diff() and mapset.normal.read_bytes() == before
        change = fixes.apply()
        assert change is not None and b"ApproachRate:9.1\r\n" in mapset.normal.read_bytes()
        assert companion.undo(mapset.normal).entry == change.entry
        assert mapset.normal.read_bytes() == before


def test_a_maps_timing_is_told(companion: Companion, mapset: Mapset) -> None:
    with companion:
        result = companion.timing(mapset.normal, start_ms=0, end_ms=16_000)
    assert result.red_lines and result.red_lines[0].beat_length_ms > 0
    assert result.beats > 0 and result.text and result.map_error_ms is not None


def test_a_mapset_is_made_in_a_folder_and_as_an_archive(
    companion: Companion, mapset: Mapset, tmp_path: Path
) -> None:
    with companion:
        result = companion.generate(mapset.audio, end_ms=5_000, seed=7, on_notice=print)
        (made,) = result.variants[0].files
        folder = result.apply(into=tmp_path)
        assert folder is not None and folder.path.parent == tmp_path
        assert (folder.path / made.file_name).read_bytes() == made.content
        assert result.apply(into=tmp_path) is None, "it stands already"
        assert companion.undo(folder.path).path == folder.path and not folder.path.exists()
        archive = result.apply(into=tmp_path, archive=True)
        assert archive is not None and archive.path.suffix == ".osz" and archive.path.is_file()


PROGRAM = """
import sys, clients
with clients.connect() as companion:
    companion.guest_difficulty(sys.argv[1], "Never", on_progress=lambda told: print(told.text))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C can be sent to a process there")
def test_ctrl_c_in_a_call_cancels_its_job(house: House, mapset: Mapset) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", PROGRAM, str(mapset.insane)],
        env=house.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert "KeyboardInterrupt" in errors
    with house.client() as client:
        job = client.jobs(limit=1)[0]
        with client.attach(job.job_id) as stream:
            assert list(stream)[-1].failure.status.code == 1, "cancelled"
