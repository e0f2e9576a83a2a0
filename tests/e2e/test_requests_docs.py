"""The example of docs/requests.md runs as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.e2e.house import PATIENCE_S, ROOT, House, Mapset


def test_the_example_of_the_library(house: House, mapset: Mapset) -> None:
    text = (ROOT / "docs" / "requests.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert '"/songs/1/map.osu"' in example
    before = mapset.normal.read_bytes()
    ran = subprocess.run(
        [sys.executable, "-c", example.replace('"/songs/1/map.osu"', repr(str(mapset.normal)))],
        cwd=house.folder,
        env=house.environ,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    *kinds, told = ran.stdout.splitlines()
    assert kinds[0] == "queued" and kinds[-1] == "result"
    assert "nothing else" in told
    assert mapset.normal.read_bytes() == before
