"""The request for a picture, built from plain values; shared by both clients."""

from __future__ import annotations

import os
from dataclasses import dataclass

from osu_companion.v1 import patches_pb2, pictures_pb2

from clients.client.errors import UsageError
from clients.client.requests import absolute

FORMATS = {
    "png": pictures_pb2.PICTURE_FORMAT_PNG,
    "svg": pictures_pb2.PICTURE_FORMAT_SVG,
}
_INT32 = 2**31


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of a finished job, from 1 (the best); of a mapset, which of its maps, from 1.

    ``map`` 0 is the first map, and the picture says that there are others.
    """

    job_id: str
    number: int = 1
    map: int = 0


def picture_request(
    path: str | os.PathLike[str] | None,
    *,
    content: bytes | None,
    variant: Variant | None,
    patch: patches_pb2.BeatmapPatch | None,
    path_beside: str | os.PathLike[str] | None,
    start_ms: int | None,
    end_ms: int | None,
    range_text: str,
    form: str,
    width: int,
    playfield: bool,
    timeline: bool,
) -> pictures_pb2.DrawBeatmapRequest:
    """The request message.

    Raises:
        UsageError: not one subject, or a value that the contract cannot carry.
    """
    if sum(subject is not None for subject in (path, content, variant)) != 1:
        raise UsageError("A picture is of one thing: a path, a content or a variant.")
    if form not in FORMATS:
        raise UsageError(f"There is no format {form!r}: ask for {' or '.join(FORMATS)}.")
    for name, value in (("start_ms", start_ms), ("end_ms", end_ms), ("width", width)):
        if value is not None and not -_INT32 <= value < _INT32:
            raise UsageError(f"{name} is out of range: {value}")
    asked = None
    if variant is not None:
        if not all(0 <= value < _INT32 for value in (variant.number, variant.map)):
            raise UsageError(f"There is no variant {variant.number} of map {variant.map}.")
        asked = pictures_pb2.PictureOfVariant(
            job_id=variant.job_id, number=variant.number, map=variant.map
        )
    return pictures_pb2.DrawBeatmapRequest(
        path=None if path is None else absolute(path),
        content=content,
        variant=asked,
        patch=patch,
        path_beside="" if path_beside is None else absolute(path_beside),
        start_ms=start_ms,
        end_ms=end_ms,
        range_text=range_text,
        format=FORMATS[form],
        width=width,
        without_playfield=not playfield,
        without_timeline=not timeline,
    )
