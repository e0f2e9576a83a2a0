"""The asynchronous client of the library: as the synchronous one, for use inside an asyncio loop.

``connect_async`` is a function of its own rather than a flag of ``connect``: what it gives back has
other types, so that a type checker and a reader see at the call which of the two it is.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from osu_companion.local.paths import Paths

from clients.client.asynchronous import AsyncClient
from clients.client.errors import CancelledError, ClientError
from clients.client.pictures import Variant
from clients.client.starting import Say
from clients.library import asks
from clients.library.asks import AnyPath, Ask
from clients.library.cancelling import Ending
from clients.library.companion import as_method
from clients.library.connection import Connection, gone
from clients.library.journal import taken_back
from clients.library.listening import Listener
from clients.library.pictures import Picture, picture_of
from clients.library.writing import Change

P = ParamSpec("P")
R = TypeVar("R")


def _runs(
    make: Callable[P, Ask[object, R]],
) -> Callable[Concatenate[AsyncCompanion, P], Coroutine[Any, Any, R]]:
    """A method that runs a request to its end."""

    @functools.wraps(make)
    async def method(self: AsyncCompanion, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._run(make(*args, **kwargs))

    return as_method(method, make)  # type: ignore[no-any-return]


class AsyncCompanion:
    """Asks the daemon; belongs to the loop in which it is first used.

    A daemon that has gone is started again by the next call. A call whose task is cancelled cancels
    its job. Callbacks are called in the loop, and must not block.
    """

    def __init__(self, on_start: Say | None = None, paths: Paths | None = None) -> None:
        self._connection = Connection(on_start, paths)
        self._client: AsyncClient | None = None

    remap = _runs(asks.remap)
    hitsound = _runs(asks.hitsound)
    guest_difficulty = _runs(asks.guest_difficulty)
    mod = _runs(asks.mod)
    timing = _runs(asks.timing)
    generate = _runs(asks.generate)

    async def active_map(self) -> Path:
        """The map that was saved last in Songs, which is the one open in the editor.

        Raises:
            RefusedError: none was saved yet.
        """
        client = await self._connected()
        return Path((await client.active_map()).path)

    async def dismiss(
        self, path: AnyPath, ids: Sequence[str], *, restore: bool = False
    ) -> list[str]:
        """Dismiss suggestions of a map for good, or take that back; all that is dismissed of it.

        Raises:
            UsageError: an id that names none.
        """
        client = await self._connected()
        return await client.dismiss(path, ids, restore=restore)

    async def draw(
        self,
        path: AnyPath | None = None,
        *,
        variant: Variant | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        range_text: str = "",
        form: str = "png",
        width: int = 0,
        playfield: bool = True,
        timeline: bool = True,
    ) -> Picture:
        """A picture of a map, or of a job's variant: a change is drawn before and after.

        Args:
            variant: ``Variant(result.job_id, number)``, instead of a path.
            form: ``"png"`` or ``"svg"``.
            width: in pixels; 0 is 1600.

        Raises:
            ClientError: it cannot be drawn.
        """
        client = await self._connected()
        return picture_of(
            await client.draw(
                path,
                variant=variant,
                start_ms=start_ms,
                end_ms=end_ms,
                range_text=range_text,
                form=form,
                width=width,
                playfield=playfield,
                timeline=timeline,
            )
        )

    async def undo(self, path: AnyPath | None = None) -> Change:
        """Take the last change back, of that map or of any.

        Raises:
            NothingToUndoError: there is none.
            UndoConflictError: the map was changed by someone else since; nothing was written.
        """
        return await asyncio.to_thread(taken_back, self._connection.paths, path)

    async def close(self) -> None:
        """Close the connection. The daemon runs on: other programs use it, too."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
        await asyncio.to_thread(self._connection.close)

    async def __aenter__(self) -> Self:
        await self._connected()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _connected(self) -> AsyncClient:
        endpoint = (await asyncio.to_thread(self._connection.client)).endpoint
        before = self._client
        if before is None or before.endpoint != endpoint:
            self._client = AsyncClient(endpoint)
            if before is not None:
                await before.close()
        assert self._client is not None
        return self._client

    async def _run(self, ask: Ask[object, R]) -> R:
        if ask.cancel is not None and ask.cancel.cancelled:
            raise CancelledError("Cancelled; nothing was written.", reason="CANCELLED")
        client = await self._connected()
        listener = await asyncio.to_thread(
            Listener, ask, self._connection.client, self._connection.paths
        )
        loop = asyncio.get_running_loop()
        stream = ask.start(client)

        def stop() -> None:
            loop.call_soon_threadsafe(stream.close)

        # Leaving the stream, also because this task is cancelled, cancels the job.
        async with stream:
            with Ending(ask.cancel, ask.timeout, stop) as ending:
                try:
                    async for event in stream:
                        listener.hear(event, stream.method)
                except asyncio.CancelledError:
                    # A call that was closed here ends like one of a cancelled task, and so does
                    # one whose connection was: a TaskGroup would take it for wanted, silently.
                    task = asyncio.current_task()
                    if task is not None and task.cancelling():
                        raise
                    raise ending.error or gone(client.endpoint, CancelledError("")) from None
                except ClientError as error:
                    if ending.error is not None:
                        raise ending.error from None
                    told = gone(client.endpoint, error)
                    if told is not error:
                        self._connection.lost(client.endpoint)
                        raise told from error
                    raise
        return ask.later(listener.hand())


def connect_async(on_start: Say | None = None) -> AsyncCompanion:
    """A client of the running daemon, which is started if there is none, for an asyncio loop.

    ::

        async with clients.connect_async() as companion:
            result = await companion.remap("Map [Insane].osu", start_ms=12345, end_ms=16000)
            await result.apply()

    Entering it connects; used without ``async with``, its first call does. Either raises
    ``UnreachableError`` where the daemon cannot be started.

    Args:
        on_start: told, in words for people, when the daemon has to be started; in a thread.
    """
    return AsyncCompanion(on_start)
