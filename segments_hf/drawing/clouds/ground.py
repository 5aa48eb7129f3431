"""Compute the rectangle of the ground that a picture from above shows, and the pixels of positions in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.points.poses import transform_of
from segments_hf.points.rotations import rotate, rotations_of_yaws, yaws_of_rotations

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.points.poses import EgoPose

    Floats = npt.NDArray[np.float64]

_PERCENTILES = (1, 99)  # points outside of this range, such as reflections, may be outside of the picture
_PERCENTILE_VALUES = 20_000  # percentiles are computed from less than two times this number of values
_REACH = 0.5  # objects are shown up to this distance from the cloud, as a share of its width and height
_MARGIN = 0.04  # on each side, as a share of the width and height
_MIN_SPAN = 1e-3  # the minimum width and height of the rectangle, for clouds of one point


class Ground(NamedTuple):
    """A rectangle of the ground seen from above, with x to the right and y up, and the size of its picture.

    Attributes:
        left: x of the left border.
        top: y of the upper border.
        scale: Pixels per unit of length.
        size: The width and height of the picture in pixels.
    """

    left: float
    top: float
    scale: float
    size: tuple[int, int]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The x of the left and of the right border, the y of the lower and of the upper border."""
        width, height = self.size
        return self.left, self.left + width / self.scale, self.top - height / self.scale, self.top

    def pixels_of(self, positions: Floats) -> Floats:
        """Return the pixel coordinates of positions.

        Args:
            positions: x and y, and perhaps z: array of shape (..., 2 or 3).

        Returns:
            float64 array of shape (..., 2): x to the right and y down, from the upper left corner of the picture. The
            coordinates may be outside of the picture.
        """
        return np.stack([positions[..., 0] - self.left, self.top - positions[..., 1]], axis=-1) * self.scale


def fit_ground(points: Floats, objects: Floats, size: tuple[int, int] | int) -> Ground:
    """Return the rectangle that contains 98 % of the points along each axis, and all corners of objects near the cloud.

    Corners that are farther from the cloud than half of its width or height are left out, because they are probably
    wrong. Without points, the rectangle contains all corners.

    Args:
        points: The positions of the points: array of shape (N, 2 or 3), finite.
        objects: The corners of the objects: array of shape (M, 2 or 3), finite.
        size: The width and height of the picture in pixels; or only the longer side: the shorter side then follows
            from the aspect ratio of the rectangle, but is at least half as long.
    """
    low, high = _rectangle_range(points[:, :2], objects[:, :2])
    span = np.maximum(high - low, _MIN_SPAN) * (1 + 2 * _MARGIN)
    if isinstance(size, int):
        width, height = np.maximum(span / span.max(), 0.5).tolist()
        size = round(size * width), round(size * height)
    scale = float((np.array(size) / span).min())
    left, top = ((low + high) / 2 + np.array([-size[0], size[1]]) / (2 * scale)).tolist()
    return Ground(left, top, scale, size)


def range_without_outliers(values: Floats, percentiles: tuple[float, float] = _PERCENTILES) -> Floats:
    """Return the range of positions or heights, without outliers.

    If there are at least 40,000 values, only every n-th value is used, so that 20,000 to 30,000 values remain.

    Args:
        values: Array of shape (N,) or (N, K), N > 0.
        percentiles: The lowest and highest percentile in the range.

    Returns:
        float64 array of shape (2,) or (2, K): the lowest and highest values.
    """
    step = max(1, len(values) // _PERCENTILE_VALUES)
    return np.percentile(values[::step], percentiles, axis=0)


def _rectangle_range(points: Floats, objects: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and the highest x and y of the rectangle of `fit_ground`, without margins."""
    if len(points):
        lowest, highest = points.min(axis=0), points.max(axis=0)
        reach = (highest - lowest) * _REACH
        near = objects[((objects >= lowest - reach) & (objects <= highest + reach)).all(axis=1)]
        low, high = range_without_outliers(points)
        return np.minimum(low, near.min(axis=0, initial=np.inf)), np.maximum(high, near.max(axis=0, initial=-np.inf))
    if len(objects):
        return objects.min(axis=0), objects.max(axis=0)
    return np.zeros(2), np.ones(2)


def leveled(positions: Floats, ego_pose: EgoPose) -> Floats:
    """Rotate positions in the frame of the sensor so that z is vertical, and x is the heading of the sensor.

    The z axis of a tilted sensor is not vertical, but a picture from above must show the scene along the vertical.

    Args:
        positions: Array of shape (..., 3).
        ego_pose: The `ego_pose` of the row; None for the identity.

    Returns:
        float64 array of the same shape. The sensor is at the origin.

    Raises:
        PointCloudError: The pose is invalid.
    """
    rotation = transform_of(ego_pose).rotation
    level = rotations_of_yaws(-yaws_of_rotations(rotation)) @ rotation
    return rotate(positions.reshape(-1, 3), level).reshape(positions.shape)
