"""From the daemon's answer to the written map: used by the CLI, the tray and the demo alike.

If the map was saved by someone else since the daemon read it, the patch is re-made on the new
bytes; where the touched range itself changed, nothing is written and the conflict is shown.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clients.client.errors import ChangedError, FailedError, from_status
from clients.notices import Teller
from clients.patching import (
    BaseChangedError,
    Entry,
    Origin,
    Patcher,
    sha256_hex,
    unified_diff,
)
from clients.patching.atomic import read as read_map
from clients.patching.atomic import require_writable

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2, provenance_pb2
    from osu_companion.v1.provenance_pb2 import Notice

    from clients.client import Client

# How often a map may be saved by someone else while we try to write it.
_ATTEMPTS = 3


class MapConflictError(ChangedError):
    """The touched range was changed by someone else; ``diff`` shows what they changed."""

    def __init__(self, message: str, *, violations: tuple[str, ...], diff: str) -> None:
        super().__init__(message, reason="PATCH_CONFLICT", violations=violations)
        self.diff = diff


@dataclass(frozen=True, slots=True)
class Prepared:
    """A patch that fits the map as it is now, and the bytes before and after it."""

    patch: patches_pb2.BeatmapPatch
    before: bytes
    after: bytes
    rebased: bool

    def diff(self, name: str) -> str:
        """A unified diff for people."""
        return unified_diff(self.before, self.after, name)


@dataclass(frozen=True, slots=True)
class Applied:
    """A written change: its journal entry and what was written."""

    entry: Entry
    prepared: Prepared


def follow(
    events: Iterable[jobs_pb2.JobEvent], on_event: Callable[[jobs_pb2.JobEvent], None]
) -> jobs_pb2.JobResult:
    """Read a job's events to the end, telling of each, and return the result.

    Raises:
        ClientError: the job failed or was cancelled, or the stream broke.
    """
    result = None
    for event in events:
        on_event(event)
        if event.WhichOneof("event") == "failure":
            raise from_status(event.failure.status)
        if event.WhichOneof("event") == "result":
            result = event.result
    if result is None:
        raise FailedError("the daemon ended the job's stream without a result; try again")
    return result


def prepare(
    client: Client, path: Path, patch: patches_pb2.BeatmapPatch, base: bytes = b""
) -> Prepared:
    """Fit a patch to the map as it is now, without writing.

    Args:
        base: the bytes that the patch was made for, if known; the daemon keeps them for a day.

    Raises:
        MapConflictError: someone else changed what the patch touches.
        WriteRefusedError: the map cannot be read.
    """
    return fit(client, patch, read_map(path), path.name, base)


def fit(
    client: Client, patch: patches_pb2.BeatmapPatch, current: bytes, name: str, base: bytes = b""
) -> Prepared:
    """As :func:`prepare`, for a map called ``name`` that holds ``current``."""
    from clients.client.requests import line_patch

    if sha256_hex(current) == patch.base_sha256:
        return Prepared(patch, current, line_patch(patch).apply(current), rebased=False)
    known = base if sha256_hex(base) == patch.base_sha256 else b""
    try:
        moved = client.rebase(patch, current, known)
    except ChangedError as error:
        theirs = unified_diff(known, current, name) if known else ""
        text = str(error).rstrip(".") + "."
        if "nothing was written" not in text.lower():
            text += " Nothing was written."
        raise MapConflictError(
            text,
            violations=error.violations,
            diff=theirs,
        ) from error
    return Prepared(moved, current, line_patch(moved).apply(current), rebased=True)


def apply(
    client: Client,
    patcher: Patcher,
    path: Path,
    patch: patches_pb2.BeatmapPatch,
    origin: Origin,
    teller: Teller,
    base: bytes = b"",
) -> Applied:
    """Write a patch, re-made on the map as it is now where that changed.

    What ``teller`` still has to say is said first.

    Raises:
        MapConflictError: someone else changed what the patch touches; nothing was written.
        PatchingError: the map or the journal cannot be written; nothing was.
    """
    from clients.client.requests import line_patch

    teller.before_writing()
    for attempt in range(1, _ATTEMPTS + 1):
        prepared = prepare(client, path, patch, base)
        tell(client, path, prepared.patch.result_sha256)
        try:
            entry = patcher.apply(path, line_patch(prepared.patch), origin)
        except BaseChangedError:
            if attempt == _ATTEMPTS:
                raise
            continue
        return Applied(entry, prepared)
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class Done:
    """A remap from request to written map."""

    job_id: str
    result: jobs_pb2.JobResult
    applied: Applied


def remap_and_apply(
    client: Client,
    patcher: Patcher,
    path: Path,
    *,
    on_event: Callable[[jobs_pb2.JobEvent], None],
    on_notice: Callable[[Notice], None],
    start_ms: int | None = None,
    end_ms: int | None = None,
    range_text: str = "",
    seed: int | None = None,
) -> Done:
    """Ask for a remap, follow it, and write its best variant.

    ``on_notice`` shows what has to be said before the map is changed.

    Raises:
        ClientError, PatchingError: nothing was written.
    """
    require_writable(path)
    base = read_map(path)
    teller = Teller(patcher, path, on_notice)

    def hear(event: jobs_pb2.JobEvent) -> None:
        teller.hear(event)
        on_event(event)

    with client.remap(
        path, start_ms=start_ms, end_ms=end_ms, range_text=range_text, seed=seed
    ) as stream:
        result = follow(stream, hear)
        job_id = stream.job_id
    best = min(result.variants, key=lambda variant: variant.number)
    origin = origin_of(job_id, result.provenance, best)
    return Done(job_id, result, apply(client, patcher, path, best.patch, origin, teller, base))


def tell(client: Client, path: Path, sha256: str) -> None:
    """Tell the watcher that the next content of the map is ours; only a courtesy."""
    import contextlib

    from clients.client.errors import ClientError

    with contextlib.suppress(ClientError):
        client.report_write(path.resolve(), sha256)


def origin_of(
    job_id: str, provenance: provenance_pb2.Provenance, variant: patches_pb2.BeatmapVariant
) -> Origin:
    """Where a written variant comes from, for the journal.

    ``detail`` is all of it in JSON: range, model and checkpoint, seed, options, device, precision,
    version, when it was made and of which bytes. What the daemon did not tell is absent.
    """
    from google.protobuf import json_format

    facts: dict[str, Any] = {
        "model": provenance.model,
        "checkpoint": _fields(provenance.checkpoint),
        "options": _whole(json_format.MessageToDict(provenance.options)),
        "device": provenance.device,
        "precision": provenance.precision,
        "version": provenance.program_version,
        "made_at": provenance.made_at.ToJsonString() if provenance.HasField("made_at") else "",
        "base_sha256": provenance.base_sha256,
    }
    detail = {
        **_span(provenance, variant),
        "seed": provenance.seed,
        "seam_bits": finite(variant.seam_bits),
        **{name: value for name, value in facts.items() if value},
    }
    return Origin(
        verb=provenance.verb or "remap",
        job=job_id,
        variant=variant.number,
        summary=variant.file.text or variant.mapset.text or variant.patch.summary.text,
        detail=json.dumps(detail),
    )


def _span(
    provenance: provenance_pb2.Provenance, variant: patches_pb2.BeatmapVariant
) -> dict[str, int]:
    """The range in ms; nothing where a new map is of the whole song."""
    if not variant.HasField("patch"):
        asked = {"start_ms": provenance.start_ms, "end_ms": provenance.end_ms}
        return asked if any(asked.values()) else {}
    return {"start_ms": variant.patch.start_ms, "end_ms": variant.patch.end_ms}


def _fields(message: Any) -> dict[str, Any]:
    """What a message tells, by name; messages in it as well."""
    return {
        field.name: _fields(value) if field.message_type is not None else value
        for field, value in message.ListFields()
        if value
    }


def _whole(value: Any) -> Any:
    """The value with numbers such as 1.0 as 1: a Struct knows no whole numbers."""
    if isinstance(value, dict):
        return {name: _whole(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def finite(number: float) -> float | None:
    """The number, or ``None`` for NaN and infinities, which JSON does not have."""
    return number if math.isfinite(number) else None
