"""What the daemon and its worker say to each other: length-prefixed JSON objects over pipes.

A frame is four bytes of length (little endian) and that many bytes of UTF-8 JSON; ``bytes``
values travel as base64 text under a key that ends in ``_b64``. Every object has a ``"type"``:

=============  ======================================================================
to the worker
``load``       id, model, device, precision, threads
``work``       id, method, model, request_b64 (that method's), map_b64, audio, refiner, …
``cancel``     id
from it
``ready``      pid
``progress``   id, stage, window, windows, tokens, tokens_per_second, objects, seconds_left
``done``       id, and the answer: loaded model's facts, or result_b64 (JobResult)
``failed``     id, reason, message, lines, fields, fatal (the worker should be replaced)
=============  ======================================================================

Closing its input tells the worker to end.
"""

from __future__ import annotations

import asyncio
import base64
import json
import struct
from typing import Any, BinaryIO

_LENGTH = struct.Struct("<I")
# Nothing sent is larger than a map with a few variants of patches.
MAX_FRAME_BYTES = 256 * 1024 * 1024

Frame = dict[str, Any]


class BrokenPipe(Exception):  # noqa: N818 - the other side's end is not an error of this one
    """The other side closed the pipe, or what it sent is not a frame."""


def encode(frame: Frame) -> bytes:
    """The frame's bytes; ``bytes`` values go under ``<key>_b64``."""
    plain = {
        (f"{key}_b64" if isinstance(value, bytes) else key): (
            base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        )
        for key, value in frame.items()
    }
    body = json.dumps(plain).encode()
    return _LENGTH.pack(len(body)) + body


def decode(body: bytes) -> Frame:
    """The frame in a body (without its length).

    Raises:
        BrokenPipe: it is not one.
    """
    try:
        plain = json.loads(body)
        return {
            key.removesuffix("_b64"): (base64.b64decode(value) if key.endswith("_b64") else value)
            for key, value in plain.items()
        }
    except (ValueError, AttributeError, TypeError) as error:
        raise BrokenPipe(f"not a frame: {error}") from error


def read(stream: BinaryIO) -> Frame:
    """The next frame of a blocking stream.

    Raises:
        BrokenPipe: the stream ended.
    """
    head = _read_exactly(stream, _LENGTH.size)
    return decode(_read_exactly(stream, _length(head)))


async def read_async(stream: asyncio.StreamReader) -> Frame:
    """The next frame of an asyncio stream; raises as :func:`read`."""
    try:
        head = await stream.readexactly(_LENGTH.size)
        return decode(await stream.readexactly(_length(head)))
    except (asyncio.IncompleteReadError, OSError) as error:
        raise BrokenPipe("the pipe was closed") from error


def _length(head: bytes) -> int:
    length: int = _LENGTH.unpack(head)[0]
    if length > MAX_FRAME_BYTES:
        raise BrokenPipe(f"a frame of {length} bytes is not one")
    return length


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    parts = []
    while count:
        part = stream.read(count)
        if not part:
            raise BrokenPipe("the pipe was closed")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
