"""The exceptions this package raises on purpose.

::

    CompanionError                 anything a user can be told about
    ├── NotSupported               understood, but not built for this input (a game mode, a codec)
    ├── InputError                 the input cannot be used: missing audio, range outside the song
    │   ├── InvalidParameters      what is asked for is outside its limits, or contradicts itself
    │   └── AudioError             the audio file cannot be opened or decoded
    ├── CheckpointError            a checkpoint's files are missing, damaged or not understood
    │   ├── CheckpointNotFound     no such repository, revision or file, or not on this machine
    │   ├── HubUnreachable         the model hub does not answer, or this machine is offline
    │   ├── HubAccessDenied        the hub keeps it for those who are logged in, or agreed to terms
    │   └── DiskFull               a download does not fit on the disk
    ├── DegenerateOutput           the model's answer is unusable and was not turned into an edit
    ├── EditRefused                an edit would break its own contract
    ├── PatchMismatch              a patch was made for other bytes
    │   └── RebaseConflict         … and cannot be carried over to the new ones
    └── Cancelled                  the caller asked to stop

Each message says what happened, to which file and line, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping


class CompanionError(Exception):
    """Base of everything a user can be told about."""


class NotSupported(CompanionError):  # noqa: N818 - reads as what happened
    """The request is understood but not built for this input."""


class InputError(CompanionError):
    """The input cannot be used as it is."""


class InvalidParameters(InputError):  # noqa: N818
    """Parameters are outside their limits or contradict each other.

    ``fields`` has a full sentence for each that is wrong; the message is all of them.
    """

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class AudioError(InputError):
    """An audio file is missing, unreadable or holds no sound."""


class CheckpointError(CompanionError):
    """A checkpoint's files are missing, damaged or not understood."""


class CheckpointNotFound(CheckpointError):  # noqa: N818
    """There is no such checkpoint, on the hub or on this machine."""


class HubUnreachable(CheckpointError):  # noqa: N818
    """The model hub cannot be reached; what is on this machine still works."""


class HubAccessDenied(CheckpointError):  # noqa: N818
    """The hub does not give it to this user (yet)."""


class DiskFull(CheckpointError):  # noqa: N818
    """The disk has not enough room for a download. What came already stays, to be carried on."""


class DegenerateOutput(CompanionError):  # noqa: N818
    """The model's answer is unusable (empty, or all on one spot)."""


class EditRefused(CompanionError):  # noqa: N818
    """An edit would change something it must not."""


class PatchMismatch(CompanionError):  # noqa: N818
    """A patch was made for other bytes than those it was given."""


class RebaseConflict(PatchMismatch):
    """A patch cannot be carried over: the touched lines changed.

    ``lines`` are the 1-based line numbers, in the changed file, that are in the way.
    """

    def __init__(self, message: str, lines: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.lines = lines


class Cancelled(CompanionError):  # noqa: N818
    """The caller asked to stop."""
