"""Fill polygons, and count the pixels that they cover."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    Ring = Sequence[Sequence[float]]

FARTHEST = 2.0**31  # pixels; the differences of larger coordinates are not exact enough

_CROSSINGS_AT_ONCE = 2**18  # in memory: a hostile polygon may have any number of them


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
        edges = _edges([rings], height)
        if edges.counts.size:
            region, inside = _inside(edges, width)
            canvas[region][inside] = number
    return canvas


class Coverage(NamedTuple):
    """What n polygons cover of an image.

    Attributes:
        pixels: The number of pixels that the even-odd rule fills, an int64 array of shape (n,).
        windings: The sum of the winding numbers of all pixels, an int64 array of shape (n,). A polygon that does not
            cross itself winds once around each of its pixels, so that this is `pixels` or ``-pixels``.
    """

    pixels: npt.NDArray[np.int64]
    windings: npt.NDArray[np.int64]


def polygon_coverage(polygons: Sequence[Sequence[Ring]], height: int, width: int) -> Coverage:
    """Count the pixels that each polygon covers by itself, without drawing it.

    Args:
        polygons: Polygons as in `fill_polygons`.
        height: The height of the image in pixels.
        width: Its width.

    Raises:
        BitmapError: A coordinate is not a number, or 2^31 pixels away or more.

    >>> bow_tie = [(0, 0), (8, 4), (8, 0), (0, 4)]
    >>> polygon_coverage([[[(0, 0), (3, 0), (3, 2), (0, 2)]], [bow_tie]], 9, 9)
    Coverage(pixels=array([ 6, 16]), windings=array([6, 0]))
    """
    edges = _edges(polygons, height)
    coverage = Coverage(np.zeros(len(polygons), np.int64), np.zeros(len(polygons), np.int64))
    if not edges.counts.size:
        return coverage
    # Whole polygons at a time: the crossings of a line are needed together.
    of_polygon = np.bincount(edges.polygon, edges.counts, len(polygons)).astype(np.int64)
    batch_of_polygon = np.cumsum(of_polygon) // _CROSSINGS_AT_ONCE
    ends = np.flatnonzero(np.diff(batch_of_polygon[edges.polygon])) + 1
    for begin, end in itertools.pairwise([0, *ends.tolist(), len(edges.counts)]):
        batch = _Edges(*(part[begin:end] for part in edges))
        if batch.counts.sum() > 2 * _CROSSINGS_AT_ONCE:  # one hostile polygon
            for band in _bands(batch):
                _add_coverage(coverage, band, width)
        else:
            _add_coverage(coverage, batch, width)
    return coverage


class _Edges(NamedTuple):
    """The edges of polygons that cross the center of a line of the image, polygon by polygon.

    Each goes from top to bottom, so that an edge that two polygons share crosses at the same x to the last bit.

    Attributes:
        x: Where each edge begins, of shape (k,), as all of them.
        y: The same.
        to_x: Where it ends.
        to_y: The same.
        first: The first line whose center it crosses.
        counts: How many lines it crosses.
        polygon: The index of its polygon.
        direction: 1 where the polygon runs down along it, -1 where it runs up.
    """

    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    to_x: npt.NDArray[Any]
    to_y: npt.NDArray[Any]
    first: npt.NDArray[Any]
    counts: npt.NDArray[Any]
    polygon: npt.NDArray[Any]
    direction: npt.NDArray[Any]


def _edges(polygons: Sequence[Sequence[Ring]], height: int) -> _Edges:
    rings = [ring for polygon in polygons for ring in polygon if len(ring)]
    points = np.array([point[:2] for ring in rings for point in ring], np.float64).reshape(-1, 2)
    wrong = ~(np.abs(points) < FARTHEST).all(axis=1)
    if wrong.any():
        raise BitmapError(f"got a point {tuple(points[wrong][0].tolist())}, wanted one within 2^31 pixels")
    lengths = np.array([len(ring) for ring in rings], np.int64)
    polygon = np.repeat(
        np.array([i for i, polygon in enumerate(polygons) for ring in polygon if len(ring)], int), lengths
    )
    following = np.arange(1, len(points) + 1)
    following[np.cumsum(lengths) - 1] -= lengths  # the last point of a ring is followed by its first
    ends = np.stack([points, points[following]], axis=1)
    direction: npt.NDArray[np.int64] = np.where(ends[:, 0, 1] <= ends[:, 1, 1], 1, -1)
    ends = np.take_along_axis(ends, np.lexsort((ends[..., 0], ends[..., 1]))[..., None], axis=1)
    first, last = (np.clip(np.ceil(edge - 0.5), 0, height).astype(np.int64) for edge in ends[..., 1].T)
    crossing = last > first
    (x, y), (to_x, to_y) = ends[crossing, 0].T, ends[crossing, 1].T
    return _Edges(x, y, to_x, to_y, first[crossing], (last - first)[crossing], polygon[crossing], direction[crossing])


def _inside(edges: _Edges, width: int) -> tuple[tuple[slice, slice], npt.NDArray[np.bool_]]:
    """The region of the image around one polygon, and which of its pixels are inside the polygon."""
    top, bottom = int(edges.first.min()), int((edges.first + edges.counts).max())
    ends = np.stack([edges.x, edges.to_x])
    # A pixel more on both sides: a crossing may be rounded over the end of its edge.
    left, right = (int(_columns(end, width)) for end in (ends.min() - 1, ends.max() + 1))
    turns = np.zeros((bottom - top, right - left + 1), np.uint8)
    blocks = np.flatnonzero(np.diff(np.cumsum(edges.counts) // _CROSSINGS_AT_ONCE)) + 1
    for begin, end in itertools.pairwise([0, *blocks.tolist(), len(edges.counts)]):
        _, lines, places = _crossings(_Edges(*(part[begin:end] for part in edges)))
        np.bitwise_xor.at(turns, (lines - top, _columns(places, width) - left), 1)
    return (slice(top, bottom), slice(left, right)), np.bitwise_xor.accumulate(turns, axis=1)[:, :-1].view(bool)


def _bands(edges: _Edges) -> Iterator[_Edges]:
    """Cut the edges of one polygon into bands of lines, which have about `_CROSSINGS_AT_ONCE` crossings each."""
    last = edges.first + edges.counts
    top, bottom = int(edges.first.min()), int(last.max())
    begun, ended = (np.bincount(lines - top, minlength=bottom - top) for lines in (edges.first, last))
    crossings = np.cumsum(np.cumsum(begun - ended[: bottom - top]))  # down to each line
    cuts = np.flatnonzero(np.diff(crossings // _CROSSINGS_AT_ONCE)) + 1
    for begin, end in itertools.pairwise([top, *(top + cuts).tolist(), bottom]):
        first, counts = np.maximum(edges.first, begin), np.minimum(last, end) - np.maximum(edges.first, begin)
        yield _Edges(*(part[counts > 0] for part in edges._replace(first=first, counts=counts)))


def _add_coverage(coverage: Coverage, edges: _Edges, width: int) -> None:
    which, lines, places = _crossings(edges)
    columns, polygon = _columns(places, width), edges.polygon[which]
    np.add.at(coverage.windings, polygon, columns * edges.direction[which])
    # From left to right, the pixels between each two crossings of a line are inside by turns.
    order = np.lexsort((columns, lines, polygon))
    starts, ends = columns[order[0::2]], columns[order[1::2]]
    np.add.at(coverage.pixels, polygon[order[0::2]], ends - starts)


def _columns(places: Any, width: int) -> Any:
    """The first pixel whose center is not left of a crossing; a crossing outside counts at the margin."""
    return np.clip(np.ceil(places - 0.5), 0, width).astype(np.int64)


def _crossings(
    edges: _Edges,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Where edges cross the centers of the image's lines: edge, line and x of every crossing."""
    which = np.repeat(np.arange(len(edges.counts)), edges.counts)
    lines = np.arange(len(which)) + (edges.first - np.cumsum(edges.counts) + edges.counts)[which]
    x, y, to_x, to_y = (part[which] for part in edges[:4])
    # The division comes last, so that the result is exact where it can be.
    return which, lines, x + (lines + 0.5 - y) * (to_x - x) / (to_y - y)
