"""What a request for a mapset says of the song and of each difficulty, and the request itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from osu_companion.v1 import mapset_pb2, parameters_pb2
from osu_companion.v1.parameters import MapOptions

from clients.client import requests
from clients.client.errors import UsageError

_INT32 = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SongMetadata:
    """What the files say of the song. What is empty is read from the audio's own tags.

    ``title`` and ``artist`` may be in any script: what is not ASCII goes where the game has it,
    and the game's Latin fields get what is ASCII of it. ``background`` is a picture on this
    machine; ``preview_ms`` is where the song begins in song select.
    """

    title: str = ""
    artist: str = ""
    title_unicode: str = ""
    artist_unicode: str = ""
    creator: str = ""
    source: str = ""
    tags: Sequence[str] = ()
    background: str | os.PathLike[str] | None = None
    preview_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DifficultyWish:
    """One difficulty of a mapset: its name (empty: by its stars), and how it differs."""

    name: str = ""
    options: MapOptions | None = None


def mapset_request(
    path: str | os.PathLike[str],
    *,
    difficulties: Sequence[DifficultyWish],
    metadata: SongMetadata | None,
    start_ms: int | None,
    end_ms: int | None,
    seed: int | None,
    variants: int,
    detached: bool,
    base_sha256: str,
    model: str,
    options: MapOptions | None,
) -> mapset_pb2.GenerateMapsetRequest:
    """The request message.

    Raises:
        UsageError: a value that the contract cannot carry.
    """
    requests.check_numbers(start_ms, end_ms, seed, variants)
    song = metadata or SongMetadata()
    return mapset_pb2.GenerateMapsetRequest(
        path=requests.absolute(path),
        start_ms=start_ms,
        end_ms=end_ms,
        seed=seed,
        variants=variants,
        detached=detached,
        base_sha256=base_sha256,
        model=requests.model_name(model),
        options=requests.options_message(parameters_pb2.MapOptions, options),
        difficulties=[
            mapset_pb2.DifficultyWish(
                name=wish.name,
                options=requests.options_message(parameters_pb2.MapOptions, wish.options),
            )
            for wish in difficulties
        ],
        metadata=_metadata(song),
        background_path="" if song.background is None else requests.absolute(song.background),
    )


def _metadata(song: SongMetadata) -> mapset_pb2.SongMetadata:
    preview = song.preview_ms
    if preview is not None and not -_INT32 <= preview <= _INT32:
        raise UsageError(f"the preview point, {preview} ms, is no time in a song")
    try:
        return mapset_pb2.SongMetadata(
            title=song.title if song.title.isascii() else "",
            title_unicode=song.title_unicode or _if_not_ascii(song.title),
            artist=song.artist if song.artist.isascii() else "",
            artist_unicode=song.artist_unicode or _if_not_ascii(song.artist),
            creator=song.creator,
            source=song.source,
            tags=list(song.tags),
            background="" if song.background is None else background_name(song.background),
            preview_ms=preview,
        )
    except (TypeError, ValueError) as error:
        raise UsageError(f"what is said of the song is no text: {error}") from None


def background_name(picture: str | os.PathLike[str]) -> str:
    """What the maps call a background, whatever it is called here."""
    return f"background{Path(picture).suffix.lower()}"


def _if_not_ascii(text: str) -> str:
    return "" if text.isascii() else text
