"""The clipboard, with a clipboard program that keeps its text in a file, and without any.

In processes of their own: the library behind it looks for the program once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems have a clipboard of their own"
)

TEXT = "osu-companion remap '/songs/譜面 [It'\"'\"'s].osu' --stars 4.5"
COPY = """
import sys
from clients.tray.desktop import DesktopError, clipboard_text, put_on_clipboard
try:
    put_on_clipboard(sys.argv[1])
    sys.stdout.buffer.write(clipboard_text().encode())
except DesktopError as error:
    sys.exit(str(error))
"""
PROGRAM = """#!/bin/sh
case "$*" in
  *-o*) /bin/cat {kept} ;;
  *) /bin/cat > {kept} ;;
esac
"""


def copied(folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Copy and paste with the programs in ``folder`` alone."""
    kept = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "proto")]), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", COPY, TEXT],
        env={**kept, "PATH": str(folder), "DISPLAY": ":9"},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_command_comes_back_as_it_was_put_there(tmp_path: Path) -> None:
    program = tmp_path / "xclip"
    program.write_text(PROGRAM.format(kept=tmp_path / "kept"), encoding="utf-8")
    program.chmod(0o755)
    which = tmp_path / "which"
    which.write_text(f'#!/bin/sh\ntest -x {tmp_path}/"$1"\n', encoding="utf-8")
    which.chmod(0o755)
    done = copied(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == TEXT == (tmp_path / "kept").read_text(encoding="utf-8")


def test_without_a_clipboard_program_the_remedy_is_named(tmp_path: Path) -> None:
    done = copied(tmp_path)
    assert done.returncode == 1
    assert b"xclip" in done.stderr and b"Traceback" not in done.stderr
