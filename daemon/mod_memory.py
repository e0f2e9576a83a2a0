"""What modding remembers of maps beyond one report: what is new, and what is dismissed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from osu_companion.v1 import jobs_pb2

from daemon.jobs.job import Job
from daemon.jobs.modding import DISMISSED, KNOWN, MODDING
from daemon.refusal import Refusal, bad_field
from daemon.store.mod_table import Memory, ModdedMap, ModTable, Names
from model_core.beatmap import Beatmap, parse

log = logging.getLogger(__name__)


class ModMemory:
    """Gives a job what is known of its map when it begins, and learns from its report."""

    def __init__(self, table: ModTable) -> None:
        self._table = table
        # Reports of a model and of rules alone may end at one time.
        self._learning = asyncio.Lock()

    async def prepare(self, job: Job) -> None:
        """Put what is remembered into a job of modding; others stay as they are."""
        if job.kind is not MODDING:
            return
        which = await asyncio.to_thread(_map_of, job.path, job.base)
        try:
            memory = await self._table.recall(which)
        except (sqlite3.Error, ValueError) as error:
            # A damaged store must not stop the work; everything is then as if it were new.
            log.error("what is remembered of %s could not be read: %s", job.path, error)
            return
        inputs = dict(job.inputs)
        inputs[DISMISSED] = _dumped(memory.dismissed)
        if memory.found is not None:
            inputs[KNOWN] = _dumped(memory.found)
        job.inputs = inputs

    async def learn(self, job: Job, result: jobs_pb2.JobResult) -> None:
        """Remember what a job's report found."""
        if job.kind is not MODDING:
            return
        which = await asyncio.to_thread(_map_of, job.path, job.base)
        try:
            async with self._learning:
                memory = await self._table.recall(which)
                found = await asyncio.to_thread(_found_now, memory, result.report.json)
                await self._table.remember(which, found)
        except (sqlite3.Error, ValueError) as error:
            log.error("the report of job %s could not be remembered: %s", job.job_id, error)

    async def dismissed(
        self, path: str, data: bytes, ids: Sequence[str], *, restore: bool
    ) -> tuple[str, ...]:
        """Dismiss suggestions or take that back; one name for each of all that are dismissed.

        Raises:
            Refusal: an id that names none.
        """
        which = await asyncio.to_thread(_map_of, path, data)
        if not ids:
            return _first_names((await self._table.recall(which)).dismissed)
        change = _restored if restore else _dismissed
        return _first_names(await self._table.change(which, lambda memory: change(memory, ids)))


def _map_of(path: str, data: bytes) -> ModdedMap:
    beatmap = parse(data)
    return ModdedMap(path, max(0, beatmap.beatmap_id or 0), _objects_sha256(beatmap))


def _objects_sha256(beatmap: Beatmap) -> str:
    if not beatmap.hit_objects:
        return ""
    lines = beatmap.document.lines
    content = b"\n".join(lines[item.line].rstrip(b"\r\n") for item in beatmap.hit_objects)
    return hashlib.sha256(content).hexdigest()


def _found_now(memory: Memory, text: str) -> list[Names]:
    """What is known after a report: what it tells, and what it could not have found again."""
    report = json.loads(text)
    told = [_names(each) for each in (*report["suggestions"], *report["dismissed_suggestions"])]
    gone = {name for names in told for name in names} | set(report["resolved"] or ())
    kept = (tuple(name for name in names if name not in gone) for names in memory.found or ())
    return [*told, *(names for names in kept if names)]


def _names(suggestion: dict[str, Any]) -> Names:
    return (suggestion["id"], *suggestion["also"])


def _dismissed(memory: Memory, ids: Sequence[str]) -> list[Names]:
    now = list(memory.dismissed)
    unknown = []
    for wanted in ids:
        if any(wanted in names for names in now):
            continue
        found = next((names for names in memory.found or () if wanted in names), None)
        if found is None:
            unknown.append(wanted)
        else:
            now.append((wanted, *(name for name in found if name != wanted)))
    if unknown and memory.found is None:
        raise _no_such(
            unknown, "The map was not modded yet; `osu-companion mod` names what it finds"
        )
    if unknown:
        raise _no_such(unknown, "The last report of the map names what there is")
    return now


def _restored(memory: Memory, ids: Sequence[str]) -> list[Names]:
    now = list(memory.dismissed)
    unknown = []
    for wanted in ids:
        # It may have been dismissed when it went by another of its names.
        meant = {wanted}.union(*(names for names in memory.found or () if wanted in names))
        kept = [names for names in now if meant.isdisjoint(names)]
        if len(kept) == len(now):
            unknown.append(wanted)
        now = kept
    if unknown:
        told = ", ".join(_first_names(now)[:5]) or "nothing"
        raise _no_such(unknown, f"Dismissed of this map: {told}", "is dismissed")
    return now


def _no_such(unknown: Sequence[str], hint: str, what: str = "is found") -> Refusal:
    shown = ", ".join(repr(name[:200]) for name in unknown[:5])
    return bad_field("OPTION_INVALID", "ids", f"Nothing {what} by the name {shown}. {hint}")


def _first_names(dismissed: Iterable[Names]) -> tuple[str, ...]:
    return tuple(names[0] for names in dismissed)


def _dumped(groups: Iterable[Names]) -> bytes:
    return json.dumps([name for names in groups for name in names]).encode()
