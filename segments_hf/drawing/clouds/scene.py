"""The points and the label of a row in one frame of reference, for drawing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.labels import CuboidLabel, PointLabel, has_point_cloud, label_of
from segments_hf.points import points_in_boxes
from segments_hf.points.read_points import read_positions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from segments_hf.labels import SpaceVector
    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes

_MAX_POINTS = 1_000_000  # more points would not be visible in a picture, but would need much memory
_BOXES_PER_BATCH = 64  # limits the memory for clouds with many boxes


class Scene(NamedTuple):
    """The points and the label of a row, in the frame of the sensor.

    Attributes:
        positions: x, y and z of the drawn points: float64 array of shape (N, 3), finite.
        class_indices: The class index of each drawn point: int64 array of shape (N,); -1 for a point without a class.
            Points inside of a box have the class of the box.
        num_points: The number of points in the file.
        point_counts: The number of points of each class index, if the label is a segmentation of points; else empty.
        boxes: The cuboids of the label; None for other labels.
        vectors: The polygons, lines and points of the label.
    """

    positions: npt.NDArray[np.float64]
    class_indices: npt.NDArray[np.int64]
    num_points: int
    point_counts: Mapping[int, int] = {}
    boxes: Boxes | None = None
    vectors: Sequence[SpaceVector] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there are neither points nor boxes nor vectors."""
        return not (len(self.positions) or self.vectors or (self.boxes is not None and len(self.boxes)))

    @property
    def counts(self) -> Counter[int | None]:
        """The number of objects of each class index, or of points if the label is a segmentation of points.

        None stands for objects without a class.
        """
        box_indices = [] if self.boxes is None else self.boxes.class_indices.tolist()
        objects = [None if index < 0 else index for index in box_indices]
        objects += [vector.annotation.class_index for vector in self.vectors]
        return Counter(self.point_counts) + Counter(objects)


def scene_of(row: Row) -> Scene:
    """Return the points and the label of a row, whatever its status.

    If a cloud has more than a million points, only every second, third, … point is drawn.

    Args:
        row: A row of a point cloud. If it has no file, the scene has no points; if it has no label, no objects.

    Raises:
        AssetError: The file cannot be read, or has no field x, y or z.
        PointCloudError: The label or the pose is invalid, or the file has another number of points than the label.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    points, label = _positions_in_file(row), label_of(row)
    if isinstance(label, PointLabel) and label.missing_part is None:
        class_indices = label.point_labels() - 1
        counts = dict(enumerate(np.bincount(class_indices[class_indices >= 0]).tolist()))
        drawn = _drawn_indices(points)
        return Scene(points[drawn], class_indices[: len(points)][drawn], len(points), counts)
    positions = points[_drawn_indices(points)]
    if not isinstance(label, CuboidLabel):
        return Scene(positions, np.full(len(positions), -1, np.int64), len(points))
    boxes = label.boxes()
    return Scene(positions, _classes_in_boxes(positions, boxes), len(points), boxes=boxes, vectors=label.vectors())


def _drawn_indices(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the indices of the points to draw. Points that are not finite are left out."""
    is_finite = np.isfinite(points)
    finite = np.flatnonzero(is_finite[:, 0] & is_finite[:, 1] & is_finite[:, 2])  # faster than `all(axis=1)`
    return finite[:: max(1, -(-len(finite) // _MAX_POINTS))]


def _classes_in_boxes(positions: npt.NDArray[np.float64], boxes: Boxes) -> npt.NDArray[np.int64]:
    """Return the class index of a box around each point; -1 for points outside of all boxes."""
    class_indices = np.full(len(positions), -1, np.int64)
    for start in range(0, len(boxes), _BOXES_PER_BATCH):
        batch = boxes[start : start + _BOXES_PER_BATCH]
        inside = points_in_boxes(positions, batch)
        point_indices = np.flatnonzero(inside.any(axis=1))
        class_indices[point_indices] = batch.class_indices[inside[point_indices].argmax(axis=1)]
    return class_indices


def _positions_in_file(row: Row) -> npt.NDArray[np.float64]:
    """Return x, y and z of the points of a row: float64 array of shape (N, 3), because map coordinates need float64."""
    if not has_point_cloud(row):
        return np.empty((0, 3))
    return read_positions(row).astype(np.float64, copy=False)
