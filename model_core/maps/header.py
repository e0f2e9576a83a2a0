"""What stands above a new map's objects: asked for, else the reference map's, else usual.

HP, OD and AR that nobody asked for are those of the reference map where the new one is to be
about as hard; otherwise what ranked maps of the difficulty usually have. A map of two stars with
the approach rate of one of six is no easy map.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

from model_core.audio.tags import one_line, read_tags
from model_core.beatmap import Beatmap, MapHeader
from model_core.maps.parameters import GenerationParameters

__all__ = ["SongText", "header_of", "header_of_song", "resolved_header"]

MANIA = 3
_AS_HARD = 0.5  # stars
_USUAL_STARS = 3.5  # of a map that nobody said anything about
# Stars, then HP, OD and AR as ranked osu! maps of about that difficulty have them.
_USUAL = (
    (1.0, 2.5, 2.5, 3.5),
    (2.0, 4.0, 4.0, 5.5),
    (3.0, 5.0, 6.0, 7.5),
    (4.0, 5.0, 7.5, 8.7),
    (5.0, 5.5, 8.5, 9.2),
    (6.0, 6.0, 9.0, 9.4),
    (8.0, 6.0, 9.5, 9.8),
)
_DEFAULT_KEYS = 4


@dataclass(frozen=True, slots=True)
class SongText:
    """What somebody says of a song; what is empty is left to the song's tags.

    title, artist: in Latin letters (ASCII); title_unicode, artist_unicode: as they are.
    """

    title: str = ""
    artist: str = ""
    title_unicode: str = ""
    artist_unicode: str = ""
    source: str = ""
    tags: str = ""


def header_of_song(
    audio: Path | str, creator: str = "", said: SongText | None = None, audio_filename: str = ""
) -> MapHeader:
    """A header for a song's first map: the file's name, what was said, and what its tags say.

    Without tags, a file called "artist - title" is taken at its word, and any other name for the
    title. The romanised fields keep what is ASCII of a name, without its accents.

    Args:
        audio_filename: what the map calls the song; the file's own name unless given.
    """
    path = Path(audio)
    said = said or SongText()
    tags = read_tags(path)
    before, dash, after = path.stem.partition(" - ")
    title = said.title_unicode or said.title or tags.title or (after if dash else path.stem)
    artist = said.artist_unicode or said.artist or tags.artist or (before if dash else "")
    # What a file system has in a name need not be text.
    title, artist = one_line(title), one_line(artist)
    return MapHeader(
        audio_filename=audio_filename or path.name,
        title=said.title or _romanised(title) or "Unknown title",
        artist=said.artist or _romanised(artist) or "Unknown artist",
        title_unicode=title or "Unknown title",
        artist_unicode=artist or "Unknown artist",
        creator=creator,
        source=said.source,
        tags=said.tags,
    )


def _romanised(text: str) -> str:
    """The ASCII of a name; empty where little of it is."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().strip()
    return plain if 2 * len(plain) >= len(text) else ""


def header_of(beatmap: Beatmap) -> MapHeader:
    """A map's own header, with the values that the game reads out of it."""
    background = beatmap.background
    preview = beatmap.preview_time
    return MapHeader(
        audio_filename=beatmap.audio_filename or "",
        title=beatmap.title,
        artist=beatmap.artist,
        creator=beatmap.creator,
        difficulty_name=beatmap.difficulty_name,
        title_unicode=beatmap.metadata.get("TitleUnicode", beatmap.title),
        artist_unicode=beatmap.metadata.get("ArtistUnicode", beatmap.artist),
        source=beatmap.metadata.get("Source", ""),
        tags=beatmap.metadata.get("Tags", ""),
        beatmap_id=beatmap.beatmap_id or 0,
        mode=beatmap.mode,
        audio_lead_in=beatmap.audio_lead_in,
        preview_time=-1 if preview is None else round(preview),
        hp_drain_rate=beatmap.hp_drain_rate,
        circle_size=beatmap.circle_size,
        overall_difficulty=beatmap.overall_difficulty,
        approach_rate=beatmap.approach_rate,
        slider_multiplier=beatmap.slider_multiplier,
        slider_tick_rate=beatmap.slider_tick_rate,
        background=None if background is None else background.filename,
    )


def resolved_header(
    base: MapHeader,
    parameters: GenerationParameters,
    reference: Beatmap | None = None,
    reference_stars: float | None = None,
) -> MapHeader:
    """``base`` with everything that the parameters, the reference or custom decide.

    base: file names and metadata; its mode and difficulty settings are not taken.
    reference_stars: how hard the reference is, where that is known.
    """
    mode = parameters.mode
    if mode is None:
        mode = 0 if reference is None else reference.mode
    usual = MapHeader("")
    chosen: dict[str, float] = {
        "slider_multiplier": usual.slider_multiplier,
        "slider_tick_rate": usual.slider_tick_rate,
        "circle_size": _DEFAULT_KEYS if mode == MANIA else usual.circle_size,
    }
    chosen |= _usual_rates(parameters.difficulty)
    if reference is not None:
        own = header_of(reference)
        taken = ["slider_multiplier", "slider_tick_rate"]
        if (mode == MANIA) == (reference.mode == MANIA):
            taken.append("circle_size")
        if mode == reference.mode and _as_hard(parameters.difficulty, reference_stars):
            taken += _usual_rates(None)
        chosen |= {name: getattr(own, name) for name in taken}
    asked = {name: getattr(parameters, name) for name in chosen}
    if mode == MANIA:
        asked["circle_size"] = parameters.key_count
    chosen |= {name: value for name, value in asked.items() if value is not None}
    known = {field.name for field in fields(MapHeader)}
    assert chosen.keys() <= known
    return replace(base, mode=mode, **chosen)  # type: ignore[arg-type]


def _as_hard(asked: float | None, stars: float | None) -> bool:
    return asked is None or (stars is not None and abs(asked - stars) <= _AS_HARD)


def _usual_rates(difficulty: float | None) -> dict[str, float]:
    """HP, OD and AR as maps of this difficulty have them, between two known ones in proportion."""
    stars = _USUAL_STARS if difficulty is None else difficulty
    names = ("hp_drain_rate", "overall_difficulty", "approach_rate")
    place = bisect_right(_USUAL, stars, key=lambda row: row[0])
    if place in (0, len(_USUAL)):
        row = _USUAL[min(place, len(_USUAL) - 1)]
        return dict(zip(names, row[1:], strict=True))
    low, high = list(pairwise(_USUAL))[place - 1]
    share = (stars - low[0]) / (high[0] - low[0])
    return {
        name: round(a + share * (b - a), 1)
        for name, a, b in zip(names, low[1:], high[1:], strict=True)
    }
