"""What a command shows: for people on a terminal, for people without one, and for programs.

Results go to standard output; progress and remarks to standard error, so that a pipe gets the
result alone. With ``--json`` standard output holds one JSON object a line, the last one of type
``result`` or ``error``.
"""

from __future__ import annotations

import json
import re
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from clients.cli.exits import Exit
from clients.notices import code_of
from clients.progress import PULL_STAGES, describe, describe_pull, stage_words

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, models_pb2
    from osu_companion.v1.provenance_pb2 import Notice

# A message that may begin with the name of a file or a mapset's folder, which stays as it is.
_NAMED = re.compile(r"[^\n]*?(\.[a-z]\w{1,3}\b| - )")


class Output:
    """Plain lines; the base of the other two."""

    # Whether standard output holds JSON objects and nothing else.
    for_programs = False

    def __init__(self) -> None:
        self._last = ""
        # What was asked for, by the contract's name; the words of progress depend on it.
        self.method = ""
        # Whether the result was shown: whatever comes after it does not unmake it.
        self.finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.finish_progress()

    def event(self, event: jobs_pb2.JobEvent) -> None:
        """Show a job's event; results and failures are shown by who handles them."""
        match event.WhichOneof("event"):
            case "queued":
                self.queued(event.job_id, event.queued.position)
            case "progress":
                self.progress(event.job_id, event.progress)
            case _:
                self.finish_progress()

    def queued(self, _job_id: str, position: int) -> None:
        """Waiting behind ``position`` other jobs."""
        if position:
            self._say_once(f"Waiting: {position} {'job' if position == 1 else 'jobs'} before this.")

    def progress(self, _job_id: str, progress: jobs_pb2.JobProgress) -> None:
        """One line per stage and window, whatever the rate of events."""
        key = f"{progress.attempt} {progress.stage} {progress.window}"
        if key != self._last:
            self._last = key
            print(describe(progress, self.method), file=sys.stderr, flush=True)

    def pulling(self, progress: models_pb2.PullProgress) -> None:
        """A line for every stage and every twentieth of a download."""
        share = 20 * progress.bytes_done // progress.bytes_total if progress.bytes_total else 0
        key = f"{progress.model} {progress.stage} {progress.attempt} {share}"
        if key != self._last:
            self._last = key
            print(describe_pull(progress), file=sys.stderr, flush=True)

    def finish_progress(self) -> None:
        """Take a live display off the screen."""

    def notice(self, text: str) -> None:
        """A remark beside the result."""
        print(text, file=sys.stderr, flush=True)

    def told(self, notice: Notice) -> None:
        """What the daemon wants said before a map is changed; for programs at once, too."""
        self.notice(notice.text)

    def result(self, fields: dict[str, Any], text: str) -> None:
        """The result: ``fields`` for programs, ``text`` for people."""
        self.finish_progress()
        _print_safely(text)
        self.finished = True

    def error(self, error: BaseException, code: Exit) -> None:
        """What stopped the command."""
        self.finish_progress()
        print(error_text(error), file=sys.stderr, flush=True)

    def _say_once(self, text: str) -> None:
        if text != self._last:
            self._last = text
            print(text, file=sys.stderr, flush=True)


class JsonOutput(Output):
    """One JSON object a line."""

    for_programs = True

    def __init__(self) -> None:
        super().__init__()
        self._notices: list[str] = []
        self._job = ""

    def queued(self, job_id: str, position: int) -> None:
        self._job = job_id
        self._line({"type": "queued", "job": job_id, "position": position})

    def progress(self, job_id: str, progress: jobs_pb2.JobProgress) -> None:
        self._job = job_id
        left = progress.seconds_left
        self._progress(
            stage_words(progress.stage, self.method),
            window=progress.window,
            windows=progress.windows,
            tokens=progress.tokens,
            tokens_per_second=round(progress.tokens_per_second, 1),
            objects=progress.objects,
            seconds_left=round(left, 2) if left >= 0 else None,
            attempt=progress.attempt,
        )

    def pulling(self, progress: models_pb2.PullProgress) -> None:
        left = progress.seconds_left
        self._progress(
            PULL_STAGES.get(progress.stage, ""),
            seconds_left=round(left, 1) if left >= 0 else None,
            attempt=max(1, progress.attempt),
            model=progress.model,
            file=progress.file,
            files_done=progress.files_done,
            files=progress.files,
            bytes_done=progress.bytes_done,
            bytes_total=progress.bytes_total,
            bytes_found=progress.bytes_found,
            bytes_per_second=round(progress.bytes_per_second),
        )

    def _progress(
        self,
        stage: str,
        *,
        window: int = 0,
        windows: int = 0,
        tokens: int = 0,
        tokens_per_second: float = 0.0,
        objects: int = 0,
        seconds_left: float | None = None,
        attempt: int = 1,
        **more: Any,
    ) -> None:
        """Every line of progress has the same keys, whatever it is about."""
        self._line(
            {
                "type": "progress",
                "job": self._job,
                "stage": stage,
                "window": window,
                "windows": windows,
                "tokens": tokens,
                "tokens_per_second": tokens_per_second,
                "objects": objects,
                "seconds_left": seconds_left,
                "attempt": attempt,
                **more,
            }
        )

    def notice(self, text: str) -> None:
        self._notices.append(text)

    def told(self, notice: Notice) -> None:
        self.notice(notice.text)
        # Programs know four types of lines; what is said on the way to the result is progress.
        self._progress("notice", notice={"code": code_of(notice), "text": notice.text})

    def result(self, fields: dict[str, Any], text: str) -> None:
        self._line({"type": "result", **fields, "notices": self._notices})
        self.finished = True

    def error(self, error: BaseException, code: Exit) -> None:
        fields: dict[str, Any] = {
            "type": "error",
            "exit_code": int(code),
            "reason": getattr(error, "reason", "") or code.name,
            "message": error_text(error, short=True),
            "violations": list(getattr(error, "violations", ())),
            "notices": self._notices,
        }
        if getattr(error, "diff", ""):
            fields["diff"] = error.diff  # type: ignore[attr-defined]
        self._line(fields)

    def _line(self, fields: dict[str, Any]) -> None:
        # ASCII, so that no console's encoding can get in the way.
        print(json.dumps(fields, allow_nan=False), flush=True)


def error_text(error: BaseException, short: bool = False) -> str:
    """The error for people: what happened, the lines in question, the conflict's diff."""
    if isinstance(error, KeyboardInterrupt):
        return "Cancelled; nothing was written."
    told = error.format_message() if hasattr(error, "format_message") else str(error)
    text = str(told).strip() or type(error).__name__
    if text.split(maxsplit=1)[0].isalpha() and not _NAMED.match(text):
        text = text[0].upper() + text[1:]
    if short:
        return text
    for violation in getattr(error, "violations", ()):
        # The first of them often is the message itself, with the field's name before it.
        if violation.split(": ", 1)[-1].lower() not in text.lower():
            text += f"\n  {violation}"
    diff = getattr(error, "diff", "")
    if diff:
        text += f"\nWhat the other program changed:\n{diff}"
    return text


def make_output(as_json: bool) -> Output:
    """The output for this run: JSON, live on a terminal, plain otherwise."""
    if as_json:
        return JsonOutput()
    if sys.stderr.isatty():
        from clients.cli.live import LiveOutput

        return LiveOutput()
    return Output()


def _print_safely(text: str) -> None:
    """Print to a console whose encoding may lack characters that maps have."""
    try:
        print(text, flush=True)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
