"""Slider velocities that the game does not play as written."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Category, Severity
from ..registry import Found, rule
from ..subject import CATCH, MANIA, STANDARD, TAIKO, Subject

#: What a slider's velocity multiplier may be, and a scroll speed of taiko and mania.
SLIDERS, SCROLLS = (0.1, 10.0), (0.01, 10.0)
#: Multipliers this much beyond a limit (in relation) are spellings of it.
SAME = 1e-6
#: The limits of the base velocity in the editor, in hundreds of pixels a beat.
BASE = (0.4, 3.6)


@rule("slider-velocity-out-of-range", Category.TIMING)
def slider_velocity_out_of_range(subject: Subject) -> Iterator[Found]:
    """A green line's velocity is one that the game plays: 0.1 to 10, in taiko and mania from 0.01.

    Beyond these the game takes the limit (lazer's decoder; the stable editor offers 0.1 to 10).
    """
    low, high = SCROLLS if subject.mode in (TAIKO, MANIA) else SLIDERS
    for point in subject.points:
        if point.uninherited or not point.beat_length < 0:
            continue
        velocity = 100.0 / -point.beat_length
        if low * (1 - SAME) <= velocity <= high * (1 + SAME):
            continue
        played = min(high, max(low, velocity))
        yield Found(
            Severity.WARNING,
            f"This green line asks for a velocity of {velocity:.4g}; the game plays {played:.4g}."
            " Write what is meant, so that all clients agree.",
            f"{velocity:.4g}",
            f"{low:.4g} to {high:.4g}",
            times=(point.time,),
            anchor=f"green@{point.time:.10g}",
        )


@rule("base-velocity-out-of-range", Category.SETTINGS, (STANDARD, TAIKO, CATCH))
def base_velocity_out_of_range(subject: Subject) -> Iterator[Found]:
    """The base slider velocity is between 0.4 and 3.6, as the editor sets it."""
    try:
        written = float(subject.beatmap.difficulty.get("SliderMultiplier", ""))
    except ValueError:
        return
    if not BASE[0] <= written <= BASE[1]:
        yield Found(
            Severity.WARNING,
            f"SliderMultiplier is {written:.4g}; the editor sets {BASE[0]} to {BASE[1]}, and the"
            f" game plays {subject.beatmap.slider_multiplier:.4g}.",
            f"{written:.4g}",
            f"{BASE[0]} to {BASE[1]}",
            times=(),
            anchor="SliderMultiplier",
        )
