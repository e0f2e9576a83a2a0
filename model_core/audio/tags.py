"""What an audio file says of the song: title and artist, as its tags have them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from model_core.audio.decode import CONTAINERS

__all__ = ["SongTags", "one_line", "read_tags"]

_LONGEST = 200  # characters; longer tags are no titles


@dataclass(frozen=True, slots=True)
class SongTags:
    """Empty where the file says nothing. Text on one line."""

    title: str = ""
    artist: str = ""
    album: str = ""


def read_tags(path: Path | str) -> SongTags:
    """The tags of a file; empty ones where it has none, or is no audio that can be opened."""
    try:
        with av.open(
            str(path),
            "r",
            options={"format_whitelist": CONTAINERS},
            metadata_errors="replace",
        ) as container:
            found = dict(container.metadata)
            for stream in container.streams.audio[:1]:
                found = {**stream.metadata, **found}  # Ogg keeps its tags in the stream
    except (av.error.FFmpegError, OSError, ValueError):
        return SongTags()
    known = {key.casefold(): one_line(str(value)) for key, value in found.items()}
    return SongTags(known.get("title", ""), known.get("artist", ""), known.get("album", ""))


def one_line(text: str) -> str:
    """The text as a line of a file takes it: what cannot be printed is a space."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_LONGEST]
