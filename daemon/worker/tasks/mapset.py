"""GenerateMapset at the model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from osu_companion.v1 import jobs_pb2, mapset_pb2, patches_pb2

from daemon.jobs.mapset import names_of, parameters_of, told_options
from daemon.worker.engine_api import Progress, TaskFailed
from daemon.worker.tasks.difficulty import configured_refiner, dropped, file_message
from daemon.worker.tasks.task import Task, warnings_of
from model_core.beatmap import MapHeader
from model_core.beatmap.edits.file_names import mapset_folder_name

if TYPE_CHECKING:
    from model_core.maps.mapset import GeneratedMapset, Wish
    from model_core.model import Model
    from model_core.refiner import Refiner

# What every version of the game plays; the ranking criteria take no others.
_PLAYED = (".mp3", ".ogg")


def answer(task: Task) -> jobs_pb2.JobResult:
    """The job's result, as far as the model knows it."""
    from model_core.maps.mapset import Wish, generate_mapsets

    request = mapset_pb2.GenerateMapsetRequest.FromString(task.frame["request"])
    if task.audio.sha256 != request.base_sha256:
        raise TaskFailed("MAP_CHANGED", f"{request.path} was changed just now. Ask again")
    wishes = [
        Wish(parameters, name)
        for parameters, name in zip(parameters_of(request), names_of(request), strict=True)
    ]
    if request.HasField("start_ms"):
        task.refuse_after_the_end(request.start_ms)
    header = header_of_request(request)

    def refiner_for(model: Model, wish: Wish) -> Refiner | None:
        return configured_refiner(task, wish.parameters, wish.parameters.mode or 0, model)

    found = generate_mapsets(
        task.model,
        task.audio,
        wishes,
        header,
        request.variants or 1,
        model_for=cache(lambda mode: model_for(task.model, mode)),
        refiner_for=refiner_for,
        progress=task.advance,
        cancelled=task.cancelled,
    )
    made = found.made
    maps = [each for mapset in made for each in mapset.maps]
    windows, tokens = sum(m.windows for m in maps), sum(m.tokens for m in maps)
    task.report(Progress("PATCH", windows, windows, tokens))
    spent: Counter[str] = Counter()
    for each in maps:
        spent.update(each.timings_ms)
    told = jobs_pb2.JobResult(
        variants=[
            patches_pb2.BeatmapVariant(
                number=number, seam_bits=math.nan, mapset=mapset_message(mapset, request, header)
            )
            for number, mapset in enumerate(made, start=1)
        ],
        timings=task.timings(spent, tokens),
        refused=found.refused,
        notices=warnings_of((*_audio_warnings(request), *_warnings(made))),
    )
    told.provenance.options.update(told_options(request))
    return told


def model_for(held: Model, mode: int) -> Model:
    """The loaded model, or where its checkpoint has a fine-tune for the mode, that one."""
    import model_core
    from model_core.checkpoints.naming import read_name
    from model_core.checkpoints.resolve import resolve

    if resolve(read_name(held.name).base, mode).folder == held.folder:
        return held
    return model_core.load(
        held.name, device=held.device.type, dtype=held.info().dtype, gamemode=mode
    )


def mapset_message(
    made: GeneratedMapset, request: mapset_pb2.GenerateMapsetRequest, header: MapHeader
) -> patches_pb2.NewMapset:
    """A new mapset as the contract has it."""
    count = len(made.maps)
    names = ", ".join(each.beatmap.difficulty_name for each in made.maps)
    return patches_pb2.NewMapset(
        folder_name=mapset_folder_name(header.artist, header.title),
        maps=[file_message(each) for each in made.maps],
        audio_name=header.audio_filename,
        text=f"new mapset with {count} {'difficulty' if count == 1 else 'difficulties'}: {names}",
        background_name=request.metadata.background,
        background_path=request.background_path,
    )


def header_of_request(request: mapset_pb2.GenerateMapsetRequest) -> MapHeader:
    """What stands above the objects of all difficulties, but for their settings."""
    from dataclasses import replace

    from model_core.maps.header import SongText, header_of_song

    song, audio = request.metadata, Path(request.path)
    said = SongText(
        title=song.title.strip(),
        artist=song.artist.strip(),
        title_unicode=song.title_unicode.strip(),
        artist_unicode=song.artist_unicode.strip(),
        source=song.source.strip(),
        tags=" ".join(" ".join(song.tags).split()),
    )
    # As the editor calls it, whatever it was called: no name that a system or an archive minds.
    header = header_of_song(audio, song.creator.strip(), said, f"audio{_suffix(audio)}")
    return replace(
        header,
        preview_time=song.preview_ms if song.HasField("preview_ms") else -1,
        background=song.background or None,
        widescreen_storyboard=1,
    )


def _suffix(audio: Path) -> str:
    suffix = audio.suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() else ""


def _audio_warnings(request: mapset_pb2.GenerateMapsetRequest) -> Iterator[str]:
    suffix = Path(request.path).suffix.lower()
    if suffix not in _PLAYED:
        yield (
            f"Not every version of the game plays {suffix or 'such'} files: MP3 and Ogg Vorbis are"
            " what all of them take. The audio is copied as it is."
        )


def _warnings(made: Sequence[GeneratedMapset]) -> Iterator[str]:
    """What there is to say of each map, with its name where there are several."""
    for number, mapset in enumerate(made, start=1):
        variant = f"Variant {number}: " if len(made) > 1 else ""
        yield from (f"{variant}{text}" for text in mapset.warnings)
        for each in mapset.maps:
            several = len(made) > 1 or len(mapset.maps) > 1
            name = f"{variant}[{each.beatmap.difficulty_name}] " if several else ""
            yield from (f"{name}{text}" for text in (*each.warnings, *dropped(each)))
