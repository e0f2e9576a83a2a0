"""What the daemon answers when it does not answer with a result.

::

    ClientError
    ├── UsageError          the request itself is wrong (an option, a timestamp)
    ├── ChangedError        the map changed meanwhile; nothing was written
    ├── RefusedError        not found, not supported, not allowed, or the model's output is unusable
    ├── FailedError         it was tried and failed; trying again may work
    ├── UnreachableError    no daemon can be reached or started
    └── CancelledError      the job was cancelled

``reason`` is the name of an ``ErrorReason`` of the contract without its prefix. Imports no grpc:
the CLI's ``--help`` must not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# google.rpc.Code, by number: the few that matter where no reason is known.
_CANCELLED, _UNAVAILABLE, _UNAUTHENTICATED = 1, 14, 16
_REFUSING_CODES = frozenset({3, 5, 7, 9, 11, 12})  # INVALID_ARGUMENT … UNIMPLEMENTED

_CHANGED = frozenset({"MAP_CHANGED", "PATCH_CONFLICT"})
_UNREACHABLE = frozenset({"TOKEN_MISSING", "TOKEN_WRONG", "DAEMON_STOPPING"})
_FAILED = frozenset(
    {
        "QUEUE_FULL",
        "OUT_OF_MEMORY",
        "DISK_FULL",
        "HUB_UNREACHABLE",
        "WORKER_CRASHED",
        "DAEMON_RESTARTED",
        "INTERNAL",
    }
)


class ClientError(Exception):
    """Base of every answer that is not a result. The text is for people."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.metadata = dict(metadata or {})
        self.violations = violations


class UsageError(ClientError):
    """The request is wrong in itself."""


class ChangedError(ClientError):
    """The map changed since, where the request touches it; ``violations`` name the lines."""


class RefusedError(ClientError):
    """The daemon understood and will not do it: the message says why and what would help."""


class FailedError(ClientError):
    """It was tried and failed."""


class UnreachableError(ClientError):
    """No daemon can be reached or started."""


class CancelledError(ClientError):
    """The job was cancelled."""


def classify(code: int, reason: str) -> type[ClientError]:
    """The kind of error for a gRPC code (by number) and a reason of the contract."""
    if reason in _CHANGED:
        return ChangedError
    if reason == "OPTION_INVALID":
        return UsageError
    if reason == "CANCELLED" or (not reason and code == _CANCELLED):
        return CancelledError
    if reason in _UNREACHABLE or (not reason and code in (_UNAVAILABLE, _UNAUTHENTICATED)):
        return UnreachableError
    if reason in _FAILED:
        return FailedError
    if reason or code in _REFUSING_CODES:
        return RefusedError
    return FailedError


def from_status(status: Any) -> ClientError:
    """The error of a ``google.rpc.Status``, with its details."""
    from google.rpc import error_details_pb2

    reason, metadata, violations = "", {}, list[str]()
    for detail in status.details:
        for kind in (
            error_details_pb2.ErrorInfo,
            error_details_pb2.BadRequest,
            error_details_pb2.PreconditionFailure,
        ):
            message = kind()
            if not detail.Unpack(message):
                continue
            if isinstance(message, error_details_pb2.ErrorInfo):
                reason, metadata = message.reason, dict(message.metadata)
            elif isinstance(message, error_details_pb2.BadRequest):
                violations += [f"{v.field}: {v.description}" for v in message.field_violations]
            else:
                violations += [v.description or v.subject for v in message.violations]
    kind_of_error = classify(status.code, reason)
    return kind_of_error(
        status.message or reason or "the daemon gave no reason",
        reason=reason,
        metadata=metadata,
        violations=tuple(violations),
    )


def from_rpc(error: Any) -> ClientError:
    """The error of a failed call (a ``grpc.RpcError`` of either API)."""
    from google.rpc import status_pb2
    from grpc_status import rpc_status

    status = None
    try:
        status = rpc_status.from_call(error)
    except (ValueError, AttributeError):
        # Details and code contradict each other: a proxy or an old daemon. The code still counts.
        status = _status_in_trailers(error)
    if status is None:
        status = _status_in_trailers(error)
    if status is None:
        code = error.code()
        number = code.value[0] if code is not None else 2
        status = status_pb2.Status(code=number, message=_words(number, error.details() or ""))
    return from_status(status)


def _status_in_trailers(error: Any) -> Any:
    from google.protobuf.message import DecodeError
    from google.rpc import status_pb2

    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def _words(code: int, details: str) -> str:
    if code == _UNAVAILABLE:
        return (
            "the daemon cannot be reached (it stopped, or was stopped, meanwhile). Run the "
            f"command again to start it. [{details}]"
        )
    if code == 4:
        return "the daemon did not answer in time. `osu-companion status` shows what it is doing."
    return details
