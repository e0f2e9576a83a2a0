"""What a request for timing may ask, declared once for every client."""

from __future__ import annotations

from dataclasses import dataclass

from model_core.maps.fields import flag, number, problems, whole
from model_core.maps.parameters import refuse

__all__ = ["TimingParameters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingParameters:
    """Everything a caller may choose. Raises InvalidParameters with all that is wrong.

    Names and limits are those of a new map's own timing, see
    :class:`~model_core.maps.parameters.GenerationParameters`; the last three are of a map that has
    red lines already.
    """

    super_timing: bool = flag(
        "Time the song many times over and vote: slower, steadier.", default=False
    )
    timing_iterations: int = whole(
        "How many times super timing listens.", low=1, high=200, default=20
    )
    timing_beams: int = whole(
        "Beams of super timing's search; beams take that many times as long.",
        low=1,
        high=16,
        default=1,
    )
    timing_guidance: float = number("Guidance of super timing.", low=1, high=20, default=1.0)
    timing_leniency: int | None = whole(
        "How far beats may lie from a red line's grid before a new one is made.", low=0, high=200,
        otherwise="the checkpoint's own", unit="ms",
    )  # fmt: skip
    one_tempo: bool = flag("Give a song of constant tempo a single red line.", default=True)
    timing_tolerance: float = number(
        "Red lines of the map stay as they are where no beat that was heard is further from theirs"
        " than this; 0 takes what was heard.",
        low=0, high=100, default=6.0, unit="ms",
    )  # fmt: skip
    resnap: bool = flag(
        "Move the map's objects onto the ticks of the red lines that changed.", default=False
    )
    keep_state: bool = flag(
        "Keep slider velocity, sounds and kiai as they are at every moment, by a green line"
        " wherever that takes one.",
        default=True,
    )

    def __post_init__(self) -> None:
        refuse(tuple(problems(self)))
