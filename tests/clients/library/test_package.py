"""What ``import clients`` gives: its names, lightly, and types that a checker follows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import clients
from tests.conftest import ROOT

PROGRAM = """
import asyncio
from pathlib import Path

import clients


def say(progress: clients.Progress) -> None:
    print(progress.fraction or 0.0)


def tool() -> str:
    with clients.connect(on_start=print) as companion:
        options = clients.RemapOptions(temperature=0.8)
        result = companion.remap(Path("a.osu"), range_text="…", options=options, on_progress=say)
        change = result.apply(1)
        new: clients.NewMap = companion.guest_difficulty("a.osu", "Hard", timeout=30.0)
        return change.text if change is not None else new.variants[0].file.file_name


async def later() -> int:
    async with clients.connect_async() as companion:
        result = await companion.hitsound("a.osu", copy_from="b.osu")
        change = await result.apply()
        return change.entry if change is not None else 0


asyncio.run(later())
"""


def test_names_are_sorted_and_all_there() -> None:
    assert clients.__all__ == sorted(clients.__all__) == sorted(clients._HOMES)
    for name in clients.__all__:
        assert getattr(clients, name) is not None, name
    with pytest.raises(AttributeError, match="nothing_of_the_sort"):
        clients.nothing_of_the_sort  # noqa: B018


def test_the_import_alone_loads_no_grpc() -> None:
    code = "import sys, clients; print('grpc' in sys.modules, 'asyncio' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["False", "False"]


@pytest.mark.slow
def test_a_users_program_is_checked_by_its_types(tmp_path: Path) -> None:
    mypy = pytest.importorskip("mypy.api")
    program = tmp_path / "tool.py"
    program.write_text(PROGRAM, encoding="utf-8")
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        PROGRAM.replace("timeout=30.0", 'timeout="soon"').replace("change.entry", "change.number"),
        encoding="utf-8",
    )
    told, errors, status = mypy.run(["--strict", "--config-file=", str(program)])
    assert status == 0, told + errors
    told, _, status = mypy.run(["--strict", "--config-file=", str(wrong)])
    assert status == 1 and '"timeout"' in told and '"number"' in told, told
