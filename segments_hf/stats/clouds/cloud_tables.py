"""The tables that show the statistics of point clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.io.number_text import share_text
from segments_hf.io.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.stats.clouds.cloud_stats import CloudClassStats, CloudStats, Quantities


_POINTS_PER_CLASS = "Points per class, and per object: median, smallest and largest number"
_BOX_SIZES = "Sizes of cuboids per class, and distances from the sensor: median, smallest and largest value"


def cloud_tables(stats: CloudStats, names: Sequence[Cell]) -> Iterator[Table]:
    """Yield a table of points and a table of cuboids, each with one row per class. A table without numbers is left out.

    Args:
        stats: The statistics of the point clouds.
        names: The names of the classes, in the order of the class indices.
    """
    if stats.unlabeled_points is not None:
        yield _points(stats, names)
    if any(item.length for item in stats.classes):
        yield _boxes(stats.classes, names)


def _points(stats: CloudStats, names: Sequence[Cell]) -> Table:
    unlabeled = stats.unlabeled_points or 0
    total = unlabeled + sum(item.points or 0 for item in stats.classes)
    rows: list[list[Any]] = [
        [name, item.points, share_text(item.points or 0, total), _text(item.points_per_object, 0)]
        for name, item in zip(names, stats.classes, strict=True)
    ]
    rows.append([Cell("(no class)", style="dim"), unlabeled, share_text(unlabeled, total), ""])
    columns = ("class", "points", "%", "points per object")
    return Table(columns, rows, number_columns=columns[1:], title=_POINTS_PER_CLASS)


def _boxes(classes: Sequence[CloudClassStats], names: Sequence[Cell]) -> Table:
    columns = ("class", "length", "width", "height", "distance")
    rows: list[list[Any]] = []
    for name, item in zip(names, classes, strict=True):
        quantities = (item.length, item.width, item.height, item.distance)
        rows.append([name, *(_text(quantity, 2) for quantity in quantities)])
    return Table(columns, rows, number_columns=columns[1:], title=_BOX_SIZES)


def _text(quantity: Quantities | None, digits: int) -> str:
    """Return the median, and in parentheses the smallest and the largest value, unless the texts of both are equal."""
    if quantity is None:
        return "–"
    median, smallest, largest = (
        f"{value:,.{digits}f}" for value in (quantity.median, quantity.smallest, quantity.largest)
    )
    return median if smallest == largest else f"{median} ({smallest} to {largest})"
