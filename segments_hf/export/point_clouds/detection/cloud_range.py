"""The range of coordinates in which detectors search for objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.points import Boxes

_PERCENTILES = (0.5, 99.5)
# The range is rounded to multiples of these lengths in x, y and z. 1.6 m are 16 voxels of 10 cm: OpenPCDet and mmdet3d
# halve the resolution of their grids up to four times.
_STEPS = np.array([1.6, 1.6, 1.0])


def bounds_of(points: npt.NDArray[np.float32], boxes: Boxes) -> npt.NDArray[np.float64]:
    """Return the lowest and the highest x, y and z of all boxes and of 99 % of the points.

    On each axis, the lowest 0.5 % and the highest 0.5 % of the coordinates of the points are ignored.

    Args:
        points: float32 array of shape (N, C); the first columns are x, y and z. Points that are not finite are ignored.
        boxes: The boxes in the frame of the points.

    Returns:
        The lowest and the highest x, y and z: float64 array of shape (2, 3). Without points and boxes, they are inf and
        -inf.
    """
    coordinates = np.ascontiguousarray(points[:, :3].T)  # the percentiles of rows take less time than those of columns
    coordinates = coordinates[:, np.isfinite(coordinates).all(axis=0)]
    corners = boxes.corners().reshape(-1, 3)
    percentiles = np.percentile(coordinates, _PERCENTILES, axis=1) if coordinates.size else np.empty((0, 3))
    extremes = np.concatenate([corners, percentiles])
    return np.array([extremes.min(axis=0, initial=np.inf), extremes.max(axis=0, initial=-np.inf)])


class CloudRange:
    """The range that contains the bounds of all point clouds of an export."""

    def __init__(self) -> None:
        self._low = np.full(3, np.inf)
        self._high = np.full(3, -np.inf)

    def add(self, bounds: npt.NDArray[np.float64]) -> None:
        """Add the bounds of a row, which `bounds_of` returns."""
        self._low = np.minimum(self._low, bounds[0])
        self._high = np.maximum(self._high, bounds[1])

    def rounded(self) -> list[float]:
        """Return the lowest x, y, z and the highest x, y, z.

        They are rounded outwards: x and y to multiples of 1.6, z to whole numbers. The lowest and the highest number of
        an axis always differ.
        """
        has_bounds = bool(np.isfinite(self._low).all())
        low = np.floor((self._low if has_bounds else np.zeros(3)) / _STEPS)
        high = np.maximum(np.ceil((self._high if has_bounds else np.zeros(3)) / _STEPS), low + 1)
        return [float(number) for number in (np.concatenate([low, high]) * np.tile(_STEPS, 2)).round(1)]
