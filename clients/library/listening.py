"""The events of one request: told on as they come, and the result kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from clients.client.errors import FailedError, from_status
from clients.library.asks import Ask
from clients.library.progress import progress_of
from clients.library.results import notice_of
from clients.library.writing import Hand
from clients.notices import Teller
from clients.patching import Patcher, PatchingError
from clients.patching.atomic import read as read_map

if TYPE_CHECKING:
    from osu_companion.local.paths import Paths
    from osu_companion.v1 import jobs_pb2
    from osu_companion.v1.provenance_pb2 import Notice as NoticeMessage

    from clients.client import Client

log = logging.getLogger("clients")


class Listener:
    """Hears one request's events; made before it is asked, because it reads the map first."""

    def __init__(self, ask: Ask[Any, Any], connect: Callable[[], Client], paths: Paths) -> None:
        self._ask = ask
        self._connect = connect
        self._patcher = Patcher(paths.state)
        self._teller = Teller(self._patcher, ask.path, self._say)
        self._base = _bytes_of(ask)
        self._result: jobs_pb2.JobResult | None = None
        self._job_id = ""

    def hear(self, event: jobs_pb2.JobEvent, method: str) -> None:
        """Take note of an event of a job that this method asked for.

        Raises:
            ClientError: it is the job's failure.
        """
        self._job_id = event.job_id or self._job_id
        self._teller.hear(event)
        kind = event.WhichOneof("event")
        if kind == "failure":
            raise from_status(event.failure.status)
        if kind == "result":
            self._result = event.result
        elif self._ask.on_progress is not None:
            progress = progress_of(event, method)
            if progress is not None:
                self._ask.on_progress(progress)

    def hand(self) -> Hand:
        """What writes the job's result.

        Raises:
            FailedError: there was none.
        """
        if self._result is None:
            raise FailedError("The daemon ended the job's stream without a result; try again.")
        return Hand(
            self._connect,
            self._patcher,
            self._teller,
            self._ask.path,
            self._base,
            self._job_id,
            self._result,
        )

    def _say(self, notice: NoticeMessage) -> None:
        if self._ask.on_notice is None:
            log.warning("%s", notice.text)
        else:
            self._ask.on_notice(notice_of(notice))


def _bytes_of(ask: Ask[Any, Any]) -> bytes:
    """The map as it is now; what cannot be read is the daemon's to say, and songs are not read."""
    if ask.path.suffix.lower() != ".osu":
        return b""
    try:
        return read_map(ask.path)
    except PatchingError:
        return b""
