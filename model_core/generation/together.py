"""Requests answered side by side in one batch.

A request is a generator: it yields the rows of its next window (:class:`Work`) and is sent their
answers, and what it returns is its result. The driver here keeps one batch filled with the rows
of all of them. Rows, rules, samplers, stops and cancels are each request's own; with fixed shapes
(the default) so is every bit of its numbers, whoever else is there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from model_core.errors import CompanionError
from model_core.generation.decode_loop import DecodeLoop, Work
from model_core.network.step import Stepper

Result = TypeVar("Result")

#: A request in the middle of being written.
Writing = Generator[Work, list[list[int]], Result]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """A request's result, or why it has none."""

    result: Result | None
    error: CompanionError | None = None

    def unwrap(self) -> Result:
        """The result; raises the error instead where there is one."""
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result


def write_alone(writing: Writing[Result], answer: Callable[[Work], list[list[int]]]) -> Result:
    """A request's result, each of its works answered by a function."""
    try:
        work = next(writing)
        while True:
            work = writing.send(answer(work))
    except StopIteration as end:
        result: Result = end.value
        return result


def write_together(
    stepper: Stepper,
    requests: Sequence[Writing[Result]],
    rows_at_once: int = 8,
    fixed: bool = True,
) -> list[Outcome[Result]]:
    """Each request's outcome; one that fails or is cancelled takes nobody along.

    rows_at_once: how many streams are continued together (see :class:`DecodeLoop`). fixed: keep
    the network's shapes fixed, so that a request's answer is the same, to the bit, whoever shares
    the batch, and if nobody does. Without it the batch is only as large as it needs to be, and
    neighbours may tip a choice between two tokens that are all but equally likely.
    """
    loop = DecodeLoop(stepper, rows_at_once, fixed)
    outcomes: list[Outcome[Result] | None] = [None] * len(requests)
    works: dict[int, Work] = {}

    def go_on(index: int, work: Work | None) -> None:
        """Let a request run to its next work, or to its end."""
        request = requests[index]
        try:
            if work is None:
                new = next(request)
            elif work.error is None:
                new = request.send(work.answers)
            else:
                new = request.throw(work.error)
            loop.submit(new)
            works[index] = new
        except StopIteration as end:
            outcomes[index] = Outcome(end.value)
        except CompanionError as error:
            outcomes[index] = Outcome(None, error)

    for index in range(len(requests)):
        go_on(index, None)
    while works:
        for index, work in [each for each in works.items() if each[1].done]:
            del works[index]
            go_on(index, work)
        if works:
            loop.turn()
    return [outcome for outcome in outcomes if outcome is not None]
