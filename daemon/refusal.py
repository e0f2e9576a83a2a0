"""Refusals: the errors that reach a caller, each a ``google.rpc.Status`` with its details.

A :class:`Refusal` is raised where the trouble is found and turned into a gRPC status by
:mod:`daemon.guard`, or into a job's failure by :mod:`daemon.jobs`. Its message is for people and
names the remedy; :class:`~osu_companion.v1.errors_pb2.ErrorReason` is for programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from osu_companion.local.endpoint import ERROR_DOMAIN
from osu_companion.v1 import errors_pb2

_PREFIX = "ERROR_REASON_"

# Lines of a file that an error names, at most: an editor's save may touch every one.
MAX_LINES = 12
# gRPC drops a call whose trailers are larger than 8 KiB (surely above 16), error and all.
_MAX_TRAILER_BYTES = 6000
_SHORT_MESSAGE = 300

# One code for each reason, so that the two cannot disagree.
_CODES: Mapping[str, int] = {
    "TOKEN_MISSING": code_pb2.UNAUTHENTICATED,
    "TOKEN_WRONG": code_pb2.UNAUTHENTICATED,
    "MAP_NOT_FOUND": code_pb2.NOT_FOUND,
    "AUDIO_NOT_FOUND": code_pb2.NOT_FOUND,
    "JOB_NOT_FOUND": code_pb2.NOT_FOUND,
    "VARIANT_NOT_FOUND": code_pb2.NOT_FOUND,
    "BASE_NOT_FOUND": code_pb2.NOT_FOUND,
    "MODEL_NOT_FOUND": code_pb2.NOT_FOUND,
    "NO_ACTIVE_MAP": code_pb2.NOT_FOUND,
    "SONGS_NOT_FOUND": code_pb2.NOT_FOUND,
    "FOLDER_NOT_ALLOWED": code_pb2.PERMISSION_DENIED,
    "NOT_A_BEATMAP": code_pb2.INVALID_ARGUMENT,
    "AUDIO_UNREADABLE": code_pb2.INVALID_ARGUMENT,
    "RANGE_EMPTY": code_pb2.INVALID_ARGUMENT,
    "RANGE_OUTSIDE_SONG": code_pb2.INVALID_ARGUMENT,
    "OPTION_INVALID": code_pb2.INVALID_ARGUMENT,
    "INPUT_UNUSABLE": code_pb2.INVALID_ARGUMENT,
    "NOT_SUPPORTED": code_pb2.UNIMPLEMENTED,
    "FILE_EXISTS": code_pb2.ALREADY_EXISTS,
    "MAP_CHANGED": code_pb2.FAILED_PRECONDITION,
    "PATCH_CONFLICT": code_pb2.FAILED_PRECONDITION,
    "DEGENERATE_OUTPUT": code_pb2.FAILED_PRECONDITION,
    "EDIT_REFUSED": code_pb2.FAILED_PRECONDITION,
    "CHECKPOINT_UNUSABLE": code_pb2.FAILED_PRECONDITION,
    "MODEL_BUSY": code_pb2.FAILED_PRECONDITION,
    "QUEUE_FULL": code_pb2.RESOURCE_EXHAUSTED,
    "OUT_OF_MEMORY": code_pb2.RESOURCE_EXHAUSTED,
    "DISK_FULL": code_pb2.RESOURCE_EXHAUSTED,
    "HUB_ACCESS_DENIED": code_pb2.PERMISSION_DENIED,
    "HUB_UNREACHABLE": code_pb2.UNAVAILABLE,
    "CANCELLED": code_pb2.CANCELLED,
    "DAEMON_RESTARTED": code_pb2.ABORTED,
    "DAEMON_STOPPING": code_pb2.UNAVAILABLE,
    "WORKER_CRASHED": code_pb2.INTERNAL,
    "INTERNAL": code_pb2.INTERNAL,
}


class Refusal(Exception):  # noqa: N818 - an answer, not an accident
    """A request that is answered with an error.

    Args:
        reason: name of an ``ErrorReason`` without its prefix.
        message: what happened, to which file and line, and the remedy.
        details: further ``google.rpc`` messages (BadRequest, PreconditionFailure, RetryInfo).
        facts: ``ErrorInfo.metadata``, for programs.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        details: Iterable[Message] = (),
        facts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        # An unknown name is a mistake in this program: say so at once, in the tests.
        errors_pb2.ErrorReason.Value(_PREFIX + reason)
        self.reason = reason
        self.message = message
        self.details = tuple(details)
        self.facts = dict(facts or {})

    def status(self) -> status_pb2.Status:
        """The whole error as one message."""
        info = error_details_pb2.ErrorInfo(
            reason=self.reason, domain=ERROR_DOMAIN, metadata=self.facts
        )
        status = status_pb2.Status(code=_CODES[self.reason], message=self.message)
        for detail in (info, *self.details):
            packed = AnyMessage()
            packed.Pack(detail)
            status.details.append(packed)
        return status


def fitting(refusal: Refusal) -> status_pb2.Status:
    """The refusal's status, without what would not fit into a call's trailers."""
    status = refusal.status()
    if _trailer_bytes(status) <= _MAX_TRAILER_BYTES:
        return status
    facts = {key: value for key, value in refusal.facts.items() if len(value) <= _SHORT_MESSAGE}
    message = refusal.message
    slim = Refusal(refusal.reason, message, facts=facts).status()
    if _trailer_bytes(slim) > _MAX_TRAILER_BYTES:
        half = _SHORT_MESSAGE // 2
        slim = Refusal(refusal.reason, f"{message[:half]} … {message[-half:]}").status()
    return slim


def _trailer_bytes(status: status_pb2.Status) -> int:
    # The message goes percent-encoded, and once more within the status, which goes as base64.
    size: int = status.ByteSize()
    return len(quote(status.message)) + size * 4 // 3


def bad_field(reason: str, field: str, message: str) -> Refusal:
    """A request whose field holds what it must not."""
    return bad_fields(reason, {field: message})


def bad_fields(reason: str, problems: Mapping[str, str]) -> Refusal:
    """A request whose fields, by name, hold what they must not; with a sentence for each."""
    violations = [
        error_details_pb2.BadRequest.FieldViolation(field=field, description=message)
        for field, message in problems.items()
    ]
    told = " ".join(dict.fromkeys(problems.values()))
    return Refusal(reason, told, [error_details_pb2.BadRequest(field_violations=violations)])


def precondition(reason: str, subject: str, message: str, lines: Iterable[int] = ()) -> Refusal:
    """A file or model that is not as the request needs it.

    Args:
        subject: the file or model.
        lines: 1-based line numbers in the way, if any; each becomes a violation of its own and
            ``ErrorInfo.metadata["lines"]`` lists them. The first ``MAX_LINES`` of them.
    """
    lines = tuple(lines)[:MAX_LINES]
    subjects = [f"{subject}:{line}" for line in lines] or [subject]
    failure = error_details_pb2.PreconditionFailure(
        violations=[
            error_details_pb2.PreconditionFailure.Violation(
                type=reason, subject=each, description=message
            )
            for each in subjects
        ]
    )
    facts = {"lines": ",".join(map(str, lines))} if lines else {}
    return Refusal(reason, message, [failure], facts)


def retry_later(reason: str, message: str, seconds: float) -> Refusal:
    """Something that passes: the caller may try again after so many seconds."""
    delay = Duration()
    delay.FromMilliseconds(round(seconds * 1000))
    return Refusal(reason, message, [error_details_pb2.RetryInfo(retry_delay=delay)])
