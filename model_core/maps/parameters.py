"""Everything that a request for objects may ask, checked together: one path for every client.

:class:`CommonParameters` are those of every request that generates objects;
:class:`GenerationParameters` those of a whole map or a new difficulty, all that the published
models' own command takes; a remap's are in :mod:`model_core.remap.options`. None always means
"as it is otherwise": the reference map's value, else the checkpoint's.

Here stands what can be wrong with a request whatever the model. What a model does not know, or
does not read, is no error: it is told with the answer (:mod:`model_core.maps.conditions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model_core.errors import InvalidParameters
from model_core.maps.fields import Problem, flag, names, number, problems, whole

__all__ = [
    "CommonParameters",
    "GenerationParameters",
    "refuse",
    "validated",
    "window_problems",
]

#: What lookback and lookahead may take of a window together.
MOST_OF_A_WINDOW = 0.95

_STANDARD_AND_CATCH = (0, 2)
_TAIKO_AND_MANIA = (1, 3)
_MANIA = (3,)

_MODEL = "the checkpoint's own"
_RATE = "the reference map's where that is about as hard, else usual for the difficulty"
_MAP = "the reference map's, else unknown to the model"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonParameters:
    """What every request for objects may ask. Raises InvalidParameters with all that is wrong."""

    seed: int = whole(
        "Seed of the random draws: the same one on the same model, device and precision gives the"
        " same bytes.",
        default=0,
    )
    difficulty: float | None = number(
        "How hard the result should be.", low=0, high=20, unit="stars",
        otherwise="the map's own rating, else unknown to the model",
    )  # fmt: skip
    mapper_id: int | None = whole(
        "The osu! user id of the mapper to map like; the starter's styles have ids of their own.",
        low=0, otherwise=_MAP,
    )  # fmt: skip
    year: int | None = whole(
        "The year whose mapping the result should resemble; years that the model does not know"
        " become the nearest that it knows.",
        low=1, high=9999, otherwise="unknown to the model",
    )  # fmt: skip
    descriptors: tuple[str | int, ...] = names(
        "osu! user tags that the result should deserve, e.g. style/messy.", otherwise=_MAP
    )
    negative_descriptors: tuple[str | int, ...] = names(
        "osu! user tags to keep away from; they work with guidance above 1."
    )
    hitsounded: bool | None = flag(
        "Whether the result should have hitsounds.",
        otherwise="as the reference map has them, else yes",
    )
    hold_note_ratio: float | None = number(
        "The share of notes that are held.", low=0, high=1, otherwise=_MAP, modes=_MANIA
    )
    scroll_speed_ratio: float | None = number(
        "How often the scroll speed changes, for each time at which notes start.", low=0, high=1,
        otherwise=_MAP, modes=_TAIKO_AND_MANIA,
    )  # fmt: skip
    guidance: float = number(
        "How strongly what is asked for is followed, and the negative descriptors avoided"
        " (classifier-free guidance); 1 is off. Above it every token costs twice the time.",
        low=1, high=20, default=1.0,
    )  # fmt: skip
    temperature: float | None = number(
        "How daring the draws are.", low=0, high=10, above_low=True, otherwise=_MODEL
    )
    timing_temperature: float | None = number(
        "The same for beats.", low=0, high=10, above_low=True, otherwise="0.1"
    )
    mania_column_temperature: float | None = number(
        "The same for columns.", low=0, high=10, above_low=True, otherwise="0.8", modes=_MANIA
    )
    taiko_hit_temperature: float | None = number(
        "The same for a drum's hits.", low=0, high=10, above_low=True, otherwise="0.8", modes=(1,)
    )
    timeshift_bias: float = number(
        "Added to the scores of times: above 0 fewer objects are written, below 0 more.",
        low=-20, high=20, default=0.0,
    )  # fmt: skip
    top_p: float | None = number(
        "Draw only among the best tokens that hold this much probability.", low=0, high=1,
        above_low=True, otherwise=_MODEL,
    )  # fmt: skip
    top_k: int | None = whole(
        "Draw only among so many of the best tokens; 0 draws among all.", low=0, otherwise=_MODEL
    )

    def __post_init__(self) -> None:
        validated(self)

    def contradictions(self) -> Iterator[Problem]:
        """What is wrong with values that are right one by one."""
        both = sorted(set(map(str, self.descriptors)) & set(map(str, self.negative_descriptors)))
        if both:
            yield Problem(
                "negative_descriptors",
                f"negative_descriptors and descriptors both name {', '.join(both)}; a map cannot"
                " be asked to be and not to be the same.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationParameters(CommonParameters):
    """What a whole map or a new difficulty may be asked to be. Times in ms."""

    mode: int | None = whole(
        "The game mode: 0 osu!, 1 taiko, 2 catch, 3 mania.", low=0, high=3,
        otherwise="the reference map's, else 0",
    )  # fmt: skip
    circle_size: float | None = number(
        "CS of the new map.", low=0, high=10, otherwise="the reference map's, else 4",
        modes=_STANDARD_AND_CATCH,
    )  # fmt: skip
    key_count: int | None = whole(
        "How many columns the new map has.", low=1, high=18,
        otherwise="the reference map's, else 4", modes=_MANIA,
    )  # fmt: skip
    hp_drain_rate: float | None = number("HP of the new map.", low=0, high=10, otherwise=_RATE)
    overall_difficulty: float | None = number("OD of the new map.", low=0, high=10, otherwise=_RATE)
    approach_rate: float | None = number(
        "AR of the new map.", low=0, high=10, otherwise=_RATE,
        modes=_STANDARD_AND_CATCH,
    )  # fmt: skip
    slider_multiplier: float | None = number(
        "The base slider velocity, in hundreds of osu! pixels a beat.", low=0.4, high=3.6,
        otherwise="the reference map's, else 1.4",
    )  # fmt: skip
    slider_tick_rate: float | None = number(
        "Slider ticks of a beat.", low=0.5, high=8, otherwise="the reference map's, else 1"
    )
    star_tries: int | None = whole(
        "How often the map may be written to come near the difficulty that was asked for; the"
        " nearest is kept.",
        low=1, high=10, otherwise="the checkpoint's own, else once",
    )  # fmt: skip
    start_ms: int | None = whole(
        "Where to begin; nothing is written before.", low=0, unit="ms",
        otherwise="the song's beginning",
    )  # fmt: skip
    end_ms: int | None = whole(
        "Where to stop; nothing is written after.", low=1, unit="ms", otherwise="the song's end"
    )
    lookback: float | None = number(
        "The share of each window that repeats what was written before.", low=0, high=0.95,
        otherwise=_MODEL,
    )  # fmt: skip
    lookahead: float | None = number(
        "The share of each window that is left to the next one.", low=0, high=0.95,
        otherwise=_MODEL,
    )  # fmt: skip
    follow: bool | None = flag(
        "Read the reference map (in a new mapset the easier difficulty) as another difficulty of"
        " the song, and follow its rhythm.",
        otherwise="yes with models that were trained to, where it is of the same mode",
    )
    parallel: bool = flag(
        "Write all windows side by side, none knowing the others: much faster on a graphics card,"
        " but patterns do not go on from window to window.",
        default=False,
    )
    super_timing: bool | None = flag(
        "Time the song many times over and vote: slower, steadier.",
        otherwise="yes with v28 and v29, else no",
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
        otherwise=_MODEL, unit="ms",
    )  # fmt: skip
    one_tempo: bool = flag("Give a song of constant tempo a single red line.", default=True)
    resnap: bool = flag("Put objects on the ticks that they were written for.", default=True)
    refine: bool | None = flag(
        "Refine positions by diffusion.",
        otherwise="yes with models that place objects in coarse cells (v28, v29), else no",
    )
    refine_guidance: float = number(
        "Guidance of the refinement towards the descriptors.", low=1, high=20, default=1.0
    )
    refine_steps: int | None = whole(
        "Steps of the refinement.", low=1, high=100, otherwise="100, and 10 with v30 and v31"
    )
    snap_overlaps: bool | None = flag(
        "Make overlaps that are nearly perfect perfect.",
        otherwise="yes where positions are refined",
    )

    def contradictions(self) -> Iterator[Problem]:
        yield from CommonParameters.contradictions(self)
        if self.start_ms is not None and self.end_ms is not None and self.end_ms <= self.start_ms:
            yield Problem(
                "end_ms",
                f"end_ms must be later than start_ms ({self.start_ms} ms), not {self.end_ms} ms.",
            )
        if self.lookback is not None and self.lookahead is not None:
            yield from window_problems(self.lookback, self.lookahead)


def window_problems(lookback: float, lookahead: float) -> Iterator[Problem]:
    """What is wrong with two shares of a window, also where one is the checkpoint's own."""
    if lookback + lookahead > MOST_OF_A_WINDOW:
        yield Problem(
            "lookahead",
            "lookback and lookahead together must leave a twentieth of a window to write: they are"
            f" {lookback:g} and {lookahead:g}.",
        )


def refuse(wrong: Sequence[Problem]) -> None:
    """Raise InvalidParameters with all of these, if there are any."""
    if wrong:
        raise InvalidParameters(
            " ".join(problem.message for problem in wrong),
            {problem.field: problem.message for problem in wrong},
        )


def validated(parameters: CommonParameters) -> None:
    """Raise InvalidParameters with everything that is wrong; contradictions only if all else is
    right."""
    refuse(tuple(problems(parameters)) or tuple(parameters.contradictions()))
