"""Draw points as pixels, without a loop over points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from segments_hf.drawing.clouds.ground import range_without_outliers

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes

    Floats = npt.NDArray[np.float64]

_DARKEST_GRAY, _BRIGHTEST_GRAY = 90, 225  # of the lowest and of the highest points
_PERCENTILES = (2, 98)  # points outside of this range have the darkest or the brightest gray
_MIN_RANGE = 1e-6  # the minimum range of heights, for flat clouds
_COVERED_SHARE = 0.3  # the share of the picture that points should cover, which determines their width
_MAX_POINT_WIDTH = 3  # in pixels


def relative_heights(heights: Floats) -> Floats:
    """Convert heights to numbers from 0, for the lowest points, to 1, for the highest points.

    Args:
        heights: float64 array of shape (N,), finite.

    Returns:
        float64 array of shape (N,).
    """
    low, high = range_without_outliers(heights, _PERCENTILES) if len(heights) else (0, 1)
    return np.clip((heights - low) / max(high - low, _MIN_RANGE), 0, 1)


def point_colors(heights: Floats, class_indices: npt.NDArray[np.int64], classes: Classes) -> npt.NDArray[np.uint8]:
    """Return the color of each point: that of its class, or a gray that is brighter for higher points.

    Args:
        heights: Relative heights: float64 array of shape (N,).
        class_indices: int64 array of shape (N,); -1 for a point without a class.
        classes: The classes.

    Returns:
        uint8 array of shape (N, 3).

    Raises:
        OptionError: `class_indices` has an index that `classes` does not have.
    """
    grays = (_DARKEST_GRAY + (_BRIGHTEST_GRAY - _DARKEST_GRAY) * heights).astype(np.uint8)
    colors = np.repeat(grays[:, None], 3, axis=1)
    is_labeled = class_indices >= 0
    labeled_indices = class_indices[is_labeled]
    present = np.flatnonzero(np.bincount(labeled_indices))
    color_table = np.zeros((present.max(initial=0) + 1, 3), np.uint8)
    color_table[present] = np.array([classes.color(index) for index in present.tolist()], np.uint8).reshape(-1, 3)
    colors[is_labeled] = color_table[labeled_indices]
    return colors


def draw_points(
    pixels: Floats,
    ranks: npt.NDArray[np.uint16],
    colors: npt.NDArray[np.uint8],
    size: tuple[int, int],
    background: Color,
) -> Image.Image:
    """Draw points. The points of a sparse cloud are squares of several pixels.

    Args:
        pixels: The pixel coordinates of each point, x to the right and y down: float64 array of shape (N, 2), finite.
        ranks: uint16 array of shape (N,). A point covers points of a lower rank.
        colors: The color of each point: uint8 array of shape (N, 3).
        size: The width and height of the picture.
        background: The color of pixels without points.

    Returns:
        An RGB picture.
    """
    width, height = size
    border = _MAX_POINT_WIDTH  # for the pixels of points that are partly outside of the picture
    picture = np.empty((height + 2 * border, width + 2 * border, 3), np.uint8)
    picture[:] = background
    x, y = pixels[:, 0], pixels[:, 1]
    inside = np.flatnonzero((x > -1) & (x < width + 1) & (y > -1) & (y < height + 1))
    order = inside[np.argsort(ranks[inside], kind="stable")]
    point_width = _point_width(len(order), size)
    shift = border - (point_width - 1) / 2
    lines, columns = (np.floor(values[order] + shift).astype(np.int64) for values in (y, x))
    upper_left = lines * picture.shape[1] + columns  # the index of the upper left pixel of each point
    steps = np.arange(point_width)
    offsets = (steps[:, None] * picture.shape[1] + steps).ravel()
    # If several points cover a pixel, numpy assigns the color of the last point.
    picture.reshape(-1, 3)[(upper_left[:, None] + offsets).ravel()] = colors[order].repeat(len(offsets), axis=0)
    return Image.fromarray(picture[border:-border, border:-border])


def _point_width(count: int, size: tuple[int, int]) -> int:
    """Return the width of points in pixels."""
    return int(np.clip(np.sqrt(_COVERED_SHARE * size[0] * size[1] / max(count, 1)), 1, _MAX_POINT_WIDTH))
