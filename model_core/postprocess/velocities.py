"""Slider velocities and lengths that people would write, as the published models' programs do.

A slider drawn by a model is never exactly as long as its duration asks for. Where the velocity is
not spelled (v30), the velocity before it is kept if it nearly fits, else one in steps of 0.05 is
chosen, and the length follows from it.
"""

from __future__ import annotations

__all__ = ["human_velocity", "rounded_velocity", "slide_length"]

_STEPS_PER_UNIT = 20  # velocities are written in steps of 0.05 …
_FINE_STEPS_PER_UNIT = 100  # … and slow ones in steps of 0.01
_SLOW = 0.1
_LENIENCY = 0.15  # of the velocity before
_LENIENCY_AT_COMBO = 0.05  # a new combo may change its velocity sooner


def slide_length(
    velocity: float, span_ms: float, slider_multiplier: float, beat_length: float
) -> float:
    """Pixels that a slide of ``span_ms`` takes at a velocity multiplier."""
    return velocity * span_ms * 100 / beat_length * slider_multiplier


def rounded_velocity(velocity: float) -> float:
    """The nearest velocity that people would write; ``velocity`` itself where that is zero."""
    steps = _FINE_STEPS_PER_UNIT if velocity < _SLOW else _STEPS_PER_UNIT
    return round(velocity * steps) / steps or velocity


def human_velocity(
    wanted_length: float,
    span_ms: float,
    last_velocity: float,
    new_combo: bool,
    slider_multiplier: float,
    beat_length: float,
) -> tuple[float, float]:
    """Velocity multiplier and slide length (px) for a path of ``wanted_length`` px.

    The last velocity is kept where it is within 15 % of what the path asks for (5 % at a new
    combo).
    """
    per_velocity = slide_length(1.0, span_ms, slider_multiplier, beat_length)
    exact = wanted_length / per_velocity
    leniency = _LENIENCY_AT_COMBO if new_combo else _LENIENCY
    velocity = last_velocity
    if abs(exact - last_velocity) > leniency * last_velocity:
        velocity = rounded_velocity(exact)
    return velocity, slide_length(velocity, span_ms, slider_multiplier, beat_length)
