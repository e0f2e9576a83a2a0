"""Shared fixtures."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Each of the processes side by side, and each daemon that one starts, has a core of its own.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C, and so would every process that a test starts and
    # then interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the project; skips where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no shared/ folder with reference data beside the project")
    return folder


@pytest.fixture(scope="session")
def corpus(shared: Path) -> Path:
    """Real .osu files; skips where they are absent."""
    return shared / "corpus"


@pytest.fixture(scope="session")
def conformance(shared: Path) -> Path:
    """Reference values of the published families; skips where they are absent."""
    return shared / "conformance"
