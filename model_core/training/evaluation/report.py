"""An evaluation as a table for people, and as Markdown for a model card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model_core.training.evaluation.figure import Line
from model_core.training.evaluation.running import Evaluation, FigureResult

__all__ = ["markdown", "table", "value_text"]

_WHAT, _VALUE = 58, 14


def value_text(value: float | None, unit: str = "") -> str:
    """A value as tables have it."""
    if value is None:
        return "-"
    return f"{value:.3f}{' ' + unit if unit else ''}"


def table(evaluation: Evaluation) -> Iterator[str]:
    """The lines of a table: each figure's values, bars, whether they are met, and baselines."""
    yield f"{evaluation.checkpoint}: {evaluation.songs} songs, seed {evaluation.seed}"
    for result in (*evaluation.results, *evaluation.on_mapsets):
        yield ""
        yield (
            f"{result.figure.name} ({result.on}, {result.measured.pieces}): {result.figure.what}"
        )
        # On mapsets the bars are no bars: nothing was trained to be like these people.
        judged = result.on != "mapsets"
        for line in result.measured.lines:
            yield _row(line, judged)
        refused = result.measured.refused
        if refused:
            yield f"  refused or left out: {len(refused)}, the first: {refused[0]}"
    for text in evaluation.skipped:
        yield f"skipped: {text}"
    yield ""
    missed = [
        f"{result.figure.name}: {line.what}"
        for result in evaluation.results
        for line in result.measured.lines
        if line.met is False
    ]
    yield "Every bar is met." if not missed else f"NOT MET: {'; '.join(missed)}."


def _row(line: Line, judged: bool) -> str:
    verdict = ""
    if line.bar is not None and judged:
        verdict = f"  bar {line.bar.text}  {'met' if line.met else 'NOT MET'}"
    beside = "".join(
        f"  [{name} {value_text(value, line.unit)}]" for name, value in line.baselines.items()
    )
    text = f"  {line.what:<{_WHAT}}{value_text(line.value, line.unit):>{_VALUE}}{verdict}{beside}"
    return text.rstrip()


def markdown(results: Sequence[FigureResult]) -> list[str]:
    """The lines with a bar as rows of a Markdown table, its head included."""
    rows = ["| what | value | bar | | trivial answers |", "|---|---|---|---|---|"]
    for result in results:
        for line in result.measured.lines:
            if line.bar is None:
                continue
            beside = ", ".join(
                f"{name} {value_text(value, line.unit)}" for name, value in line.baselines.items()
            )
            rows.append(
                f"| {result.figure.what}: {line.what} | {value_text(line.value, line.unit)}"
                f" | {line.bar.text} | {'met' if line.met else 'not met'} | {beside} |"
            )
    return rows
