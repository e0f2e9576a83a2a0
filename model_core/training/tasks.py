"""What a window teaches: mapping, timing, sounds for a map without them, another difficulty.

Sequences are built by the code that builds a request's prompt
(:func:`tokens.build_training_sequence`), with the contexts that the request would give: timing
alone, as the pass that times a song writes it; or timing and kiai known and the map to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_core.errors import InputError
from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    EventType,
    Layout,
    Vocabulary,
    build_training_sequence,
)
from model_core.training.examples import Example, without_sounds

__all__ = ["Spelled", "Task", "TaskOptions", "Teacher"]

_MANIA = 3
_WINDOW_SHARE_LEFT = 0.3  # of a window that must still hold music


class Task(StrEnum):
    """What is asked in a window."""

    MAP = "map"
    TIMING = "timing"
    SOUNDS = "no_hs"
    ANOTHER = "gd"


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """How often each task is drawn, and how often a condition is left out.

    shares: of MAP, TIMING, SOUNDS, ANOTHER. timing_alone: of TIMING, windows with beats only; in
    the rest kiai and map follow. goes_on: windows whose lookback is given, as inside of a song;
    part_given: windows given up to anywhere; the rest is learnt from the start. dropped: by the
    name of the condition. silent: windows that are told nothing of the map at all.
    weights: of predicting a token of a kind, 1 for what is not named.
    """

    shares: tuple[float, float, float, float] = (0.48, 0.17, 0.15, 0.20)
    timing_alone: float = 0.6
    goes_on: float = 0.6
    part_given: float = 0.15
    dropped: dict[str, float] = field(
        default_factory=lambda: {
            "difficulty": 0.1,
            "mapper_id": 0.35,
            "circle_size": 0.15,
            "descriptors": 0.2,
            "year": 0.5,
            "hold_note_ratio": 0.6,
            "scroll_speed_ratio": 0.6,
        }
    )
    silent: float = 0.05
    same_mode: float = 0.8
    timing_weight: float = 1.5
    weights: dict[EventType, float] = field(
        default_factory=lambda: {
            EventType.TIME: 2.0,
            EventType.HITSOUND: 1.5,
            EventType.VOLUME: 1.5,
        }
    )


@dataclass(frozen=True, slots=True)
class Spelled:
    """A window's sequence: ids, and the weight of predicting each, 0 where it is given."""

    task: Task
    start_ms: int
    ids: list[int]
    weights: NDArray[np.float32]


