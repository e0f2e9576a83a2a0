"""What a remap is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from model_core.beatmap.edits import RemapEdit
from model_core.beatmap.new_objects import NewObject
from model_core.errors import InputError

__all__ = ["Candidate", "Progress", "RemapOptions", "RemapResult"]

MAX_VARIANTS = 16


@dataclass(frozen=True, slots=True)
class RemapOptions:
    """Everything a caller may choose. None means the model's default or the map's own value.

    seed: of the random draws; the same seed on the same model, device and precision gives the
    same bytes. variants: candidates made in one batch. difficulty: in stars. mapper_id, year,
    descriptors: what the result should be like, where the model knows them.
    """

    seed: int = 0
    variants: int = 1
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    difficulty: float | None = None
    mapper_id: int | None = None
    year: int | None = None
    descriptors: tuple[str, ...] = ()
    take_volume: bool = True
    take_slider_velocity: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.variants <= MAX_VARIANTS:
            raise InputError(f"variants must be 1 to {MAX_VARIANTS}, not {self.variants}.")
        if self.temperature is not None and not 0.0 < self.temperature <= 10.0:
            raise InputError(f"temperature must be above 0 and at most 10, not {self.temperature}.")
        if self.top_p is not None and not 0.0 < self.top_p <= 1.0:
            raise InputError(f"top_p must be above 0 and at most 1, not {self.top_p}.")
        if self.top_k is not None and self.top_k < 0:
            raise InputError(f"top_k must not be negative, not {self.top_k}.")
        if self.difficulty is not None and not 0.0 <= self.difficulty <= 20.0:
            raise InputError(f"difficulty must be 0 to 20 stars, not {self.difficulty}.")


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
    """Candidates, best first; refused variants with their reasons; ms spent in each stage."""

    candidates: tuple[Candidate, ...]
    refused: tuple[str, ...]
    seed: int
    tokens: int
    windows: int
    timings_ms: dict[str, float]
