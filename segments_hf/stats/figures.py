"""Draw statistics as charts, in the colors of the classes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from segments_hf.drawing.figure import disable_formulas, new_figure
from segments_hf.drawing.text import cut
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.disk.snapshots import take_snapshot
from segments_hf.io.disk.staging import staging_folder
from segments_hf.io.json_codec.json_text import text_or_json
from segments_hf.stats.charts import (
    PALE,
    Bar,
    Range,
    bar,
    bar_chart,
    draw_bars,
    histogram,
    pair_chart,
    point_chart,
    range_chart,
    size_chart,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.figure import Figure

    from segments_hf.io.disk.snapshots import Snapshot
    from segments_hf.stats.statistics import Stats
    from segments_hf.stats.tally import AttributeCounts

_MAX_CLASSES = 40  # in the heat map of pairs
_MAX_ATTRIBUTES = 12
_MAX_VALUES = 12  # of one attribute
_COCO_LIMITS = {"medium (COCO)": 32.0**2, "large (COCO)": 96.0**2}  # pixels


def figures(stats: Stats) -> dict[str, Figure]:
    """Draw the charts of statistics.

    Args:
        stats: The result of `stats`.

    Returns:
        A matplotlib figure for each subject, such as ``objects-per-class``. Subjects that were not counted are left
        out.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    drawn = {subject: draw(stats) for subject, draw in _SUBJECTS.items()}
    return {subject: figure for subject, figure in drawn.items() if figure is not None}


def figure_snapshots(folder: str | os.PathLike[str]) -> dict[str, Snapshot]:
    """Return a snapshot of each file that `save_figures` may write to a folder, by file name."""
    return {f"{subject}.png": take_snapshot(Path(folder, f"{subject}.png")) for subject in _SUBJECTS}


def save_figures(
    stats: Stats, folder: str | os.PathLike[str], expected: Mapping[str, Snapshot] | None = None
) -> list[Path]:
    """Write the charts of statistics as PNG files, and replace earlier files with the same names.

    Args:
        stats: The result of `stats`.
        folder: The folder to write to, which is created if it does not exist.
        expected: The result of `figure_snapshots` from before the statistics were counted; by default, snapshots of
            the present files.

    Returns:
        The paths of the files.

    Raises:
        MissingExtraError: matplotlib is not installed.
        OutputExistsError: A file that would be replaced was created or changed since its snapshot. No file was
            written.
        StorageError: The files cannot be written: the disk is full or read-only. No file was written.
    """
    expected = figure_snapshots(folder) if expected is None else expected
    contents = {f"{subject}.png": _png(figure) for subject, figure in figures(stats).items()}
    with staging_folder(Path(folder)) as staging:
        for name, content in contents.items():
            write_file(staging.new / name, content)
        staging.publish({name: expected[name] for name in contents})
    return [Path(folder, name) for name in contents]


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()


def _objects_per_class(stats: Stats) -> Figure | None:
    bars = [bar(item.name, item.objects, item.color) for item in stats.classes]
    if stats.without_class:
        bars.append(bar("(no class)", stats.without_class, PALE))
    return bar_chart("objects per class", "objects", _longest_first(bars)) if stats.objects else None


def _images_per_class(stats: Stats) -> Figure | None:
    bars = [bar(item.name, item.images, item.color) for item in stats.classes]
    return (
        bar_chart("images with each class", "images", _longest_first(bars))
        if any(item.images for item in stats.classes)
        else None
    )


def _pixels_per_class(stats: Stats) -> Figure | None:
    if stats.unlabeled_pixels is None:
        return None
    parts = [(item.name, item.pixels or 0, item.color) for item in stats.classes]
    parts.append(("(unlabeled)", stats.unlabeled_pixels, PALE))
    total = sum(count for _, count, _ in parts)
    bars = [Bar(name, 100 * count / total, color, f"{100 * count / total:.3g} %") for name, count, color in parts]
    return bar_chart("pixels per class", "% of the pixels of labeled images", _longest_first(bars))


