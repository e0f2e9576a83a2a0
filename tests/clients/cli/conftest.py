"""The command, run inside the test's process."""

from __future__ import annotations

import pytest

from tests.clients.cli.running import Command


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``command("undo", "--json")`` returns what ``osu-companion undo --json`` does."""
    return Command(monkeypatch, capsys)
