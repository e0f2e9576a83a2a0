"""How well a candidate joins what follows it."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.modding.surprisal import Reading, surprisal_bits
from model_core.model import Model
from model_core.remap.draft import known_contexts
from model_core.remap.seam import seam_bits
from model_core.tokens import Conditions, Context, ContextType, map_events
from tests.model_core.remap.maps import circles, write_map

END = 10_000
AFTER = circles(10_500, 19_000)


def test_bits_are_those_of_the_survivors_alone(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map([*circles(500, END), *AFTER])
    (bits,) = seam_bits(tiny_model, noise, Conditions(), [beatmap], END)
    window_ms = tiny_model.layout.window_ms
    start = int(END - 0.6 * window_ms)
    events = map_events(beatmap, tiny_model.layout)
    reading = Reading(
        Conditions(),
        [Context(ContextType.NONE)],
        [*known_contexts(tiny_model, beatmap, noise), Context(ContextType.MAP, events)],
    )
    (wanted,) = surprisal_bits(
        tiny_model, noise, Window(start, start * 16), [reading], END + 1, start + window_ms
    )
    assert len(wanted.ids) > 4
    assert all(END < time < start + window_ms for time in wanted.times)
    assert bits == pytest.approx(wanted.total / len(wanted.ids))


def test_candidates_are_read_in_one_batch_and_told_apart(tiny_model: Model, noise: Audio) -> None:
    maps = [write_map([*circles(500, END, shift=shift), *AFTER]) for shift in (0, 50, 120)] + [
        write_map(AFTER)
    ]
    together = seam_bits(tiny_model, noise, Conditions(), maps, END)
    alone = [seam_bits(tiny_model, noise, Conditions(), [one], END)[0] for one in maps]
    np.testing.assert_allclose(together, alone, rtol=1e-4)  # type: ignore[arg-type]
    assert len(set(together)) == 4


@pytest.mark.parametrize(
    "objects", [circles(500, END), [*circles(500, END), *circles(15000, 19000)]]
)
def test_no_survivor_within_earshot_is_no_seam(
    tiny_model: Model, noise: Audio, objects: list[str]
) -> None:
    assert seam_bits(tiny_model, noise, Conditions(), [write_map(objects)] * 2, END) == [None, None]


def test_a_range_at_the_songs_beginning(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(circles(2500, 19_000))
    (bits,) = seam_bits(tiny_model, noise, Conditions(), [beatmap], 2000)
    assert bits is not None and 0 < bits < 34
