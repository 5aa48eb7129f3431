"""Check the positions, dimensions, rotations and yaws of cuboids, and find cuboids without points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import PointCloudError
from segments_hf.labels import CuboidLabel
from segments_hf.points import boxes
from segments_hf.points.points_in_boxes import num_points_in_boxes
from segments_hf.points.rotations import wrap_angles, yaws_of_rotations
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from segments_hf.labels import Label
    from segments_hf.labels.row import Row
    from segments_hf.points import Boxes
    from segments_hf.validate.finding import Finding

INVALID_CUBOID = Fault("invalid-cuboid", "error", "the boxes of the sample cannot be read")
NO_VOLUME = Fault("box-without-volume", "error", "the box contains no point, and detectors cannot learn its size")
OTHER_YAW = Fault(
    "yaw-unlike-rotation",
    "warning",
    "segments-hf uses the rotation; code that reads only the yaw turns the boxes to another direction",
)
NO_POINTS = Fault(
    "box-without-points", "warning", "the object is not visible in the point cloud; many training programs drop it"
)

_YAW_TOLERANCE = 0.02  # radians; about 1 degree


def faulty_cuboids(row: Row, label: Label) -> Iterator[Finding]:
    """Find cuboids with invalid numbers, cuboids without a volume, and yaws that differ from the rotation."""
    if not isinstance(label, CuboidLabel):
        return
    valid_boxes, errors = _valid_boxes(row)
    if errors:
        yield INVALID_CUBOID.in_row(row, listed(errors))
    without_volume = valid_boxes[~_has_volume(valid_boxes)]
    if len(without_volume):
        items = [
            f"cuboid {number} of {length:g} x {width:g} x {height:g}"
            for number, (length, width, height) in zip(
                without_volume.ids.tolist(), without_volume.dimensions.tolist(), strict=True
            )
        ]
        yield NO_VOLUME.in_row(row, f"got {listed(items)}, expected a length, width and height above 0")
    if differences := list(_yaw_differences(row, valid_boxes)):
        yield OTHER_YAW.in_row(row, f"got {listed(differences)}")


def boxes_without_points(row: Row, points: npt.NDArray[np.number[Any]]) -> Iterator[Finding]:
    """Find cuboids that contain no point. Cuboids with invalid numbers or without a volume are left out.

    Args:
        row: The row.
        points: The points in the frame of the sensor: x, y, z; array of shape (N, 3).
    """
    in_world, _ = _valid_boxes(row)
    try:
        in_sensor = in_world[_has_volume(in_world)].to_sensor(row["ego_pose"])
    except PointCloudError:  # `invalid_ego_pose` reports the error
        return
    is_empty = num_points_in_boxes(points, in_sensor) == 0
    if is_empty.any():
        yield NO_POINTS.in_row(row, f"no point is in cuboid {listed(in_sensor.ids[is_empty].tolist())}")


def _valid_boxes(row: Row) -> tuple[Boxes, list[str]]:
    """Return the cuboids with valid numbers as boxes in the world, and the error messages for the other cuboids."""
    try:
        return boxes(row, "world"), []
    except PointCloudError:
        valid, errors = [], []
        for item in row["annotations"]:
            try:
                boxes({"annotations": [item]}, "world")
                valid.append(item)
            except PointCloudError as error:
                errors.append(str(error))
        return boxes({"annotations": valid}, "world"), errors


def _has_volume(in_world: Boxes) -> npt.NDArray[np.bool_]:
    has_volume: npt.NDArray[np.bool_] = np.all(in_world.dimensions > 0, axis=1)
    return has_volume


def _yaw_differences(row: Row, valid_boxes: Boxes) -> Iterator[str]:
    """Yield a text for each cuboid whose yaw differs from that of its rotation.

    There are several definitions of the yaw of a tilted box. The yaws that they give differ by less than the square of
    the tilt (radians).
    """
    yaw_by_id = {item["id"]: item["yaw"] for item in row["annotations"] if item.get("rotation") is not None}
    indices = [index for index, number in enumerate(valid_boxes.ids.tolist()) if yaw_by_id.get(number) is not None]
    if not indices:
        return
    compared = valid_boxes[np.array(indices)]
    yaws = np.array([yaw_by_id[number] for number in compared.ids.tolist()])
    expected = yaws_of_rotations(compared.rotation)
    tolerance = _YAW_TOLERANCE + 2 * (1 - compared.rotation[:, 2, 2])  # 1 - cos(tilt) is about tilt^2 / 2
    differs = np.abs(wrap_angles(yaws - expected)) > tolerance
    for number, yaw, expected_yaw in zip(
        compared.ids[differs].tolist(), yaws[differs].tolist(), expected[differs].tolist(), strict=True
    ):
        yield f"cuboid {number} with the yaw {yaw:.4g}, but its rotation has the yaw {expected_yaw:.4g}"
