"""Polygons to pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Ring = Sequence[Sequence[float]]

FARTHEST = 2.0**31  # pixels; beyond, differences of coordinates lose their meaning


def fill_polygons(polygons: Iterable[Sequence[Ring]], height: int, width: int) -> npt.NDArray[np.uint32]:
    """Draws polygons over one another.

    A pixel belongs to a polygon when its centre, half a pixel right of and below its corner, is inside by the even-odd
    rule: so neighbours that share an edge share no pixel and leave none out, and a ring inside another is a hole,
    whether it is a ring of its own or reached by a cut.

    Args:
        polygons: Polygons in the order of drawing, each a list of rings, each a list of points (x, y) in pixels; 0, 0
            is the top left corner of the picture. Points may be outside of it.
        height: The height of the picture in pixels.
        width: Its width.

    Returns:
        uint32 array of shape (H, W): the number of the last polygon that covers the pixel, 1 for the first polygon, 0
        where there is none.

    Raises:
        BitmapError: A point is not a place: not a number, or 2^31 pixels away or more.

    >>> fill_polygons([[[(0, 0), (3, 0), (3, 2), (0, 2)]], [[(2, 1), (9, 1), (9, 9), (2, 9)]]], 3, 4).tolist()
    [[1, 1, 1, 0], [1, 1, 2, 2], [0, 0, 2, 2]]
    """
    canvas = np.zeros((height, width), np.uint32)
    for number, rings in enumerate(polygons, start=1):
        _fill(canvas, rings, number)
    return canvas


def _fill(canvas: npt.NDArray[np.uint32], rings: Sequence[Ring], number: int) -> None:
    height, width = canvas.shape
    crossings = [_crossings(ring, height) for ring in rings if len(ring)]
    lines = np.concatenate([np.zeros(0, np.int64), *(line for line, _ in crossings)])
    if not lines.size:
        return
    places = np.concatenate([place for _, place in crossings])
    # The first pixel whose centre is not left of the crossing; a crossing outside counts at the margin.
    columns = np.clip(np.ceil(places - 0.5), 0, width).astype(np.int64)
    top, left = lines.min(), columns.min()
    turns = np.zeros((lines.max() - top + 1, columns.max() - left + 1), np.uint8)
    np.bitwise_xor.at(turns, (lines - top, columns - left), 1)
    inside = np.bitwise_xor.accumulate(turns, axis=1)[:, :-1].view(bool)
    canvas[top : lines.max() + 1, left : columns.max()][inside] = number


def _crossings(ring: Ring, height: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Where a ring crosses the centres of the picture's lines: the line and the x of every crossing."""
    points = np.array([point[:2] for point in ring], np.float64)
    wrong = ~(np.abs(points) < FARTHEST).all(axis=1)
    if wrong.any():
        raise BitmapError(f"got a point {tuple(points[wrong][0].tolist())}, wanted one within 2^31 pixels")
    ends = np.stack([points, np.roll(points, -1, axis=0)], axis=1)
    # From top to bottom, so that an edge that two polygons share crosses at the same x to the last bit.
    ends = np.take_along_axis(ends, np.lexsort((ends[..., 0], ends[..., 1]))[..., None], axis=1)
    (x, y), (to_x, to_y) = ends[:, 0].T, ends[:, 1].T
    first, last = (np.clip(np.ceil(edge - 0.5), 0, height).astype(np.int64) for edge in (y, to_y))
    counts = last - first
    edges = np.repeat(np.arange(len(points)), counts)
    lines = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edges]
    # The division comes last: so the result is exact where it can be.
    return lines, x[edges] + (lines + 0.5 - y[edges]) * (to_x - x)[edges] / (to_y - y)[edges]
