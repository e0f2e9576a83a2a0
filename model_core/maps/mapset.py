"""Whole mapsets from a song: several difficulties with one timing, kiai and preview point.

The song is timed once. The easiest difficulty is written first and decides kiai and preview
point; each of the others may read the one before it of its own mode, as a guest difficulty reads
its map (``follow``). What is asked for one after the other comes back in the order of asking.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, MapHeader, RedLine
from model_core.beatmap.edits.file_names import clashing_names
from model_core.errors import DegenerateOutput, EditRefused, InputError
from model_core.generation.candidates import Candidates, candidates, variant_seed
from model_core.generation.decode_loop import never
from model_core.maps.generate import GeneratedMap, generate_map, time_ahead
from model_core.maps.overall import Overall
from model_core.maps.parameters import GenerationParameters
from model_core.modding.rules import Severity, check
from model_core.model import Model
from model_core.refiner import Refiner
from model_core.remap.options import Progress

__all__ = ["GeneratedMapset", "Wish", "generate_mapsets"]

# Spreads the seeds of difficulties; odd, and unlike what spreads those of variants and attempts.
_DIFFICULTY_STEP = 0xA24BAED4963EE407
_SEEDS = 2**63


@dataclass(frozen=True, slots=True)
class Wish:
    """One difficulty of a set: what it is to be, and what it is called (empty: by its stars)."""

    parameters: GenerationParameters
    name: str = ""


@dataclass(frozen=True, slots=True)
class GeneratedMapset:
    """A set of checked maps in the order in which they were asked for; at least one.

    off_stars: how far the maps are from the stars that were asked for, all together.
    warnings: a sentence for each difficulty that is missing; each map has its own as well.
    """

    maps: tuple[GeneratedMap, ...]
    off_stars: float = 0.0
    warnings: tuple[str, ...] = ()


def generate_mapsets(
    model: Model,
    audio: Audio,
    wishes: Sequence[Wish],
    header: MapHeader | None = None,
    variants: int = 1,
    *,
    model_for: Callable[[int], Model] | None = None,
    refiner_for: Callable[[Model, Wish], Refiner | None] | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> Candidates[GeneratedMapset]:
    """Several difficulties of one song, once or in variants, the best first.

    The best miss the fewest difficulties, break the fewest rules, and are nearest to the stars that
    were asked for.

    Args:
        wishes: at least one; names that are given must be different.
        header: as of :func:`~model_core.maps.generate.generate_map`.
        model_for: the model that writes a game mode; ``model`` for all modes unless given.
            ``model`` times the song.
        refiner_for: who refines the positions of a difficulty, where that is not the usual one.
        progress: told of all difficulties as of one work; see :class:`~.overall.Overall`.

    A difficulty that cannot be made is left out with a warning, as long as another is made.

    Raises:
        InputError: two names are one, or as of :func:`~model_core.maps.generate.generate_map`.
        DegenerateOutput, EditRefused: no difficulty could be made.
        Cancelled: ``cancelled()`` became true.
    """
    if not wishes or variants < 1:
        raise InputError("A mapset has at least one difficulty, and at least one variant is made.")
    if clash := clashing_names([wish.name for wish in wishes]):
        raise InputError(
            f"The difficulties {clash[0] + 1} and {clash[1] + 1} would both be called"
            f' "{wishes[clash[1]].name.strip()}". Give each a name of its own.'
        )
    order = sorted(range(len(wishes)), key=lambda place: _ease(wishes[place]))
    overall = Overall(1 + variants * len(wishes), progress)
    with overall.part() as tell:
        lines = time_ahead(model, audio, wishes[order[0]].parameters, tell, cancelled)
    writer = _Writer(
        model, audio, wishes, header or MapHeader("audio.mp3"), lines,
        model_for or (lambda _mode: model), refiner_for, overall, cancelled,
    )  # fmt: skip
    found = candidates(
        variants,
        lambda variant: writer.write(order, variant),
        lambda mapset: tuple(each.data for each in mapset.maps),
    )
    return replace(found, made=tuple(sorted(found.made, key=_badness))) if variants > 1 else found


def _badness(mapset: GeneratedMapset) -> tuple[int, int, float]:
    problems = sum(
        finding.severity is Severity.PROBLEM
        for each in mapset.maps
        for finding in check(each.beatmap)
    )
    return len(mapset.warnings), problems, mapset.off_stars


@dataclass(slots=True)
class _Writer:
    """Writes the variants of one request, one difficulty after the other."""

    model: Model
    audio: Audio
    wishes: Sequence[Wish]
    header: MapHeader
    lines: tuple[RedLine, ...] | None
    model_for: Callable[[int], Model]
    refiner_for: Callable[[Model, Wish], Refiner | None] | None
    overall: Overall
    cancelled: Callable[[], bool]

    def write(self, order: Sequence[int], variant: int) -> GeneratedMapset:
        """A variant, counted from 0."""
        made: dict[int, GeneratedMap] = {}
        failed: dict[int, DegenerateOutput | EditRefused] = {}
        last: dict[int, Beatmap] = {}  # of each mode, the one that was written last
        first: Beatmap | None = None
        for place in order:
            mode = self.wishes[place].parameters.mode or 0
            try:
                with self.overall.part() as tell:
                    new = self._one(place, variant, last.get(mode, first), made, tell)
            except (DegenerateOutput, EditRefused) as error:
                failed[place] = error
                continue
            made[place] = new
            first, last[mode] = first or new.beatmap, new.beatmap
            # Of a model whose beats stand among its objects, the first map times the rest.
            self.lines = self.lines or new.red_lines
        if not made:
            raise next(iter(failed.values()))
        return GeneratedMapset(
            tuple(made[place] for place in sorted(made)),
            sum(self._off(place, made[place]) for place in made),
            tuple(self._missing(place, error) for place, error in failed.items()),
        )

    def _one(
        self,
        place: int,
        variant: int,
        beside: Beatmap | None,
        made: dict[int, GeneratedMap],
        tell: Callable[[Progress], None],
    ) -> GeneratedMap:
        wish = self.wishes[place]
        seed = variant_seed(wish.parameters.seed, variant) + place * _DIFFICULTY_STEP
        # The first has nothing to follow; that it does not is nothing to be told of.
        follow = wish.parameters.follow if made else None
        model = self.model_for(wish.parameters.mode or 0)
        return generate_map(
            model,
            self.audio,
            replace(wish.parameters, seed=seed % _SEEDS, follow=follow),
            self.header,
            wish.name,
            red_lines=self.lines,
            beside=beside,
            taken=[
                *(each.name for each in self.wishes),
                *(each.beatmap.difficulty_name for each in made.values()),
            ],
            refiner=None if self.refiner_for is None else self.refiner_for(model, wish),
            progress=tell,
            cancelled=self.cancelled,
        )

    def _off(self, place: int, made: GeneratedMap) -> float:
        asked = self.wishes[place].parameters.difficulty
        return 0.0 if asked is None or made.stars is None else abs(made.stars - asked)

    def _missing(self, place: int, error: Exception) -> str:
        name = self.wishes[place].name.strip()
        called = f'"{name}"' if name else str(place + 1)
        return f"The difficulty {called} could not be made and was left out: {error}"


def _ease(wish: Wish) -> float:
    """What difficulties are sorted by: their stars, those of which nothing is known last."""
    stars = wish.parameters.difficulty
    return math.inf if stars is None else stars
