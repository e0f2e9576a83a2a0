"""The hot loop: tokens for any number of rows at once, of one request or of several.

Every row has its own prompt, rules, sampler and stops; rows share only the work of the network.
What a prompt already knows is read in one parallel pass; then each turn of the loop picks one
token for every row that is still going. Rows that are done leave, and others take their places.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from model_core.audio.windows import Window
from model_core.errors import Cancelled, CompanionError, DegenerateOutput
from model_core.generation.beams import BeamSearch
from model_core.generation.rows import Continuation, Guidance, Row, Single
from model_core.generation.rules import Scores
from model_core.generation.streams import Streams
from model_core.network.step import Stepper

__all__ = ["DecodeLoop", "Guidance", "Row", "Work", "answer", "generate_window", "never", "stop_if"]


def never() -> bool:
    """The ``cancelled`` of a caller who does not cancel."""
    return False


def stop_if(cancelled: Callable[[], bool]) -> None:
    """Raise Cancelled if the caller asked for it."""
    if cancelled():
        raise Cancelled("The request was cancelled.")


@dataclass(slots=True)
class Work:
    """Rows whose answers somebody waits for, one window's or many windows'.

    hear: for each row what it hears, ``[1, S, d]``, asked for when its turn has come; the same
    tensor for the same window lets rows share its keys and values. cancelled: asked before every
    token. on_tokens: told how many tokens (of all its rows) a turn added. on_scores: sees each
    row's number and its scores after all rules, before the pick. on_answer: told the number of a
    row that is answered. window: which it is, for whoever stands in for the network.
    """

    rows: Sequence[Row]
    hear: Sequence[Callable[[], Tensor]]
    cancelled: Callable[[], bool] = never
    on_tokens: Callable[[int], None] | None = None
    on_scores: Callable[[int, Scores], None] | None = None
    on_answer: Callable[[int], None] | None = None
    window: Window | None = None
    answers: list[list[int]] = field(init=False)
    error: CompanionError | None = field(init=False, default=None)
    left: int = field(init=False)  # rows not yet answered

    def __post_init__(self) -> None:
        self.answers = [[] for _ in self.rows]
        self.left = len(self.rows)

    @property
    def done(self) -> bool:
        """Answered, or given up."""
        return self.left == 0 or self.error is not None


@dataclass(slots=True)
class _Going:
    """A row in the loop: its streams, and the scores from which it picks next."""

    work: Work
    index: int
    row: Continuation
    streams: list[int] = field(default_factory=list)
    scores: list[Scores] = field(default_factory=list)


class DecodeLoop:
    """Rows in one batch.

    rows_at_once: how many streams the network continues together (a row with guidance is two, one
    with beams as many); the others wait. None: all. fixed: keep the shapes fixed at that number,
    so that no row's numbers depend on the others (see :mod:`streams`).
    """

    def __init__(
        self, stepper: Stepper, rows_at_once: int | None = None, fixed: bool = False
    ) -> None:
        if fixed and rows_at_once is None:
            raise ValueError("fixed shapes need a number of rows")
        self._streams = Streams(stepper, rows_at_once if fixed else None)
        self._most = rows_at_once
        self._waiting: deque[_Going] = deque()
        self._going: list[_Going] = []

    def submit(self, work: Work) -> None:
        """Have some rows answered; ``turn`` says when they are."""
        for index, row in enumerate(work.rows):
            one: Continuation = BeamSearch(row) if row.beams > 1 else Single(row)
            if not one.begin():
                work.left -= 1
            elif self._most is not None and one.streams > self._most:
                raise ValueError(f"a row of {one.streams} streams, but only {self._most} at once")
            else:
                self._waiting.append(_Going(work, index, one))

    @torch.inference_mode()
    def turn(self) -> None:
        """One token more for every row; afterwards a ``Work`` may be done."""
        self._give_up_cancelled()
        self._admit()
        fed: dict[int, int] = {}
        left: list[_Going] = []
        added: dict[int, tuple[Work, int]] = {}
        for one in self._going:
            if one.work.error is not None:  # another row of the same work failed in this turn
                continue
            try:
                tokens = one.row.take(one.scores, self._watcher(one))
            except DegenerateOutput as error:
                one.work.error = error
                continue
            added[id(one.work)] = (one.work, added.get(id(one.work), (one.work, 0))[1] + 1)
            if tokens is None:
                one.work.answers[one.index] = one.row.answer
                one.work.left -= 1
                self._close(one)
                if one.work.on_answer is not None:
                    one.work.on_answer(one.index)
                continue
            if one.row.sources is not None:
                self._streams.rearrange(one.streams, [one.streams[i] for i in one.row.sources])
            fed.update(zip(one.streams, tokens, strict=True))
            left.append(one)
        for work, count in added.values():
            if work.on_tokens is not None:
                work.on_tokens(count)
        self._drop_failed()
        self._going = [one for one in left if one.work.error is None]
        if self._going:
            table = self._streams.step(fed).float().cpu().numpy()
            for one in self._going:
                one.scores = [table[self._streams.row(name)] for name in one.streams]

    def _watcher(self, one: _Going) -> Callable[[Scores], None] | None:
        watch = one.work.on_scores
        return None if watch is None else lambda scores: watch(one.index, scores)

    def _give_up_cancelled(self) -> None:
        """Ask every work that is going or waiting, once."""
        works = {id(one.work): one.work for one in (*self._going, *self._waiting)}
        for work in works.values():
            if work.error is None and work.cancelled():
                work.error = Cancelled("The request was cancelled.")
        self._drop_failed()

    def _drop_failed(self) -> None:
        for one in self._going:
            if one.work.error is not None:
                self._close(one)
        self._going = [one for one in self._going if one.work.error is None]
        self._waiting = deque(one for one in self._waiting if one.work.error is None)

    def _close(self, one: _Going) -> None:
        for name in one.streams:
            self._streams.close(name)
        one.streams = []

    def _admit(self) -> None:
        """Open the streams of rows that wait, as far as there is room."""
        first: list[_Going] = []
        room = len(self._waiting) if self._most is None else self._most - len(self._streams)
        while self._waiting and (self._most is None or self._waiting[0].row.streams <= room):
            one = self._waiting.popleft()
            room -= one.row.streams
            first.append(one)
        # Rows of one work open together, so that equal prompts are read once.
        while first:
            work = first[0].work
            batch = [one for one in first if one.work is work]
            first = [one for one in first if one.work is not work]
            if work.error is None and work.cancelled():
                work.error = Cancelled("The request was cancelled.")
            if work.error is None:
                try:
                    self._open(batch)
                except CompanionError as error:
                    work.error = error

    def _open(self, batch: Sequence[_Going]) -> None:
        prompts: list[Sequence[int]] = []
        heard: list[Tensor] = []
        for one in batch:
            states = one.work.hear[one.index]()
            for prompt, hear in one.row.openings():
                prompts.append(prompt)
                heard.append(states if hear is None else hear())
        names, scores = self._streams.open(prompts, heard)
        at = 0
        for one in batch:
            stop = at + one.row.streams
            one.streams = names[at:stop]
            one.scores = [each.float().cpu().numpy().copy() for each in scores[at:stop]]
            self._going.append(one)
            at = stop


def generate_window(
    stepper: Stepper,
    encoder_states: Tensor | Sequence[Tensor],
    rows: Sequence[Row],
    cancelled: Callable[[], bool] = never,
    on_tokens: Callable[[int], None] | None = None,
    on_scores: Callable[[int, Scores], None] | None = None,
) -> list[list[int]]:
    """New tokens of each row, the stopping one included.

    encoder_states: ``[1, S, d]`` where the rows hear the same window, else one such tensor for
    each row. The rest as in :class:`Work`.

    Raises:
        Cancelled: ``cancelled()`` became true.
        DegenerateOutput: the network computed something that is not a number.
    """
    if isinstance(encoder_states, Tensor):
        encoder_states = [encoder_states] * len(rows)
    hear = [lambda states=states: states for states in encoder_states]
    work = Work(rows, hear, cancelled, on_tokens, on_scores)
    return answer(stepper, work)


def answer(stepper: Stepper, work: Work, rows_at_once: int | None = None) -> list[list[int]]:
    """Some rows answered with nobody else in the batch; raises what went wrong."""
    loop = DecodeLoop(stepper, rows_at_once)
    loop.submit(work)
    while not work.done:
        loop.turn()
    if work.error is not None:
        raise work.error
    return work.answers
