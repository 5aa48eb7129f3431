"""Project points into the image of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.points.checked_numbers import checked_points
from segments_hf.points.distortion import distort
from segments_hf.points.pinhole import pinhole_camera, transform_2d_points
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


@short_traceback
def project(points: npt.ArrayLike, camera: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Project points into the image of a camera.

    Args:
        points: Points in the frame of the sensor, as in the file: integers or floats of shape (N, C), C >= 3. The first
            columns are x, y, z. For points in the world, call `to_sensor` first.
        camera: An entry of the `cameras` of a row: `intrinsic_matrix` (3 x 3, pixels); `translation` and `rotation` (a
            quaternion qx, qy, qz, qw), the pose of the camera in the frame of the sensor; `camera_convention`;
            `distortion` (`brown-conrady` or `fisheye`, as in OpenCV). The axes of a camera are x right, y up and -z
            along the optical axis for ``OpenGL``, which is the default, and x right, y down and z along the optical
            axis for ``OpenCV``.

    Returns:
        float64 array of shape (N, 3): u (to the right) and v (down) in pixels, and the depth along the optical axis in
        the unit of the points. u and v may be outside of the image. They are NaN for a point behind the camera, whose
        depth is 0 or less, and for a point beyond the range of the lens model. Beyond this range, the model would move
        points from far outside of the view back into the image.

    Raises:
        PointCloudError: `points` has another shape or dtype; the camera has no calibration; a number of the camera is
            not finite, or 1e12 or more in absolute value; its convention is unknown; the last row of its intrinsic
            matrix is not 0, 0, 1; or its distortion has an unknown model or coefficient, or is invalid JSON.

    >>> camera = {"intrinsic_matrix": [[100, 0, 320], [0, 100, 240], [0, 0, 1]], "translation": [0, 0, 0],
    ...     "rotation": [0.5, -0.5, -0.5, 0.5], "camera_convention": "OpenGL"}  # looks along +x
    >>> project(np.array([[10, 1, 2], [-10, 1, 2]]), camera).tolist()
    [[310.0, 220.0, 10.0], [nan, nan, -10.0]]
    """
    pinhole = pinhole_camera(camera)
    in_camera = pinhole.pose.apply_inverse(checked_points(points)[:, :3].astype(np.float64))
    depth = in_camera[:, 2]
    with np.errstate(all="ignore"):  # points that are behind the camera or not finite
        plane_points = np.where(depth > 0, in_camera[:, :2].T / depth, np.nan).T
        pixels = transform_2d_points(distort(plane_points, camera.get("distortion")), pinhole.intrinsics)
    pixels[~np.isfinite(pixels).all(axis=1)] = np.nan
    return np.stack([*pixels.T, depth], axis=1)
