"""The points and the label of a row in one frame of reference, for drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.errors import AssetError, PointCloudError
from segments_hf.labels import CuboidLabel, PointLabel, label_of
from segments_hf.points import points_in_boxes, read_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.labels import SpaceVector
    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes

_MOST_POINTS = 1_000_000  # more points would not be visible in a picture, but would need much memory
_BOXES_AT_ONCE = 64  # limits the memory for clouds with many boxes


class Scene(NamedTuple):
    """The points and the label of a row, in the frame of the sensor.

    Attributes:
        positions: x, y and z of the points: float64 array of shape (N, 3). They may be NaN.
        classes: The class index of each point: int64 array of shape (N,); -1 for a point without a class. Points inside
            of a box have the class of the box.
        boxes: The cuboids of the label; None if the label has no cuboids.
        vectors: The polygons, lines and points of the label.
        has_label: Whether the row has a label that can be drawn.
    """

    positions: npt.NDArray[np.float64]
    classes: npt.NDArray[np.int64]
    boxes: Boxes | None = None
    vectors: Sequence[SpaceVector] = ()
    has_label: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: neither points, nor boxes, nor vectors."""
        return not (len(self.positions) or self.vectors or (self.boxes is not None and len(self.boxes)))

    @property
    def class_indices(self) -> set[int | None]:
        """The class indices of the label; None stands for an object without a class."""
        found = {index for index in np.unique(self.classes).tolist() if index >= 0}
        of_boxes = [] if self.boxes is None else self.boxes.class_indices.tolist()
        return (
            found
            | {None if index < 0 else index for index in of_boxes}
            | {vector.annotation.class_index for vector in self.vectors}
        )


def scene_of(row: Row) -> Scene:
    """Return the points and the label of a row, whatever its status.

    Of a cloud with more than a million points, every second, third, … point is used.

    Args:
        row: A row of a point cloud. Without a file or without a label, the scene has no points or no objects.

    Raises:
        AssetError: The file cannot be read, or has no field x, y or z.
        PointCloudError: The label or the pose is invalid, or the file has another number of points than the label.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    positions = _positions(row)
    step = max(1, -(-len(positions) // _MOST_POINTS))
    label = label_of(row)
    if isinstance(label, PointLabel) and label.missing_part is None:
        values = label.point_labels()
        if len(positions) not in {0, len(values)}:
            raise PointCloudError(
                f"got a label of {len(values):,} points for a point cloud of {len(positions):,} points, expected the "
                "same number"
            )
        return Scene(positions[::step], values[: len(positions) : step] - 1, has_label=True)
    positions = positions[::step]
    classes = np.full(len(positions), -1, np.int64)
    if not isinstance(label, CuboidLabel) or not label.has_content:
        return Scene(positions, classes)
    boxes = label.boxes()
    for start in range(0, len(boxes), _BOXES_AT_ONCE):
        part = boxes[start : start + _BOXES_AT_ONCE]
        inside = points_in_boxes(positions, part)
        is_inside = inside.any(axis=1)
        classes[is_inside] = part.class_indices[inside[is_inside].argmax(axis=1)]
    return Scene(positions, classes, boxes, label.vectors(), has_label=True)


def _positions(row: Row) -> npt.NDArray[np.float64]:
    """Return the coordinates in the file of a row, in float64 because those of a map need it."""
    stored = row.get("point_cloud")
    if not stored or (stored["bytes"] is None and stored["path"] is None):
        return np.empty((0, 3))
    points = read_points(row, structured=True)
    names = points.dtype.names or ()
    if missing := [axis for axis in "xyz" if axis not in names]:
        raise AssetError(f"got a point cloud without the field {missing[0]!r}; its fields are {', '.join(names)}")
    return np.stack([points[axis].astype(np.float64) for axis in "xyz"], axis=1)
