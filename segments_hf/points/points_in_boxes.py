"""Find and count the points that are inside boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.points.checked_numbers import checked_points
from segments_hf.points.rotations import rotate
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from segments_hf.points.cuboids import Boxes

_PAIRS_AT_ONCE = 2**26  # pairs of a point and a box; each takes one byte
_POINTS_AT_ONCE = 2**18  # limits the memory for the float64 copies of points


@short_traceback
def points_in_boxes(points: npt.ArrayLike, boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Tell which points are inside which boxes.

    Args:
        points: Points in the frame of the boxes: integers or floats of shape (N, C), C >= 3. The first columns are x,
            y, z. A point with NaN or infinity is in no box.
        boxes: M boxes. A box with a negative dimension contains no point.

    Returns:
        bool array of shape (N, M). Points on the border of a box are inside. The computation uses float64, so a point
        that is closer to the border than the rounding errors may count as inside or outside.

    Raises:
        PointCloudError: `points` has another shape or dtype.

    >>> from segments_hf.points import boxes
    >>> row = {"annotations": [{"id": 1, "category": 0, "type": "cuboid", "position": [2, 0, 1],
    ...     "dimensions": [4, 2, 2], "yaw": 0.0}], "ego_pose": None}
    >>> points_in_boxes(np.array([[4, 1, 2], [4, 1.1, 2], [0, 0, 0]]), boxes(row))[:, 0].tolist()
    [True, False, True]
    """
    positions = checked_points(points)[:, :3]
    inside = np.zeros((len(positions), len(boxes)), bool)
    for start in range(0, len(positions), _POINTS_AT_ONCE):
        block = slice(start, start + _POINTS_AT_ONCE)
        _set_inside(inside[block], positions[block], boxes)
    return inside


def points_in_boxes_by_block(points: npt.NDArray[np.number[Any]], boxes: Boxes) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield the result of `points_in_boxes` for one block of points after the other.

    This limits the memory for clouds of millions of points with hundreds of boxes.

    Args:
        points: As for `points_in_boxes`.
        boxes: As for `points_in_boxes`.

    Yields:
        bool array of shape (n, M) for the next n points. For an empty array of points, nothing is yielded.
    """
    step = max(_PAIRS_AT_ONCE // max(len(boxes), 1), 1)
    for start in range(0, len(points), step):
        yield points_in_boxes(points[start : start + step], boxes)


def num_points_in_boxes(points: npt.NDArray[np.number[Any]], boxes: Boxes) -> npt.NDArray[np.int64]:
    """Return the number of points inside each box.

    Args:
        points: As for `points_in_boxes`.
        boxes: As for `points_in_boxes`.

    Returns:
        int64 array of shape (M,).
    """
    counts = np.zeros(len(boxes), np.int64)
    for inside in points_in_boxes_by_block(points, boxes):
        counts += np.count_nonzero(inside, axis=0)
    return counts


def _set_inside(inside: npt.NDArray[np.bool_], positions: npt.NDArray[np.number[Any]], boxes: Boxes) -> None:
    """Set `inside`, of shape (N, M), to True where a point is in a box.

    The points are sorted by x, so that a box is compared only with the points between its lowest and highest x. Only
    the points that are also between its lowest and highest y are rotated to the axes of the box.
    """
    order = np.argsort(positions[:, 0])
    ordered = positions[order].astype(np.float64)
    halves = boxes.dimensions / 2
    half_extents = (np.abs(boxes.rotation[:, :2]) @ np.abs(halves)[:, :, None])[:, :, 0]  # (M, 2): along x and y
    half_extents += 1e-9 * (half_extents + np.abs(boxes.center[:, :2]))  # more than the rounding errors
    low, high = boxes.center[:, :2] - half_extents, boxes.center[:, :2] + half_extents
    starts = np.searchsorted(ordered[:, 0], low[:, 0], side="left")
    stops = np.searchsorted(ordered[:, 0], high[:, 0], side="right")
    y = ordered[:, 1].copy()  # contiguous
    for index, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        is_near = (y[start:stop] >= low[index, 1]) & (y[start:stop] <= high[index, 1])
        near = start + np.flatnonzero(is_near)
        offsets = rotate(ordered[near] - boxes.center[index], boxes.rotation[index].T)
        inside[order[near], index] = (np.abs(offsets) <= halves[index]).all(axis=1)
