"""What a request for hitsounds may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from model_core.maps.fields import Problem, flag, names, number, problems, whole
from model_core.maps.parameters import CommonParameters, refuse

__all__ = ["HitsoundOptions"]

_MAP = "the map's own, else unknown to the model"


@dataclass(frozen=True, slots=True, kw_only=True)
class HitsoundOptions:
    """Everything a caller may choose; times in ms. Raises InvalidParameters.

    Volumes are off unless asked for: they can only be written as green lines, of which a map gets
    hundreds, while additions and sample sets stay within the objects' own lines.
    """

    start_ms: int | None = whole(
        "Objects that start earlier keep their sounds.", unit="ms", otherwise="the map's beginning"
    )
    end_ms: int | None = whole(
        "Objects that start later keep their sounds.", unit="ms", otherwise="the map's end"
    )
    additions_only: bool = flag(
        "Choose whistles, finishes and claps alone; sample sets and volumes stay.", default=False
    )
    sample_sets: bool | None = flag(
        "Choose sample sets too.", otherwise="yes, unless only additions are chosen"
    )
    volumes: bool = flag(
        "Choose volumes too; they are written as green lines, which are many.", default=False
    )
    keep_existing: bool = flag(
        "Leave alone every node to which the mapper gave an addition, a sample set or a sample of"
        " its own; only the others are filled.",
        default=False,
    )
    temperature: float | None = number(
        "How daring the draws are.", low=0, high=10, above_low=True,
        otherwise="nothing is drawn: the likeliest sound is taken",
    )  # fmt: skip
    top_p: float = number(
        "Draw only among the best sounds that hold this much probability.", low=0, high=1,
        above_low=True, default=1.0,
    )  # fmt: skip
    seed: int = whole(
        "Seed of the random draws; without a temperature nothing is drawn.", default=0
    )
    mapper_id: int | None = whole(
        "The osu! user id of the mapper to hitsound like.", low=0, otherwise=_MAP
    )
    year: int | None = whole(
        "The year whose hitsounds the result should resemble.", low=1, high=9999,
        otherwise="unknown to the model",
    )  # fmt: skip
    descriptors: tuple[str | int, ...] = names(
        "osu! user tags that the result should deserve.", otherwise=_MAP
    )

    def __post_init__(self) -> None:
        refuse(tuple(problems(self)) or tuple(self._contradictions()))

    @property
    def take_sets(self) -> bool:
        """Whether sample sets are chosen."""
        return not self.additions_only if self.sample_sets is None else self.sample_sets

    def parameters(self) -> CommonParameters:
        """What the model is told, in the words of every other request."""
        return CommonParameters(
            seed=self.seed,
            mapper_id=self.mapper_id,
            year=self.year,
            descriptors=self.descriptors,
            hitsounded=True,
        )

    def _contradictions(self) -> Iterator[Problem]:
        if self.start_ms is not None and self.end_ms is not None and self.end_ms < self.start_ms:
            yield Problem(
                "end_ms",
                f"end_ms must not be earlier than start_ms ({self.start_ms} ms), but is"
                f" {self.end_ms} ms.",
            )
        if self.additions_only:
            for name in ("sample_sets", "volumes"):
                if getattr(self, name):
                    yield Problem(name, f"{name} and additions_only contradict each other.")
