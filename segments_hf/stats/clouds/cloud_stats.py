"""The statistics of point clouds by class: numbers of points, and distances and sizes of cuboids."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from segments_hf.stats.clouds.cloud_measure import MeasuredCloud

_QUANTILES = {"smallest": 0, "p5": 0.05, "median": 0.5, "p95": 0.95, "largest": 1}


class Quantities(msgspec.Struct, frozen=True):
    """The distribution of a property of objects, such as their length.

    Attributes:
        objects: The number of objects.
        smallest: The smallest value.
        p5: The 5th percentile. Percentiles are not interpolated: each is the value of an object.
        median: The 50th percentile.
        p95: The 95th percentile.
        largest: The largest value.
    """

    objects: int
    smallest: float
    p5: float
    median: float
    p95: float
    largest: float


class CloudClassStats(msgspec.Struct, frozen=True):
    """The statistics of one class in point clouds. Lengths are in the unit of the release, usually meters.

    Attributes:
        index: The class index.
        points: The number of points of the class: those inside its cuboids, or those that are labeled with it; None if
            the points are not known.
        points_per_object: The numbers of points of the objects; a number may be 0. None if there are no objects, or the
            points are not known.
        distance: The distances of the centers of the cuboids from the sensor; None if there are no cuboids.
        length: The lengths of the cuboids, along their headings; None if there are no cuboids.
        width: The widths of the cuboids; None if there are no cuboids.
        height: The heights of the cuboids; None if there are no cuboids.
    """

    index: int
    points: int | None
    points_per_object: Quantities | None
    distance: Quantities | None
    length: Quantities | None
    width: Quantities | None
    height: Quantities | None


class CloudStats(msgspec.Struct, frozen=True):
    """The statistics of the labeled point clouds of a release or a dataset.

    Attributes:
        unlabeled_points: The number of points without a class; None if the points are not known. The points in cuboids
            are known only if the files were read.
        classes: The statistics of the classes, in the order of the class indices.
    """

    unlabeled_points: int | None
    classes: list[CloudClassStats]


def quantities_of(values: array[float]) -> Quantities | None:
    """Return the distribution of values; None for an empty array.

    >>> quantities_of(array("d", [4, 1, 3])).median
    3.0
    """
    if not values:
        return None
    quantiles = np.quantile(np.frombuffer(values), list(_QUANTILES.values()), method="inverted_cdf").tolist()
    return Quantities(objects=len(values), **dict(zip(_QUANTILES, quantiles, strict=True)))


@dataclass
class _ClassValues:
    """The values of the cuboids and objects of one class."""

    points_per_object: array[float] = field(default_factory=lambda: array("d"))
    distance: array[float] = field(default_factory=lambda: array("d"))
    length: array[float] = field(default_factory=lambda: array("d"))
    width: array[float] = field(default_factory=lambda: array("d"))
    height: array[float] = field(default_factory=lambda: array("d"))


class CloudCounter:
    """The counts of the point clouds so far.

    Args:
        num_classes: The number of classes.
    """

    def __init__(self, num_classes: int) -> None:
        self._values = [_ClassValues() for _ in range(num_classes)]
        self._points = Counter[int]()
        self._unlabeled: int | None = None

    def add(self, measured: MeasuredCloud) -> None:
        """Add the measures of a point cloud."""
        measures = zip(
            measured.box_classes.tolist(), measured.dimensions.tolist(), measured.distances.tolist(), strict=True
        )
        for index, (length, width, height), distance in measures:
            values = self._values[index]
            values.length.append(length)
            values.width.append(width)
            values.height.append(height)
            values.distance.append(distance)
        for index, points in measured.object_points or ():
            self._values[index].points_per_object.append(points)
        if measured.class_points is not None:
            self._points.update(measured.class_points)
            self._unlabeled = (self._unlabeled or 0) + measured.unlabeled

    def stats(self) -> CloudStats:
        """Return the statistics of the point clouds so far."""
        is_known = self._unlabeled is not None
        classes = [
            CloudClassStats(
                index,
                self._points[index] if is_known else None,
                quantities_of(values.points_per_object),
                quantities_of(values.distance),
                quantities_of(values.length),
                quantities_of(values.width),
                quantities_of(values.height),
            )
            for index, values in enumerate(self._values)
        ]
        return CloudStats(self._unlabeled, classes)
