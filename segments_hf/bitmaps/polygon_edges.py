"""Find the edges of polygons, and the crossings of edges with the lines of an image. A line is a row of pixels."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.errors import BitmapError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Ring = Sequence[Sequence[float]]

FARTHEST = 2.0**31  # pixels; the differences of larger coordinates have too large rounding errors

CROSSINGS_AT_ONCE = 2**18  # crossings in memory; a malicious polygon may have any number of them


class Edges(NamedTuple):
    """The k edges of polygons that cross the center of a line of the image, polygon by polygon.

    Each edge starts at its upper end. Thus, an edge that two polygons share crosses a line at exactly the same x in
    both polygons.

    Attributes:
        x: The x of the start of each edge. All attributes are arrays of shape (k,).
        y: The y of the start.
        to_x: The x of the end.
        to_y: The y of the end.
        first_line: The first line whose center the edge crosses.
        counts: The number of lines that the edge crosses.
        polygon: The index of the polygon.
        direction: 1 if the polygon goes down along the edge, -1 if it goes up.
    """

    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    to_x: npt.NDArray[Any]
    to_y: npt.NDArray[Any]
    first_line: npt.NDArray[Any]
    counts: npt.NDArray[Any]
    polygon: npt.NDArray[Any]
    direction: npt.NDArray[Any]

    def part(self, chosen: slice | npt.NDArray[np.bool_]) -> Edges:
        """Return the chosen edges."""
        return Edges(*(values[chosen] for values in self))

    def in_lines(self, begin: int, end: int) -> Edges:
        """Return the edges that cross the lines from `begin` to `end - 1`, with their crossings of these lines only."""
        first_line = np.maximum(self.first_line, begin)
        counts = np.minimum(self.first_line + self.counts, end) - first_line
        return self._replace(first_line=first_line, counts=counts).part(counts > 0)


def edges_of(polygons: Sequence[Sequence[Ring]], height: int) -> Edges:
    """Find the edges of polygons that cross lines of an image.

    Raises:
        BitmapError: A coordinate is not a number, or its absolute value is at least 2^31 pixels.
    """
    rings = [ring for polygon in polygons for ring in polygon if len(ring)]
    points = np.array([point[:2] for ring in rings for point in ring], np.float64).reshape(-1, 2)
    wrong = ~(np.abs(points) < FARTHEST).all(axis=1)
    if wrong.any():
        raise BitmapError(
            f"got the point {tuple(points[wrong][0].tolist())}, expected coordinates with absolute values below 2^31"
        )
    lengths = np.array([len(ring) for ring in rings], np.int64)
    polygon = np.repeat(
        np.array([i for i, polygon in enumerate(polygons) for ring in polygon if len(ring)], int), lengths
    )
    following = np.arange(1, len(points) + 1)
    following[np.cumsum(lengths) - 1] -= lengths  # the last point of a ring is followed by its first point
    ends = np.stack([points, points[following]], axis=1)
    direction: npt.NDArray[np.int64] = np.where(ends[:, 0, 1] <= ends[:, 1, 1], 1, -1)
    ends = np.take_along_axis(ends, np.lexsort((ends[..., 0], ends[..., 1]))[..., None], axis=1)
    # The first line whose center is not above the start of an edge, and the first whose center is not above its end.
    first_line, stop_line = (np.clip(np.ceil(y - 0.5), 0, height).astype(np.int64) for y in ends[..., 1].T)
    crossing = stop_line > first_line
    counts = stop_line - first_line
    (x, y), (to_x, to_y) = ends[crossing, 0].T, ends[crossing, 1].T
    lines = first_line[crossing], counts[crossing]
    return Edges(x, y, to_x, to_y, *lines, polygon[crossing], direction[crossing])


def batches(edges: Edges) -> Iterator[Edges]:
    """Split edges into batches that have about `CROSSINGS_AT_ONCE` crossings each.

    All crossings of a polygon with a line are in one batch. If a polygon has too many crossings for one batch, its
    batch is split into bands of lines.
    """
    crossings_of_polygon = np.bincount(edges.polygon, edges.counts).astype(np.int64)
    batch_of_polygon = np.cumsum(crossings_of_polygon) // CROSSINGS_AT_ONCE
    ends = np.flatnonzero(np.diff(batch_of_polygon[edges.polygon])) + 1
    for begin, end in itertools.pairwise([0, *ends.tolist(), len(edges.counts)]):
        batch = edges.part(slice(begin, end))
        if batch.counts.sum() > 2 * CROSSINGS_AT_ONCE:  # a polygon has too many crossings
            yield from _bands(batch)
        elif len(batch.counts):
            yield batch


def _bands(edges: Edges) -> Iterator[Edges]:
    """Split edges into bands of lines with about `CROSSINGS_AT_ONCE` crossings each."""
    stop_line = edges.first_line + edges.counts
    top, bottom = int(edges.first_line.min()), int(stop_line.max())
    begun, ended = (np.bincount(lines - top, minlength=bottom - top) for lines in (edges.first_line, stop_line))
    crossings_down_to = np.cumsum(np.cumsum(begun - ended[: bottom - top]))  # for each line, with the lines above it
    cuts = np.flatnonzero(np.diff(crossings_down_to // CROSSINGS_AT_ONCE)) + 1
    for begin, end in itertools.pairwise([top, *(top + cuts).tolist(), bottom]):
        yield edges.in_lines(begin, end)


class Spans(NamedTuple):
    """The n runs of pixels inside polygons, polygon by polygon, line by line and from left to right.

    Attributes:
        polygon: The index of the polygon, an int64 array of shape (n,).
        line: The line of the image.
        start: The column of the first pixel.
        end: The column after the last pixel. A run may be empty.
    """

    polygon: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]


def spans(
    polygon: npt.NDArray[np.int64], lines: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], width: int
) -> Spans:
    """Find the pixels inside polygons by the even-odd rule, from all crossings with each line."""
    # The pixels after the first crossing of a line are inside, the pixels after the second crossing are outside, and so
    # on. Polygon, line and column are sorted as one integer: sorting three arrays takes five times as long.
    lowest, top = int(polygon.min()), int(lines.min())
    height = int(lines.max()) - top + 1
    keys = ((polygon - lowest) * height + (lines - top)) * (width + 1) + columns
    keys.sort()
    line_keys, starts = np.divmod(keys[0::2], width + 1)
    index, line = np.divmod(line_keys, height)
    return Spans(index + lowest, line + top, starts, keys[1::2] - line_keys * (width + 1))


def columns_of(xs: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.int64]:
    """Return, for each crossing, the column of the first pixel whose center is not left of it: 0 to `width`."""
    return np.clip(np.ceil(xs - 0.5), 0, width).astype(np.int64)


def crossings(
    edges: Edges,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the index of the edge, the line and the x of every crossing of an edge with the center of a line."""
    edge = np.repeat(np.arange(len(edges.counts)), edges.counts)
    lines = np.arange(len(edge)) + (edges.first_line - np.cumsum(edges.counts) + edges.counts)[edge]
    x, y, to_x, to_y = (values[edge] for values in edges[:4])
    # The division comes last. For integer coordinates up to 2^25, the result is then exact if a float can represent it.
    return edge, lines, x + (lines + 0.5 - y) * (to_x - x) / (to_y - y)
