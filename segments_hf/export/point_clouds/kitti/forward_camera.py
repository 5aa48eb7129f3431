"""Find the camera of a row that looks along the x axis of the sensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.errors import PointCloudError
from segments_hf.export.point_clouds.camera_files import camera_of, usable_cameras
from segments_hf.option_names import option
from segments_hf.points.pinhole import is_calibrated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.labels.row import Row
    from segments_hf.points.pinhole import PinholeCamera

# The rotation from the frame of an upright camera that looks along +x to the frame of the sensor: the right of the
# image is -y, and down is -z.
_FORWARD = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
_LARGEST_DEVIATION = 10.0  # degrees
_OTHER_FORMAT = "the format openpcdet needs no camera"


class ForwardCamera(NamedTuple):
    """The camera of a row that looks along the x axis of the sensor.

    Attributes:
        entry: The entry of the `cameras` of the row.
        camera: The intrinsic matrix and the pose.
        deviation: The angle in degrees of the rotation between the camera and an upright camera that looks along +x.
    """

    entry: Mapping[str, Any]
    camera: PinholeCamera
    deviation: float


def forward_camera(row: Row) -> ForwardCamera:
    """Return the camera of a row with the smallest deviation from an upright camera that looks along +x.

    Args:
        row: The row of a point cloud.

    Raises:
        PointCloudError: No camera has a calibration and an image; or all cameras deviate by more than 10 degrees; or a
            calibration is invalid.
    """
    found = [ForwardCamera(entry, camera, _deviation(camera)) for entry, camera in _cameras(row)]
    if not found:
        raise _no_camera(row)
    best = min(found, key=lambda camera: camera.deviation)
    if best.deviation > _LARGEST_DEVIATION:
        raise PointCloudError(
            f"got no camera that looks along the x axis of the sensor: the camera {best.entry.get('name')!r}, which is "
            f"the closest, deviates by {best.deviation:.1f} degrees, expected {_LARGEST_DEVIATION:.0f} at most; "
            f"{_OTHER_FORMAT}"
        )
    return best


def _cameras(row: Row) -> list[tuple[Mapping[str, Any], PinholeCamera]]:
    return [(entry, camera_of(entry)) for entry in usable_cameras(row)]


def _deviation(camera: PinholeCamera) -> float:
    cosine = (np.trace(_FORWARD.T @ camera.rotation) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _no_camera(row: Row) -> PointCloudError:
    if any(is_calibrated(camera) for camera in row.get("cameras") or ()):
        return PointCloudError(
            "got no image of a camera with a calibration, expected at least one; load the release with "
            f"{option('load_assets', True)} and {option('cameras', True)}"
        )
    return PointCloudError(
        "got no camera with a calibration, expected a camera that looks along the x axis of the sensor; "
        f"{_OTHER_FORMAT}"
    )
