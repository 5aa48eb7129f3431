"""Draw charts of the objects in point clouds: their numbers of points, distances and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.drawing.figure import new_figure
from segments_hf.stats.charts import BAR_HEIGHT, Range, draw_ranges, name_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from segments_hf.stats.clouds.cloud_stats import Quantities
    from segments_hf.stats.stats_result import Stats

_MAX_CLASSES = 120
_QUANTITIES = {  # the attributes of `CloudClassStats`, each with the title of its chart
    "points_per_object": "points per object",
    "distance": "distance from the sensor",
    "length": "length",
    "width": "width",
    "height": "height",
}


def point_clouds_figure(stats: Stats) -> Figure | None:
    """Draw one chart for each known quantity of objects: its range by class.

    Classes whose 95th percentile is 0 are left out of the chart.

    Returns:
        The figure; None if there is nothing to draw.
    """
    if stats.point_clouds is None:
        return None
    charts = {title: _ranges(stats, attribute) for attribute, title in _QUANTITIES.items()}
    charts = {title: ranges for title, ranges in charts.items() if ranges}
    if not charts:
        return None
    heights = [BAR_HEIGHT * len(ranges) + 1.1 for ranges in charts.values()]
    figure = new_figure(8, sum(heights) + 0.6)
    all_axes: list[Axes] = [*figure.subplots(len(charts), 1, squeeze=False, height_ratios=heights)[:, 0]]
    for axes, (title, ranges) in zip(all_axes, charts.items(), strict=True):
        draw_ranges(axes, ranges)
        axes.set_xlim(0, 1.08 * max(item.high for item in ranges))
        name_rows(axes, [item.name for item in ranges])
        axes.set_title(title.capitalize(), fontsize="medium")
    figure.suptitle("Objects in point clouds: 5th, 50th and 95th percentile by class")
    return figure


def _ranges(stats: Stats, attribute: str) -> Sequence[Range]:
    assert stats.point_clouds is not None  # noqa: S101
    ranges = []
    for item, measured in zip(stats.classes, stats.point_clouds.classes, strict=True):
        quantity: Quantities | None = getattr(measured, attribute)
        if quantity is not None and quantity.p95 > 0:
            ranges.append(Range(item.name, item.color, quantity.p5, quantity.median, quantity.p95))
    return ranges[:_MAX_CLASSES]
