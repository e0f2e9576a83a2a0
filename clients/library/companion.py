"""The synchronous client of the library: each call runs its request to the end."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from osu_companion.local.paths import Paths

from clients.client.errors import CancelledError, ClientError
from clients.client.pictures import Variant
from clients.client.starting import Say
from clients.library import asks
from clients.library.asks import AnyPath, Ask
from clients.library.cancelling import Ending
from clients.library.connection import Connection, gone
from clients.library.journal import taken_back
from clients.library.listening import Listener
from clients.library.pictures import Picture, picture_of
from clients.library.writing import Change

P = ParamSpec("P")
R = TypeVar("R")


def _runs(
    make: Callable[P, Ask[R, object]],
) -> Callable[Concatenate[Companion, P], R]:
    """A method that runs a request to its end."""

    @functools.wraps(make)
    def method(self: Companion, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._run(make(*args, **kwargs))

    return as_method(method, make)  # type: ignore[no-any-return]


def as_method(method: Callable[..., Any], make: Callable[..., Any]) -> Any:
    """The method with the request's signature, for help and for editors."""
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    given = inspect.signature(make)
    method.__signature__ = given.replace(  # type: ignore[attr-defined]
        parameters=[own, *given.parameters.values()], return_annotation=inspect.Signature.empty
    )
    del method.__wrapped__  # type: ignore[attr-defined]
    return method


class Companion:
    """Asks the daemon, and waits for results; for use from any thread, several at once.

    A daemon that has gone is started again by the next call. Ctrl-C in a call cancels its job.
    """

    def __init__(self, on_start: Say | None = None, paths: Paths | None = None) -> None:
        self._connection = Connection(on_start, paths)

    remap = _runs(asks.remap)
    hitsound = _runs(asks.hitsound)
    guest_difficulty = _runs(asks.guest_difficulty)
    mod = _runs(asks.mod)
    timing = _runs(asks.timing)
    generate = _runs(asks.generate)

    def active_map(self) -> Path:
        """The map that was saved last in Songs, which is the one open in the editor.

        Raises:
            RefusedError: none was saved yet.
        """
        return Path(self._connection.client().active_map().path)

    def dismiss(self, path: AnyPath, ids: Sequence[str], *, restore: bool = False) -> list[str]:
        """Dismiss suggestions of a map for good, or take that back; all that is dismissed of it.

        Raises:
            UsageError: an id that names none.
        """
        return self._connection.client().dismiss(path, ids, restore=restore)

    def draw(
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
        return picture_of(
            self._connection.client().draw(
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

    def undo(self, path: AnyPath | None = None) -> Change:
        """Take the last change back, of that map or of any.

        Raises:
            NothingToUndoError: there is none.
            UndoConflictError: the map was changed by someone else since; nothing was written.
        """
        return taken_back(self._connection.paths, path)

    def close(self) -> None:
        """Close the connection. The daemon runs on: other programs use it, too."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, ask: Ask[R, object]) -> R:
        if ask.cancel is not None and ask.cancel.cancelled:
            raise CancelledError("Cancelled; nothing was written.", reason="CANCELLED")
        client = self._connection.client()
        listener = Listener(ask, self._connection.client, self._connection.paths)
        # Leaving the stream, also by an exception of Ctrl-C or of a callback, cancels the job.
        stream = ask.start(client)
        with stream, Ending(ask.cancel, ask.timeout, stream.close) as ending:
            try:
                for event in stream:
                    listener.hear(event, stream.method)
            except ClientError as error:
                if ending.error is not None:
                    raise ending.error from None
                told = gone(client.endpoint, error)
                if told is not error:
                    self._connection.lost(client.endpoint)
                    raise told from error
                raise
        return ask.now(listener.hand())


def connect(on_start: Say | None = None) -> Companion:
    """A client of the running daemon, which is started if there is none.

    ::

        with clients.connect() as companion:
            companion.remap("Map [Insane].osu", start_ms=12345, end_ms=16000).apply()

    Args:
        on_start: told, in words for people, when the daemon has to be started.

    Raises:
        UnreachableError: it cannot be started; the message holds its last words.
    """
    companion = Companion(on_start)
    companion._connection.client()
    return companion
