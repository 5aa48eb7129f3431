"""Draw one figure for each subject of statistics, in the colors of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.drawing.figure import disable_formulas, new_figure
from segments_hf.drawing.text import cut
from segments_hf.io.json_codec.json_text import text_or_json
from segments_hf.stats.chart_numbers import percent_text, short_number
from segments_hf.stats.chart_texts import mark_limits, remove_overlapping
from segments_hf.stats.charts import (
    BAR_HEIGHT,
    PALE,
    Bar,
    Range,
    count_bar,
    draw_areas,
    draw_bars,
    draw_columns,
    draw_points,
    draw_ranges,
    name_rows,
)
from segments_hf.stats.titles import (
    ATTRIBUTES,
    IMAGE_SIZES,
    LABEL_STATUSES,
    OBJECT_SIZES,
    objects_per,
    title_of_classes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from segments_hf.stats.stats_result import ClassStats, Stats
    from segments_hf.stats.tally import AttributeCounts, Sizes

_MAX_CLASSES = 120
_MAX_SIZES = 8  # image sizes that are drawn as bars; more image sizes are drawn as points
_NAMED_SIZES = 3  # image sizes whose points have a text
_MAX_STATUSES = 12
_MAX_OBJECT_ATTRIBUTES, _MAX_IMAGE_ATTRIBUTES = 6, 4
_MAX_VALUES = 8  # of one attribute
_COCO_LIMITS = (32.0**2, 96.0**2)  # pixels: the upper limits of small and medium objects in COCO


def classes_figure(stats: Stats) -> Figure | None:
    """Draw the numbers of objects and images and the share of pixels of each class, the most frequent class first.

    Returns:
        The figure; None if there are no objects, no pixels and no images with a class.
    """
    pixels = (stats.unlabeled_pixels or 0) + sum(item.pixels or 0 for item in stats.classes)
    if not (stats.objects or pixels or any(item.images for item in stats.classes)):
        return None
    shown = sorted(stats.classes, key=lambda item: (-item.objects, -item.images, -(item.pixels or 0)))[:_MAX_CLASSES]
    names = [item.name for item in shown]
    columns: dict[str, list[Bar | None]] = {}
    if stats.objects:
        columns["objects"] = [count_bar(item.objects, item.color) for item in shown]
    columns[f"{stats.unit}s"] = [count_bar(item.images, item.color) for item in shown]
    if pixels:
        unlabeled = percent_text(100 * (stats.unlabeled_pixels or 0) / pixels)
        columns[f"% of pixels\n({unlabeled} % unlabeled)"] = [_share(item, pixels) for item in shown]
    if stats.without_class:
        names.append("(no class)")
        for unit, bars in columns.items():
            bars.append(count_bar(stats.without_class, PALE) if unit == "objects" else None)
    figure = new_figure(8 if len(columns) < 3 else 9.5, BAR_HEIGHT * len(names) + 1.6)  # noqa: PLR2004
    all_axes: Sequence[Axes] = figure.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    for axes, (unit, bars) in zip(all_axes, columns.items(), strict=True):
        draw_bars(axes, bars, is_narrow=True)
        axes.set_title(unit, fontsize="medium")
    name_rows(all_axes[0], names)
    note = f" (the {len(shown)} most frequent of {len(stats.classes)})" if len(shown) < len(stats.classes) else ""
    figure.suptitle(f"{title_of_classes(objects=bool(stats.objects), pixels=bool(pixels), unit=stats.unit)}{note}")
    return figure


def _share(item: ClassStats, pixels: int) -> Bar:
    percent = 100 * (item.pixels or 0) / pixels
    return Bar(percent, item.color, percent_text(percent))


def object_sizes_figure(stats: Stats) -> Figure | None:
    """Draw a histogram of the areas of all objects, and below it the range of areas of each class.

    Returns:
        The figure; None if no area is known.
    """
    if stats.sizes is None:
        return None
    ranges = sorted(
        (_range(item, sizes) for item in stats.classes if (sizes := item.sizes)), key=lambda item: -item.middle
    )
    shown = ranges[:_MAX_CLASSES]
    note = f" (the largest {len(shown)} of {len(ranges)} classes)" if len(shown) < len(ranges) else ""
    heights = [2.2, BAR_HEIGHT * len(shown) + 0.6]
    figure = new_figure(8, sum(heights) + 0.8)
    histogram, classes = figure.subplots(2, 1, sharex=True, height_ratios=heights)
    draw_areas(histogram, stats.sizes.histogram)
    histogram.set_ylabel("objects")
    histogram.set_title("All objects: small, medium and large as in COCO", fontsize="medium")
    histogram.tick_params(labelbottom=True)
    draw_ranges(classes, shown)
    name_rows(classes, [item.name for item in shown])
    classes.set_title(f"By class: 5th, 50th and 95th percentile{note}", fontsize="medium")
    classes.set_xlabel("area in pixels")
    figure.suptitle(f"{OBJECT_SIZES}: area in pixels")
    counts = {"small": stats.sizes.small, "medium": stats.sizes.medium, "large": stats.sizes.large}
    texts, lines = mark_limits(histogram, _COCO_LIMITS, [f"{name}: {short_number(n)}" for name, n in counts.items()])
    remove_overlapping(figure, texts, lines)
    return figure


def _range(item: ClassStats, sizes: Sizes) -> Range:
    low, middle, high = (max(1.0, area) for area in (sizes.p5, sizes.median, sizes.p95))  # a logarithmic axis has no 0
    return Range(item.name, item.color, low, middle, high)


def images_figure(stats: Stats) -> Figure | None:
    """Draw charts of the objects per image, the label statuses and the image sizes, one below the other.

    Returns:
        The figure; None if none of the numbers is known.
    """
    statuses = _limited_bars(list(stats.statuses.items()), _MAX_STATUSES)
    sizes = [(f"{item.width} x {item.height}", count_bar(item.images)) for item in stats.image_sizes]
    panels: list[tuple[float, Callable[[Axes], None]]] = []
    if stats.objects_per_image:
        panels.append((2.8, lambda axes: _draw_objects_per_image(axes, stats)))
    if statuses:
        panels.append(
            (_height(statuses), lambda axes: _draw_named_bars(axes, LABEL_STATUSES, f"{stats.unit}s", statuses))
        )
    if 0 < len(sizes) <= _MAX_SIZES:
        title = f"{IMAGE_SIZES}: width x height in pixels"
        panels.append((_height(sizes), lambda axes: _draw_named_bars(axes, title, "images", sizes)))
    elif sizes:
        panels.append((3.8, lambda axes: _draw_image_sizes(axes, stats)))
    if not panels:
        return None
    heights = [height for height, _ in panels]
    figure = new_figure(8, sum(heights))
    all_axes: list[Axes] = [*figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]]
    for axes, (_, draw) in zip(all_axes, panels, strict=True):
        draw(axes)
    remove_overlapping(figure, [text for axes in all_axes for text in axes.texts])
    return figure


def _draw_objects_per_image(axes: Axes, stats: Stats) -> None:
    draw_columns(axes, stats.objects_per_image)
    axes.set_title(objects_per(stats.unit), fontsize="medium")
    axes.set(xlabel="objects", ylabel=f"{stats.unit}s")


def _draw_image_sizes(axes: Axes, stats: Stats) -> None:
    draw_points(axes, [(item.width, item.height, item.images) for item in stats.image_sizes], num_named=_NAMED_SIZES)
    axes.set_title(f"{IMAGE_SIZES}: width and height in pixels", fontsize="medium")
    axes.set(xlabel="width in pixels", ylabel="height in pixels")


def attributes_figure(stats: Stats) -> Figure | None:
    """Draw the values of the most frequent attributes: first the attributes of objects, then those of images.

    Returns:
        The figure; None if there are no attributes.
    """
    total = len(stats.attributes) + len(stats.image_attributes)
    shown = [
        *((item, "objects") for item in _most_frequent(stats.attributes, _MAX_OBJECT_ATTRIBUTES)),
        *((item, f"{stats.unit}s") for item in _most_frequent(stats.image_attributes, _MAX_IMAGE_ATTRIBUTES)),
    ]
    if not shown:
        return None
    charts = [_value_bars(item) for item, _ in shown]
    heights = [_height(chart) for chart in charts]
    figure = new_figure(8, 0.4 + sum(heights))
    all_axes: list[Axes] = [*figure.subplots(len(shown), 1, squeeze=False, height_ratios=heights)[:, 0]]
    for axes, (attribute, unit), chart in zip(all_axes, shown, charts, strict=True):
        _draw_named_bars(axes, cut(attribute.name, 60), unit, chart)
    note = f" ({len(shown)} of {total} attributes)" if len(shown) < total else ""
    figure.suptitle(f"{ATTRIBUTES}: number of objects or {stats.unit}s with each value{note}")
    return figure


def _most_frequent(attributes: Sequence[AttributeCounts], limit: int) -> list[AttributeCounts]:
    return sorted(attributes, key=lambda item: -item.count)[:limit]


def _value_bars(attribute: AttributeCounts) -> list[tuple[str, Bar]]:
    counts = [(text_or_json(item.value), item.count) for item in attribute.values]
    return _limited_bars(counts, _MAX_VALUES, attribute.other)


def _limited_bars(counts: Sequence[tuple[str, int]], limit: int, others: int = 0) -> list[tuple[str, Bar]]:
    """Return a bar with its name for each of the first counts, and one bar for the sum of all other counts.

    Args:
        counts: The names and the counts.
        limit: The number of counts that have their own bar.
        others: A number that is added to the sum of the other counts.
    """
    others += sum(count for _, count in counts[limit:])
    bars = [(name, count_bar(count)) for name, count in counts[:limit]]
    return [*bars, *([("(others)", count_bar(others, PALE))] if others else [])]


def _draw_named_bars(axes: Axes, title: str, unit: str, bars: Sequence[tuple[str, Bar]]) -> None:
    draw_bars(axes, [bar for _, bar in bars])
    name_rows(axes, [name for name, _ in bars])
    disable_formulas([axes.set_title(title, fontsize="medium")])
    axes.set_xlabel(unit)


def _height(bars: Sequence[object]) -> float:
    """Return the height of a chart of bars with its title and ticks, in inches."""
    return BAR_HEIGHT * len(bars) + 0.9
