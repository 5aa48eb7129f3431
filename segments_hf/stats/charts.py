"""Charts of counts: bar charts, histograms, ranges, scatter plots and heat maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.drawing.figure import disable_formulas, new_figure, to_matplotlib
from segments_hf.drawing.text import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure

    from segments_hf.bitmaps import Color

NEUTRAL: Color = (71, 85, 105)
PALE: Color = (203, 200, 196)

_MAX_BARS = 120
_MAX_COLUMNS = 40
_MAX_NUMBERED = 12  # names; the cells of a larger heat map are too small for numbers
_MAX_NAME_LENGTH = 32  # characters
_BAR_HEIGHT = 0.24  # inches
_EDGE_COLOR = "0.75"


class Bar(NamedTuple):
    """A bar with its name, length and color, and the text at its end."""

    name: str
    length: float
    color: Color
    text: str


class Range(NamedTuple):
    """A low, a middle and a high value with a name and a color."""

    name: str
    color: Color
    low: float
    middle: float
    high: float


def bar(name: str, count: int, color: Color = NEUTRAL) -> Bar:
    """Return a bar for a count."""
    return Bar(name, count, color, f"{count:,}")


def bar_chart(title: str, unit: str, bars: Sequence[Bar]) -> Figure:
    """Draw horizontal bars in the given order; if there are more than 120, draw only the 120 longest, longest first.

    Args:
        title: The title.
        unit: The unit of the lengths.
        bars: The bars, at least one.
    """
    shown = sorted(bars, key=lambda item: -item.length)[:_MAX_BARS] if len(bars) > _MAX_BARS else bars
    more = f" (the {len(shown)} longest of {len(bars)})" if len(shown) < len(bars) else ""
    figure = new_figure(8, _BAR_HEIGHT * len(shown) + 1.3)
    axes = figure.subplots()
    axes.set_title(f"{title}{more}")
    draw_bars(axes, unit, shown)
    return figure


def draw_bars(axes: Axes, unit: str, bars: Sequence[Bar]) -> None:
    """Draw horizontal bars into the axes of a figure."""
    rows = range(len(bars))
    drawn = axes.barh(
        rows,
        [item.length for item in bars],
        height=0.78,
        color=[to_matplotlib(item.color) for item in bars],
        edgecolor=_EDGE_COLOR,  # makes the bar of a white class visible
        linewidth=0.5,
    )
    disable_formulas(axes.bar_label(drawn, labels=[item.text for item in bars], padding=3, fontsize="small"))
    axes.set_yticks(rows)
    disable_formulas(axes.set_yticklabels([cut(item.name, _MAX_NAME_LENGTH) for item in bars]))
    axes.set(xlabel=unit, ylim=(len(bars) - 0.4, -0.6))
    axes.margins(x=0.14)
    if all(float(item.length).is_integer() for item in bars):
        _use_whole_numbers(axes.xaxis)
    _remove_frame(axes)


def histogram(title: str, unit: str, counts: Mapping[int, int]) -> Figure:
    """Draw a column for each value, or for each range of values if there would be more than 40 columns.

    Args:
        title: The title.
        unit: The unit of the values.
        counts: The number of images with each value; not empty.
    """
    values = np.array(list(counts))
    step = -(-(int(values.max()) + 1) // _MAX_COLUMNS)
    heights = np.bincount(values // step, list(counts.values()))
    figure = new_figure(8, 4)
    axes = figure.subplots()
    axes.bar(np.arange(len(heights)) * step + (step - 1) / 2, heights, width=0.88 * step, color=to_matplotlib(NEUTRAL))
    axes.set(title=title, xlabel=unit, ylabel="images")
    _use_whole_numbers(axes.xaxis)
    _use_whole_numbers(axes.yaxis)
    _remove_frame(axes)
    return figure


def size_chart(title: str, counts: Sequence[int], limits: Mapping[str, float]) -> Figure:
    """Draw a histogram of areas on a logarithmic scale: column k counts areas from 2^k to 2^(k+1) pixels.

    Args:
        title: The title.
        counts: The number of objects in each column, for k from 0 on; at least one is positive.
        limits: The areas in pixels to mark with a line, by name.
    """
    figure = new_figure(8, 4)
    axes = figure.subplots()
    axes.bar(np.arange(len(counts)) + 0.5, counts, width=0.88, color=to_matplotlib(NEUTRAL))
    first = int(np.flatnonzero(counts)[0])
    ticks = np.arange(first, len(counts) + 1)
    axes.set_xticks(ticks[:: -(-len(ticks) // 14)])
    axes.set_xticklabels([_short(2.0**tick) for tick in axes.get_xticks()])
    axes.set(title=title, xlabel="area in pixels", ylabel="objects", xlim=(first - 0.3, len(counts) + 0.3))
    _use_whole_numbers(axes.yaxis)
    for name, area in limits.items():
        if first < np.log2(area) < len(counts):
            axes.axvline(np.log2(area), color="0.4", linestyle=":", linewidth=1)
            axes.annotate(name, (np.log2(area), 1), xycoords=("data", "axes fraction"), fontsize="small", color="0.4",
                          xytext=(3, -3), textcoords="offset points", va="top")  # fmt: skip
    _remove_frame(axes)
    return figure


def range_chart(title: str, unit: str, ranges: Sequence[Range]) -> Figure:
    """Draw a horizontal line for each range on a logarithmic scale, with a point at the middle value.

    Args:
        title: The title.
        unit: The unit of the values.
        ranges: The ranges, at least one, with positive values. Only the first 120 are drawn.
    """
    shown = ranges[:_MAX_BARS]
    figure = new_figure(8, _BAR_HEIGHT * len(shown) + 1.3)
    axes = figure.subplots()
    rows = range(len(shown))
    colors = [to_matplotlib(item.color) for item in shown]
    axes.hlines(rows, [item.low for item in shown], [item.high for item in shown], colors=colors, linewidth=4)
    axes.scatter([item.middle for item in shown], rows, s=70, c=colors, edgecolors="0.25", zorder=3)
    axes.set_yticks(rows)
    disable_formulas(axes.set_yticklabels([cut(item.name, _MAX_NAME_LENGTH) for item in shown]))
    axes.set(title=title, xlabel=unit, xscale="log", ylim=(len(shown) - 0.4, -0.6))
    axes.grid(axis="x", color="0.92")
    _remove_frame(axes)
    return figure


def point_chart(title: str, points: Sequence[tuple[int, int, int]]) -> Figure:
    """Draw a point for each image size; the area of a point grows with the number of images.

    Args:
        title: The title.
        points: Width, height and number of images of each size; not empty.
    """
    widths, heights, counts = np.array(points).T
    figure = new_figure(6, 5)
    axes = figure.subplots()
    axes.scatter(
        widths, heights, s=20 + 380 * counts / counts.max(), color=to_matplotlib(NEUTRAL), alpha=0.5, linewidths=0
    )
    for width, height, count in points[:3]:
        axes.annotate(f"{width} x {height}: {count:,}", (width, height), xytext=(0, 12), textcoords="offset points",
                      ha="center", fontsize="small")  # fmt: skip
    axes.set(title=title, xlabel="width in pixels", ylabel="height in pixels")
    axes.set(xlim=(0, 1.15 * widths.max()), ylim=(0, 1.15 * heights.max()))
    axes.grid(color="0.92")
    _remove_frame(axes)
    return figure


def pair_chart(title: str, unit: str, names: Sequence[str], values: npt.NDArray[np.int64]) -> Figure:
    """Draw a heat map of pairs.

    Args:
        title: The title.
        unit: The unit of the values.
        names: The n names of the rows and columns, at least one.
        values: Array of shape (n, n).
    """
    side = 2.6 + 0.34 * len(names)
    figure = new_figure(side + 1, side)
    axes = figure.subplots()
    heat_map = axes.imshow(values, cmap="Blues", vmin=0)
    cells = range(len(names))
    short = [cut(name, _MAX_NAME_LENGTH) for name in names]
    axes.set_xticks(cells)
    disable_formulas(axes.set_xticklabels(short, rotation=90))
    axes.set_yticks(cells)
    disable_formulas(axes.set_yticklabels(short))
    axes.set_title(title)
    if len(names) <= _MAX_NUMBERED:
        for (row, column), value in np.ndenumerate(values):
            text_color = "white" if value > 0.6 * values.max() else "black"
            axes.text(column, row, f"{value:,}", ha="center", va="center", color=text_color, fontsize="small")
    figure.colorbar(heat_map, label=unit, shrink=0.8)
    return figure


def _use_whole_numbers(axis: XAxis | YAxis) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(integer=True))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _remove_frame(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)


def _short(number: float) -> str:
    for unit in ("", "k", "M"):
        if number < 1000:  # noqa: PLR2004
            return f"{number:.0f}{unit}"
        number /= 1024
    return f"{number:.0f}G"
