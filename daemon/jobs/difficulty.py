"""MakeGuestDifficulty as a job."""

from __future__ import annotations

from osu_companion.v1 import difficulty_pb2

from daemon.jobs.job import Job, JobKind
from daemon.jobs.lines import unfit
from daemon.jobs.options import check_options, field_path, options_of
from daemon.jobs.preparation import Desk, Source, check_seed, check_variants, span_of_text
from daemon.refusal import Refusal, bad_field, bad_fields
from model_core.beatmap.edits.file_names import difficulty_file_name
from model_core.errors import InvalidParameters
from model_core.maps.parameters import GenerationParameters

_LONGEST_NAME = 200


def prepare_difficulty(request: difficulty_pb2.MakeGuestDifficultyRequest, desk: Desk) -> Job:
    """The job of a request.

    Raises:
        Refusal: the map, its audio, the range, the name, the model or an option is not usable;
            the message says how.
    """
    check_variants(request, desk.config)
    check_seed(request)
    name = checked_name(request.name)
    check_options(GUEST_DIFFICULTY, request)
    source = desk.read(request)
    filled = difficulty_pb2.MakeGuestDifficultyRequest()
    filled.CopyFrom(request)
    filled.name = name
    filled.variants = request.variants or 1
    if request.range_text:
        filled.start_ms, filled.end_ms = span_of_text(request.range_text, source.beatmap)
        filled.range_text = ""
    parameters = parameters_of(filled)
    _refuse_a_taken_name(name, source)
    mode = source.beatmap.mode if parameters.mode is None else parameters.mode
    return desk.job(GUEST_DIFFICULTY, filled, source, mode)


def parameters_of(request: difficulty_pb2.MakeGuestDifficultyRequest) -> GenerationParameters:
    """What the request asks, checked whole.

    Raises:
        Refusal: parameters contradict each other.
    """
    try:
        return GenerationParameters(**options_of(GUEST_DIFFICULTY, request))
    except InvalidParameters as error:
        wrong = {field_path(field): message for field, message in error.fields.items()}
        raise bad_fields("OPTION_INVALID", wrong) from None


def checked_name(name: str) -> str:
    """The difficulty's name, without spaces around it.

    Raises:
        Refusal: it is none.
    """
    name = name.strip()
    if not name:
        raise bad_field("OPTION_INVALID", "name", "name must be given: what is it to be called?")
    problem = unfit("name", name, _LONGEST_NAME)
    if problem is not None:
        raise bad_field("OPTION_INVALID", "name", problem)
    return name


def _refuse_a_taken_name(name: str, source: Source) -> None:
    """Before the model writes a map that could not be put anywhere."""
    beatmap = source.beatmap
    file_name = difficulty_file_name(beatmap.artist, beatmap.title, beatmap.creator, name)
    # As Windows has it, where most mapsets end up: case makes no other name.
    names = {entry.name.casefold() for entry in source.path.parent.iterdir()}
    if file_name.casefold() in names:
        raise Refusal(
            "FILE_EXISTS",
            f"{file_name} is in {source.path.parent} already, and no file is written over "
            "another. Give the new difficulty another name",
        )


GUEST_DIFFICULTY = JobKind(
    method="MakeGuestDifficulty",
    verb="guest difficulty",
    task="guest-difficulty",
    request=difficulty_pb2.MakeGuestDifficultyRequest,
    prepare=prepare_difficulty,
)
