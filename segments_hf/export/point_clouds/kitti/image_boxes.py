"""Find the rectangle that a cuboid covers in the image of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.bitmaps.rectangles import convex_hull
from segments_hf.labels.geometry import bounding_box, clip_polygon, polygon_area
from segments_hf.points.pinhole import NEAR_PLANE_DEPTH, transform_2d_points

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.labels.geometry import ImageSize


class ImageBox(NamedTuple):
    """The rectangle that a cuboid covers in an image.

    Attributes:
        left: The smallest u (to the right) of the part of the cuboid that is in the image. u and v are in pixels, and 0
            at the center of the first pixel.
        top: The smallest v (down).
        right: The largest u.
        bottom: The largest v.
        truncated: The share of the area of the projected cuboid that is outside of the image, from 0 to 1.
    """

    left: float
    top: float
    right: float
    bottom: float
    truncated: float


def image_box(
    corners: npt.NDArray[np.float64], intrinsics: npt.NDArray[np.float64], size: ImageSize
) -> ImageBox | None:
    """Return the rectangle that a cuboid covers in the image of a camera without lens distortion.

    Args:
        corners: The corners of the cuboid in the frame of the camera, with the axes of OpenCV: float64 array of shape
            (8, 3). The part of the cuboid with a depth below `NEAR_PLANE_DEPTH` is ignored.
        intrinsics: The intrinsic matrix: float64 array of shape (3, 3).
        size: The width and height of the image in pixels.

    Returns:
        The rectangle, clipped to the centers of the pixels at the border of the image; None if no part of the cuboid is
        in the image.
    """
    visible = _in_front(corners)
    if not len(visible):
        return None
    pixels = transform_2d_points(visible[:, :2] / visible[:, 2:], intrinsics)
    low, high, last_pixel = pixels.min(axis=0), pixels.max(axis=0), np.array(size) - 1
    if (low >= np.minimum(high, last_pixel)).any() or (high <= 0).any():
        return None
    if (low >= 0).all() and (high <= last_pixel).all():  # most cuboids need no convex hull, which takes time
        (left, top), (right, bottom) = low.tolist(), high.tolist()
        return ImageBox(left, top, right, bottom, 0.0)
    hull = [(u, v) for u, v in convex_hull(pixels).tolist()]
    inside = clip_polygon(hull, (size[0] - 1, size[1] - 1))
    area = polygon_area(inside)
    return ImageBox(*bounding_box(inside), max(0.0, 1 - area / polygon_area(hull))) if area else None


def _in_front(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return points whose convex hull is the part of a cuboid in front of the near plane: array of shape (N, 3)."""
    is_in_front = corners[:, 2] >= NEAR_PLANE_DEPTH
    front, behind = corners[is_in_front, None], corners[None, ~is_in_front]
    # The segments between all pairs of corners are in the cuboid, so the edges need not be known.
    shares = (front[..., 2:] - NEAR_PLANE_DEPTH) / (front[..., 2:] - behind[..., 2:])
    crossings = front + shares * (behind - front)
    return np.concatenate([front[:, 0], crossings.reshape(-1, 3)])