def _objects_per_image(stats: Stats) -> Figure | None:
    counts = stats.objects_per_image
    return histogram("objects per labeled image", "objects", counts) if counts else None


def _object_sizes(stats: Stats) -> Figure | None:
    return size_chart("sizes of objects", stats.sizes.histogram, _COCO_LIMITS) if stats.sizes else None


def _sizes_per_class(stats: Stats) -> Figure | None:
    least = 1.0  # a logarithmic scale has no 0
    ranges = [
        Range(item.name, item.color, max(least, size.p5), max(least, size.median), max(least, size.p95))
        for item in stats.classes
        if (size := item.sizes)
    ]
    title = "sizes of objects per class: 5th percentile, median and 95th percentile"
    return range_chart(title, "area in pixels", sorted(ranges, key=lambda item: -item.middle)) if ranges else None


def _image_sizes(stats: Stats) -> Figure | None:
    points = [(item.width, item.height, item.images) for item in stats.image_sizes]
    return point_chart("sizes of images", points) if points else None


def _together(stats: Stats) -> Figure | None:
    chosen = sorted((item for item in stats.classes if item.images), key=lambda item: -item.images)[:_MAX_CLASSES]
    if len(chosen) < 2:  # noqa: PLR2004
        return None
    rows = {item.index: number for number, item in enumerate(chosen)}
    table = np.diag([item.images for item in chosen])
    for pair in stats.together:
        if pair.first in rows and pair.second in rows:
            table[rows[pair.first], rows[pair.second]] = table[rows[pair.second], rows[pair.first]] = pair.images
    present = sum(item.images > 0 for item in stats.classes)
    more = f" (the {len(chosen)} most frequent of {present})" if len(chosen) < present else ""
    return pair_chart(f"classes together in an image{more}", "images", [item.name for item in chosen], table)


def _statuses(stats: Stats) -> Figure | None:
    bars = [bar(status, count) for status, count in stats.statuses.items()]
    return bar_chart("label statuses", "images", bars) if bars else None


def _attributes(stats: Stats) -> Figure | None:
    return _attribute_charts(stats.attributes, "attributes of objects", "objects")


def _image_attributes(stats: Stats) -> Figure | None:
    return _attribute_charts(stats.image_attributes, "attributes of images", "images")


def _attribute_charts(attributes: Sequence[AttributeCounts], title: str, unit: str) -> Figure | None:
    shown = sorted(attributes, key=lambda item: -item.count)[:_MAX_ATTRIBUTES]
    if not shown:
        return None
    charts = [_value_bars(item) for item in shown]
    figure = new_figure(8, 0.8 + sum(0.24 * len(bars) + 1 for bars in charts))
    parts = figure.subplots(len(shown), squeeze=False, height_ratios=[len(bars) + 2 for bars in charts])[:, 0]
    for axes, attribute, bars in zip(parts, shown, charts, strict=True):
        draw_bars(axes, unit, bars)
        disable_formulas([axes.set_title(cut(attribute.name, 60), loc="left", fontsize="medium")])
    more = f" (the {len(shown)} most frequent of {len(attributes)})" if len(shown) < len(attributes) else ""
    figure.suptitle(f"{title}{more}")
    return figure


def _value_bars(attribute: AttributeCounts) -> list[Bar]:
    bars = [bar(text_or_json(item.value), item.count) for item in attribute.values[:_MAX_VALUES]]
    others = attribute.other + sum(item.count for item in attribute.values[_MAX_VALUES:])
    return [*bars, *([bar("(others)", others, PALE)] if others else [])]


def _longest_first(bars: list[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda item: -item.length)


_SUBJECTS: dict[str, Callable[[Stats], Figure | None]] = {
    "objects-per-class": _objects_per_class,
    "images-per-class": _images_per_class,
    "pixels-per-class": _pixels_per_class,
    "objects-per-image": _objects_per_image,
    "object-sizes": _object_sizes,
    "object-sizes-per-class": _sizes_per_class,
    "image-sizes": _image_sizes,
    "classes-together": _together,
    "statuses": _statuses,
    "attributes": _attributes,
    "image-attributes": _image_attributes,
}
