"""Read the calibration of a camera as a pinhole camera with the axes of OpenCV.

The axes of OpenCV are x to the right, y down, and z along the optical axis. The coordinates of the image plane are
x / z and y / z. Pixel coordinates are u (to the right) and v (down); the center of the top left pixel is (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from segments_hf.errors import PointCloudError
from segments_hf.points.checked_numbers import checked_numbers
from segments_hf.points.poses import Transform
from segments_hf.points.rotations import rotations_of_quaternions

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

# The depth of the near plane, in the unit of the points. Projections of boxes leave out the parts that are nearer.
NEAR_PLANE_DEPTH: Final = 0.1
_CALIBRATION = ("intrinsic_matrix", "translation", "rotation")
# The signs that convert the axes of a camera to x right, y down, z along the optical axis.
_SIGNS = {"OpenGL": np.array([1.0, -1.0, -1.0]), "OpenCV": np.array([1.0, 1.0, 1.0])}


@dataclass(frozen=True, eq=False)
class PinholeCamera:
    """A camera without lens distortion, with the axes of OpenCV: x to the right, y down, z along the optical axis.

    Attributes:
        intrinsics: The intrinsic matrix in pixels: float64 array of shape (3, 3), whose last row is 0, 0, 1.
        rotation: The rotation from the camera to the sensor: float64 array of shape (3, 3). Its columns are the axes of
            the camera in the frame of the sensor.
        translation: The position of the camera in the frame of the sensor, in the unit of the release, usually meters:
            float64 array of shape (3,).
    """

    intrinsics: npt.NDArray[np.float64]
    rotation: npt.NDArray[np.float64]
    translation: npt.NDArray[np.float64]

    @property
    def pose(self) -> Transform:
        """The transformation from the camera to the sensor: `p_sensor = rotation @ p_camera + translation`."""
        return Transform(self.rotation, self.translation)


def is_calibrated(camera: Mapping[str, Any]) -> bool:
    """Tell whether a camera has an intrinsic matrix and a pose. Their numbers are not checked.

    Args:
        camera: An entry of the `cameras` of a row.
    """
    return all(camera.get(field) is not None for field in _CALIBRATION)


def pinhole_camera(camera: Mapping[str, Any]) -> PinholeCamera:
    """Return the intrinsic matrix and the pose of a camera, without its lens distortion.

    Args:
        camera: An entry of the `cameras` of a row. A `camera_convention` that is missing or None is ``OpenGL``.

    Raises:
        PointCloudError: The intrinsic matrix, the translation or the rotation is missing or invalid, or the convention
            is unknown.

    >>> camera = pinhole_camera({"intrinsic_matrix": [[100, 0, 320], [0, 100, 240], [0, 0, 1]],
    ...     "translation": [1, 0, 2], "rotation": [0.5, -0.5, -0.5, 0.5], "camera_convention": "OpenGL"})
    >>> camera.rotation.T.astype(int).tolist()  # in the frame of the sensor: right -y, down -z, the optical axis +x
    [[0, -1, 0], [0, 0, -1], [1, 0, 0]]
    """
    convention = camera.get("camera_convention") or "OpenGL"
    if not isinstance(convention, str) or convention not in _SIGNS:
        raise PointCloudError(f"camera_convention: got {convention!r}, expected 'OpenGL' or 'OpenCV'")
    intrinsics = intrinsics_of(camera)
    quaternion = checked_numbers(camera.get("rotation"), (4,), "rotation of the camera")
    translation = checked_numbers(camera.get("translation"), (3,), "translation of the camera")
    return PinholeCamera(intrinsics, rotations_of_quaternions(quaternion) * _SIGNS[convention], translation)


def intrinsics_of(camera: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Return the intrinsic matrix of a camera.

    Args:
        camera: An entry of the `cameras` of a row.

    Returns:
        float64 array of shape (3, 3), in pixels. The last row is 0, 0, 1.

    Raises:
        PointCloudError: The matrix is missing or invalid.
    """
    matrix = checked_numbers(camera.get("intrinsic_matrix"), (3, 3), "intrinsic_matrix")
    if matrix[2].tolist() != [0, 0, 1]:
        raise PointCloudError(f"intrinsic_matrix: got the last row {matrix[2].tolist()}, expected [0, 0, 1]")
    return matrix


def inverse_of(intrinsics: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the inverse of an intrinsic matrix.

    Args:
        intrinsics: float64 array of shape (3, 3).

    Raises:
        PointCloudError: The matrix has no inverse, for example because a focal length is 0.
    """
    try:
        return np.asarray(np.linalg.inv(intrinsics), np.float64)
    except np.linalg.LinAlgError as error:
        matrix = intrinsics.tolist()
        raise PointCloudError(f"intrinsic_matrix: got {matrix}, expected a matrix with an inverse") from error


def transform_2d_points(points: npt.NDArray[np.float64], matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Apply a matrix to the homogeneous coordinates of 2-D points.

    An intrinsic matrix transforms points of the image plane to pixels, and its inverse transforms pixels to points of
    the image plane.

    Args:
        points: float64 array of shape (N, 2).
        matrix: float64 array of shape (3, 3), whose last row is 0, 0, 1.

    Returns:
        float64 array of shape (N, 2).

    >>> transform_2d_points(np.array([[0.5, -0.25]]), np.array([[100.0, 0, 320], [0, 100, 240], [0, 0, 1]])).tolist()
    [[370.0, 215.0]]
    """
    x, y = points.T
    return np.stack([x_factor * x + y_factor * y + offset for x_factor, y_factor, offset in matrix[:2].tolist()]).T
