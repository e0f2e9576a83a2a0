"""The exceptions of model_core as reasons of the contract."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.refusal import Refusal, bad_fields, precondition
from model_core.errors import (
    AudioError,
    Cancelled,
    CheckpointError,
    CheckpointNotFound,
    CompanionError,
    DegenerateOutput,
    DiskFull,
    EditRefused,
    HubAccessDenied,
    HubUnreachable,
    InputError,
    InvalidParameters,
    NotSupported,
    PatchMismatch,
    RebaseConflict,
)

# The first that fits counts: subclasses stand before their bases.
_REASONS: tuple[tuple[type[CompanionError], str], ...] = (
    (NotSupported, "NOT_SUPPORTED"),
    (AudioError, "AUDIO_UNREADABLE"),
    (InvalidParameters, "OPTION_INVALID"),
    (InputError, "INPUT_UNUSABLE"),
    (CheckpointNotFound, "MODEL_NOT_FOUND"),
    (HubUnreachable, "HUB_UNREACHABLE"),
    (HubAccessDenied, "HUB_ACCESS_DENIED"),
    (DiskFull, "DISK_FULL"),
    (CheckpointError, "CHECKPOINT_UNUSABLE"),
    (DegenerateOutput, "DEGENERATE_OUTPUT"),
    (EditRefused, "EDIT_REFUSED"),
    (RebaseConflict, "PATCH_CONFLICT"),
    (PatchMismatch, "MAP_CHANGED"),
    (Cancelled, "CANCELLED"),
)
_PRECONDITIONS = frozenset(
    {"CHECKPOINT_UNUSABLE", "DEGENERATE_OUTPUT", "EDIT_REFUSED", "PATCH_CONFLICT", "MAP_CHANGED"}
)


def reason_of(error: CompanionError) -> str:
    """Name of the ``ErrorReason`` (without prefix) for an exception of model_core."""
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    return "INTERNAL"


def refuse(
    reason: str,
    message: str,
    subject: str,
    lines: tuple[int, ...] = (),
    fields: Mapping[str, str] | None = None,
) -> Refusal:
    """The answer for a reason that came from model_core, with the details its code asks for.

    Args:
        subject: the file or model that it is about.
        lines: 1-based line numbers of the file, where they are the cause.
        fields: fields of the request, with a sentence for each, where they are the cause.
    """
    if fields:
        return bad_fields(reason, fields)
    if reason in _PRECONDITIONS:
        return precondition(reason, subject, message, lines)
    return Refusal(reason, message)


def refusal_of(error: CompanionError, subject: str) -> Refusal:
    """The answer for an exception of model_core."""
    lines = error.lines if isinstance(error, RebaseConflict) else ()
    return refuse(reason_of(error), str(error), subject, lines)
