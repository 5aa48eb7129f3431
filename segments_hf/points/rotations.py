"""Convert quaternions and yaw angles to rotation matrices, and rotation matrices to quaternions and yaw angles.

A rotation matrix R rotates column vectors: `R @ p`. For an array of points in rows, this is `points @ R.T`. Angles
are in radians, counter-clockwise about +z; the yaw 0 points along +x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def rotations_of_quaternions(quaternions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the rotation matrices of quaternions.

    Args:
        quaternions: Array of shape (..., 4): x, y, z, w, finite. Their length may differ from 1. Four zeros mean
            the identity, because real releases contain such headings.

    Returns:
        float64 array of shape (..., 3, 3).

    >>> rotations_of_quaternions(np.array([0.0, 0.0, 1.0, 1.0])).round(9).tolist()  # a quarter turn about z
    [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    largest = np.abs(quaternions).max(axis=-1, keepdims=True)
    is_zero = largest == 0
    # The division by the largest number keeps the squares of very large and very small numbers in the range of float64.
    scaled = np.where(is_zero, [0.0, 0.0, 0.0, 1.0], quaternions / np.where(is_zero, 1.0, largest))
    x, y, z, w = np.moveaxis(scaled / np.linalg.norm(scaled, axis=-1, keepdims=True), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quaternions_of_rotations(rotations: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the quaternions of rotation matrices. This is the inverse of `rotations_of_quaternions`.

    Args:
        rotations: Rotation matrices, of shape (..., 3, 3).

    Returns:
        float64 array of shape (..., 4): x, y, z, w, of length 1, w >= 0. A rotation by 180 degrees has w = 0 and two
        quaternions, q and -q; either of them is returned.

    >>> quaternions_of_rotations(rotations_of_yaws(np.array(np.pi / 2))).round(6).tolist()
    [0.0, 0.0, 0.707107, 0.707107]
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = np.moveaxis(rotations, (-2, -1), (0, 1))
    # For the quaternion q, these are the rows of the matrix 4 q qᵀ: each row is a multiple of q.
    rows = [
        [1 + xx - yy - zz, xy + yx, xz + zx, zy - yz],
        [xy + yx, 1 - xx + yy - zz, yz + zy, xz - zx],
        [xz + zx, yz + zy, 1 - xx - yy + zz, yx - xy],
        [zy - yz, xz - zx, yx - xy, 1 + xx + yy + zz],
    ]
    products = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    # The rounding errors of all rows are of the same size, so the longest row has the smallest relative error. It is
    # the row with the largest element on the diagonal.
    longest = np.diagonal(products, axis1=-2, axis2=-1).argmax(axis=-1)[..., None, None]
    multiples = np.take_along_axis(products, longest, axis=-2)[..., 0, :]
    quaternions: npt.NDArray[np.float64] = multiples / np.linalg.norm(multiples, axis=-1, keepdims=True)
    return np.where(quaternions[..., 3:] < 0, -quaternions, quaternions)


def rotate(positions: npt.NDArray[np.float64], rotation: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rotate positions.

    This is `positions @ rotation.T`, but in one thread. The matrix product of numpy uses several threads: if all
    processors are busy, the threads wait for each other, and 120,000 points took 80 ms instead of 1 ms.

    Args:
        positions: Array of shape (N, 3). If a number is infinite, the results are infinite or NaN.
        rotation: A rotation matrix, of shape (3, 3).

    Returns:
        float64 array of shape (N, 3).

    >>> rotate(np.array([[1.0, 2.0, 3.0]]), rotations_of_yaws(np.array(np.pi / 2))).round(9).tolist()
    [[-2.0, 1.0, 3.0]]
    """
    x, y, z = positions.T
    rotated = np.empty(positions.shape)
    with np.errstate(invalid="ignore", over="ignore"):  # points with infinite or very large numbers
        for axis, (x_factor, y_factor, z_factor) in enumerate(rotation.tolist()):
            rotated[:, axis] = x_factor * x + y_factor * y + z_factor * z
    return rotated


def rotations_of_yaws(yaws: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the matrices of rotations about z.

    Args:
        yaws: Angles in radians, of shape (...).

    Returns:
        float64 array of shape (..., 3, 3).

    >>> rotations_of_yaws(np.array(np.pi / 2)).round(9).tolist()
    [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    cos, sin = np.cos(yaws), np.sin(yaws)
    rotations = np.zeros((*np.shape(yaws), 3, 3))
    rotations[..., 0, 0] = rotations[..., 1, 1] = cos
    rotations[..., 0, 1], rotations[..., 1, 0] = -sin, sin
    rotations[..., 2, 2] = 1
    return rotations


def yaws_of_rotations(rotations: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the yaw angles of rotations: the directions of the rotated x axis, seen from above.

    Args:
        rotations: Rotation matrices, of shape (..., 3, 3).

    Returns:
        float64 array of shape (...): radians in [-pi, pi). The yaw of a rotation whose x axis is vertical is
        arbitrary.

    >>> yaws_of_rotations(rotations_of_yaws(np.array([0.5, 4.0]))).round(6).tolist()
    [0.5, -2.283185]
    """
    yaws: npt.NDArray[np.float64] = np.arctan2(rotations[..., 1, 0], rotations[..., 0, 0])
    return wrap_angles(yaws)


def wrap_angles(angles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Add multiples of 2 pi to angles, so that all are in [-pi, pi). Angles in this range do not change.

    Args:
        angles: Angles in radians, of any shape.

    >>> wrap_angles(np.array([0.1, 3.5, -np.pi, np.pi])).round(6).tolist()
    [0.1, -2.783185, -3.141593, -3.141593]
    """
    wrapped = np.remainder(angles + np.pi, 2 * np.pi) - np.pi
    wrapped = np.where(wrapped >= np.pi, -np.pi, wrapped)  # the remainder may be rounded up to 2 pi
    return np.where((angles >= -np.pi) & (angles < np.pi), angles, wrapped)
