"""``osu-companion mod --fix``: suggested edits of a report, written as one change."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import Paths

from clients.cli.asking import RELOAD_HINT, result_fields, summary_fields
from clients.cli.interrupts import uninterrupted
from clients.cli.mod import Modded, Request, as_asked, ask
from clients.cli.output import Output
from clients.cli.previewing import preview
from clients.client import Client
from clients.client.errors import ClientError, RefusedError
from clients.notices import Teller
from clients.patching import Origin, Patcher, sha256_hex
from clients.patching.atomic import read as read_map
from clients.patching.atomic import require_writable
from clients.remapping import Prepared, apply, origin_of, prepare
from clients.reports.reading import Report, Suggestion

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, modding_pb2

# Beside ids and names of rules; "model" is the name of the model's own.
ALL, RULES, MODEL = "all", "rules", "model"
_METHOD = "ModBeatmap"
_MOST_LINES = 20


def fix(client: Client, paths: Paths, path: Path, request: Request, output: Output) -> None:
    """Make the edits of the suggestions that ``request.fix`` names.

    Raises:
        RefusedError: none of them can be made.
        ChangedError: the map was saved by someone else meanwhile; nothing was written.
    """
    if not request.dry_run:
        require_writable(path)
    base = read_map(path)
    patcher = Patcher(paths.state)
    teller = Teller(patcher, path, output.told)
    modded = _modded(client, path, base, request, teller, output)
    ids = expanded(modded.report, request.fix)
    answer = client.fix(modded.job_id, ids) if ids else None
    if answer is None or not answer.patch.edits:
        raise _nothing_made(request.fix, answer)
    teller.learn(answer.notices)
    shown = preview(
        request.preview,
        client,
        output,
        path=path,
        patch=answer.patch,
        writes=not request.dry_run,
    )
    if request.dry_run:
        prepared = prepare(client, path, answer.patch, base)
        diff = prepared.diff(path.name)
        fields = _fields(modded, answer, prepared, path) | {"applied": False, "diff": diff}
        output.result(fields | shown, "\n".join([diff.rstrip("\n"), *_left(answer)]))
        return
    with uninterrupted():
        origin = _origin(modded, answer)
        applied = apply(client, patcher, path, answer.patch, origin, teller, base)
        fields = _fields(modded, answer, applied.prepared, path)
        fields |= {"applied": True, "entry": applied.entry.id}
        output.result(fields | shown, _told(answer, path))


def expanded(report: Report, wanted: Sequence[str]) -> list[str]:
    """The ids that words name: an id itself, the name of a rule, ``all``, ``rules``, ``model``."""
    ids: dict[str, None] = {}
    for word in wanted:
        named = [each["id"] for each in _able(report) if _is_named(each, word)]
        ids.update(dict.fromkeys(named or ([] if word in (ALL, RULES, MODEL) else [word])))
    return list(ids)


def _able(report: Report) -> Iterator[Suggestion]:
    """Suggestions that have an edit of the report's own map."""
    for each in report["suggestions"]:
        if each["fix"] is not None and each["file"] == report["map"]["file"]:
            yield each


def _is_named(each: Suggestion, word: str) -> bool:
    return word in (ALL, each["source"], each["rule"])


def _modded(
    client: Client, path: Path, base: bytes, request: Request, teller: Teller, output: Output
) -> Modded:
    """A report that knows the suggestions: the last one where it is of this very file."""
    # Names of rules hold no slash, ids do.
    if all("/" in word for word in request.fix):
        earlier = _earlier(client, path, base, request)
        if earlier is not None:
            return earlier
    if not any(word in (ALL, MODEL) or word.startswith(f"{MODEL}/") for word in request.fix):
        # What rules found is found again without the model.
        request = dataclasses.replace(request, rules_only=True)
    return ask(client, path, request, teller, output)


def _earlier(client: Client, path: Path, base: bytes, request: Request) -> Modded | None:
    """The newest report of the map, where the map is still as it was and all ids are in it."""
    from osu_companion.v1 import jobs_pb2

    real, digest = os.path.realpath(path), sha256_hex(base)
    for job in client.jobs([jobs_pb2.JOB_STATE_DONE]):
        if job.kind != _METHOD or job.path != real:
            continue
        result = _result_of(client, job.job_id)
        if result is None:
            return None
        report = json.loads(result.report.json)
        known = {
            name
            for each in (*report["suggestions"], *report["dismissed_suggestions"])
            for name in (each["id"], *each["also"])
        }
        if result.provenance.base_sha256 != digest or not known.issuperset(request.fix):
            return None
        return Modded(job.job_id, result, as_asked(report, request))
    return None


def _result_of(client: Client, job_id: str) -> jobs_pb2.JobResult | None:
    try:
        with client.attach(job_id) as stream:
            for event in stream:
                if event.WhichOneof("event") == "result":
                    return event.result
    except ClientError:
        pass  # it is no longer kept
    return None


def _origin(modded: Modded, answer: modding_pb2.FixSuggestionsResponse) -> Origin:
    from osu_companion.v1 import patches_pb2

    variant = patches_pb2.BeatmapVariant(number=1, seam_bits=float("nan"), patch=answer.patch)
    origin = origin_of(modded.job_id, modded.result.provenance, variant)
    detail = json.loads(origin.detail) | {"fixed": list(answer.made)}
    return dataclasses.replace(origin, verb="fix", detail=json.dumps(detail))


def _nothing_made(
    wanted: Sequence[str], answer: modding_pb2.FixSuggestionsResponse | None
) -> RefusedError:
    if answer is None:
        return RefusedError(
            f"There is no suggested edit to make for {', '.join(wanted)}. Nothing was written.",
            reason="EDIT_REFUSED",
        )
    return RefusedError(
        "None of these edits can be made. Nothing was written.",
        reason="EDIT_REFUSED",
        violations=tuple(f"{each.id} - {each.reason}" for each in answer.left),
    )


def _told(answer: modding_pb2.FixSuggestionsResponse, path: Path) -> str:
    summary = answer.patch.summary
    lines = [f"{path.name}: {summary.text}."]
    lines += [f"  {line}" for line in summary.lines[:_MOST_LINES]]
    if len(summary.lines) > _MOST_LINES:
        lines.append(f"  and {len(summary.lines) - _MOST_LINES} more")
    return "\n".join([*lines, *_left(answer), RELOAD_HINT])


def _left(answer: modding_pb2.FixSuggestionsResponse) -> list[str]:
    return [f"Not made: {each.id} - {each.reason}" for each in answer.left]


def _fields(
    modded: Modded,
    answer: modding_pb2.FixSuggestionsResponse,
    prepared: Prepared,
    path: Path,
) -> dict[str, Any]:
    return result_fields(modded.job_id, modded.result) | {
        "path": str(path),
        "made": list(answer.made),
        "left": [{"id": each.id, "reason": each.reason} for each in answer.left],
        "lines": list(answer.patch.summary.lines),
        "summary": summary_fields(prepared.patch),
        "rebased": prepared.rebased,
        "base_sha256": prepared.patch.base_sha256,
        "result_sha256": prepared.patch.result_sha256,
    }
