"""Read the cuboids of a row as boxes in the frame of the sensor or in the world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from segments_hf.errors import OptionError, PointCloudError
from segments_hf.points.checked_numbers import are_finite, check_row, checked_numbers
from segments_hf.points.poses import transform_of
from segments_hf.points.rotations import rotations_of_quaternions, rotations_of_yaws, yaws_of_rotations
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from segments_hf.points.poses import EgoPose

_CUBOID_TYPES = ("cuboid", "cuboid-sync")
_CORNERS = np.array(  # relative to the center, in halves of the length, width and height
    [[1, 1, -1], [1, -1, -1], [-1, -1, -1], [-1, 1, -1], [1, 1, 1], [1, -1, 1], [-1, -1, 1], [-1, 1, 1]], np.float64
)


@dataclass(frozen=True, eq=False)
class Boxes:
    """The N boxes of a point cloud, in the frame of the sensor or in the world.

    `boxes[mask]` returns the boxes whose value in the bool array `mask` is True, and `len(boxes)` the number of boxes.
    Lengths are in the unit of the release, usually meters.

    Attributes:
        center: The centers x, y, z: float64 array of shape (N, 3).
        dimensions: Length (along the heading), width and height: float64 array of shape (N, 3).
        rotation: Rotation matrices: float64 array of shape (N, 3, 3). The columns of a matrix are the directions of
            length, width and height.
        ids: The ids of the annotations: int64 array of shape (N,).
        class_indices: The class indices: int64 array of shape (N,); -1 for a cuboid without a class.
        track_ids: The track ids: int64 array of shape (N,). An object has the same track id in all frames of a
            sequence. For an annotation without a `track_id`, this is the `id` of the annotation.
    """

    center: npt.NDArray[np.float64]
    dimensions: npt.NDArray[np.float64]
    rotation: npt.NDArray[np.float64]
    ids: npt.NDArray[np.int64]
    class_indices: npt.NDArray[np.int64]
    track_ids: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: npt.NDArray[np.bool_] | npt.NDArray[np.integer[Any]] | slice) -> Boxes:
        """Return the selected boxes.

        Args:
            index: A bool array of shape (N,), an array of indices, or a slice.
        """
        return Boxes(
            self.center[index],
            self.dimensions[index],
            self.rotation[index],
            self.ids[index],
            self.class_indices[index],
            self.track_ids[index],
        )

    def to_7dof(self) -> npt.NDArray[np.float64]:
        """Return the boxes in the format of most 3-D object detectors: seven numbers for each box.

        Returns:
            float64 array of shape (N, 7): center x, y, z; length, width, height; yaw. The yaw is in radians in
            [-pi, pi), counter-clockwise about +z; 0 is a box whose length is along +x. The yaw of a tilted box is the
            direction of its length seen from above; pitch and roll are lost.

        >>> row = {"annotations": [{"id": 1, "category": 0, "type": "cuboid", "position": [2, 0, 1],
        ...     "dimensions": [4, 2, 1.5], "yaw": 7.0}], "ego_pose": None}
        >>> boxes(row).to_7dof().round(3).tolist()
        [[2.0, 0.0, 1.0, 4.0, 2.0, 1.5, 0.717]]
        """
        return np.concatenate([self.center, self.dimensions, yaws_of_rotations(self.rotation)[:, None]], axis=1)

    def corners(self) -> npt.NDArray[np.float64]:
        """Return the corners of the boxes.

        Returns:
            float64 array of shape (N, 8, 3). Corners 0 to 3 are at the bottom: front left, front right, rear right,
            rear left, seen in the direction of the heading. Corners 4 to 7 are above them.
        """
        offsets = _CORNERS * self.dimensions[:, None] / 2
        return offsets @ self.rotation.transpose(0, 2, 1) + self.center[:, None]

    def to_world(self, ego_pose: EgoPose) -> Boxes:
        """Transform boxes from the sensor to the world.

        Args:
            ego_pose: The `ego_pose` of the row of the boxes; None for the identity.

        Raises:
            PointCloudError: The pose is invalid.
        """
        pose = transform_of(ego_pose)
        return replace(self, center=pose.apply(self.center), rotation=pose.rotation @ self.rotation)

    def to_sensor(self, ego_pose: EgoPose) -> Boxes:
        """Transform boxes from the world to the sensor. This is the inverse of `to_world`.

        Args:
            ego_pose: The `ego_pose` of a row; None for the identity.

        Raises:
            PointCloudError: The pose is invalid.
        """
        pose = transform_of(ego_pose)
        return replace(self, center=pose.apply_inverse(self.center), rotation=pose.rotation.T @ self.rotation)


@short_traceback
def boxes(row: Mapping[str, Any], frame: Literal["sensor", "world"] = "sensor") -> Boxes:
    """Return the cuboids of a row. Annotations of other types are left out.

    The orientation is the `rotation` of an annotation if there is one, otherwise its `yaw`. If several annotations have
    the same id, only the last one is used. Dimensions are those of the release, even if they are 0 or negative.

    Args:
        row: A row with `annotations`, and with `ego_pose` for the frame of the sensor. Do not set the numpy or torch
            format of `datasets` for such rows: it converts world coordinates to float32.
        frame: The frame of reference of the boxes: ``sensor``, that of the points in the file, or ``world``, that of
            the annotations.

    Returns:
        The boxes, in the order of the annotations.

    Raises:
        OptionError: `frame` is unknown, or `row` is not a row.
        PointCloudError: A number of a cuboid or of the pose is missing, is not finite, or is 1e12 or more in absolute
            value; or a column is missing, or the annotations are None.

    >>> row = {"annotations": [{"id": 1, "category": 0, "type": "cuboid", "position": [12, 20, 1],
    ...     "dimensions": [4, 2, 1.5], "yaw": 0.0}], "ego_pose": {"position": [10, 20, 0], "heading": [0, 0, 1, 1]}}
    >>> boxes(row).center.round(9).tolist(), boxes(row, "world").center.tolist()
    ([[0.0, -2.0, 1.0]], [[12.0, 20.0, 1.0]])
    """
    if frame not in ("sensor", "world"):
        raise OptionError(f"got {frame!r}, expected 'sensor' or 'world'", option="frame")
    check_row(row)
    if row.get("annotations") is None:
        raise PointCloudError("the row has no annotations; expected a list in the column `annotations`")
    in_world = _boxes_of(_cuboids_of(row["annotations"]))
    if frame == "world":
        return in_world
    if "ego_pose" not in row:
        raise PointCloudError(
            "the row has no column `ego_pose`, which is required for boxes in the frame of the sensor"
        )
    return in_world.to_sensor(row["ego_pose"])


def _cuboids_of(annotations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the cuboids. If several annotations have the same id, only the last one is used."""
    last_indices = {int(item["id"]): index for index, item in enumerate(annotations)}
    return [
        annotations[index] for index in sorted(last_indices.values()) if annotations[index].get("type") in _CUBOID_TYPES
    ]


