"""Draw points as pixels, without a loop over points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from segments_hf.drawing.clouds.ground import range_of_most

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes

    Floats = npt.NDArray[np.float64]

_DARKEST, _BRIGHTEST = 90, 225  # the gray of the lowest and of the highest points
_PERCENTILES = (2, 98)  # heights beyond have the darkest or the brightest gray
_SMALLEST = 1e-6  # the smallest range of heights, for flat clouds
_COVERED = 0.3  # the share of the picture that points of more than one pixel may cover
_LARGEST = 3  # the largest width of a point in pixels


def relative_heights(heights: Floats) -> Floats:
    """Convert heights to numbers from 0, for the lowest points, to 1, for the highest points.

    Args:
        heights: float64 array of shape (N,), finite.

    Returns:
        float64 array of shape (N,).
    """
    low, high = range_of_most(heights, _PERCENTILES) if len(heights) else (0, 1)
    return np.clip((heights - low) / max(high - low, _SMALLEST), 0, 1)


def point_colors(heights: Floats, class_indices: npt.NDArray[np.int64], classes: Classes) -> npt.NDArray[np.uint8]:
    """Return the color of each point: that of its class, or a gray that is brighter for higher points.

    Args:
        heights: Relative heights: float64 array of shape (N,).
        class_indices: int64 array of shape (N,); -1 for a point without a class.
        classes: The classes.

    Returns:
        uint8 array of shape (N, 3).

    Raises:
        OptionError: There is no such class.
    """
    grays = (_DARKEST + (_BRIGHTEST - _DARKEST) * heights).astype(np.uint8)
    colors = np.repeat(grays[:, None], 3, axis=1)
    is_labeled = class_indices >= 0
    of_labeled = class_indices[is_labeled]
    present = np.flatnonzero(np.bincount(of_labeled))
    table = np.zeros((present.max(initial=0) + 1, 3), np.uint8)
    table[present] = np.array([classes.color(index) for index in present.tolist()], np.uint8).reshape(-1, 3)
    colors[is_labeled] = table[of_labeled]
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
        pixels: The pixel of each point, to the right and down: float64 array of shape (N, 2), finite.
        ranks: uint16 array of shape (N,). A point covers points of a lower rank.
        colors: The color of each point: uint8 array of shape (N, 3).
        size: The width and height of the picture.
        background: The color of pixels without points.

    Returns:
        An RGB picture.
    """
    width, height = size
    picture = np.empty((height + 2 * _LARGEST, width + 2 * _LARGEST, 3), np.uint8)  # with a border for parts of points
    picture[:] = background
    x, y = pixels[:, 0], pixels[:, 1]
    inside = np.flatnonzero((x > -1) & (x < width + 1) & (y > -1) & (y < height + 1))
    order = inside[np.argsort(ranks[inside], kind="stable")]
    side = _side_of_point(len(order), size)
    start = _LARGEST - (side - 1) / 2
    first = np.floor(y[order] + start).astype(np.int64) * picture.shape[1] + np.floor(x[order] + start).astype(np.int64)
    steps = np.arange(side)
    offsets = (steps[:, None] * picture.shape[1] + steps).ravel()
    # Of several colors for the same pixel, numpy assigns the last one.
    picture.reshape(-1, 3)[(first[:, None] + offsets).ravel()] = colors[order].repeat(len(offsets), axis=0)
    return Image.fromarray(picture[_LARGEST:-_LARGEST, _LARGEST:-_LARGEST])


def _side_of_point(count: int, size: tuple[int, int]) -> int:
    """Return the width of points in pixels."""
    return int(np.clip(np.sqrt(_COVERED * size[0] * size[1] / max(count, 1)), 1, _LARGEST))
