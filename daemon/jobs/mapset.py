"""GenerateMapset as a job."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from osu_companion.v1 import mapset_pb2, provenance_pb2
from osu_companion.v1.parameters import PARAMETERS

from daemon.jobs.job import Job, JobKind
from daemon.jobs.lines import unfit
from daemon.jobs.options import backwards, field_path, given, wrong_values
from daemon.jobs.preparation import (
    CHOSEN_SEED_LIMIT,
    Desk,
    check_seed,
    check_variants,
    sha256_of_song,
)
from daemon.notices import RANKING
from daemon.refusal import bad_fields, precondition
from daemon.songs.mapper_names import mapper_names
from model_core.beatmap.edits.file_names import clashing_names, names_a_file
from model_core.errors import InvalidParameters
from model_core.maps.parameters import GenerationParameters

# Who has not logged in is that to the editor.
NOBODY = "Guest"
#: Pictures that the game shows behind a map.
PICTURES = (".jpg", ".jpeg", ".png")

_METHOD = "GenerateMapset"
_OF_REQUEST = ("seed", "start_ms", "end_ms")
_OF_DIFFICULTY = tuple(each for each in PARAMETERS[_METHOD] if each.name not in _OF_REQUEST)
_MOST_DIFFICULTIES = 16
_LONGEST_NAME = 200
_LONGEST_TEXT = 200
_LONGEST_TAGS = 1024
_LATEST_MS = 2**31 - 1


def prepare_mapset(request: mapset_pb2.GenerateMapsetRequest, desk: Desk) -> Job:
    """The job of a request; who made the maps is filled in.

    Raises:
        Refusal: the audio, the model, an option, a difficulty or what is said of the song is not
            usable; the message says how.
    """
    check_seed(request)
    check_variants(request, desk.config)
    wrong = {**_wrong_options(request), **_wrong_difficulties(request), **_wrong_metadata(request)}
    wrong = wrong or _contradictions(request)
    if wrong:
        raise bad_fields("OPTION_INVALID", wrong)
    audio = desk.access.find_song(request.path)
    filled = mapset_pb2.GenerateMapsetRequest()
    filled.CopyFrom(request)
    filled.path = str(audio)
    filled.base_sha256 = sha256_of_song(audio)
    if request.base_sha256 and request.base_sha256.lower() != filled.base_sha256:
        raise precondition(
            "MAP_CHANGED", str(audio), f"{audio.name} has changed since it was read. Ask again"
        )
    modes = [parameters.mode or 0 for parameters in parameters_of(filled)]
    # Difficulties of other modes are written by the same checkpoint, or its fine-tunes for them.
    filled.model = desk.models.usable(GENERATE_MAPSET.task, modes[0], request.model)
    filled.variants = request.variants or 1
    if not request.HasField("seed"):
        filled.seed = secrets.randbelow(CHOSEN_SEED_LIMIT)
    notices = [provenance_pb2.Notice(code=provenance_pb2.Notice.CODE_RANKING, text=RANKING)]
    if not filled.metadata.creator.strip():
        names = mapper_names(desk.config)
        filled.metadata.creator = names[0] if names else NOBODY
        if not names:
            notices.append(_creator_unknown())
    return Job(
        job_id=uuid.uuid4().hex[:12],
        kind=GENERATE_MAPSET,
        request=filled,
        path=str(audio),
        base=b"",
        audio=str(audio),
        notices=tuple(notices),
        mode=modes[0],
    )


def parameters_of(request: mapset_pb2.GenerateMapsetRequest) -> list[GenerationParameters]:
    """What each difficulty is asked to be; one where the request names none.

    Raises:
        InvalidParameters: parameters contradict each other.
    """
    return [GenerationParameters(**values) for values in _values(request)]


def names_of(request: mapset_pb2.GenerateMapsetRequest) -> list[str]:
    """What each difficulty is called; empty where its stars shall say."""
    return [wish.name.strip() for wish in request.difficulties] or [""]


def _values(request: mapset_pb2.GenerateMapsetRequest) -> list[dict[str, Any]]:
    shared = given(PARAMETERS[_METHOD], request)
    own = [given(_OF_DIFFICULTY, wish) for wish in request.difficulties]
    return [shared | each for each in own or [{}]]


def _wrong_options(request: mapset_pb2.GenerateMapsetRequest) -> dict[str, str]:
    """Values that are none of their field, of the request and of each difficulty."""
    parameters = PARAMETERS[_METHOD]
    wrong = {**backwards(request), **wrong_values(parameters, given(parameters, request))}
    found = {field_path(name): message for name, message in wrong.items()}
    for place, wish in enumerate(request.difficulties):
        for name, message in wrong_values(_OF_DIFFICULTY, given(_OF_DIFFICULTY, wish)).items():
            found[f"difficulties[{place}].options.{name}"] = message
    return found


def _contradictions(request: mapset_pb2.GenerateMapsetRequest) -> dict[str, str]:
    """Values that are right one by one and wrong together, where they were given."""
    found: dict[str, str] = {}
    for place, values in enumerate(_values(request)):
        try:
            GenerationParameters(**values)
        except InvalidParameters as error:
            own = given(_OF_DIFFICULTY, request.difficulties[place]) if request.difficulties else {}
            for name, message in error.fields.items():
                its = f"difficulties[{place}].options.{name}"
                found[its if name in own else field_path(name)] = message
    return found


def _wrong_difficulties(request: mapset_pb2.GenerateMapsetRequest) -> dict[str, str]:
    """How many difficulties there are, and what they are called."""
    wishes = request.difficulties
    if len(wishes) > _MOST_DIFFICULTIES:
        return {
            "difficulties": f"A request has at most {_MOST_DIFFICULTIES} difficulties, not"
            f" {len(wishes)}."
        }
    found = {
        f"difficulties[{place}].name": problem
        for place, wish in enumerate(wishes)
        if (problem := unfit("A difficulty's name", wish.name, _LONGEST_NAME)) is not None
    }
    found |= {
        f"difficulties[{place}].name": f"{wish.name!r} cannot be a difficulty's name: nothing of it"
        " can stand in the name of a file."
        for place, wish in enumerate(wishes)
        if wish.name.strip() and not names_a_file(wish.name)
    }
    clash = clashing_names([wish.name for wish in wishes])
    if clash is not None:
        first, second = clash
        found[f"difficulties[{second}].name"] = (
            f"The difficulties {first + 1} and {second + 1} would be one file: both are called"
            f" {wishes[second].name!r}, or differ only in what no file name holds."
        )
    return found


def _wrong_metadata(request: mapset_pb2.GenerateMapsetRequest) -> dict[str, str]:
    """What cannot stand in a file's [Metadata], or be the background's name."""
    song = request.metadata
    found = {
        f"metadata.{name}": problem
        for name in ("title", "title_unicode", "artist", "artist_unicode", "creator", "source")
        if (problem := unfit(name, getattr(song, name), _LONGEST_TEXT)) is not None
    }
    for name in ("title", "artist"):
        text = getattr(song, name)
        if text and not text.isascii():
            found[f"metadata.{name}"] = (
                f"{name} is what the game shows in Latin letters (ASCII), and {text[:60]!r} has"
                f" others; those go into {name}_unicode."
            )
    tags = " ".join(song.tags)
    problem = unfit("tags", tags, _LONGEST_TAGS)
    if problem is not None:
        found["metadata.tags"] = problem
    if song.HasField("preview_ms") and not 0 <= song.preview_ms <= _LATEST_MS:
        found["metadata.preview_ms"] = (
            f"preview_ms must be from 0 to {_LATEST_MS} ms, not {song.preview_ms}."
        )
    if song.background and not _is_picture_name(song.background):
        found["metadata.background"] = (
            f"background must be the name of a picture beside the maps ({', '.join(PICTURES)}),"
            f" without a folder, not {song.background[:60]!r}."
        )
    return found


def _is_picture_name(name: str) -> bool:
    plain = PurePosixPath(name).name == name == PureWindowsPath(name).name
    legal = name.isprintable() and re.search(r'[<>:"|?*,]', name) is None
    return plain and legal and not name.startswith(".") and name.lower().endswith(PICTURES)


def _creator_unknown() -> provenance_pb2.Notice:
    return provenance_pb2.Notice(
        code=provenance_pb2.Notice.CODE_MAPPER_UNKNOWN,
        text=f'Who you are in the editor is not known, so that the maps\' Creator is "{NOBODY}".'
        " Name it with the request, or set mapper_name in the configuration.",
    )


def told_options(request: mapset_pb2.GenerateMapsetRequest) -> Mapping[str, Any]:
    """The difficulties as the provenance has them: name and options of each, in order."""
    return {
        "difficulties": [
            {"name": wish.name} | {name: _plain(value) for name, value in own.items()}
            for wish in request.difficulties
            for own in (given(_OF_DIFFICULTY, wish),)
        ]
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


GENERATE_MAPSET = JobKind(
    method=_METHOD,
    verb="generate",
    task="map",
    request=mapset_pb2.GenerateMapsetRequest,
    prepare=prepare_mapset,
)