def _boxes_of(cuboids: Sequence[Mapping[str, Any]]) -> Boxes:
    """Return cuboids as boxes in the world."""
    rotation = np.empty((len(cuboids), 3, 3))
    has_rotation = np.array([item.get("rotation") is not None for item in cuboids], bool)
    with_rotation = [item for item in cuboids if item.get("rotation") is not None]
    with_yaw = [item for item in cuboids if item.get("rotation") is None]
    rotation[has_rotation] = rotations_of_quaternions(_numbers(with_rotation, "rotation", (4,)))
    rotation[~has_rotation] = rotations_of_yaws(_numbers(with_yaw, "yaw", ()))
    classes = [-1 if item.get("category") is None else item["category"] for item in cuboids]
    tracks = [item["id"] if item.get("track_id") is None else item["track_id"] for item in cuboids]
    return Boxes(
        _numbers(cuboids, "position", (3,)),
        _numbers(cuboids, "dimensions", (3,)),
        rotation,
        np.array([item["id"] for item in cuboids], np.int64),
        np.array(classes, np.int64),
        np.array(tracks, np.int64),
    )


def _numbers(cuboids: Sequence[Mapping[str, Any]], field: str, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the values of a field of all cuboids: float64 array of shape (N, *shape)."""
    values = [item.get(field) for item in cuboids]
    try:
        numbers = np.array(values, np.float64).reshape(len(values), *shape)
        if are_finite(numbers):
            return numbers
    except (TypeError, ValueError, OverflowError):
        pass  # the error below names the cuboid
    checked = [
        checked_numbers(value, shape, f"annotation {item['id']}: {field}")
        for item, value in zip(cuboids, values, strict=True)
    ]
    return np.array(checked)
