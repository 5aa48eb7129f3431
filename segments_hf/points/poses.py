"""Transform points between the frame of the sensor and the world.

The points in a file are in the frame of the sensor, and the labels of a release are in the world. The ego pose of a row
is the pose of the sensor in the world: `p_world = R p_sensor + position`, where R is the rotation of `heading`. Each
frame of a sequence has its own pose. Coordinates are in the unit of the release, usually meters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from segments_hf.errors import PointCloudError
from segments_hf.points.checked_numbers import checked_numbers, checked_points
from segments_hf.points.rotations import rotate, rotations_of_quaternions
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

EgoPose: TypeAlias = "Mapping[str, Any] | None"


class Transform(NamedTuple):
    """A rigid transformation: `p_target = rotation @ p_source + translation`.

    Attributes:
        rotation: float64 array of shape (3, 3).
        translation: float64 array of shape (3,).
    """

    rotation: npt.NDArray[np.float64]
    translation: npt.NDArray[np.float64]

    def apply(self, positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Transform positions of shape (N, 3). Positions that are NaN or infinite become NaN or infinite."""
        return rotate(positions, self.rotation) + self.translation

    def apply_inverse(self, positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Transform positions of shape (N, 3) from the target back to the source."""
        return rotate(positions - self.translation, self.rotation.T)


def transform_of(ego_pose: EgoPose) -> Transform:
    """Return the transformation from the sensor to the world.

    Args:
        ego_pose: The `ego_pose` of a row; None for the identity.

    Raises:
        PointCloudError: The pose has no position of three numbers or no heading of four numbers, or a number is not
            finite, or is 1e12 or more in absolute value.
    """
    if ego_pose is None:
        return Transform(np.eye(3), np.zeros(3))
    try:
        position, heading = ego_pose["position"], ego_pose["heading"]
    except (KeyError, TypeError, IndexError) as error:  # IndexError: a numpy array
        raise PointCloudError(f"ego_pose: got {ego_pose!r}, expected a position and a heading, or None") from error
    quaternion = checked_numbers(heading, (4,), "ego_pose: heading")
    return Transform(rotations_of_quaternions(quaternion), checked_numbers(position, (3,), "ego_pose: position"))


@short_traceback
def pose_matrix(ego_pose: EgoPose) -> npt.NDArray[np.float64]:
    """Return the 4 x 4 matrix that transforms points from the sensor to the world.

    Args:
        ego_pose: The `ego_pose` of a row: `position` (x, y, z) and `heading` (a quaternion qx, qy, qz, qw; four zeros
            are the identity). None for the identity.

    Returns:
        float64 array of shape (4, 4), for column vectors (x, y, z, 1).

    Raises:
        PointCloudError: The pose has no position of three numbers or no heading of four numbers, or a number is not
            finite, or is 1e12 or more in absolute value.

    >>> pose_matrix({"position": [10, 20, 0], "heading": [0, 0, 1, 1]}).round(9).tolist()
    [[0.0, -1.0, 0.0, 10.0], [1.0, 0.0, 0.0, 20.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = transform_of(ego_pose)
    return matrix


@short_traceback
def to_world(points: npt.ArrayLike, ego_pose: EgoPose) -> npt.NDArray[np.float64]:
    """Transform points from the sensor to the world.

    Args:
        points: Points in the frame of the sensor, as in the file: integers or floats of shape (N, C), C >= 3. The first
            columns are x, y, z. NaN is allowed.
        ego_pose: The `ego_pose` of the row of the points; None for the identity.

    Returns:
        A new float64 array of shape (N, C): x, y, z in the world, and the further columns unchanged. The dtype is
        float64 for all inputs, because neighboring float32 numbers are 3 cm apart at 500 km, a common size of map
        coordinates.

    Raises:
        PointCloudError: `points` has another shape or dtype, or the pose is invalid.

    >>> pose = {"position": [10, 20, 0], "heading": [0, 0, 1, 1]}  # a quarter turn to the left
    >>> to_world(np.array([[1, 0, 0, 0.5]]), pose).round(9).tolist()
    [[10.0, 21.0, 0.0, 0.5]]
    """
    return _transformed(points, transform_of(ego_pose).apply)


@short_traceback
def to_sensor(points: npt.ArrayLike, ego_pose: EgoPose) -> npt.NDArray[np.float64]:
    """Transform points from the world to the sensor. This is the inverse of `to_world`.

    Args:
        points: Points in the world: integers or floats of shape (N, C), C >= 3. The first columns are x, y, z. NaN is
            allowed. Coordinates far from the origin need float64.
        ego_pose: The `ego_pose` of a row; None for the identity.

    Returns:
        A new float64 array of shape (N, C): x, y, z in the frame of the sensor, and the further columns unchanged.

    Raises:
        PointCloudError: `points` has another shape or dtype, or the pose is invalid.

    >>> pose = {"position": [10, 20, 0], "heading": [0, 0, 1, 1]}
    >>> to_sensor(np.array([[10, 21, 0, 0.5]]), pose).round(9).tolist()
    [[1.0, 0.0, 0.0, 0.5]]
    """
    return _transformed(points, transform_of(ego_pose).apply_inverse)


def _transformed(
    points: npt.ArrayLike, transform: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
) -> npt.NDArray[np.float64]:
    result = checked_points(points).astype(np.float64)
    result[:, :3] = transform(result[:, :3])
    return result
