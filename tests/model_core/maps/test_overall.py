"""Progress over several parts: never back, and at its end at the end."""

from __future__ import annotations

from model_core.maps.overall import Overall
from model_core.remap import Progress


def test_parts_are_told_as_one_work() -> None:
    told: list[Progress] = []
    clock = iter(range(100))
    overall = Overall(3, told.append, lambda: float(next(clock)))
    with overall.part() as tell:
        tell(Progress("timing", 1, 2, 10))
        tell(Progress("timing", 2, 2, 20))
    with overall.part() as tell:
        tell(Progress("map", 1, 4, 5, objects=3))
        tell(Progress("map", 4, 4, 50, objects=9))
        tell(Progress("map", 1, 4, 10, objects=2))  # written again
    with overall.part() as tell:
        tell(Progress("map", 4, 4, 7, 99.0, 1))
    assert [(step.window, step.windows) for step in told] == [
        (1, 6),
        (2, 6),
        (5, 12),
        (8, 12),
        (8, 12),
        (12, 12),
    ]
    assert [step.tokens for step in told] == [10, 20, 25, 70, 70, 77]
    assert [step.objects for step in told] == [0, 0, 3, 9, 9, 10]
    assert told[0].seconds_left is None
    # A second for a sixth of it: five more.
    assert told[1].seconds_left == 5.0
    assert told[-1].tokens_per_second == 99.0


def test_nobody_listens() -> None:
    with Overall(1, None).part() as tell:
        tell(Progress("map", 1, 1))


def test_windows_that_nobody_knows_yet() -> None:
    told: list[Progress] = []
    with Overall(2, told.append).part() as tell:
        tell(Progress("audio"))
    assert (told[0].window, told[0].windows, told[0].seconds_left) == (0, 0, None)
