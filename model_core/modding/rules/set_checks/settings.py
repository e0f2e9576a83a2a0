"""Settings that the difficulties of a set share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from model_core.beatmap import Beatmap
from model_core.beatmap.numbers import format_number

from ..findings import Category, Severity
from ..fixing import key_fix
from ..mapset import Mapset
from ..registry import Found, set_rule


def _general(key: str, default: str) -> Callable[[Beatmap], str]:
    return lambda beatmap: beatmap.general.get(key, default)


#: Key, what it is called, its value, and how much a difference weighs.
SETTINGS: tuple[tuple[str, str, str, Callable[[Beatmap], str], Severity], ...] = (
    ("General", "AudioLeadIn", "audio lead-in", _general("AudioLeadIn", "0"), Severity.WARNING),
    ("General", "Countdown", "countdown", _general("Countdown", "1"), Severity.WARNING),
    (
        "General",
        "CountdownOffset",
        "countdown offset",
        _general("CountdownOffset", "0"),
        Severity.WARNING,
    ),
    (
        "General",
        "EpilepsyWarning",
        "epilepsy warning",
        _general("EpilepsyWarning", "0"),
        Severity.WARNING,
    ),
    (
        "General",
        "LetterboxInBreaks",
        "letterbox in breaks",
        _general("LetterboxInBreaks", "0"),
        Severity.WARNING,
    ),
    (
        "General",
        "SamplesMatchPlaybackRate",
        "samples match playback rate",
        _general("SamplesMatchPlaybackRate", "0"),
        Severity.WARNING,
    ),
    (
        "General",
        "WidescreenStoryboard",
        "widescreen storyboard",
        _general("WidescreenStoryboard", "0"),
        Severity.NEGLIGIBLE,
    ),
    (
        "Difficulty",
        "SliderTickRate",
        "slider tick rate",
        lambda beatmap: format_number(beatmap.slider_tick_rate),
        Severity.NEGLIGIBLE,
    ),
)


@set_rule("inconsistent-settings", Category.SETTINGS)
def inconsistent_settings(mapset: Mapset) -> Iterator[Found]:
    """Settings that have nothing to do with how hard a map is are the same in all difficulties.

    Lazer ``CheckInconsistentSettings``, Mapset Verifier ``InconsistentSettings``: a warning; the
    tick rate, and a wide storyboard (which matters only where there is one), are negligible.
    """
    for section, key, name, value, severity in SETTINGS:
        usual, others = mapset.outliers(value)
        for other, own in others:
            yield Found(
                severity,
                f"[{other.title}]: {name} is {own}, but {usual} in the other difficulties. Give"
                " all the same, unless the difference is meant.",
                own,
                usual,
                times=(),
                anchor=key,
                file=other.file,
                fix=key_fix(other.beatmap, section, key, usual, f"set {key} to {usual}"),
            )


@set_rule("inconsistent-audio-file", Category.FILES)
def inconsistent_audio_file(mapset: Mapset) -> Iterator[Found]:
    """All difficulties play the same audio file (lazer ``CheckInconsistentAudio``, a warning)."""
    usual, others = mapset.outliers(lambda beatmap: beatmap.audio_filename or "")
    for other, own in others:
        yield Found(
            Severity.WARNING,
            f"[{other.title}]: the audio file is {own or 'none'}, but {usual or 'none'} in the"
            " other difficulties. A set is of one song; use one file unless it is meant.",
            own or "none",
            usual or "none",
            times=(),
            anchor="AudioFilename",
            file=other.file,
        )


@set_rule("inconsistent-preview-point", Category.TIMING)
def inconsistent_preview_point(mapset: Mapset) -> Iterator[Found]:
    """All difficulties have the same preview point (lazer ``CheckPreviewTime``, a warning)."""
    usual, others = mapset.outliers(_preview)
    for other, own in others:
        wanted = _preview_text(usual)
        yield Found(
            Severity.WARNING,
            f"[{other.title}]: the preview point is {_preview_text(own)}, but {wanted} in the"
            " other difficulties. Give all the same.",
            _preview_text(own),
            wanted,
            times=(),
            anchor="PreviewTime",
            file=other.file,
            fix=key_fix(
                other.beatmap,
                "General",
                "PreviewTime",
                format_number(float(usual) - other.beatmap.time_offset),
                f"set the preview point to {wanted}",
            )
            if usual
            else None,
        )


def _preview(beatmap: Beatmap) -> str:
    return "" if beatmap.preview_time is None else format_number(beatmap.preview_time)


def _preview_text(value: str) -> str:
    return f"{value} ms" if value else "not set"
