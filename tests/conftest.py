"""Shared fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

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
