"""What a remap is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from model_core.beatmap.edits import RemapEdit
from model_core.beatmap.new_objects import NewObject
from model_core.maps.fields import flag, whole
from model_core.maps.parameters import CommonParameters

__all__ = ["Candidate", "Progress", "RemapOptions", "RemapResult"]

MAX_VARIANTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RemapOptions(CommonParameters):
    """Everything a caller may choose. None means the model's default or the map's own value."""

    variants: int = whole("Candidates to make in one batch.", low=1, high=MAX_VARIANTS, default=1)
    take_volume: bool = flag("Use the volumes that the model wrote.", default=True)
    take_slider_velocity: bool = flag(
        "Use the slider velocities that the model wrote.", default=True
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request has come. ``objects`` counts those of the first variant."""

    stage: str
    window: int = 0
    windows: int = 0
    tokens: int = 0
    tokens_per_second: float = 0.0
    objects: int = 0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer. ``number`` counts from 1 in order of rank; ``variant`` from 0 as drawn.

    seam_bits: mean surprisal, in bits a token, of the objects that survive right after the range,
    given this candidate before them; lower joins better. None where nothing survives there.
    dropped: what the model wrote that could be no object, by reason.
    """

    number: int
    variant: int
    edit: RemapEdit
    objects: tuple[NewObject, ...]
    seam_bits: float | None
    dropped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemapResult:
    """Candidates, best first; refused variants with their reasons; ms spent in each stage.

    warnings: sentences for whoever asked: what the model did not hear, and what it is not made for.
    refiner: of positions, as it was named; empty where none was needed.
    """

    candidates: tuple[Candidate, ...]
    refused: tuple[str, ...]
    seed: int
    tokens: int
    windows: int
    timings_ms: dict[str, float]
    warnings: tuple[str, ...] = ()
    refiner: str = ""
