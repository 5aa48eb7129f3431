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

_PAIRS_AT_ONCE = 2**26  # of a point and a box; a pair takes one byte
_POINTS_AT_ONCE = 2**18  # limits the memory for boxes that contain most points


@short_traceback
def points_in_boxes(points: npt.ArrayLike, boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Tell which points are inside which boxes.

    Args:
        points: Points in the frame of the boxes: integers or floats of shape (N, C), C >= 3. The first columns are x,
            y, z. A point with NaN is in no box.
        boxes: M boxes. A box with a negative dimension contains no point.

    Returns:
        bool array of shape (N, M). Points on the border of a box are inside. The coordinates are compared in float64,
        so a point whose distance to the border is a rounding error may be inside or outside.

    Raises:
        PointCloudError: The array of points has another shape or no numbers.

    >>> from segments_hf.points import boxes
    >>> row = {"annotations": [{"id": 1, "category": 0, "type": "cuboid", "position": [2, 0, 1],
    ...     "dimensions": [4, 2, 2], "yaw": 0.0}], "ego_pose": None}
    >>> points_in_boxes(np.array([[4, 1, 2], [4, 1.1, 2], [0, 0, 0]]), boxes(row))[:, 0].tolist()
    [True, False, True]
    """
    positions = checked_points(points)[:, :3]
    inside = np.zeros((len(positions), len(boxes)), bool)
    for start in range(0, len(positions), _POINTS_AT_ONCE):
        part = slice(start, start + _POINTS_AT_ONCE)
        _find(positions[part], boxes, inside[part])
    return inside


def points_in_boxes_by_block(points: npt.NDArray[np.number[Any]], boxes: Boxes) -> Iterator[npt.NDArray[np.bool_]]:
    """Tell which points are inside which boxes, for some of the points at a time.

    This limits the memory for clouds of millions of points with hundreds of boxes.

    Args:
        points: As for `points_in_boxes`.
        boxes: As for `points_in_boxes`.

    Yields:
        bool array of shape (n, M) for the next n points. If there are no points, nothing is yielded.
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
    numbers = np.zeros(len(boxes), np.int64)
    for inside in points_in_boxes_by_block(points, boxes):
        numbers += np.count_nonzero(inside, axis=0)
    return numbers


def _find(positions: npt.NDArray[np.number[Any]], boxes: Boxes, inside: npt.NDArray[np.bool_]) -> None:
    """Set `inside`, of shape (N, M), to True where a point is in a box.

    The points are sorted by x, so that each box is compared only with the points between its lowest and highest x. Of
    these, only those between its lowest and highest y are rotated.
    """
    order = np.argsort(positions[:, 0])
    ordered = positions[order].astype(np.float64)
    halves = boxes.dimensions / 2
    reach = (np.abs(boxes.rotation[:, :2]) @ np.abs(halves)[:, :, None])[:, :, 0]  # (M, 2): half of the extent in x, y
    reach += 1e-9 * (reach + np.abs(boxes.center[:, :2]))  # more than the rounding errors
    low, high = boxes.center[:, :2] - reach, boxes.center[:, :2] + reach
    firsts = np.searchsorted(ordered[:, 0], low[:, 0], side="left")
    lasts = np.searchsorted(ordered[:, 0], high[:, 0], side="right")
    y = ordered[:, 1].copy()  # contiguous
    for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        is_near = (y[first:last] >= low[number, 1]) & (y[first:last] <= high[number, 1])
        near = first + np.flatnonzero(is_near)
        offsets = rotate(ordered[near] - boxes.center[number], boxes.rotation[number].T)
        inside[order[near], number] = (np.abs(offsets) <= halves[number]).all(axis=1)
