"""What is asked of a map as a whole: how long it is played, and where its preview begins."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Category, Severity
from ..registry import Found, rule
from ..subject import Subject

#: So many ms a map is played, breaks not counted.
MIN_DRAIN = 30_000.0
#: More of the song than this share is not left over behind the last object.
UNUSED_SHARE = 0.2


@rule("no-objects", Category.COMPOSE)
def no_objects(subject: Subject) -> Iterator[Found]:
    """A map has objects (Mapset Verifier ``EmptyDifficultyFile``)."""
    if not subject.objects:
        yield Found(
            Severity.PROBLEM,
            "The map has no hit object that the game can read. Map it, or take the file out of the"
            " set.",
            "no object",
            "objects",
            times=(),
            anchor="map",
        )


@rule("short-drain", Category.COMPOSE)
def short_drain(subject: Subject) -> Iterator[Found]:
    """From the first object to the last end, without breaks, 30 s or more are played.

    Lazer ``CheckDrainLength``, Mapset Verifier ``DrainTime``: a problem.
    """
    if not subject.objects:
        return
    drain = subject.drain
    if drain < MIN_DRAIN:
        yield Found(
            Severity.PROBLEM,
            f"{drain / 1000:.1f} seconds of the map are played, breaks not counted;"
            f" {MIN_DRAIN / 1000:.0f} are asked for. Map more of the song.",
            f"{drain / 1000:.1f} s",
            f"{MIN_DRAIN / 1000:.0f} s or more",
            times=(),
            anchor="map",
        )


@rule("no-preview-point", Category.TIMING)
def no_preview_point(subject: Subject) -> Iterator[Found]:
    """A preview point is set (lazer ``CheckPreviewTime``; Mapset Verifier ``Preview``)."""
    if subject.beatmap.preview_time is None:
        yield Found(
            Severity.WARNING,
            "No preview point is set, so that the song is previewed from a place that the game"
            " chooses. Set one where the song is best, such as the start of the chorus.",
            "none",
            "a preview point",
            times=(),
            anchor="map",
        )


@rule("unused-audio", Category.COMPOSE)
def unused_audio(subject: Subject) -> Iterator[Found]:
    """No more than a fifth of the song is left over behind the last object.

    Looked at where the song's length is known (lazer ``CheckUnusedAudioAtEnd``, Mapset Verifier
    ``AudioUsage``; a storyboard may use it, which is not looked at: a warning).
    """
    if subject.song_length is None or not subject.objects:
        return
    left = 1.0 - subject.ends[-1] / subject.song_length
    if left > UNUSED_SHARE:
        yield Found(
            Severity.WARNING,
            f"{left:.0%} of the song come after the last object. Map more of it, or cut the audio"
            " file.",
            f"{left:.0%} unused",
            f"{UNUSED_SHARE:.0%} or less",
            times=(subject.ends[-1],),
            anchor="map",
        )
