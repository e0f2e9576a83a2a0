"""Frames between the daemon and its worker."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.worker import frames
from daemon.worker.process import WorkerProcess

values = st.one_of(
    st.integers(-(2**53), 2**53), st.text(), st.binary(), st.booleans(), st.lists(st.integers())
)
keys = st.text(min_size=1).filter(lambda key: not key.endswith("_b64"))


@given(st.dictionaries(keys, values))
def test_round_trip(frame: frames.Frame):
    stream = io.BytesIO(frames.encode(frame) * 2)
    assert frames.read(stream) == frame
    assert frames.read(stream) == frame
    with pytest.raises(frames.BrokenPipe):
        frames.read(stream)


@given(st.binary(max_size=64))
def test_other_bytes_are_no_frame(data: bytes):
    stream = io.BytesIO(data)
    with pytest.raises(frames.BrokenPipe):
        while True:
            frames.read(stream)


async def test_asynchronous_reading():
    reader = asyncio.StreamReader()
    data = frames.encode({"type": "done", "result": b"\x00\xff" * 100_000})
    for start in range(0, len(data), 1000):
        reader.feed_data(data[start : start + 1000])
    reader.feed_eof()
    assert (await frames.read_async(reader))["result"] == b"\x00\xff" * 100_000
    with pytest.raises(frames.BrokenPipe):
        await frames.read_async(reader)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_how_a_worker_ended_is_told_truly():
    """A kill that reaps the process itself makes asyncio report 255 for every way to end."""
    for _ in range(4):
        process = await WorkerProcess.start()
        await asyncio.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
        await process.ended.wait()
        assert "it was killed" in process.describe_end()
