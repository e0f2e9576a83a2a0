"""Running the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from model_core.beatmap import Beatmap
from model_core.beatmap.timing import TICK_DIVISORS

from .findings import Finding, in_order
from .levels import Level
from .mapset import Mapset
from .registry import map_rules, set_rules
from .subject import Subject


def check(
    beatmap: Beatmap,
    *,
    level: Level | None = None,
    stars: float | None = None,
    song_length: float | None = None,
    divisors: Sequence[int] = TICK_DIVISORS,
    rules: Collection[str] | None = None,
) -> list[Finding]:
    """What the rules find in one map, in order of time; never raises, whatever the map holds.

    level: how difficult the map counts as; None goes by ``stars``, or without them by the names
        that taiko and catch have for levels (Muzukashii, Platter), or by the star rating, which is
        computed where a rule needs it.
    song_length: of the audio in ms, where it is known.
    divisors: the beat divisions on which objects may stand; the editor's own without more.
    rules: the names of those to run; None runs all.
    """
    subject = Subject(beatmap, level=level, stars=stars, song_length=song_length, divisors=divisors)
    return in_order(
        [
            finding
            for rule in map_rules()
            if subject.mode in rule.modes and (rules is None or rule.id in rules)
            for finding in rule.findings(subject)
        ]
    )


def check_set(
    maps: Sequence[tuple[str, Beatmap]],
    *,
    levels: Mapping[str, Level] | None = None,
    song_length: float | None = None,
    rules: Collection[str] | None = None,
) -> list[Finding]:
    """What the rules find between the difficulties of a set: only what no single map shows.

    maps: file name and map of every difficulty; the first counts where opinions are equal.
    levels: how difficult a file's map counts as, where its star rating shall not say.
    """
    mapset = Mapset(maps, levels=levels, song_length=song_length)
    return in_order(
        [
            finding
            for rule in set_rules()
            if rules is None or rule.id in rules
            for finding in rule.findings(mapset)
        ]
    )
