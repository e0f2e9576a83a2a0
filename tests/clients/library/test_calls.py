"""The library's calls against a daemon without a model: results, callbacks, writing, undo."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from osu_companion.v1 import jobs_pb2

import clients
from clients.patching import Patcher, sha256_hex
from tests.clients.fake_daemon import (
    JOB,
    OTHER_MAPPER,
    RANKING,
    FakeDaemon,
    abort,
    answering,
    refusal,
)
from tests.clients.patching.maps import MAP, some_patch

NEW, OTHER = (some_patch(mark=mark).apply(MAP) for mark in (b"1", b"5"))
RANGE = {"start_ms": 1500, "end_ms": 2250}


@pytest.fixture
def answered(daemon: FakeDaemon, map_path: Path) -> FakeDaemon:
    patches = some_patch(mark=b"1"), some_patch(mark=b"5")
    daemon.answer = answering(*patches, notices=(RANKING, OTHER_MAPPER))
    daemon.active = map_path
    return daemon


class Waiting:
    """A job that says that it has begun, and ends when its caller has left."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.left = threading.Event()

    def __call__(self, _request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        context.add_callback(self.left.set)
        yield jobs_pb2.JobEvent(job_id=JOB, queued=jobs_pb2.JobQueued(position=0))
        self.begun.set()
        assert self.left.wait(20)


def test_a_request_runs_to_a_result_that_is_plain_values(
    answered: FakeDaemon, map_path: Path
) -> None:
    progress: list[clients.Progress] = []
    with clients.connect() as companion:
        assert companion.active_map() == map_path
        result = companion.remap(
            map_path, **RANGE, seed=7, variants=2, on_progress=progress.append, on_notice=print
        )
    assert (result.job_id, result.path, result.seed) == (JOB, map_path, 7)
    assert (result.model, result.device, result.precision) == ("starter", "cpu", "float32")
    first, second = result.variants
    assert (first.number, first.seam_bits, second.seam_bits) == (1, 0.5, None)
    assert (first.start_ms, first.end_ms, first.text) == (1500, 2250, "3 objects replaced by 2")
    assert [notice.code for notice in result.notices] == ["RANKING", "OTHER_MAPPER"]
    waiting, half, last = progress
    assert (waiting.stage, waiting.ahead) == ("waiting", 1)
    assert (half.stage, half.window, half.windows, half.fraction) == ("mapping", 1, 2, 0.0)
    assert (last.fraction, last.objects, last.seconds_left) == (0.5, 2, 0.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.seed = 8  # type: ignore[misc]
    assert map_path.read_bytes() == MAP, "a result alone writes nothing"


def test_a_variant_is_shown_written_replaced_by_another_and_taken_back(
    answered: FakeDaemon, map_path: Path
) -> None:
    with clients.connect() as companion:
        result = companion.remap(map_path, **RANGE, on_notice=lambda _notice: None)
        assert "+1,1,1500,5,0" in result.diff(2)
        with pytest.raises(clients.RefusedError, match="number 3 is not among"):
            result.apply(3)
        assert map_path.read_bytes() == MAP
        change = result.apply()
        assert change is not None and change.path == map_path and not change.rebased
        assert map_path.read_bytes() == NEW
        assert result.apply(2) is not None and map_path.read_bytes() == OTHER
        taken = companion.undo(map_path)
        assert taken.path == map_path and map_path.read_bytes() == MAP
        with pytest.raises(clients.PatchingError):
            companion.undo(map_path)


def test_the_journal_knows_what_the_library_wrote(answered: FakeDaemon, map_path: Path) -> None:
    from osu_companion.local.paths import find_paths

    with clients.connect() as companion:
        change = companion.remap(map_path, **RANGE, on_notice=print).apply()
    (entry,) = Patcher(find_paths().state).history(map_path)
    assert change is not None
    assert (entry.id, entry.job, entry.verb) == (change.entry, JOB, "remap")


def test_a_map_that_was_saved_meanwhile_keeps_the_other_change(
    answered: FakeDaemon, map_path: Path
) -> None:
    saved = MAP + b"\r\n// saved by the editor\r\n"
    with clients.connect() as companion:
        result = companion.remap(map_path, **RANGE, on_notice=print)
        map_path.write_bytes(saved)
        answered.rebased = some_patch(saved)
        change = result.apply()
        assert change is not None and change.rebased
        assert b"saved by the editor" in map_path.read_bytes()
        map_path.write_bytes(saved)
        lines = "line 12 was changed"
        answered.rebased = refusal(
            code_pb2.FAILED_PRECONDITION, "PATCH_CONFLICT", "the range was changed", lines
        )
        again = companion.remap(map_path, **RANGE, on_notice=print)
        with pytest.raises(clients.ChangedError) as caught:
            again.apply()
        assert lines in caught.value.violations and map_path.read_bytes() == saved


def test_where_another_variant_cannot_be_written_the_first_one_stays(
    answered: FakeDaemon, map_path: Path
) -> None:
    with clients.connect() as companion:
        result = companion.remap(map_path, **RANGE, on_notice=print)
        result.apply()
        broken = result.variants[1].message.patch
        broken.result_sha256 = sha256_hex(b"something else")
        with pytest.raises(clients.FailedError, match="did not arrive whole"):
            result.apply(2)
        assert map_path.read_bytes() == NEW


def test_notices_are_told_in_time_and_the_ranking_one_once_a_map(
    answered: FakeDaemon, map_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    with clients.connect() as companion:
        for _ in range(2):
            result = companion.remap(
                map_path, **RANGE, on_notice=lambda notice: told.append(notice.code)
            )
            assert told[-1] == "OTHER_MAPPER"
            result.apply()
            companion.undo(map_path)
        assert told == ["OTHER_MAPPER", "RANKING", "OTHER_MAPPER"]
        with caplog.at_level(logging.WARNING, "clients"):
            companion.remap(map_path, **RANGE)
    assert "this map is by Somebody" in caplog.text, "nobody asked for notices: they are logged"


def test_a_token_cancels_from_another_thread(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer = waiting = Waiting()
    stop = clients.Cancellation()

    def press() -> None:
        waiting.begun.wait(20)
        stop.cancel()

    threading.Thread(target=press).start()
    with clients.connect() as companion:
        with pytest.raises(clients.CancelledError, match="nothing was written"):
            companion.remap(map_path, **RANGE, cancel=stop)
        assert waiting.left.wait(20), "the daemon is told, so that it cancels the job"
        asked = len(daemon.asked)
        with pytest.raises(clients.CancelledError):
            companion.hitsound(map_path, cancel=stop)
        assert len(daemon.asked) == asked, "what is cancelled already is not asked for"


def test_time_runs_out(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer = waiting = Waiting()
    with clients.connect() as companion:
        with pytest.raises(TimeoutError) as caught:
            companion.guest_difficulty(map_path, "Hard", timeout=0.2)
        assert isinstance(caught.value, clients.FailedError) and "0.2 s" in str(caught.value)
        assert waiting.left.wait(20)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_what_a_callback_raises_cancels_the_job(
    daemon: FakeDaemon, map_path: Path, error: type[BaseException]
) -> None:
    daemon.answer = waiting = Waiting()

    def on_progress(_progress: clients.Progress) -> None:
        raise error

    with clients.connect() as companion, pytest.raises(error):
        companion.remap(map_path, **RANGE, on_progress=on_progress)
    assert waiting.left.wait(20)


def test_a_daemon_that_goes_is_told_and_the_next_call_finds_another(
    daemon: FakeDaemon, map_path: Path
) -> None:
    daemon.answer = waiting = Waiting()

    def end() -> None:
        waiting.begun.wait(20)
        daemon.stop()

    threading.Thread(target=end).start()
    with clients.connect() as companion:
        with pytest.raises(clients.UnreachableError, match="the next call starts it"):
            companion.remap(map_path, **RANGE)
        another = FakeDaemon()
        another.answer = answering(some_patch())
        another.start()
        try:
            assert companion.remap(map_path, **RANGE, on_notice=print).variants
        finally:
            another.stop()


def test_what_the_daemon_refuses_keeps_its_reason(daemon: FakeDaemon, map_path: Path) -> None:
    def answer(_request: Any, context: Any) -> Iterator[jobs_pb2.JobEvent]:
        abort(context, refusal(code_pb2.INVALID_ARGUMENT, "OPTION_INVALID", "top_p is 0 to 1"))
        yield jobs_pb2.JobEvent()

    daemon.answer = answer
    with clients.connect() as companion, pytest.raises(clients.UsageError) as caught:
        companion.remap(map_path, **RANGE)
    assert caught.value.reason == "OPTION_INVALID"


def test_a_closed_companion_says_so(daemon: FakeDaemon) -> None:
    companion = clients.connect()
    companion.close()
    with pytest.raises(clients.UsageError, match="closed"):
        companion.active_map()


def test_closing_it_ends_the_calls_under_way(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer = waiting = Waiting()
    companion = clients.connect()

    def close() -> None:
        waiting.begun.wait(20)
        companion.close()

    threading.Thread(target=close).start()
    with pytest.raises(clients.CancelledError, match="connection was closed while"):
        companion.remap(map_path, **RANGE)
    assert waiting.left.wait(20)


async def test_closing_it_is_no_cancelled_task(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer = waiting = Waiting()
    companion = clients.connect_async()
    task = asyncio.create_task(companion.remap(map_path, **RANGE))
    assert await asyncio.to_thread(waiting.begun.wait, 20)
    await companion.close()
    with pytest.raises(clients.CancelledError, match="connection was closed while"):
        await task
    assert await asyncio.to_thread(waiting.left.wait, 20)


async def test_the_asynchronous_calls_do_the_same(answered: FakeDaemon, map_path: Path) -> None:
    told: list[str] = []
    progress: list[clients.Progress] = []
    async with clients.connect_async() as companion:
        assert await companion.active_map() == map_path
        result = await companion.remap(
            map_path,
            **RANGE,
            seed=7,
            on_progress=progress.append,
            on_notice=lambda notice: told.append(notice.code),
        )
        assert isinstance(result, clients.AsyncPatches) and len(progress) == 3
        assert "+1,1,1500,1,0" in await result.diff()
        change = await result.apply()
        assert change is not None and map_path.read_bytes() == NEW
        assert told == ["OTHER_MAPPER", "RANKING"]
        assert (await companion.undo(map_path)).path == map_path
    assert map_path.read_bytes() == MAP


async def test_a_cancelled_task_cancels_its_job(daemon: FakeDaemon, map_path: Path) -> None:
    daemon.answer = waiting = Waiting()
    async with clients.connect_async() as companion:
        task = asyncio.create_task(companion.remap(map_path, **RANGE))
        assert await asyncio.to_thread(waiting.begun.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(waiting.left.wait, 20)


async def test_a_token_and_a_time_limit_are_no_cancelled_task(
    daemon: FakeDaemon, map_path: Path
) -> None:
    daemon.answer = waiting = Waiting()
    stop = clients.Cancellation()
    async with clients.connect_async() as companion:
        task = asyncio.create_task(companion.remap(map_path, **RANGE, cancel=stop))
        assert await asyncio.to_thread(waiting.begun.wait, 20)
        threading.Thread(target=stop.cancel).start()
        with pytest.raises(clients.CancelledError):
            await task
        daemon.answer = Waiting()
        with pytest.raises(clients.TimedOutError):
            await companion.remap(map_path, **RANGE, timeout=0.2)


async def test_the_asynchronous_calls_find_another_daemon(
    daemon: FakeDaemon, map_path: Path
) -> None:
    daemon.answer = waiting = Waiting()
    async with clients.connect_async() as companion:
        task = asyncio.create_task(companion.remap(map_path, **RANGE))
        assert await asyncio.to_thread(waiting.begun.wait, 20)
        await asyncio.to_thread(daemon.stop)
        with pytest.raises(clients.UnreachableError, match="the next call starts it"):
            await task
        another = FakeDaemon()
        another.answer = answering(some_patch())
        another.start()
        try:
            assert (await companion.remap(map_path, **RANGE, on_notice=print)).variants
        finally:
            another.stop()


def test_several_threads_ask_at_once(answered: FakeDaemon, map_path: Path) -> None:
    jobs: list[str] = []
    with clients.connect() as companion:

        def ask() -> None:
            jobs.append(companion.remap(map_path, **RANGE, on_notice=lambda _n: None).job_id)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert jobs == [JOB] * 4


@pytest.mark.parametrize("kind", [clients.Companion, clients.AsyncCompanion])
def test_methods_show_their_own_arguments(kind: type[Any]) -> None:
    for name in ("remap", "hitsound", "guest_difficulty", "mod", "timing", "generate"):
        given = inspect.signature(getattr(kind, name)).parameters
        assert {"self", "path", "on_progress", "on_notice", "cancel", "timeout"} <= set(given)
        assert inspect.getdoc(getattr(kind, name))


def test_cancelling_twice_or_late_does_nothing_more() -> None:
    calls: list[float] = []
    stop = clients.Cancellation()
    first = lambda: calls.append(time.monotonic())  # noqa: E731
    stop.add(first)
    stop.remove(first)
    stop.cancel()
    stop.cancel()
    assert calls == [] and stop.cancelled
    stop.add(first)
    assert len(calls) == 1, "what comes too late is stopped at once"
