"""Progress over several parts of one work: the windows of all of them, never fewer than before."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from model_core.remap.options import Progress

__all__ = ["Overall"]

_ESTIMATE_FROM = 0.03  # of the whole; before that, the time left is anybody's guess


class Overall:
    """Tells of ``parts`` parts, about equally long, as of one.

    A part that begins anew (another try at its stars) does not take the whole back: it stands
    still until the new try is further. Parts count as they are begun; one that tells nothing, or
    ends early, is done when it ends.
    """

    def __init__(
        self,
        parts: int,
        report: Callable[[Progress], None] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._report = report
        self._clock = clock
        self._begun = clock()
        self._done = 0
        self._reached = 0.0  # of the whole, 0 to 1
        self._tokens = self._objects = self._windows = 0

    @contextmanager
    def part(self) -> Iterator[Callable[[Progress], None]]:
        """The next part, which tells of its own windows only."""
        tokens = objects = 0

        def tell(step: Progress) -> None:
            nonlocal tokens, objects
            tokens, objects = max(tokens, step.tokens), max(objects, step.objects)
            self._tell(step, self._tokens + tokens, self._objects + objects)

        try:
            yield tell
        finally:
            self._done += 1
            self._tokens += tokens
            self._objects += objects

    def _tell(self, step: Progress, tokens: int, objects: int) -> None:
        if self._report is None:
            return
        share = max(step.window - 1, 0) / step.windows if step.windows else 0.0
        self._reached = max(self._reached, (self._done + share) / self._parts)
        # Parts have more windows or fewer; what is told is one number for all of them.
        self._windows = windows = max(self._windows, step.windows * self._parts)
        left = None
        if self._reached >= _ESTIMATE_FROM:
            left = (self._clock() - self._begun) / self._reached * (1 - self._reached)
        self._report(
            Progress(
                step.stage,
                min(math.floor(self._reached * windows + 1e-9) + 1, windows),
                windows,
                tokens,
                step.tokens_per_second,
                objects,
                left,
            )
        )
