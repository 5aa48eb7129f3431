"""Colors of surfaces by position: asphalt with markings, slabs, facades with windows, and noise.

A paint is a function that takes points (N, 3) in meters and normals (N, 3), and returns colors (N, 3) from 0 to 1.
"""

from collections.abc import Sequence

import numpy as np
from solids import Array, Paint

STORY_HEIGHT, WINDOW_DISTANCE = 2.9, 2.4  # of facades
WINDOW = np.array([0.07, 0.10, 0.14])


def noise(points: Array, scale: float) -> Array:
    """Return smooth noise (N,) from 0 to 1, with `scale` cells per meter."""
    cells = np.floor(points * scale)
    share = points * scale - cells
    share = share * share * (3 - 2 * share)
    corner = cells.astype(np.int64)
    total = np.zeros(len(points))
    for offset in np.ndindex(2, 2, 2):
        weight = np.where(np.array(offset) == 1, share, 1 - share).prod(axis=1)
        total += weight * _hash(corner + np.array(offset))
    return total


def _hash(cells: np.typing.NDArray[np.int64]) -> Array:
    """Return a pseudorandom number (N,) from 0 to 1 for each cell (N, 3), which depends only on the cell."""
    mixed = (cells.astype(np.uint64) * np.array([73856093, 19349663, 83492791], dtype=np.uint64)).T
    number = mixed[0] ^ mixed[1] ^ mixed[2]
    number = (number ^ (number >> np.uint64(15))) * np.uint64(2246822519)
    number = (number ^ (number >> np.uint64(13))) * np.uint64(3266489917)
    fraction: Array = ((number >> np.uint64(16)) & np.uint64(0xFFFF)).astype(np.float64) / 0xFFFF
    return fraction


def grain(color: Sequence[float], contrast: float, scale: float) -> Paint:
    """Return a paint with noise: `contrast` is the change of brightness, `scale` is in cells per meter."""

    def paint(points: Array, normals: Array) -> Array:
        mixed = 0.6 * noise(points, scale) + 0.4 * noise(points, scale * 3.1)
        return np.array(color) * (1 + contrast * (mixed - 0.5))[:, None]

    return paint


def road(points: Array, normals: Array) -> Array:
    """Paint asphalt with a dashed line in the middle, lines along the curbs and a crosswalk."""
    x, y = points[:, 0], points[:, 1]
    asphalt = grain((0.17, 0.175, 0.185), 0.45, 2.2)(points, normals)
    dashes = (np.abs(y) < 0.075) & (np.mod(x, 5.0) < 2.6) & ~((x > 26.0) & (x < 31.0))
    curbs = (np.abs(np.abs(y) - 3.75) < 0.05) & ~((x > 26.0) & (x < 31.0))
    crosswalk = (x > 27.0) & (x < 30.0) & (np.mod(y + 0.25, 1.0) < 0.5) & (np.abs(y) < 3.75)
    worn = 0.72 + 0.2 * noise(points, 6.0)
    return np.where((dashes | curbs | crosswalk)[:, None], worn[:, None] * np.ones(3), asphalt)


def paving(points: Array, normals: Array) -> Array:
    """Paint slabs of 0.6 m by 0.6 m with joints, and a curb stone."""
    slabs = grain((0.50, 0.48, 0.45), 0.25, 1.3)(points, normals)
    across = np.mod(points[:, :2], 0.6)
    is_joint = (across < 0.035).any(axis=1) & (normals[:, 2] > 0.5)
    is_curb = np.abs(np.abs(points[:, 1]) - 4.0) < 0.16
    tint = np.where(is_curb, 1.15, np.where(is_joint, 0.78, 1.0))
    return slabs * tint[:, None]


def brickwork(color: Sequence[float]) -> Paint:
    """Return the paint of a brick wall."""
    stone = grain(color, 0.6, 3.0)

    def paint(points: Array, normals: Array) -> Array:
        along, up = _wall_coordinates(points, normals)
        row = np.floor(up / 0.12)
        is_joint = (np.mod(up, 0.12) < 0.015) | (np.mod(along + 0.15 * np.mod(row, 2), 0.3) < 0.015)
        return np.where(is_joint[:, None], 0.75 * np.array([0.62, 0.56, 0.5]), stone(points, normals))

    return paint


def facade(wall: Paint) -> Paint:
    """Return the paint of a wall with a grid of windows in white frames."""

    def paint(points: Array, normals: Array) -> Array:
        along, up = _wall_coordinates(points, normals)
        x, z = np.mod(along, WINDOW_DISTANCE) - WINDOW_DISTANCE / 2, np.mod(up - 0.7, STORY_HEIGHT) - STORY_HEIGHT / 2
        is_wall = (np.abs(normals[:, 2]) < 0.5) & (up > 0.7)
        in_frame = is_wall & (np.abs(x) < 0.66) & (np.abs(z) < 0.92)
        in_glass = in_frame & (np.abs(x) < 0.58) & (np.abs(z) < 0.84) & (np.abs(x) > 0.03) & (np.abs(z - 0.25) > 0.03)
        sky = np.clip(0.25 + 0.5 * z / 0.84 + 0.35 * (noise(points, 0.7) - 0.5), 0, 1)[:, None]
        colors = np.where(in_frame[:, None], np.array([0.82, 0.81, 0.78]), wall(points, normals))
        return np.where(in_glass[:, None], WINDOW + sky * np.array([0.22, 0.30, 0.38]), colors)

    return paint


def _wall_coordinates(points: Array, normals: Array) -> tuple[Array, Array]:
    """Return the horizontal coordinate along the wall (N,) and the height (N,) of points of walls."""
    return np.where(np.abs(normals[:, 1]) > 0.5, points[:, 0], points[:, 1]), points[:, 2]
