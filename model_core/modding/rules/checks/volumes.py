"""How loud lines and objects are."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap import ObjectKind, object_sounds
from model_core.beatmap.edits.red_line_texts import VOLUME, field_of, line_text
from model_core.beatmap.numbers import parse_int

from ..findings import Category, Severity
from ..fixing import fields_fix
from ..registry import Found, rule
from ..subject import MAX_NODES, Placed, Subject

#: What the editor lets a timing line have, in per cent.
LOWEST, HIGHEST = 5, 100
#: An object this loud or less cannot be heard; up to the second number, not always.
MUTED, QUIET = 5, 20


@rule("invalid-volume", Category.TIMING)
def invalid_volume(subject: Subject) -> Iterator[Found]:
    """A timing line's volume is between 5 and 100 per cent, as the editor writes it.

    Others come from other programs and can make the editor crash (Mapset Verifier
    ``InvalidVolume``, a problem).
    """
    for point in subject.points:
        try:
            volume = parse_int(field_of(line_text(subject.beatmap, point.line), VOLUME))
        except (ValueError, IndexError):
            continue
        if LOWEST <= volume <= HIGHEST:
            continue
        wanted = LOWEST if volume < LOWEST else HIGHEST
        colour = "red" if point.uninherited else "green"
        yield Found(
            Severity.PROBLEM,
            f"This {colour} line has a volume of {volume} %, which the editor cannot set; it knows"
            f" {LOWEST} to {HIGHEST} %. Set {wanted} %.",
            f"{volume} %",
            f"{LOWEST} to {HIGHEST} %",
            times=(point.time,),
            anchor=f"{colour}@{point.time:.10g}",
            part=str(volume),
            fix=fields_fix(
                subject.beatmap, f"set the volume to {wanted} %", point.line, {VOLUME: str(wanted)}
            ),
        )


@rule("muted-object", Category.HITSOUNDS)
def muted_object(subject: Subject) -> Iterator[Found]:
    """What is clicked is heard: circles, and the heads of sliders and hold notes.

    A volume of 5 % or less is a problem, up to 20 % a warning; a muted repeat or end of a slider
    is negligible, as nothing is clicked there (lazer ``CheckMutedObjects``; Mapset Verifier
    ``Muted``). Spinners sound at their end and are not looked at.
    """
    for each in subject.objects:
        if each.kind is ObjectKind.SPINNER:
            continue
        volumes = _volumes(subject, each)
        head = volumes[0]
        name = each.name if each.kind is ObjectKind.CIRCLE else f"{each.name}'s head"
        if head <= MUTED:
            message = (
                f"The {name} has a volume of {head} % and cannot be heard. Clicks need feedback;"
                " raise the volume of the green line that is in effect, or of the object."
            )
        elif head <= QUIET:
            message = (
                f"The {name} has a volume of {head} %. Make sure that it can be heard over the"
                " music, or raise the volume."
            )
        if head <= QUIET:
            yield Found(
                Severity.PROBLEM if head <= MUTED else Severity.WARNING,
                message,
                f"{head} %",
                f"more than {QUIET} %",
                (each,),
                (each.time,),
            )
        elif (passive := min(volumes)) <= MUTED:
            yield Found(
                Severity.NEGLIGIBLE,
                f"A repeat or the end of this {each.name} has a volume of {passive} %. Make sure"
                " that the song has no distinct sound there.",
                f"{passive} %",
                f"more than {MUTED} %",
                (each,),
                part="passive",
            )


def _volumes(subject: Subject, each: Placed) -> list[int]:
    """The volume of each node, head first."""
    if each.item.slides > MAX_NODES:
        state = subject.timing.sample_at(each.time + 5)
        return [each.item.sample.volume or state.volume]
    return [sound.volume for sound in object_sounds(each.item, subject.timing).nodes]
