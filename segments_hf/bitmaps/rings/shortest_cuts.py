"""Find the shortest cuts that connect the parts of an instance. A cut is a straight line between two pixels."""

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
_SIDE_BITS = 20  # bits of a distance along one axis


def shortest_cuts(points: npt.NDArray[np.integer], part_of: Numbers, count: int) -> Numbers:
    """Find the pairs of points that connect all parts, so that the cuts between the points touch the fewest pixels.

    The pairs are a minimum spanning tree. The length of a pair is the larger of its horizontal and vertical distances,
    because it determines the number of pixels that a cut touches. Of two pairs with the same length, the pair whose
    other distance is smaller is chosen.

    Pairs up to a distance of 1 are searched first, then up to 2, 4 and so on. Each search uses a grid of square cells,
    which are as wide as the distance or half as wide. All points of a cell belong to one part, because earlier searches
    have connected them. If there are at most 256 points, all pairs are compared instead.

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
    remaining = np.arange(len(points), dtype=np.int32)
    found: list[Numbers] = []
    if len(points) <= _FEW_POINTS and count > 1:
        first, second = (indices.astype(np.int32) for indices in np.nonzero(part_of[:, None] < part_of))
        edges, _ = spanning_forest(part_of[first], part_of[second], _lengths(points[first], points[second]), count)
        return np.stack([first, second], axis=1)[edges].astype(np.int64)
    cell, steps = 1, 1
    while count > 1:
        grid = _Grid(points[remaining], cell)
        remaining = remaining[grid.order]
        pairs, lengths = grid.near_pairs(part_of[remaining], steps)
        pairs = remaining[pairs]
        edges, trees = spanning_forest(part_of[pairs[:, 0]], part_of[pairs[:, 1]], lengths, count)
        found.append(pairs[edges].astype(np.int64))
        del pairs, lengths
        part_of = trees[part_of]
        count -= len(edges)
        remaining = remaining[grid.outermost()]
        cell, steps = (1, 2) if steps == 1 else (2 * cell, 2)
    return np.concatenate(found) if found else np.zeros((0, 2), np.int64)


class _Side(NamedTuple):
    """Selected points of each cell of a grid.

    These are the first or the last points of the cell on each line of pixels, or on each column of pixels.

    Attributes:
        points: The points as indices in the order of the grid, cell by cell.
        starts: The index in `points` at which each cell begins.
        counts: The number of these points in each cell.
    """

    points: Numbers
    starts: Numbers
    counts: Numbers


class _Grid:
    """Points in square cells.

    The nearest points of a left and a right cell are among the last points on each line of pixels in the left cell and
    the first points on each line in the right cell. The nearest points of two cells in one column of cells are among
    the last points on each column of pixels in the upper cell and the first points on each column in the lower cell.

    Args:
        points: Pixels, an array of shape (n, 2) without repetitions.
        cell: The side of a cell in pixels.

    Attributes:
        order: The indices that sort the points by cell.
    """

    def __init__(self, points: Numbers, cell: int) -> None:
        cells = points // cell
        # With this stride, the key of a cell plus or minus 2 is never the key of a cell on another line.
        self._stride = int(cells[:, 0].max()) + 5
        keys = cells[:, 1] * self._stride + cells[:, 0]
        self.order = np.argsort(keys, kind="stable")
        self._points = points[self.order]
        keys = keys[self.order]
        self._starts = np.flatnonzero(np.diff(keys, prepend=-1))  # of the cells
        self._cells = keys[self._starts]
        self._cell_size = cell
        self._sides = [self._first_and_last(axis) for axis in (0, 1) if cell > 1]

    def outermost(self) -> Numbers:
        """Return the indices in `order` of the points that are first or last in their cell on their line or column."""
        is_outermost = np.full(len(self._points), not self._sides)
        for side in itertools.chain(*self._sides):
            is_outermost[side.points] = True
        return np.flatnonzero(is_outermost)

    def near_pairs(self, part_of: Numbers, steps: int) -> tuple[Numbers, Numbers]:
        """Return pairs of near points of different parts, which include the nearest two points of any two nearby cells.

        Args:
            part_of: The part of each point in `order`. The points of a cell have the same part.
            steps: The largest distance of two cells, in cells. Pairs of points that are farther apart than this number
                of cell widths are dropped.

        Returns:
            The indices of two points in `order`, an array of shape (n, 2), and the length of each pair as a number
            for sorting.
        """
        cell_parts = part_of[self._starts]
        offsets = [(x, y) for y in range(steps + 1) for x in range(-steps, steps + 1) if y or x > 0]
        found: list[tuple[Numbers, Numbers]] = [(np.zeros((0, 2), np.int32), np.zeros(0, np.int64))]
        for x, y in offsets:
            wanted = self._cells + (y * self._stride + x)
            nearby = np.minimum(np.searchsorted(self._cells, wanted), len(self._cells) - 1)
            cells = np.flatnonzero((self._cells[nearby] == wanted) & (cell_parts[nearby] != cell_parts))
            if not len(cells):
                continue
            for pairs, lengths in self._nearest_pairs(cells, nearby[cells], (x, y)):
                near = lengths >> _SIDE_BITS <= steps * self._cell_size
                found.append((pairs[near].astype(np.int32), lengths[near]))
        pairs, lengths = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return pairs, lengths

    def _nearest_pairs(
        self, cells: Numbers, nearby: Numbers, offset: tuple[int, int]
    ) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield pairs of points, and their lengths, in batches.

        A pair is a point on the side of a cell that faces a nearby cell, and the nearest point in the nearby cell.

        Args:
            cells: The indices of the cells.
            nearby: The index of the nearby cell of each cell.
            offset: The offset from a cell to the nearby cell in cells, x and y.
        """
        if self._sides:
            x, y = offset
            side, nearby_side = self._sides[0 if x else 1][:: 1 if (x or y) < 0 else -1]
            for batch in _batches(cells, nearby, side, nearby_side):
                yield self._nearest(*batch)
        else:  # each cell has one point
            yield np.stack([cells, nearby], axis=1), _lengths(self._points[cells], self._points[nearby])

    def _first_and_last(self, axis: int) -> tuple[_Side, _Side]:
        """Return the first and the last points of each cell on each line (axis 0) or column (axis 1)."""
        along, across = self._points[:, axis], self._points[:, 1 - axis]
        order = np.lexsort((along, across))
        cells = along[order] // self._cell_size
        across = across[order]
        changes = (cells[1:] != cells[:-1]) | (across[1:] != across[:-1])
        return self._side(order[np.append(True, changes)]), self._side(order[np.append(changes, True)])

    def _side(self, points: Numbers) -> _Side:
        """Sort the points of a side by cell."""
        is_chosen = np.zeros(len(self._points), bool)
        is_chosen[points] = True
        counts = np.add.reduceat(is_chosen, self._starts, dtype=np.int64)
        return _Side(np.flatnonzero(is_chosen), np.cumsum(counts) - counts, counts)

    def _nearest(
        self, points: Numbers, starts: Numbers, counts: Numbers, candidates: Numbers
    ) -> tuple[Numbers, Numbers]:
        """Return the pairs of each point and its nearest candidate, and the lengths of the pairs.

        The candidates of a point are `candidates[start : start + count]`.
        """
        ends = np.cumsum(counts)
        index = np.arange(int(counts.sum()))
        point = np.repeat(np.arange(len(points)), counts)
        candidate = candidates[(starts - ends + counts)[point] + index]
        lengths = _lengths(self._points[points[point]], self._points[candidate])
        best = np.minimum.reduceat((lengths << _INDEX_BITS) | index, ends - counts)
        return np.stack([points, candidate[best & ((1 << _INDEX_BITS) - 1)]], axis=1), best >> _INDEX_BITS


