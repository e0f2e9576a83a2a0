"""Peak memory is a process's own, whatever the one that started it holds."""

from __future__ import annotations

import subprocess
import sys

from model_core.training.evaluation.whole_map_worker import peak_memory_mb

_ASKED = (
    "from model_core.training.evaluation.whole_map_worker import peak_memory_mb as peak\n"
    "first = peak()\n"
    "held = bytearray(b'x') * (96 * 2**20)\n"
    "print(first, peak())\n"
)


def test_a_child_does_not_count_what_its_parent_holds() -> None:
    held = bytearray(b"x") * (300 * 2**20)
    answer = subprocess.run(
        [sys.executable, "-c", _ASKED], capture_output=True, text=True, check=True
    )
    first, then = (float(word) for word in answer.stdout.split())
    assert 90 <= then - first <= 110
    assert first < peak_memory_mb() - len(held) / 2**20 / 2
