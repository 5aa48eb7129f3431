"""Fill polygons, and count the pixels that they cover."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.bitmaps.polygon_edges import (
    CROSSINGS_AT_ONCE,
    FARTHEST,
    batches,
    columns_of,
    crossings,
    edges_of,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps.polygon_edges import Edges, Ring

__all__ = ["FARTHEST", "Coverage", "fill_polygons", "polygon_coverage"]

_CELLS_AT_ONCE = 2**22  # cells of the tables of `_fill_together` in memory
_POLYGON_IN_PIXELS = 2**15  # the time to prepare one polygon, in units of the time to process one pixel


def fill_polygons(polygons: Iterable[Sequence[Ring]], height: int, width: int) -> npt.NDArray[np.uint32]:
    """Draw polygons in order; later polygons cover earlier polygons.

    A pixel belongs to a polygon if the center of the pixel is inside by the even-odd rule. The center of the top left
    pixel of the image is (0.5, 0.5). Polygons on opposite sides of a shared edge therefore share no pixel and leave no
    gap. A ring inside another ring is a hole, even if the two rings are joined into one by a cut: two edges between the
    same points.

    Args:
        polygons: Polygons in drawing order, each a list of rings, each a list of points (x, y) in pixels; 0, 0 is the
            top left corner of the image. Points may be outside the image.
        height: The height of the image in pixels.
        width: The width of the image in pixels.

    Returns:
        uint32 array of shape (H, W): the number of the last polygon that covers the pixel, 1 for the first polygon, 0
        where no polygon covers it.

    Raises:
        BitmapError: A coordinate is not a number, or its absolute value is at least 2^31 pixels.

    >>> fill_polygons([[[(0, 0), (3, 0), (3, 2), (0, 2)]], [[(2, 1), (9, 1), (9, 9), (2, 9)]]], 3, 4).tolist()
    [[1, 1, 1, 0], [1, 1, 2, 2], [0, 0, 2, 2]]
    """
    edges = edges_of(list(polygons), height)
    canvas = np.zeros((height, width), np.uint32)
    if not (canvas.size and edges.counts.size):
        return canvas
    starts = np.flatnonzero(np.diff(edges.polygon, prepend=-1))
    if _work_one_by_one(edges, starts, width) < _work_together(*canvas.shape):
        _fill_one_by_one(canvas, edges, starts)
    else:
        _fill_together(canvas, edges)
    return canvas


class Coverage(NamedTuple):
    """The pixels of an image that n polygons cover.

    Attributes:
        pixels: The number of pixels that the even-odd rule fills, an int64 array of shape (n,).
        windings: The sum of the winding numbers of each polygon at all pixels, an int64 array of shape (n,). For a
            polygon of one ring that does not cross itself, the sum is `pixels` or ``-pixels``.
    """

    pixels: npt.NDArray[np.int64]
    windings: npt.NDArray[np.int64]


def polygon_coverage(polygons: Sequence[Sequence[Ring]], height: int, width: int) -> Coverage:
    """Count the pixels that each polygon covers, even where it overlaps other polygons, without drawing it.

    Args:
        polygons: Polygons as in `fill_polygons`.
        height: The height of the image in pixels.
        width: The width of the image in pixels.

    Raises:
        BitmapError: A coordinate is not a number, or its absolute value is at least 2^31 pixels.

    >>> bow_tie = [(0, 0), (8, 4), (8, 0), (0, 4)]
    >>> polygon_coverage([[[(0, 0), (3, 0), (3, 2), (0, 2)]], [bow_tie]], 9, 9)
    Coverage(pixels=array([ 6, 16]), windings=array([6, 0]))
    """
    edges = edges_of(polygons, height)
    coverage = Coverage(np.zeros(len(polygons), np.int64), np.zeros(len(polygons), np.int64))
    for batch in batches(edges):
        edge, lines, xs = crossings(batch)
        columns, polygon = columns_of(xs, width), batch.polygon[edge]
        np.add.at(coverage.windings, polygon, columns * batch.direction[edge])
        inside = spans(polygon, lines, columns, width)
        np.add.at(coverage.pixels, inside.polygon, inside.end - inside.start)
    return coverage


def _work_one_by_one(edges: Edges, starts: npt.NDArray[np.int64], width: int) -> float:
    """Estimate the time to fill polygons one by one, in units of the time to process one pixel.

    `starts` has the index of the first edge of each polygon.
    """
    lefts = np.minimum.reduceat(np.minimum(edges.x, edges.to_x), starts).clip(0, width)
    rights = np.maximum.reduceat(np.maximum(edges.x, edges.to_x), starts).clip(0, width)
    tops = np.minimum.reduceat(edges.first_line, starts)
    bottoms = np.maximum.reduceat(edges.first_line + edges.counts, starts)
    return float(((rights - lefts) * (bottoms - tops)).sum() + _POLYGON_IN_PIXELS * len(starts))


def _work_together(height: int, width: int) -> float:
    """Estimate the time of `_fill_together` in the same unit: the number of cells in its tables."""
    return height * width * width.bit_length()


def _fill_one_by_one(canvas: npt.NDArray[np.uint32], edges: Edges, starts: npt.NDArray[np.int64]) -> None:
    """Draw polygons in order, each in its bounding box."""
    for begin, end in itertools.pairwise([*starts.tolist(), len(edges.counts)]):
        region, inside = _inside(edges.part(slice(begin, end)), canvas.shape[1])
        canvas[region][inside] = edges.polygon[begin] + 1


def _fill_together(canvas: npt.NDArray[np.uint32], edges: Edges) -> None:
    """Draw many polygons in a time that does not depend on the number of polygons that cover a pixel.

    A run of pixels of a polygon is the union of two runs of the same length, a power of two. The two runs may
    overlap. For each power, a table stores the number of the last polygon with such a run, at the first pixel of the
    run. From the longest runs to the shortest, each run is split into two halves. Runs of length 1 are the pixels of
    the result.
    """
    height, width = canvas.shape
    exponents = np.frexp(np.arange(width + 1))[1] - 1  # of the largest power of two up to each length
    lines_at_once = max(1, _CELLS_AT_ONCE // (width * width.bit_length()))
    for top in range(0, height, lines_at_once):
        bottom = min(top + lines_at_once, height)
        tables = np.zeros((width.bit_length(), (bottom - top) * width), np.uint32)
        for batch in batches(edges.in_lines(top, bottom)):
            edge, lines, xs = crossings(batch)
            inside = spans(batch.polygon[edge], lines, columns_of(xs, width), width)
            polygon, line, start, end = (values[inside.end > inside.start] for values in inside)
            exponent = exponents[end - start]
            begins = np.stack([start, end - (1 << exponent)], axis=1) + (width * (line - top))[:, None]
            # If an index is repeated, the assignment keeps the last value: the number of the last polygon.
            tables[np.repeat(exponent, 2), begins.ravel()] = np.repeat(polygon + 1, 2)
        for exponent in range(len(tables) - 1, 0, -1):
            longer, shorter, half = tables[exponent], tables[exponent - 1], 1 << (exponent - 1)
            np.maximum(shorter, longer, out=shorter)
            np.maximum(shorter[half:], longer[:-half], out=shorter[half:])
        canvas[top:bottom] = tables[0].reshape(-1, width)


def _inside(edges: Edges, width: int) -> tuple[tuple[slice, slice], npt.NDArray[np.bool_]]:
    """Return the bounding box of a polygon in the image, and whether each pixel of the box is inside the polygon."""
    top, bottom = int(edges.first_line.min()), int((edges.first_line + edges.counts).max())
    ends = np.stack([edges.x, edges.to_x])
    # One more pixel on both sides, because rounding may move a crossing beyond the end of its edge.
    left, right = (int(columns_of(end, width)) for end in (ends.min() - 1, ends.max() + 1))
    parities = np.zeros((bottom - top, right - left + 1), np.uint8)  # of the numbers of crossings
    blocks = np.flatnonzero(np.diff(np.cumsum(edges.counts) // CROSSINGS_AT_ONCE)) + 1
    for begin, end in itertools.pairwise([0, *blocks.tolist(), len(edges.counts)]):
        _, lines, xs = crossings(edges.part(slice(begin, end)))
        np.bitwise_xor.at(parities, (lines - top, columns_of(xs, width) - left), 1)
    return (slice(top, bottom), slice(left, right)), np.bitwise_xor.accumulate(parities, axis=1)[:, :-1].view(bool)
