"""Modding by both clients: what is asked, and what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.client import AsyncClient, ChangedError, Client, ModOptions, UsageError
from tests.clients.fake_daemon import JOB, FakeDaemon, answering

OPTIONS = ModOptions(level=0, divisors=("1/4",), rules=("a", "b"), least_excess=0.0)


def test_what_is_asked_is_what_is_sent(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer = answering()
    with Client(daemon.endpoint) as client:
        events = list(client.mod(map_path, end_ms=9000, mapset=True, options=OPTIONS))
        assert events[-1].WhichOneof("event") == "result"
        with pytest.raises(UsageError):
            client.mod(map_path, start_ms=2**31)
    (asked,) = daemon.asked
    assert asked.path == str(map_path) and asked.mapset and not asked.rules_only
    assert asked.end_ms == 9000 and not asked.HasField("start_ms")
    given = {field.name for field, _ in asked.options.ListFields()}
    # What is 0 was given all the same.
    assert given == {"level", "divisors", "rules", "least_excess"}
    assert list(asked.options.rules) == ["a", "b"]


def test_dismissals_and_edits(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.active = map_path
    with Client(daemon.endpoint) as client:
        assert client.dismiss(map_path, ["a/b"]) == ["a/b"]
        assert client.dismiss(map_path) == []
        client.dismiss(map_path, ["c/d"], restore=True)
        assert list(client.fix(JOB, ["a/b"]).made) == ["a/b"]
        with pytest.raises(ChangedError):
            client.fix("another", ["a/b"])
    restored = [getattr(asked, "restore", None) for asked in daemon.asked]
    assert restored == [False, False, True, None, None]


async def test_the_asynchronous_client_does_the_same(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer, daemon.active = answering(), map_path
    async with AsyncClient(daemon.endpoint) as client:
        kinds = [
            event.WhichOneof("event")
            async for event in client.mod(map_path, rules_only=True, options=OPTIONS)
        ]
        assert kinds[-1] == "result" and daemon.asked[-1].rules_only
        assert await client.dismiss(map_path, ["a/b"], restore=True) == ["a/b"]
        assert daemon.asked[-1].restore
        assert list((await client.fix(JOB, ["a/b"])).made) == ["a/b"]
        with pytest.raises(ChangedError):
            await client.fix("another", ["a/b"])