class Teacher:
    """Draws windows of a song's maps and spells them."""

    def __init__(
        self, vocabulary: Vocabulary, layout: Layout, options: TaskOptions | None = None
    ) -> None:
        self.vocabulary = vocabulary
        self.layout = layout
        self.options = options or TaskOptions()
        self._weights = np.ones(vocabulary.size_in, dtype=np.float32)
        for kind, weight in self.options.weights.items():
            ids = vocabulary.id_range(kind)
            self._weights[ids.start : ids.stop] = weight
        self._sounds = np.zeros(vocabulary.size_in, dtype=bool)
        for kind in (EventType.HITSOUND, EventType.VOLUME):
            ids = vocabulary.id_range(kind)
            self._sounds[ids.start : ids.stop] = True
        reads = {context for template in layout.templates for context in template.ins}
        able = (
            True,
            ContextType.TIMING in layout.out_contexts,
            ContextType.NO_HS in reads,
            ContextType.GD in reads,
        )
        shares = np.array(self.options.shares) * able
        if not shares.sum() > 0.0:
            raise InputError("The model has none of the tasks that --shares leaves over.")
        self._shares = shares / shares.sum()

    # ------------------------------------------------------------------ drawing

    def draw(self, examples: Sequence[Example], rng: np.random.Generator) -> Spelled:
        """A window of one of a song's maps, with a task drawn for it."""
        target = examples[int(rng.integers(len(examples)))]
        task = list(Task)[int(rng.choice(4, p=self._shares))]
        source: Example | None = None
        if task is Task.ANOTHER:
            source = self._other(examples, target, rng)
        if (task is Task.ANOTHER and source is None) or (
            task is Task.SOUNDS and not target.conditions.hitsounded
        ):
            task = Task.MAP
        start = self._start(target, task, rng)
        conditions = self._conditions(target.conditions, task, rng)
        if task is Task.TIMING and rng.random() < self.options.timing_alone:
            return self.spell_timing(target, conditions, start, self._learn_from(start, rng))
        return self.spell(
            target, conditions, start, task, source=source, learn_from=self._learn_from(start, rng)
        )

    def _other(
        self, examples: Sequence[Example], target: Example, rng: np.random.Generator
    ) -> Example | None:
        others = [example for example in examples if example is not target]
        like = [example for example in others if example.mode == target.mode]
        if like and rng.random() < self.options.same_mode:
            others = like
        return others[int(rng.integers(len(others)))] if others else None

    def _start(self, target: Example, task: Task, rng: np.random.Generator) -> int:
        window = self.layout.window_ms
        if rng.random() < 0.05:
            return 0
        first, last = target.first_ms - 0.7 * window, target.last_ms
        if task is Task.TIMING:
            first, last = 0.0, target.conditions.song_length_ms
        latest = max(1.0, last - _WINDOW_SHARE_LEFT * window)
        return int(rng.uniform(max(0.0, min(first, latest - 1.0)), latest))

    def _learn_from(self, start: int, rng: np.random.Generator) -> float | None:
        drawn = rng.random()
        window = self.layout.window_ms
        if start == 0:
            return None
        if drawn < self.options.goes_on:
            return start + self.layout.lookback * window
        if drawn < self.options.goes_on + self.options.part_given:
            return start + float(rng.uniform(0.0, 0.8)) * window
        return None

    def _conditions(
        self, conditions: Conditions, task: Task, rng: np.random.Generator
    ) -> Conditions:
        empty: dict[str, Any] = {name: None for name in self.options.dropped} | {"descriptors": ()}
        # Who times a song may not know yet what map it is for.
        everything = rng.random() < (0.4 if task is Task.TIMING else self.options.silent)
        left_out = {
            name: empty[name]
            for name, share in self.options.dropped.items()
            if rng.random() < share or everything
        }
        if everything:
            left_out["global_sv"] = Conditions().global_sv
        return replace(conditions, **left_out)

    # ------------------------------------------------------------------ spelling

    def spell_timing(
        self, target: Example, conditions: Conditions, start: int, learn_from: float | None = None
    ) -> Spelled:
        """Beats alone, as the pass that times a song writes them."""
        ids, covered = self._sequence(
            conditions, [Context(ContextType.NONE)],
            [Context(ContextType.TIMING, target.timing)], start, learn_from,
        )  # fmt: skip
        weights = self._weighed(ids, covered) * np.float32(self.options.timing_weight)
        return Spelled(Task.TIMING, start, ids, weights)

    def spell(
        self,
        target: Example,
        conditions: Conditions,
        start: int,
        task: Task = Task.MAP,
        *,
        source: Example | None = None,
        learn_from: float | None = None,
    ) -> Spelled:
        """A window of a map; ``source`` is the other difficulty that ANOTHER reads."""
        read = [Context(ContextType.NONE)]
        if task is Task.SOUNDS:
            read = [Context(ContextType.NO_HS, without_sounds(target.objects))]
        elif task is Task.ANOTHER:
            if source is None:
                raise ValueError("another difficulty is to be read, but none is given")
            read = [Context(ContextType.GD, source.objects, source.conditions)]
        # Where a map is read, or a remap is asked for, the song's kiai is known too.
        kiai_learnt = task in (Task.MAP, Task.TIMING)
        written = [
            Context(ContextType.TIMING, target.timing, learn=task is Task.TIMING),
            Context(ContextType.KIAI, target.kiai, learn=kiai_learnt),
            Context(ContextType.MAP, target.objects),
        ]
        if target.mode == _MANIA:
            written.append(Context(ContextType.SV, target.speeds, learn=task is not Task.SOUNDS))
        outs = self.layout.out_contexts
        ids, covered = self._sequence(
            conditions, read, [c for c in written if c.type in outs], start, learn_from
        )
        weights = self._weighed(ids, covered)
        if task is Task.SOUNDS:
            # All but the sounds is a copy that a request forces.
            weights *= self._sounds[np.asarray(ids)]
        return Spelled(task, start, ids, weights)

    def _sequence(
        self,
        conditions: Conditions,
        read: Sequence[Context],
        written: Sequence[Context],
        start: int,
        learn_from: float | None,
    ) -> tuple[list[int], list[bool]]:
        return build_training_sequence(
            self.vocabulary,
            self.layout,
            conditions,
            contexts_in=read,
            contexts_out=written,
            frame_time=start,
            song_length_ms=conditions.song_length_ms,
            max_len=self.layout.tgt_len,
            learn_from_ms=learn_from,
        )

    def _weighed(self, ids: Sequence[int], covered: Sequence[bool]) -> NDArray[np.float32]:
        weights: NDArray[np.float32] = self._weights[np.asarray(ids)] * np.asarray(
            covered, dtype=np.float32
        )
        return weights
