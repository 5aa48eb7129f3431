"""Measure the label of a point cloud: the sizes of cuboids, and the numbers of points of objects and classes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from segments_hf.labels import PointLabel, label_of
from segments_hf.labels.cloud_label import has_point_cloud
from segments_hf.points import boxes
from segments_hf.points.points_in_boxes import points_in_boxes_by_block
from segments_hf.points.read_points import read_positions

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes


@dataclass(slots=True)
class MeasuredCloud:
    """The measures of the label of a point cloud.

    Attributes:
        box_classes: The class index of each cuboid with a class: int64 array of shape (N,).
        dimensions: Their length, width and height: float64 array of shape (N, 3).
        distances: The distances of their centers from the sensor: float64 array of shape (N,).
        object_points: The class index and the number of points of each object with a class; None if the points are not
            known, because the file was not read.
        class_points: The number of points of each class; None if the points are not known.
        unlabeled: The number of points without a class.
        left_out: The number of annotations that do not count as objects, by reason.
    """

    box_classes: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    dimensions: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    distances: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    object_points: list[tuple[int, int]] | None = None
    class_points: Mapping[int, int] | None = None
    unlabeled: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def measure_cloud(row: Row) -> MeasuredCloud:
    """Measure the label of a point cloud.

    The points of a cuboid are the points of the file inside of it. A point in cuboids of several classes counts for
    each of them. The points of an object of a segmentation are those with its id.

    Args:
        row: A row of a point cloud whose annotations could be read.

    Raises:
        AssetError: The file of the point cloud cannot be read.
        PointCloudError: A cuboid or the pose is invalid, or a point has an id that no annotation has.
    """
    label = label_of(row)
    if isinstance(label, PointLabel):
        return _measure_points(label)
    found = boxes(row)
    with_class = found[found.class_indices >= 0]
    measured = MeasuredCloud(with_class.class_indices, with_class.dimensions, np.linalg.norm(with_class.center, axis=1))
    if label is not None:
        measured.left_out = label.count_repeated_ids()
    if has_point_cloud(row):
        _count_points_in(with_class, row, measured)
    return measured


def _measure_points(label: PointLabel) -> MeasuredCloud:
    measured = MeasuredCloud(left_out=label.count_repeated_ids())
    if label.missing_part:
        return measured
    instances = np.bincount(label.point_labels("instance"), minlength=len(label.annotations) + 1)[1:].tolist()
    classes = np.bincount(label.point_labels("semantic")).tolist()
    last = label.last_indices
    measured.object_points = [
        (index, instances[number]) for number in last if (index := label.annotations[number].class_index) is not None
    ]
    measured.class_points = {index: points for index, points in enumerate(classes[1:]) if points}
    measured.unlabeled = classes[0] if classes else 0
    return measured


def _count_points_in(found: Boxes, row: Row, measured: MeasuredCloud) -> None:
    classes = found.class_indices
    object_points = np.zeros(len(found), np.int64)
    class_points: Counter[int] = Counter(dict.fromkeys(classes.tolist(), 0))
    for inside in points_in_boxes_by_block(read_positions(row), found):
        object_points += np.count_nonzero(inside, axis=0)
        for index in class_points:
            class_points[index] += int(np.count_nonzero(inside[:, classes == index].any(axis=1)))
        measured.unlabeled += int(np.count_nonzero(~inside.any(axis=1)))
    measured.object_points = list(zip(classes.tolist(), object_points.tolist(), strict=True))
    measured.class_points = class_points
