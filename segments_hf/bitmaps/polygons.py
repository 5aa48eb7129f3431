"""Polygons to pixels."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Ring = Sequence[Sequence[float]]

FARTHEST = 2.0**31  # pixels; beyond, differences of coordinates lose their meaning

_CROSSINGS_AT_ONCE = 2**18  # in memory: a hostile polygon has any number of them


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


class _Edges(NamedTuple):
    """Edges of a polygon that cross the centres of lines of the picture.

    Each goes from top to bottom, so that one that two polygons share crosses at the same x to the last bit.

    Attributes:
        x: Where each begins, of shape (k,), as all of them.
        y: The same.
        to_x: Where it ends.
        to_y: The same.
        first: The first line whose centre it crosses.
        counts: How many it crosses.
    """

    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    to_x: npt.NDArray[Any]
    to_y: npt.NDArray[Any]
    first: npt.NDArray[Any]
    counts: npt.NDArray[Any]


def _fill(canvas: npt.NDArray[np.uint32], rings: Sequence[Ring], number: int) -> None:
    height, width = canvas.shape
    parts = [_edges(ring, height) for ring in rings if len(ring)]
    if not parts:
        return
    edges = _Edges(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    if not edges.counts.size:
        return
    top, bottom = edges.first.min(), (edges.first + edges.counts).max()
    ends = np.stack([edges.x, edges.to_x])
    # A pixel more on both sides: a crossing may be rounded over the end of its edge.
    left, right = _columns(ends.min() - 1, width), _columns(ends.max() + 1, width)
    turns = np.zeros((bottom - top, right - left + 1), np.uint8)
    blocks = np.flatnonzero(np.diff(np.cumsum(edges.counts) // _CROSSINGS_AT_ONCE)) + 1
    for begin, end in itertools.pairwise([0, *blocks.tolist(), len(edges.counts)]):
        lines, places = _crossings(_Edges(*(part[begin:end] for part in edges)))
        np.bitwise_xor.at(turns, (lines - top, _columns(places, width) - left), 1)
    inside = np.bitwise_xor.accumulate(turns, axis=1)[:, :-1].view(bool)
    canvas[top:bottom, left:right][inside] = number


def _columns(places: Any, width: int) -> Any:
    """The first pixel whose centre is not left of a crossing; one outside counts at the margin."""
    return np.clip(np.ceil(places - 0.5), 0, width).astype(np.int64)


def _edges(ring: Ring, height: int) -> _Edges:
    points = np.array([point[:2] for point in ring], np.float64)
    wrong = ~(np.abs(points) < FARTHEST).all(axis=1)
    if wrong.any():
        raise BitmapError(f"got a point {tuple(points[wrong][0].tolist())}, wanted one within 2^31 pixels")
    ends = np.stack([points, np.roll(points, -1, axis=0)], axis=1)
    ends = np.take_along_axis(ends, np.lexsort((ends[..., 0], ends[..., 1]))[..., None], axis=1)
    first, last = (np.clip(np.ceil(edge - 0.5), 0, height).astype(np.int64) for edge in ends[..., 1].T)
    crossing = last > first
    (x, y), (to_x, to_y) = ends[crossing, 0].T, ends[crossing, 1].T
    return _Edges(x, y, to_x, to_y, first[crossing], (last - first)[crossing])


def _crossings(edges: _Edges) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Where edges cross the centres of the picture's lines: the line and the x of every crossing."""
    x, y, to_x, to_y, first, counts = edges
    which = np.repeat(np.arange(len(counts)), counts)
    lines = np.arange(len(which)) + (first - np.cumsum(counts) + counts)[which]
    # The division comes last: so the result is exact where it can be.
    return lines, x[which] + (lines + 0.5 - y[which]) * (to_x - x)[which] / (to_y - y)[which]
