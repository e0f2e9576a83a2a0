"""The examples of docs/library.md run as they stand there, and leave the map as it was."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.e2e.house import PATIENCE_S, ROOT, House, Mapset

PAGE = (ROOT / "docs" / "library.md").read_text("utf-8")
PLACE = '"/songs/1/map.osu"'
# Under each heading one example, and a word that it prints.
EXAMPLES = {
    "The library, for editor tools": "objects replaced by",
    "Remap what is selected in the editor": "+++",
    "Apply, try another variant, undo": "Change(path=",
    "Reports, and their suggested edits": "Counts(problems=0",
    "Cancel from another thread": "Cancelled; nothing was written.",
    "asyncio": "Counts(problems=",
    "Errors": "FOLDER_NOT_ALLOWED",
}


def example(heading: str) -> str:
    """The one example under a heading."""
    section = re.split(r"^#+ ", PAGE, flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(heading + "\n")]
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return str(code)


def test_every_example_is_run() -> None:
    assert len(re.findall(r"```python", PAGE)) == len(EXAMPLES)


@pytest.mark.parametrize("heading", EXAMPLES)
def test_an_example_runs(house: House, mapset: Mapset, heading: str) -> None:
    before = mapset.insane.read_bytes()
    ran = subprocess.run(
        [sys.executable, "-c", example(heading).replace(PLACE, repr(str(mapset.insane)))],
        cwd=house.folder,
        env=house.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0 and "Traceback" not in ran.stderr, ran.stderr
    assert EXAMPLES[heading] in ran.stdout
    assert mapset.insane.read_bytes() == before
