"""Draw charts of counts into the axes of a figure: bars, columns, ranges and points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.drawing.figure import disable_formulas, to_matplotlib
from segments_hf.drawing.text import cut
from segments_hf.stats.chart_numbers import short_number, use_logarithmic_ticks, use_short_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from segments_hf.bitmaps import Color

NEUTRAL: Color = (71, 85, 105)
PALE: Color = (203, 200, 196)
BAR_HEIGHT = 0.24  # inches
MAX_NAME_LENGTH = 32  # characters

_MAX_COLUMNS = 40
_BAR_WIDTH = 0.78  # as a fraction of the distance between bars
_RANGE_WIDTH = 0.26  # as a fraction of the distance between bars
_EDGE_COLOR = "0.3"  # dark enough to make a white class visible on white
_GRID_COLOR = "0.92"


class Bar(NamedTuple):
    """The length and the color of a bar, and the text at its end."""

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


def count_bar(count: int, color: Color = NEUTRAL) -> Bar:
    """Return a bar for a count."""
    return Bar(count, color, short_number(count))


def draw_bars(axes: Axes, bars: Sequence[Bar | None], *, is_narrow: bool = False) -> None:
    """Draw horizontal bars, the first at the top.

    Args:
        axes: The axes of a figure.
        bars: The bar of each row, or None for an empty row.
        is_narrow: Whether the axes are one of several side by side, and have room for only a few ticks.
    """
    rows = [row for row, bar in enumerate(bars) if bar is not None]
    shown = [bar for bar in bars if bar is not None]
    drawn = axes.barh(
        rows,
        [bar.length for bar in shown],
        height=_BAR_WIDTH,
        color=[to_matplotlib(bar.color) for bar in shown],
        edgecolor=_EDGE_COLOR,
        linewidth=0.6,
    )
    axes.bar_label(drawn, labels=[bar.text for bar in shown], padding=3, fontsize="small")
    longest = max((bar.length for bar in shown), default=0)
    room = 1.3 if is_narrow else 1.12  # for the texts
    axes.set(xlim=(0, room * longest or 1), ylim=(len(bars) - 0.4, -0.6))
    are_whole = all(float(bar.length).is_integer() for bar in shown)
    use_short_numbers(axes.xaxis, 4 if is_narrow else 8, are_whole=are_whole)
    _remove_frame(axes)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write the name of each row of bars or ranges beside the vertical axis."""
    axes.set_yticks(range(len(names)))
    disable_formulas(axes.set_yticklabels([cut(name, MAX_NAME_LENGTH) for name in names]))


def draw_columns(axes: Axes, counts: Mapping[int, int]) -> None:
    """Draw a column for each value, or for each range of values if there would be more than 40 columns.

    Args:
        axes: The axes of a figure.
        counts: The number of occurrences of each value; not empty. The values are 0 or more.
    """
    values = np.array(list(counts))
    step = -(-(int(values.max()) + 1) // _MAX_COLUMNS)
    heights = np.bincount(values // step, list(counts.values()))
    axes.bar(np.arange(len(heights)) * step + (step - 1) / 2, heights, width=0.88 * step, color=to_matplotlib(NEUTRAL))
    use_short_numbers(axes.xaxis, 10)
    use_short_numbers(axes.yaxis, 5)
    _remove_frame(axes)


def draw_areas(axes: Axes, counts: Sequence[int]) -> None:
    """Draw a histogram of areas with a logarithmic axis: column k counts the areas from 2^k to below 2^(k+1) pixels.

    Args:
        axes: The axes of a figure.
        counts: The number of objects in each column, for k from 0 on; at least one is positive.
    """
    start = int(np.flatnonzero(counts)[0])  # the empty columns at the start are left out
    edges = 2.0 ** np.arange(start, len(counts) + 1)
    axes.bar(
        edges[:-1], counts[start:], width=np.diff(edges), align="edge", color=to_matplotlib(NEUTRAL), edgecolor="white"
    )
    low, high = edges[0] / 1.05, edges[-1] * 1.05
    axes.set(xscale="log", xlim=(low, high))
    use_logarithmic_ticks(axes.xaxis, low, high)
    use_short_numbers(axes.yaxis, 5)
    _remove_frame(axes)


def draw_ranges(axes: Axes, ranges: Sequence[Range]) -> None:
    """Draw a horizontal bar for each range, the first at the top, with a point at the middle value.

    Args:
        axes: The axes of a figure.
        ranges: The ranges, at least one; on a logarithmic axis, with positive values.
    """
    rows = range(len(ranges))
    colors = [to_matplotlib(item.color) for item in ranges]
    axes.barh(
        rows,
        [item.high - item.low for item in ranges],
        left=[item.low for item in ranges],
        height=_RANGE_WIDTH,
        color=colors,
        edgecolor=_EDGE_COLOR,
        linewidth=0.6,
    )
    axes.scatter(
        [item.middle for item in ranges], rows, s=75, c=colors, edgecolors=_EDGE_COLOR, linewidths=1.2, zorder=3
    )
    axes.set(ylim=(len(ranges) - 0.4, -0.6))
    axes.grid(axis="x", color=_GRID_COLOR)
    _remove_frame(axes)


def draw_points(axes: Axes, points: Sequence[tuple[int, int, int]], *, num_named: int) -> None:
    """Draw a point for each image size; the area of a point grows with the number of images.

    Args:
        axes: The axes of a figure.
        points: Width, height and number of images of each size; not empty.
        num_named: How many of the points, from the first on, get a text with their size and number of images.
    """
    widths, heights, counts = np.array(points).T
    axes.scatter(
        widths,
        heights,
        s=20 + 380 * counts / counts.max(),
        color=to_matplotlib(NEUTRAL),
        alpha=0.5,
        edgecolors=_EDGE_COLOR,
        linewidths=0.6,
    )
    for width, height, count in points[:num_named]:
        images = f"{short_number(count)} {'image' if count == 1 else 'images'}"
        axes.annotate(f"{width} x {height}: {images}", (width, height), xytext=(0, 12),
                      textcoords="offset points", ha="center", fontsize="small",
                      bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1})  # fmt: skip
    axes.set(xlim=(0, 1.15 * widths.max()), ylim=(0, 1.25 * heights.max()))
    use_short_numbers(axes.xaxis, 8)
    use_short_numbers(axes.yaxis, 5)
    axes.grid(color=_GRID_COLOR)
    _remove_frame(axes)


def _remove_frame(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
