"""Check the positions, dimensions and rotations of cuboids."""

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

_YAW_TOLERANCE = 0.02  # radians, about 1 degree


def cuboids(row: Row, label: Label) -> Iterator[Finding]:
    """Find cuboids with invalid numbers, cuboids without a volume, and yaws that differ from the rotation."""
    if not isinstance(label, CuboidLabel):
        return
    found, errors = readable_boxes(row)
    if errors:
        yield INVALID_CUBOID.in_row(row, listed(errors))
    flat = found[~_has_volume(found)]
    if len(flat):
        items = [
            f"cuboid {number} of {length:g} x {width:g} x {height:g}"
            for number, (length, width, height) in zip(flat.ids.tolist(), flat.dimensions.tolist(), strict=True)
        ]
        yield NO_VOLUME.in_row(row, f"got {listed(items)}, expected a length, width and height above 0")
    if turned := list(_turned(row, found)):
        yield OTHER_YAW.in_row(row, f"got {listed(turned)}")


def boxes_without_points(row: Row, points: npt.NDArray[np.number[Any]]) -> Iterator[Finding]:
    """Find cuboids that contain no point. Cuboids with invalid numbers or without a volume are left out.

    Args:
        row: The row.
        points: The points in the frame of the sensor: x, y, z; array of shape (N, 3).
    """
    found, _ = readable_boxes(row)
    try:
        found = found[_has_volume(found)].to_sensor(row["ego_pose"])
    except PointCloudError:  # `ego_poses` reports the error
        return
    is_empty = num_points_in_boxes(points, found) == 0
    if is_empty.any():
        yield NO_POINTS.in_row(row, f"no point is in cuboid {listed(found.ids[is_empty].tolist())}")


def readable_boxes(row: Row) -> tuple[Boxes, list[str]]:
    """Return the cuboids of a row whose numbers are valid, in the world, and the errors of the other cuboids."""
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


def _has_volume(found: Boxes) -> npt.NDArray[np.bool_]:
    has_volume: npt.NDArray[np.bool_] = np.all(found.dimensions > 0, axis=1)
    return has_volume


def _turned(row: Row, found: Boxes) -> Iterator[str]:
    """Yield the cuboids whose yaw differs from that of their rotation.

    There are several definitions of the yaw of a tilted box. Their differences are below the square of the tilt.
    """
    given = {item["id"]: item["yaw"] for item in row["annotations"] if item.get("rotation") is not None}
    indices = [index for index, number in enumerate(found.ids.tolist()) if given.get(number) is not None]
    if not indices:
        return
    chosen = found[np.array(indices)]
    yaws = np.array([given[number] for number in chosen.ids.tolist()])
    expected = yaws_of_rotations(chosen.rotation)
    tolerance = _YAW_TOLERANCE + 2 * (1 - chosen.rotation[:, 2, 2])  # 1 - cos(tilt) is half the square of the tilt
    is_turned = np.abs(wrap_angles(yaws - expected)) > tolerance
    for number, yaw, right in zip(
        chosen.ids[is_turned].tolist(), yaws[is_turned].tolist(), expected[is_turned].tolist(), strict=True
    ):
        yield f"cuboid {number} with the yaw {yaw:.4g}, but its rotation has the yaw {right:.4g}"
