"""Find the shortest cuts that connect the parts of an instance."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segments_hf.bitmaps.rings.spanning_forest import spanning_forest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Numbers = npt.NDArray[np.integer]

_PAIRS_AT_ONCE = 2**21  # pairs in memory
_FEW_POINTS = 256  # for at most this number of points, comparing all pairs is faster than a grid
_INDEX_BITS = 23  # bits of the index of a pair in its batch, which has fewer than 2 * _PAIRS_AT_ONCE pairs
_SIDE_BITS = 20  # bits of a coordinate


def shortest_cuts(points: npt.NDArray[np.integer], part_of: Numbers, count: int) -> Numbers:
    """Find the pairs of points that connect all parts, so that the lines between them touch the fewest pixels.

    The pairs are a minimum spanning tree. The length of a pair is the larger of its horizontal and vertical distances,
    because it determines the number of pixels that a line touches. If two lengths are equal, the smaller
    of the two distances decides.

    Pairs up to a distance of 1 are searched first, then up to 2, 4 and so on. They are searched in a grid whose cells
    have about this size, so that all points of a cell belong to one part. If there are few points, all pairs are
    compared.

    Args:
        points: Pixels, x and y, an array of shape (n, 2) without repetitions.
        part_of: The part of each point, 0..count-1, an array of shape (n,).
        count: The number of parts.

    Returns:
        The indices of the two points of each pair, an int64 array of shape (count - 1, 2).

    >>> shortest_cuts(np.array([[0, 0], [4, 0], [6, 9], [5, 1]]), np.array([0, 0, 1, 2]), 3).tolist()
    [[1, 3], [2, 3]]
    """
    points = points.astype(np.int64) - points.min(axis=0)
    part_of = part_of.astype(np.int32)  # half the memory of int64
    chosen = np.arange(len(points), dtype=np.int32)
    found: list[Numbers] = []
    if len(points) <= _FEW_POINTS and count > 1:
        one, other = (places.astype(np.int32) for places in np.nonzero(part_of[:, None] < part_of))
        edges, _ = spanning_forest(part_of[one], part_of[other], _lengths(points[one], points[other]), count)
        return np.stack([one, other], axis=1)[edges].astype(np.int64)
    cell, steps = 1, 1
    while count > 1:
        grid = _Grid(points[chosen], cell)
        chosen = chosen[grid.order]
        pairs, lengths = grid.near_pairs(part_of[chosen], steps)
        pairs = chosen[pairs]
        edges, trees = spanning_forest(part_of[pairs[:, 0]], part_of[pairs[:, 1]], lengths, count)
        found.append(pairs[edges].astype(np.int64))
        del pairs, lengths
        part_of = trees[part_of]
        count -= len(edges)
        chosen = chosen[grid.outermost()]
        cell, steps = (1, 2) if steps == 1 else (2 * cell, 2)
    return np.concatenate(found) if found else np.zeros((0, 2), np.int64)


class _Side(NamedTuple):
    """The points of a grid that face one side of their cells, cell by cell.

    Attributes:
        points: The indices of the points in the order of the grid.
        first: The first of these points in each cell.
        counts: The number of these points in each cell.
    """

    points: Numbers
    first: Numbers
    counts: Numbers


class _Grid:
    """Points in square cells.

    The nearest points of two horizontally adjacent cells are the last points on their lines in the left cell and the
    first points on their lines in the right cell. For two cells in one column, the same is true of columns.

    Args:
        points: Pixels, an array of shape (n, 2) without repetitions.
        cell: The side of a cell in pixels.

    Attributes:
        order: The indices that sort the points by cell.
    """

    def __init__(self, points: Numbers, cell: int) -> None:
        places = points // cell
        self._stride = int(places[:, 0].max()) + 5  # an offset of two cells must not lead to another line
        keys = places[:, 1] * self._stride + places[:, 0]
        self.order = np.argsort(keys, kind="stable")
        self._points = points[self.order]
        keys = keys[self.order]
        self._first = np.flatnonzero(np.diff(keys, prepend=-1))
        self._cells = keys[self._first]
        self._cell = cell
        self._sides = [self._first_and_last(axis) for axis in (0, 1) if cell > 1]

    def outermost(self) -> Numbers:
        """Return the indices of the points that are the first or last of their cell on their line or column."""
        is_outermost = np.full(len(self._points), not self._sides)
        for side in itertools.chain(*self._sides):
            is_outermost[side.points] = True
        return np.flatnonzero(is_outermost)

    def near_pairs(self, part_of: Numbers, steps: int) -> tuple[Numbers, Numbers]:
        """Return, for each point and each nearby cell of a different part, the nearest point in this cell.

        Args:
            part_of: The part of each point in `order`. The points of a cell have the same part.
            steps: The largest distance of two cells, in cells. Pairs whose distance is larger than the width of this
                number of cells are dropped.

        Returns:
            The indices of two points in `order`, an array of shape (n, 2), and the length of each pair as a number
            for sorting.
        """
        cell_parts = part_of[self._first]
        offsets = [(x, y) for y in range(steps + 1) for x in range(-steps, steps + 1) if y or x > 0]
        found: list[tuple[Numbers, Numbers]] = [(np.zeros((0, 2), np.int32), np.zeros(0, np.int64))]
        for x, y in offsets:
            wanted = self._cells + (y * self._stride + x)
            other = np.minimum(np.searchsorted(self._cells, wanted), len(self._cells) - 1)
            one = np.flatnonzero((self._cells[other] == wanted) & (cell_parts[other] != cell_parts))
            if not len(one):
                continue
            for pairs, lengths in self._nearest_pairs(one, other[one], (x, y)):
                near = lengths >> _SIDE_BITS <= steps * self._cell
                found.append((pairs[near].astype(np.int32), lengths[near]))
        pairs, lengths = (np.concatenate(part) for part in zip(*found, strict=True))
        return pairs, lengths

    def _nearest_pairs(
        self, one: Numbers, other: Numbers, offset: tuple[int, int]
    ) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield the nearest point in another cell to each point of some cells, and the lengths, in batches.

        Args:
            one: The cells of the points.
            other: The other cell for each cell.
            offset: The offset of the other cell in cells, x and y.
        """
        if self._sides:
            x, y = offset
            here, there = self._sides[0 if x else 1][:: 1 if (x or y) < 0 else -1]
            for batch in _batches(one, other, here, there):
                yield self._nearest(*batch)
        else:  # each cell has one point
            yield np.stack([one, other], axis=1), _lengths(self._points[one], self._points[other])

    def _first_and_last(self, axis: int) -> tuple[_Side, _Side]:
        """Return the first and the last points of each cell on each line (axis 0) or column (axis 1)."""
        along, across = self._points[:, axis], self._points[:, 1 - axis]
        order = np.lexsort((along, across))
        cells = along[order] // self._cell
        across = across[order]
        changes = (cells[1:] != cells[:-1]) | (across[1:] != across[:-1])
        return self._side(order[np.append(True, changes)]), self._side(order[np.append(changes, True)])

    def _side(self, points: Numbers) -> _Side:
        faces = np.zeros(len(self._points), bool)
        faces[points] = True
        counts = np.add.reduceat(faces, self._first, dtype=np.int64)
        return _Side(np.flatnonzero(faces), np.cumsum(counts) - counts, counts)

    def _nearest(self, point: Numbers, first: Numbers, counts: Numbers, there: Numbers) -> tuple[Numbers, Numbers]:
        """Return the nearest candidate to each point. Its `counts` candidates begin at `first` in `there`."""
        ends = np.cumsum(counts)
        index = np.arange(int(counts.sum()))
        which = np.repeat(np.arange(len(point)), counts)
        other = there[(first - ends + counts)[which] + index]
        lengths = _lengths(self._points[point[which]], self._points[other])
        best = np.minimum.reduceat((lengths << _INDEX_BITS) | index, ends - counts)
        return np.stack([point, other[best & ((1 << _INDEX_BITS) - 1)]], axis=1), best >> _INDEX_BITS


def _lengths(one: Numbers, other: Numbers) -> Numbers:
    """Return the lengths of pairs as integers: the larger distance along an axis in the high bits, then the smaller."""
    apart = np.abs(one - other)
    sideways, down = apart[:, 0], apart[:, 1]
    lengths: Numbers = (np.maximum(sideways, down) << _SIDE_BITS) | np.minimum(sideways, down)
    return lengths


def _batches(one: Numbers, other: Numbers, here: _Side, there: _Side) -> Iterator[tuple[Numbers, ...]]:
    """Yield batches of points in cells, each with the first index and the number of the points in the other cell."""
    numbers = here.counts[one]
    ends = np.cumsum(numbers)
    which = np.repeat(np.arange(len(one)), numbers)
    point = here.points[(here.first[one] - ends + numbers)[which] + np.arange(len(which))]
    first, counts = there.first[other][which], there.counts[other][which]
    cuts = np.flatnonzero(np.diff(np.cumsum(counts) // _PAIRS_AT_ONCE)) + 1
    for part in zip(*(np.split(numbers, cuts) for numbers in (point, first, counts)), strict=True):
        yield *part, there.points
