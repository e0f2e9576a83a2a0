"""The Node example's patches and files, against this project's own. Needs Node, and no package."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clients.patching import LineEdit, LinePatch, split_lines
from tests.clients.patching.maps import MAP, patch_of
from tests.conftest import ROOT

EXAMPLE = ROOT / "examples" / "node"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")

# Reads cases from standard input; what is thrown is an answer too.
APPLY = """
import { readFileSync } from "node:fs";
const { patched } = await import(process.argv[1]);
const bytes = (text) => Buffer.from(text, "base64");
const answers = JSON.parse(readFileSync(0)).map(({ base, patch }) => {
  for (const edit of patch.edits) edit.replacement = edit.replacement.map(bytes);
  try {
    return patched(bytes(base), patch).toString("base64");
  } catch (error) {
    return { message: error.message, code: error.code };
  }
});
console.log(JSON.stringify(answers));
"""
REPLACE = """
import { readFileSync } from "node:fs";
const { replaceFile } = await import(process.argv[1]);
const [path, before, after] = JSON.parse(readFileSync(0));
const bytes = (text) => Buffer.from(text, "base64");
try {
  replaceFile(path, bytes(before), bytes(after));
} catch (error) {
  console.error(error.message);
  process.exitCode = error.code;
}
"""


def node(script: str, given: Any) -> subprocess.CompletedProcess[str]:
    """Run a script over ``patch.mjs`` with JSON on standard input."""
    module = (EXAMPLE / "patch.mjs").as_uri()
    return subprocess.run(
        ["node", "--input-type=module", "--eval", script, "--", module],
        input=json.dumps(given),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def case(base: bytes, patch: LinePatch) -> dict[str, Any]:
    edits = [
        {
            "first_line": edit.first_line,
            "count": edit.count,
            "replacement": [in_base64(line) for line in edit.replacement],
        }
        for edit in patch.edits
    ]
    fields = {"base_sha256": patch.base_sha256, "result_sha256": patch.result_sha256}
    return {"base": in_base64(base), "patch": {**fields, "edits": edits}}


def applied(*cases: dict[str, Any]) -> list[Any]:
    ran = node(APPLY, cases)
    assert ran.returncode == 0, ran.stderr
    answers: list[Any] = json.loads(ran.stdout)
    return answers


def some_patch(draw: random.Random) -> tuple[bytes, LinePatch]:
    """Bytes with all kinds of line endings, and edits anywhere in them."""
    endings = (b"\n", b"\r\n", b"\r", b"")
    pieces = (b"a", b"\xff\xfe", "譜".encode(), b"", b"\0", b"1,2,3")

    def line() -> bytes:
        return draw.choice(pieces) + draw.choice(endings)

    base = b"".join(line() for _ in range(draw.randrange(12)))
    count = len(split_lines(base))
    places = sorted(draw.sample(range(count + 1), k=min(count + 1, draw.randrange(4))))
    edits = []
    for place, following in zip(places, [*places[1:], count], strict=False):
        removed = draw.randrange(following - place + 1)
        whole = [draw.choice(pieces) + b"\n" for _ in range(draw.randrange(3))]
        edits.append(LineEdit(place, removed, tuple(whole)))
    return base, patch_of(base, *edits)


def test_patches_are_applied_as_the_contract_says() -> None:
    draw = random.Random(6)
    cases = [(MAP, patch_of(MAP, LineEdit(11, 3, (b"1,1,1500,1,0\r\n",))))]
    cases += [some_patch(draw) for _ in range(300)]
    answers = applied(*(case(base, patch) for base, patch in cases))
    for (base, patch), answer in zip(cases, answers, strict=True):
        assert base64.b64decode(answer) == patch.apply(base)
    assert sum(bool(patch.edits) for _, patch in cases) > 150


def test_other_bytes_and_other_results_are_refused() -> None:
    base, patch = MAP, patch_of(MAP, LineEdit(11, 1, (b"x\r\n",)), LineEdit(13, 1, ()))
    good = case(base, patch)
    changed = {**good, "base": in_base64(base + b"\r\n")}
    torn = case(base, LinePatch(patch.base_sha256, patch.result_sha256, patch.edits[:1]))
    beyond = case(base, LinePatch(patch.base_sha256, patch.result_sha256, (LineEdit(9999, 1, ()),)))
    swapped = case(base, LinePatch(patch.base_sha256, patch.result_sha256, patch.edits[::-1]))
    whole, *wrong = applied(good, changed, torn, beyond, swapped)
    assert base64.b64decode(whole) == patch.apply(base)
    messages = [each["message"] for each in wrong]
    assert [each["code"] for each in wrong] == [3, 1, 1, 1]
    assert "saved meanwhile" in messages[0] and "whole" in messages[1]
    assert all("does not fit" in message for message in messages[2:])


def test_a_file_is_replaced_in_one_step_and_never_anothers_save(tmp_path: Path) -> None:
    path = tmp_path / ("譜面 " + "x" * 200 + ".osu")  # no room for an ending behind it
    path.write_bytes(b"before")
    if os.name != "nt":
        path.chmod(0o640)
    given = [str(path), in_base64(b"before"), in_base64(b"after")]
    ran = node(REPLACE, given)
    assert ran.returncode == 0, ran.stderr
    assert path.read_bytes() == b"after"
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    refused = node(REPLACE, given)
    assert refused.returncode == 3 and "saved meanwhile" in refused.stderr
    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="links there are for administrators")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.osu").write_bytes(b"before")
    link = tmp_path / "link.osu"
    link.symlink_to("real.osu")
    ran = node(REPLACE, [str(link), in_base64(b"before"), in_base64(b"after")])
    assert ran.returncode == 0, ran.stderr
    assert link.is_symlink() and (tmp_path / "real.osu").read_bytes() == b"after"