def _lengths(first: Numbers, second: Numbers) -> Numbers:
    """Return the lengths of pairs of points as integers for sorting.

    The high bits have the larger of the horizontal and vertical distances, the low bits the smaller.
    """
    horizontal, vertical = np.abs(first - second).T
    lengths: Numbers = (np.maximum(horizontal, vertical) << _SIDE_BITS) | np.minimum(horizontal, vertical)
    return lengths


def _batches(cells: Numbers, nearby: Numbers, side: _Side, nearby_side: _Side) -> Iterator[tuple[Numbers, ...]]:
    """Yield batches of the points on a side of some cells. Each batch has the arguments of `_Grid._nearest`.

    The candidates of a point are the points on a side of the nearby cell.
    """
    point_counts = side.counts[cells]
    ends = np.cumsum(point_counts)
    cell = np.repeat(np.arange(len(cells)), point_counts)
    points = side.points[(side.starts[cells] - ends + point_counts)[cell] + np.arange(len(cell))]
    starts, counts = nearby_side.starts[nearby][cell], nearby_side.counts[nearby][cell]
    cuts = np.flatnonzero(np.diff(np.cumsum(counts) // _PAIRS_AT_ONCE)) + 1
    for batch in zip(*(np.split(array, cuts) for array in (points, starts, counts)), strict=True):
        yield *batch, nearby_side.points
