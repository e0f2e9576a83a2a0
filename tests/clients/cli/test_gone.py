"""Maps that go while something is made for them: exit code 4, in words, and none made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from osu_companion.v1 import jobs_pb2

from tests.clients.cli.running import Command
from tests.clients.fake_daemon import FakeDaemon, answering
from tests.clients.patching.maps import some_patch

RANGE = ("--from", "1500", "--to", "2250")


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_map_deleted_while_it_is_remapped(
    daemon: FakeDaemon, map_path: Path, command: Command, more: tuple[str, ...]
) -> None:
    def answer(request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        map_path.unlink()
        yield from answering(some_patch())(request, context)

    daemon.answer = answer
    last = command("remap", map_path, *RANGE, *more, "--json").lines[-1]
    assert last["exit_code"] == 4 and last["reason"] == "MAP_NOT_FOUND"
    assert map_path.name in last["message"] and "Nothing was changed" in last["message"]
    assert list(map_path.parent.iterdir()) == []
    assert "Nothing was written yet" in command("history").out
