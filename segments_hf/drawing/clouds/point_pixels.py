"""Draw points as pixels, without a loop over points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes

_DARKEST, _BRIGHTEST = 70, 215  # the gray of the lowest and of the highest points
_PERCENTILES = (2, 98)  # the other heights have the darkest or the brightest gray
_COVERED = 0.15  # the share of the picture that points of more than one pixel may cover
_LARGEST = 4  # the largest width of a point in pixels


def point_colors(
    heights: npt.NDArray[np.float64], class_indices: npt.NDArray[np.int64], classes: Classes
) -> npt.NDArray[np.uint8]:
    """Return the color of each point: that of its class, or a gray that is brighter for higher points.

    Args:
        heights: float64 array of shape (N,), finite.
        class_indices: int64 array of shape (N,); -1 for a point without a class.
        classes: The classes.

    Returns:
        uint8 array of shape (N, 3).

    Raises:
        OptionError: There is no such class.
    """
    if not len(heights):
        return np.empty((0, 3), np.uint8)
    low, high = np.percentile(heights, _PERCENTILES)
    relative = np.clip((heights - low) / max(high - low, np.finfo(np.float64).tiny), 0, 1)
    grays = (_DARKEST + (_BRIGHTEST - _DARKEST) * relative).astype(np.uint8)
    colors = np.repeat(grays[:, None], 3, axis=1)
    is_labeled = class_indices >= 0
    indices, positions = np.unique(class_indices[is_labeled], return_inverse=True)
    of_classes = np.array([classes.color(index) for index in indices.tolist()], np.uint8).reshape(-1, 3)
    colors[is_labeled] = of_classes[positions]
    return colors


def draw_points(
    pixels: npt.NDArray[np.float64],
    ranks: npt.NDArray[np.float64],
    colors: npt.NDArray[np.uint8],
    size: tuple[int, int],
    background: Color,
) -> Image.Image:
    """Draw points. The points of a sparse cloud are squares of several pixels.

    Args:
        pixels: The pixel of each point, to the right and down: float64 array of shape (N, 2), finite.
        ranks: float64 array of shape (N,). A point covers points of a lower rank.
        colors: The color of each point: uint8 array of shape (N, 3).
        size: The width and height of the picture.
        background: The color of pixels without points.

    Returns:
        An RGB picture.
    """
    width, height = size
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = background
    is_inside = ((pixels >= -_LARGEST) & (pixels < np.array(size) + _LARGEST)).all(axis=1)
    pixels, colors = pixels[is_inside], colors[is_inside]
    order = np.argsort(ranks[is_inside], kind="stable")
    side = _side_of_point(len(pixels), size)
    steps = np.arange(side)
    corners = np.floor(pixels[order] - (side - 1) / 2).astype(np.int64)
    columns = (corners[:, 0, None, None] + steps[None, None]).repeat(side, axis=1).reshape(-1)
    rows = (corners[:, 1, None, None] + steps[None, :, None]).repeat(side, axis=2).reshape(-1)
    shown = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    # Of several colors for the same pixel, numpy assigns the last one.
    picture[rows[shown], columns[shown]] = colors[order].repeat(side * side, axis=0)[shown]
    return Image.fromarray(picture)


def _side_of_point(count: int, size: tuple[int, int]) -> int:
    """Return the width of points in pixels."""
    return int(np.clip(np.sqrt(_COVERED * size[0] * size[1] / max(count, 1)), 1, _LARGEST))
