"""ModBeatmap as a job."""

from __future__ import annotations

import json
from pathlib import Path

from osu_companion.v1 import modding_pb2

from daemon.access import Access
from daemon.jobs.job import Job, JobKind
from daemon.jobs.options import check_options, field_path, options_of
from daemon.jobs.preparation import Desk, Source, check_seed, check_span, span_of_text
from daemon.refusal import Refusal, bad_fields
from model_core.beatmap import parse
from model_core.errors import InvalidParameters
from model_core.modding.options import ModOptions

#: Inputs of the worker: a difficulty of the set by its file's name, what there is to say of those
#: that are not there (JSON), and what is remembered of the map (JSON; put in when the job begins).
SET_PREFIX = "set/"
SET_NOTES = "set_notes"
KNOWN, DISMISSED = "known", "dismissed"

# More is no mapset, and the worker's pipe takes no more than it does.
_MOST_MAPS = 200
_MOST_BYTES = 48 * 1024 * 1024
_INT32 = 2**31 - 1


def prepare_modding(request: modding_pb2.ModBeatmapRequest, desk: Desk) -> Job:
    """The job of a request. A map without audio or without objects asks no model.

    Raises:
        Refusal: the map, the range, the model or an option is not usable; the message says how.
    """
    check_seed(request)
    check_options(MODDING, request)
    options_from(request)
    source = desk.read(request, needs_audio=False)
    filled = modding_pb2.ModBeatmapRequest()
    filled.CopyFrom(request)
    if request.range_text:
        filled.start_ms, filled.end_ms = span_of_text(request.range_text, source.beatmap)
        filled.range_text = ""
    span = span_of(filled)
    if span is not None:
        check_span(*span, source.beatmap)
    inputs = _rest_of_the_set(source, desk.access) if request.mapset else {}
    asks_model = (
        not request.rules_only and source.audio is not None and bool(source.beatmap.hit_objects)
    )
    job = desk.job(MODDING, filled, source, inputs=inputs, asks_model=asks_model)
    # Nothing is changed yet; what has to be said before an edit is said with the edits.
    job.notices = ()
    return job


def options_from(request: modding_pb2.ModBeatmapRequest) -> ModOptions:
    """What the request asks, checked whole.

    Raises:
        Refusal: an option names what there is not.
    """
    try:
        return ModOptions(**options_of(MODDING, request))
    except InvalidParameters as error:
        wrong = {field_path(field): message for field, message in error.fields.items()}
        raise bad_fields("OPTION_INVALID", wrong) from None


def span_of(request: modding_pb2.ModBeatmapRequest) -> tuple[int, int] | None:
    """The range that is asked for, in ms; None for the whole map."""
    if not request.HasField("start_ms") and not request.HasField("end_ms"):
        return None
    start = request.start_ms if request.HasField("start_ms") else -_INT32
    return start, request.end_ms if request.HasField("end_ms") else _INT32


def _rest_of_the_set(source: Source, access: Access) -> dict[str, bytes]:
    """The other difficulties in the map's folder; those that cannot be had are told."""
    folder, notes = source.path.parent, list[str]()
    found: dict[str, bytes] = {}
    try:
        names = sorted(entry.name for entry in folder.iterdir() if _is_map(entry))
    except OSError as error:
        names = []
        notes.append(f"{folder} cannot be listed ({error.strerror or error}): this is of one map.")
    size = 0
    for name in names:
        if name == source.path.name:
            continue
        if len(found) >= _MOST_MAPS or size > _MOST_BYTES:
            notes.append(f"{folder.name} has more maps than a set; {name} and later were left out.")
            break
        try:
            _, data = access.read_map(str(folder / name))
        except Refusal as refusal:
            notes.append(f"{name} was left out. {refusal.message}.")
            continue
        if not parse(data).document.has_header:
            notes.append(
                f'{name} was left out: it is no beatmap, as its first line is not "osu file format '
                'v...".'
            )
            continue
        found[f"{SET_PREFIX}{name}"] = data
        size += len(data)
    return found | {SET_NOTES: json.dumps(notes).encode()}


def _is_map(entry: Path) -> bool:
    # A name with a dot before it is a file on its way.
    return entry.suffix.lower() == ".osu" and not entry.name.startswith(".")


MODDING = JobKind(
    method="ModBeatmap",
    verb="mod",
    task="modding",
    request=modding_pb2.ModBeatmapRequest,
    prepare=prepare_modding,
)
