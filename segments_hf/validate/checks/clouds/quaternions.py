"""Check that the rotations of a row of a point cloud are unit quaternions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segments_hf.errors import PointCloudError
from segments_hf.labels import is_labeled
from segments_hf.points.checked_numbers import checked_numbers
from segments_hf.validate.checks.clouds.camera_calibration import camera_name
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

NOT_UNIT = Fault(
    "quaternion-not-unit",
    "warning",
    "segments-hf divides the quaternion by its length; code that does not do this changes distances",
)
ZERO = Fault(
    "zero-quaternion",
    "warning",
    "segments-hf reads the quaternion as the identity; if this is wrong, boxes and points do not match",
)
_TOLERANCE = 1e-3  # more than the error of rounding to 4 digits; without normalization, 20 cm of error at 100 m


def unusual_quaternions(row: Row) -> Iterator[Finding]:
    """Find quaternions of the ego pose, of cuboids and of cameras that are zero, or whose length is not 1.

    Other checks find values that are not four finite numbers.
    """
    zero, other = [], []
    for name, value in _rotations(row):
        try:
            length = math.hypot(*checked_numbers(value, (4,), name).tolist())
        except PointCloudError:
            continue
        if length == 0:
            zero.append(name)
        elif abs(length - 1) > _TOLERANCE:
            other.append(f"{name} of length {length:.4g}")
    if zero:
        yield ZERO.in_row(row, f"got a quaternion of four zeros: {listed(zero)}")
    if other:
        yield NOT_UNIT.in_row(row, f"got {listed(other)}, expected a length of 1")


def _rotations(row: Row) -> Iterator[tuple[str, object]]:
    """Yield the quaternions of a row, each with its name."""
    if row["ego_pose"] is not None:
        yield "heading of the ego pose", row["ego_pose"]["heading"]
    for camera in row.get("cameras") or ():
        if camera["rotation"] is not None:
            yield f"rotation of {camera_name(camera)}", camera["rotation"]
    if is_labeled(row):
        for item in row["annotations"]:
            if item.get("rotation") is not None:
                yield f"rotation of cuboid {item['id']}", item["rotation"]
