"""Charts of counts: bars, columns and a table of colors, for few names and for many."""

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

_MOST_BARS = 120
_MOST_COLUMNS = 40
_MOST_NUMBERS = 12  # classes, in whose table numbers have room
_LONGEST_NAME = 32  # characters
_BAR = 0.24  # inches
_RIM = "0.75"


class Bar(NamedTuple):
    """A bar with its name, length and color, and what is written at its end."""

    name: str
    length: float
    color: Color
    says: str


class Range(NamedTuple):
    """A low, a middle and a high value with their name and color."""

    name: str
    color: Color
    low: float
    middle: float
    high: float


def bar(name: str, count: int, color: Color = NEUTRAL) -> Bar:
    """A bar of a count."""
    return Bar(name, count, color, f"{count:,}")


def bar_chart(title: str, unit: str, bars: Sequence[Bar]) -> Figure:
    """Bars below one another, in their order; of too many, the longest.

    Args:
        title: The title.
        unit: What the lengths are in.
        bars: One at least.
    """
    shown = sorted(bars, key=lambda item: -item.length)[:_MOST_BARS] if len(bars) > _MOST_BARS else bars
    more = f" (the {len(shown)} longest of {len(bars)})" if len(shown) < len(bars) else ""
    figure = new_figure(8, _BAR * len(shown) + 1.3)
    axes = figure.subplots()
    axes.set_title(f"{title}{more}")
    draw_bars(axes, unit, shown)
    return figure


def draw_bars(axes: Axes, unit: str, bars: Sequence[Bar]) -> None:
    """Draw bars below one another into a part of a figure."""
    places = range(len(bars))
    drawn = axes.barh(
        places,
        [item.length for item in bars],
        height=0.78,
        color=[to_matplotlib(item.color) for item in bars],
        edgecolor=_RIM,  # for classes that are white
        linewidth=0.5,
    )
    disable_formulas(axes.bar_label(drawn, labels=[item.says for item in bars], padding=3, fontsize="small"))
    axes.set_yticks(places)
    disable_formulas(axes.set_yticklabels([cut(item.name, _LONGEST_NAME) for item in bars]))
    axes.set(xlabel=unit, ylim=(len(bars) - 0.4, -0.6))
    axes.margins(x=0.14)
    if all(float(item.length).is_integer() for item in bars):
        _in_whole_numbers(axes.xaxis)
    _only_what_is_needed(axes)


def histogram(title: str, unit: str, counts: Mapping[int, int]) -> Figure:
    """Columns side by side: how often there is each number; several numbers in one where they are many.

    Args:
        title: The title.
        unit: What the numbers count.
        counts: One at least.
    """
    numbers = np.array(list(counts))
    step = -(-(int(numbers.max()) + 1) // _MOST_COLUMNS)
    heights = np.bincount(numbers // step, list(counts.values()))
    figure = new_figure(8, 4)
    axes = figure.subplots()
    axes.bar(np.arange(len(heights)) * step + (step - 1) / 2, heights, width=0.88 * step, color=to_matplotlib(NEUTRAL))
    axes.set(title=title, xlabel=unit, ylabel="images")
    _in_whole_numbers(axes.xaxis)
    _in_whole_numbers(axes.yaxis)
    _only_what_is_needed(axes)
    return figure


def size_chart(title: str, counts: Sequence[int], limits: Mapping[str, float]) -> Figure:
    """Columns of areas, each twice as wide as the one before.

    Args:
        title: The title.
        counts: How many there are from 2^k pixels on, for each k from 0 on; one at least.
        limits: Areas in pixels that are marked, by their names.
    """
    figure = new_figure(8, 4)
    axes = figure.subplots()
    axes.bar(np.arange(len(counts)) + 0.5, counts, width=0.88, color=to_matplotlib(NEUTRAL))
    first = int(np.flatnonzero(counts)[0])
    ticks = np.arange(first, len(counts) + 1)
    axes.set_xticks(ticks[:: -(-len(ticks) // 14)])
    axes.set_xticklabels([_short(2.0**tick) for tick in axes.get_xticks()])
    axes.set(title=title, xlabel="area in pixels", ylabel="objects", xlim=(first - 0.3, len(counts) + 0.3))
    _in_whole_numbers(axes.yaxis)
    for name, area in limits.items():
        if first < np.log2(area) < len(counts):
            axes.axvline(np.log2(area), color="0.4", linestyle=":", linewidth=1)
            axes.annotate(name, (np.log2(area), 1), xycoords=("data", "axes fraction"), fontsize="small", color="0.4",
                          xytext=(3, -3), textcoords="offset points", va="top")  # fmt: skip
    _only_what_is_needed(axes)
    return figure


def range_chart(title: str, unit: str, ranges: Sequence[Range]) -> Figure:
    """Lines below one another, on a scale of powers: from low to high, with a point in the middle.

    Args:
        title: The title.
        unit: What the values are in.
        ranges: One at least; no value is 0.
    """
    shown = ranges[:_MOST_BARS]
    figure = new_figure(8, _BAR * len(shown) + 1.3)
    axes = figure.subplots()
    places = range(len(shown))
    colors = [to_matplotlib(item.color) for item in shown]
    axes.hlines(places, [item.low for item in shown], [item.high for item in shown], colors=colors, linewidth=4)
    axes.scatter([item.middle for item in shown], places, s=70, c=colors, edgecolors="0.25", zorder=3)
    axes.set_yticks(places)
    disable_formulas(axes.set_yticklabels([cut(item.name, _LONGEST_NAME) for item in shown]))
    axes.set(title=title, xlabel=unit, xscale="log", ylim=(len(shown) - 0.4, -0.6))
    axes.grid(axis="x", color="0.92")
    _only_what_is_needed(axes)
    return figure


def point_chart(title: str, points: Sequence[tuple[int, int, int]]) -> Figure:
    """Sizes as points whose area grows with how many there are.

    Args:
        title: The title.
        points: Width, height and how many; one at least.
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
    _only_what_is_needed(axes)
    return figure


def pair_chart(title: str, unit: str, names: Sequence[str], values: npt.NDArray[np.int64]) -> Figure:
    """A table of colors for pairs.

    Args:
        title: The title.
        unit: What the values count.
        names: The names of rows and columns; one at least.
        values: Array of shape (n, n).
    """
    side = 2.6 + 0.34 * len(names)
    figure = new_figure(side + 1, side)
    axes = figure.subplots()
    image = axes.imshow(values, cmap="Blues", vmin=0)
    places = range(len(names))
    short = [cut(name, _LONGEST_NAME) for name in names]
    axes.set_xticks(places)
    disable_formulas(axes.set_xticklabels(short, rotation=90))
    axes.set_yticks(places)
    disable_formulas(axes.set_yticklabels(short))
    axes.set_title(title)
    if len(names) <= _MOST_NUMBERS:
        for (line, column), value in np.ndenumerate(values):
            ink = "white" if value > 0.6 * values.max() else "black"
            axes.text(column, line, f"{value:,}", ha="center", va="center", color=ink, fontsize="small")
    figure.colorbar(image, label=unit, shrink=0.8)
    return figure


def _in_whole_numbers(axis: XAxis | YAxis) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(integer=True))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _only_what_is_needed(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)


def _short(number: float) -> str:
    for unit in ("", "k", "M"):
        if number < 1000:  # noqa: PLR2004
            return f"{number:.0f}{unit}"
        number /= 1024
    return f"{number:.0f}G"
