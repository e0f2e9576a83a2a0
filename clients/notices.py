"""What the daemon wants said before a map is changed, said in time and not twice.

A warning about somebody else's map is shown when the job begins, so that there is time to stop it;
what is said once per map just before the first write. No option leaves anything out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2
    from osu_companion.v1.provenance_pb2 import Notice

    from clients.patching import Patcher


class Teller:
    """Tells the notices of one request for one map.

    Args:
        say: shows a notice; called before anything is written.
    """

    def __init__(self, patcher: Patcher, path: Path, say: Callable[[Notice], None]) -> None:
        self._patcher = patcher
        self._path = path
        self._say = say
        self._heard: list[Notice] = []
        self._said: list[Notice] = []

    def hear(self, event: jobs_pb2.JobEvent) -> None:
        """Take note of an event of the job."""
        if event.WhichOneof("event") == "notice":
            self.learn([event.notice])
        elif event.WhichOneof("event") == "result":
            self.learn(event.result.notices)

    def learn(self, notices: Iterable[Notice]) -> None:
        """Take note of notices; what is said every time is said now."""
        for notice in notices:
            if notice not in self._heard:
                self._heard.append(notice)
                if not _topic(notice):
                    self._tell(notice)

    def before_writing(self) -> None:
        """Say what is said once per map, where it was not yet."""
        for notice in self._heard:
            topic = _topic(notice)
            if notice in self._said or not topic:
                continue
            if self._patcher.first_notice(self._path, topic):
                self._tell(notice)

    def _tell(self, notice: Notice) -> None:
        self._said.append(notice)
        self._say(notice)


def code_of(notice: Notice) -> str:
    """The notice's code for programs: "RANKING", "OTHER_MAPPER", ..."""
    from osu_companion.v1.provenance_pb2 import Notice as Message

    try:
        return Message.Code.Name(notice.code).removeprefix("CODE_")
    except ValueError:  # a daemon newer than this client
        return str(notice.code)


def _topic(notice: Notice) -> str:
    """What the journal remembers of a notice that is said once per map; empty for others."""
    from osu_companion.v1.provenance_pb2 import Notice as Message

    once = {Message.CODE_RANKING: "ranking", Message.CODE_MAPPER_UNKNOWN: "mapper"}
    return once.get(notice.code, "")
