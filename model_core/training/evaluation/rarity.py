"""How unlike the rest of its map an object is: a rule that hears nothing, beside a model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

from model_core.beatmap import Beatmap

__all__ = ["rarity"]


def rarity(beatmap: Beatmap) -> list[float]:
    """Bits of each object: how rare the gap before it, its length, sound and new combo are.

    Each by how often the map has it, the gap and the length in twelfths of a beat, the sound and
    the new combo together with the place in the bar (in quarters of a beat); summed.
    """
    gaps: list[Hashable] = []
    lengths: list[Hashable] = []
    sounds: list[Hashable] = []
    combos: list[Hashable] = []
    before = 0.0
    for item in beatmap.hit_objects:
        beat = beatmap.timing.beat_length_at(item.time)
        line = beatmap.timing.red_line_at(item.time)
        place = 0
        if line is not None:
            place = round((item.time - line.time) / beat * 4) % (4 * max(1, line.meter))
        gaps.append(round((item.time - before) / beat * 12))
        lengths.append(round((item.end_time - item.time) / beat * 12))
        sounds.append((place, item.hit_sound))
        combos.append((place, item.new_combo))
        before = item.end_time
    columns = [_bits(column) for column in (gaps, lengths, sounds, combos)]
    return [sum(bits) for bits in zip(*columns, strict=True)]


def _bits(values: Sequence[Hashable]) -> list[float]:
    counts = Counter(values)
    return [-math.log2(counts[value] / len(values)) for value in values]
