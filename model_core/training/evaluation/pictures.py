"""A picture of each figure, as PNG files. Needs matplotlib, and no display."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model_core.training.evaluation.charts import Bars, Chart, Points, Spread
from model_core.training.evaluation.running import FigureResult

__all__ = ["draw"]

_BLUE, _RED, _GREY = "#2f6fbf", "#c0392b", "#8a8a8a"
_DOTS_AN_INCH = 110
_BINS = 40


def draw(results: Sequence[FigureResult], folder: Path) -> list[Path]:
    """Write one PNG a figure into ``folder`` and return their paths.

    Raises ModuleNotFoundError where matplotlib is not installed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for result in results:
        charts = result.measured.charts
        if not charts:
            continue
        figure = Figure(figsize=(7.5, 3.4 * len(charts)), dpi=_DOTS_AN_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(len(charts), squeeze=False)[:, 0]
        for own, chart in zip(axes, charts, strict=True):
            _draw(own, chart)
        figure.suptitle(f"{result.figure.name} ({result.on}, {result.measured.pieces})")
        suffix = "-mapsets" if result.on == "mapsets" else ""
        path = folder / f"{result.figure.name}{suffix}.png"
        figure.savefig(path)
        written.append(path)
    return written


def _draw(axes: Any, chart: Chart) -> None:
    axes.set_title(chart.title, fontsize=10)
    match chart:
        case Bars(values=values, bar=bar, unit=unit):
            names = [name for name, _ in values]
            axes.barh(range(len(values)), [value for _, value in values], color=_BLUE)
            axes.set_yticks(range(len(values)), names, fontsize=8)
            axes.invert_yaxis()
            if bar is not None:
                axes.axvline(bar, color=_RED, label="bar")
                axes.legend(fontsize=8)
            if unit:
                axes.set_xlabel(unit)
            elif all(value <= 1.0 for _, value in values):
                axes.set_xlim(0.0, 1.0)
        case Points(pairs=pairs, x=x, y=y, within=within):
            if pairs:
                points = np.asarray(pairs, dtype=np.float64)
                ends = [points.min(), points.max()]
                if within is not None:
                    low, high = np.asarray(ends) - within, np.asarray(ends) + within
                    axes.fill_between(ends, low, high, color=_GREY, alpha=0.25, linewidth=0)
                axes.plot(ends, ends, color=_RED, linewidth=1)
                axes.scatter(points[:, 0], points[:, 1], s=14, color=_BLUE)
            axes.set_xlabel(x)
            axes.set_ylabel(y)
        case Spread(values=values, low=low, high=high, limits=limits, x=x):
            inside = np.clip(np.asarray(values, dtype=np.float64), low, high)
            axes.hist(inside, bins=_BINS, range=(low, high), color=_BLUE)
            for limit in limits:
                axes.axvline(limit, color=_RED, linewidth=1)
            axes.set_xlabel(x)
