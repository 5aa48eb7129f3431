"""Draw which classes occur in the same images, as a heat map of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.drawing.figure import disable_formulas, new_figure
from segments_hf.drawing.text import cut
from segments_hf.stats.chart_numbers import percent_text
from segments_hf.stats.charts import MAX_NAME_LENGTH
from segments_hf.stats.titles import CO_OCCURRENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

    from segments_hf.stats.stats_result import ClassStats, Stats

_MAX_CLASSES = 40
_MAX_NUMBERED = 12  # classes; the cells of a larger heat map are too small for numbers
_CELL, _SMALL_CELL = 0.55, 0.34  # inches, with and without numbers
_LETTER_WIDTH = 0.085  # inches
_DARK = 35  # percent; the numbers in darker cells are white


def co_occurrence_figure(stats: Stats) -> Figure | None:
    """Draw the share of images with one class that also have another class; None if fewer than two classes occur."""
    present = [item for item in stats.classes if item.images]
    shown = sorted(present, key=lambda item: -item.images)[:_MAX_CLASSES]
    if len(shown) < 2:  # noqa: PLR2004
        return None
    note = f" (the {len(shown)} most frequent of {len(present)})" if len(shown) < len(present) else ""
    explanation = f"Of the {stats.unit}s with the class of the row, the % that also have the class of the column"
    title = f"{CO_OCCURRENCE}{note}\n{explanation}"
    return _heat_map(title, [cut(item.name, MAX_NAME_LENGTH) for item in shown], shares(stats, shown))


def shares(stats: Stats, classes: Sequence[ClassStats]) -> npt.NDArray[np.float64]:
    """Return the percentage of the images with the class of a row that also have the class of a column.

    Args:
        stats: The statistics.
        classes: The n classes of the rows and columns. Each class occurs in at least one image.

    Returns:
        Array of shape (n, n).
    """
    images = np.array([item.images for item in classes])
    both = np.diag(images)
    rows = {item.index: row for row, item in enumerate(classes)}
    for pair in stats.co_occurrence:
        if pair.first in rows and pair.second in rows:
            first, second = rows[pair.first], rows[pair.second]
            both[first, second] = both[second, first] = pair.images
    result: npt.NDArray[np.float64] = 100 * both / images[:, None]
    return result


def _heat_map(title: str, names: Sequence[str], values: npt.NDArray[np.float64]) -> Figure:
    from matplotlib.colors import PowerNorm

    has_numbers = len(names) <= _MAX_NUMBERED
    side = len(names) * (_CELL if has_numbers else _SMALL_CELL)
    side_with_names = side + 0.3 + _LETTER_WIDTH * max(map(len, names))
    figure = new_figure(max(8, side_with_names + 1.7), side_with_names + 0.7)
    axes = figure.subplots()
    # The square root makes small shares visible.
    cells = axes.imshow(np.ma.masked_equal(values, 0), cmap=_blues(), norm=PowerNorm(0.5, 0, 100))
    ticks = range(len(names))
    axes.set_xticks(ticks)
    disable_formulas(axes.set_xticklabels(names, rotation=90))
    axes.set_yticks(ticks)
    disable_formulas(axes.set_yticklabels(names))
    axes.set_xticks(np.arange(len(names) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="0.85", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    if has_numbers:
        for (row, column), value in np.ndenumerate(values):
            color = "white" if value > _DARK else "black"
            axes.text(column, row, percent_text(value), ha="center", va="center", color=color, fontsize="small")
    else:
        figure.colorbar(cells, label="%; white: 0", ticks=[0, 1, 10, 25, 50, 100], format="%d", shrink=0.9)
    figure.suptitle(title, fontsize="medium")
    return figure


def _blues() -> Colormap:
    """Return a color map for shares above 0. Its lightest color is visibly different from white, which shows 0."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["Blues"](np.linspace(0.18, 1, 256))).with_extremes(bad="white")
