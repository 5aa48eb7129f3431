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
        dimensions: The length, width and height of each of these cuboids: float64 array of shape (N, 3).
        distances: The distance of the center of each of these cuboids from the sensor: float64 array of shape (N,).
        object_points: The class index and the number of points of each object with a class; None if the numbers are not
            known: for cuboids, if the row has no file; for a segmentation, if the label has no point labels.
        class_points: The number of points by class index; None if the numbers are not known.
        unlabeled: The number of points without a class; 0 if the numbers are not known.
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

    The points of a cuboid are the points of the file that are inside the cuboid. A point in cuboids of several classes
    counts for each of these classes. The points of an object of a segmentation are the points labeled with its id.

    Args:
        row: A row of a point cloud whose annotations could be read.

    Raises:
        AssetError: The file of the point cloud cannot be read.
        PointCloudError: A cuboid or the pose is invalid, or a point has an id that no annotation has.
    """
    label = label_of(row)
    if isinstance(label, PointLabel):
        return _measure_points(label)
    cuboids = boxes(row)
    cuboids = cuboids[cuboids.class_indices >= 0]
    measured = MeasuredCloud(cuboids.class_indices, cuboids.dimensions, np.linalg.norm(cuboids.center, axis=1))
    if label is not None:
        measured.left_out = label.count_repeated_ids()
    if has_point_cloud(row):
        _count_points_in_cuboids(cuboids, row, measured)
    return measured


def _measure_points(label: PointLabel) -> MeasuredCloud:
    measured = MeasuredCloud(left_out=label.count_repeated_ids())
    if label.missing_part:
        return measured
    # The value 0 stands for points without an object in "instance" labels, and without a class in "semantic" labels.
    instance_points = np.bincount(label.point_labels("instance"), minlength=len(label.annotations) + 1)[1:].tolist()
    class_points = np.bincount(label.point_labels("semantic")).tolist()
    measured.object_points = [
        (class_index, instance_points[index])
        for index in label.last_indices
        if (class_index := label.annotations[index].class_index) is not None
    ]
    measured.class_points = {index: points for index, points in enumerate(class_points[1:]) if points}
    measured.unlabeled = class_points[0] if class_points else 0
    return measured


def _count_points_in_cuboids(cuboids: Boxes, row: Row, measured: MeasuredCloud) -> None:
    classes = cuboids.class_indices
    object_points = np.zeros(len(cuboids), np.int64)
    class_points: Counter[int] = Counter(dict.fromkeys(classes.tolist(), 0))
    for inside in points_in_boxes_by_block(read_positions(row), cuboids):
        object_points += np.count_nonzero(inside, axis=0)
        for index in class_points:
            class_points[index] += int(np.count_nonzero(inside[:, classes == index].any(axis=1)))
        measured.unlabeled += int(np.count_nonzero(~inside.any(axis=1)))
    measured.object_points = list(zip(classes.tolist(), object_points.tolist(), strict=True))
    measured.class_points = class_points
