"""The child: draws one picture, and ends."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from daemon.model_errors import reason_of
from daemon.worker import frames
from daemon.worker.child import take_pipes
from model_core.audio.outline import Outline, outline
from model_core.beatmap import Beatmap, parse, parse_range
from model_core.errors import AudioError, CompanionError, InputError, InvalidParameters
from model_core.pictures.options import USUAL_MS, Format, PictureOptions
from model_core.pictures.picture import Picture, draw, usual_span

log = logging.getLogger(__name__)

_INT32 = 2**31
# Of a change, milliseconds on either side are drawn as well, and of a long one this much.
_AROUND_MS, _MOST_OF_CHANGE_MS = 1000, 30_000


def main() -> None:
    """Read a question, answer it, end; end at once when the daemon closes the pipe."""
    incoming, outgoing = take_pipes()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        question = frames.read(incoming)
        maps = [_exactly(incoming, count) for count in question["inputs"]]
    except frames.BrokenPipe:
        return
    threading.Thread(target=_end_with, args=(incoming,), daemon=True).start()
    with contextlib.suppress(OSError):
        # Whatever the model is at comes first.
        os.nice(5) if hasattr(os, "nice") else None
    try:
        answer = {"type": "done", **_drawn(question, maps)}
    except CompanionError as error:
        fields = dict(error.fields) if isinstance(error, InvalidParameters) else {}
        reason = reason_of(error)
        answer = {"type": "failed", "reason": reason, "message": str(error), "fields": fields}
    except Exception as error:
        log.exception("the picture of %s failed", question["name"])
        message = (
            f"The picture of {question['name']} hit an unexpected error "
            f"({type(error).__name__}: {error}). The log has the details"
        )
        answer = {"type": "failed", "reason": "INTERNAL", "message": message}
    with contextlib.suppress(OSError):
        outgoing.write(frames.encode(answer))
        outgoing.flush()
    sys.stdout.flush()
    # Nothing is unsaved, and the interpreter's own end takes as long as a small picture.
    os._exit(0)


def _drawn(question: dict[str, Any], maps: list[bytes]) -> dict[str, Any]:
    before = parse(maps[0])
    after = parse(maps[1]) if len(maps) > 1 else None
    start, end, left_out = _span(question, before if after is None else after, before)
    # A range that begins or ends where the contract's numbers do is cut off there.
    start, end = max(-_INT32, start), min(_INT32 - 1, end)
    changed = question["changed"]
    options = PictureOptions(
        start,
        end,
        question["width"],
        question["playfield"],
        question["timeline"],
        None if changed is None else (changed[0], changed[1]),
    )
    options.check()
    form = Format.SVG if question["svg"] else Format.PNG
    picture, unheard = _picture(before, after, options, form, question["audio"])
    return {
        "picture": picture.data,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "start_ms": start,
        "end_ms": end,
        "left_out": [*left_out, *picture.left_out, *unheard],
    }


def _picture(
    before: Beatmap, after: Beatmap | None, options: PictureOptions, form: Format, audio: str
) -> tuple[Picture, list[str]]:
    """The picture, without the waveform where the song cannot be read, and what that says."""
    hear: Callable[[float, float, float], Outline] | None = None
    if audio:

        def hear_song(start: float, end: float, step: float) -> Outline:
            return outline(Path(audio), start, end, step)

        hear = hear_song
    try:
        return draw(before, options, form, after, hear), []
    except AudioError as error:
        return draw(before, options, form, after), [f"waveform: {error}"]


def _span(
    question: dict[str, Any], beatmap: Beatmap, before: Beatmap
) -> tuple[int, int, list[str]]:
    """The range to draw, and what of it is left out."""
    start, end, text = question["start_ms"], question["end_ms"], question["range_text"]
    if text:
        try:
            # Text from the editor names objects as they are before a change.
            span = parse_range(text, before)
        except InputError as error:
            raise InvalidParameters(str(error), {"range_text": str(error)}) from None
        return span.start_ms, span.end_ms, []
    changed = question["changed"]
    if changed is not None and start is None and end is None:
        first, last = changed
        shown = min(last + _AROUND_MS, first - _AROUND_MS + _MOST_OF_CHANGE_MS)
        cut = shown < last
        told = f"the change after {shown / 1000:.3f} s: name a range to see it" if cut else ""
        return first - _AROUND_MS, shown, [told] if told else []
    if start is None:
        start = usual_span(beatmap)[0] if end is None else end - USUAL_MS
    return start, start + USUAL_MS if end is None else end, []


def _exactly(stream: BinaryIO, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = stream.read(count - len(parts))
        if not part:
            raise frames.BrokenPipe("the pipe was closed")
        parts += part
    return bytes(parts)


def _end_with(incoming: BinaryIO) -> None:
    try:
        frames.read(incoming)
    except frames.BrokenPipe:
        os._exit(0)


if __name__ == "__main__":
    main()
