"""Find polygons that cross themselves."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Indices = npt.NDArray[np.intp]

COST_LIMIT = 2**23  # pairs of edges of one polygon; the comparison stops after this number, which takes a few seconds
_PAIRS_AT_ONCE = 2**18  # pairs of edges
_EXACT_COST = 16  # an exact comparison takes as long as 16 comparisons with rounding errors
_LEAST_CORNERS = 4  # in a triangle, any two edges have a corner in common, so they cannot cross
# The largest rounding error of a 2 x 2 determinant, relative to the sum of the absolute values of its two products
# (Shewchuk 1997, ccwerrboundA).
_ROUNDING = 3.3306690738754716e-16
_SPLITTER = 2.0**27 + 1  # splits the 53 bits of a number into two halves (Dekker 1971)


def crosses_itself(polygons: Sequence[Sequence[tuple[float, float]]]) -> list[bool | None]:
    """Tell for each polygon whether two of its edges cross at a point inside both edges.

    A polygon that only touches itself, at a corner or along an edge, does not cross itself. The result is exact: where
    rounding errors could change it, the function computes exact sums.

    Normally, only pairs of edges that overlap in x are compared. If there are many such pairs, and fewer pairs overlap
    in y, the pairs that overlap in y are compared instead. For most polygons, the number of compared pairs is
    proportional to the number of corners.

    Args:
        polygons: The corners of each polygon: x and y, finite numbers between -2^31 and 2^31.

    Returns:
        True or False for each polygon; None for a polygon with too many pairs of edges to compare all of them, if no
        compared pair crosses.

    >>> crosses_itself([[(0, 0), (4, 0), (4, 4), (0, 4)], [(0, 0), (4, 4), (4, 0), (0, 4)]])
    [False, True]
    """
    found: list[bool | None] = [False] * len(polygons)
    candidates = [number for number, polygon in enumerate(polygons) if len(polygon) >= _LEAST_CORNERS]
    if not candidates:
        return found
    edges = _edges_of([polygons[number] for number in candidates])
    pairs = _overlapping(edges, 0)
    if pairs.counts.sum() <= _PAIRS_AT_ONCE:
        first, second = pairs.between(0, len(pairs.counts))
        crossing, _ = _crossing(edges, first, second)
        for number in edges.polygon[first[crossing]].tolist():
            found[candidates[number]] = True
        return found
    for number in candidates:
        found[number] = _crosses_itself_in_batches(_edges_of([polygons[number]]))
    return found


def _crosses_itself_in_batches(edges: _Edges) -> bool | None:
    """Tell whether one polygon crosses itself; None if its pairs of edges are too many."""
    pairs_by_axis = [_overlapping(edges, axis) for axis in (0, 1)]
    pairs = min(pairs_by_axis, key=lambda candidate: int(candidate.counts.sum()))
    cost = 0
    for first, second in pairs.batches():
        crossing, exact = _crossing(edges, first, second)
        if crossing.any():
            return True
        cost += len(first) + _EXACT_COST * exact
        if cost > COST_LIMIT:
            return None
    return False


class _Edges(NamedTuple):
    """The edges of polygons, polygon by polygon.

    Attributes:
        start: The x and y of the start of each edge, an array of shape (n, 2).
        end: The x and y of the end.
        polygon: The index of the polygon, of shape (n,).
    """

    start: Numbers
    end: Numbers
    polygon: Indices


def _edges_of(polygons: Sequence[Sequence[tuple[float, float]]]) -> _Edges:
    """Return the edges of polygons. The last edge of a polygon ends at its first corner."""
    numbers = itertools.chain.from_iterable(itertools.chain.from_iterable(polygons))
    start = np.fromiter(numbers, np.float64).reshape(-1, 2)
    lengths = np.array([len(polygon) for polygon in polygons])
    following = np.arange(1, len(start) + 1)
    following[np.cumsum(lengths) - 1] -= lengths
    return _Edges(start, start[following], np.repeat(np.arange(len(polygons)), lengths))


class _Pairs(NamedTuple):
    """The pairs of edges of the same polygon that overlap in one coordinate.

    Attributes:
        order: The indices of the edges, sorted by polygon, then by the lower coordinate of the edge.
        counts: For each edge in this order, the number of later edges that overlap it. These edges follow it directly.
    """

    order: Indices
    counts: Indices

    def between(self, begin: int, end: int) -> tuple[Indices, Indices]:
        """Return the pairs whose first edge is in `order[begin:end]`: the indices of the first and second edges."""
        counts = self.counts[begin:end]
        positions = np.repeat(np.arange(begin, end), counts)
        offsets = np.repeat(np.cumsum(counts) - counts, counts)
        return self.order[positions], self.order[positions + 1 + np.arange(len(positions)) - offsets]

    def batches(self) -> Iterator[tuple[Indices, Indices]]:
        """Yield all pairs, in batches of about `_PAIRS_AT_ONCE`."""
        cuts = np.flatnonzero(np.diff(np.cumsum(self.counts) // _PAIRS_AT_ONCE)) + 1
        ends = [*cuts.tolist(), len(self.counts)]
        for begin, end in zip([0, *ends], ends, strict=False):
            yield self.between(begin, end)


def _overlapping(edges: _Edges, axis: int) -> _Pairs:
    """Find the pairs of edges of the same polygon that overlap in x (axis 0) or y (axis 1)."""
    start, end = edges.start[:, axis], edges.end[:, axis]
    low, high = _sort_keys(edges.polygon, np.minimum(start, end)), _sort_keys(edges.polygon, np.maximum(start, end))
    order = np.argsort(low)
    ends = np.searchsorted(low[order], high[order], side="right")
    return _Pairs(order, ends - np.arange(1, len(order) + 1))


def _sort_keys(polygon: Indices, values: Numbers) -> npt.NDArray[np.complex128]:
    """Return keys that sort by polygon, then by value: numpy sorts complex numbers by real, then by imaginary part."""
    keys = np.empty(len(values), np.complex128)
    keys.real, keys.imag = polygon, values
    return keys


def _crossing(edges: _Edges, first: Indices, second: Indices) -> tuple[npt.NDArray[np.bool_], int]:
    """Tell which pairs of edges cross at a point inside both, and return the number of exact comparisons."""
    start_1, end_1, start_2, end_2 = edges.start[first], edges.end[first], edges.start[second], edges.end[second]
    overlapping = np.minimum(start_1, end_1) < np.maximum(start_2, end_2)
    overlapping &= np.minimum(start_2, end_2) < np.maximum(start_1, end_1)
    crossing: npt.NDArray[np.bool_] = np.all(overlapping, axis=1)
    exact = 0
    for edge, points in (((start_1, end_1), (start_2, end_2)), ((start_2, end_2), (start_1, end_1))):
        chosen = np.flatnonzero(crossing)
        if not len(chosen):
            break
        start, end = (point[chosen] for point in edge)
        sides = [_side(start, end, point[chosen]) for point in points]
        exact += sum(number for _, number in sides)
        crossing[chosen] = sides[0][0] * sides[1][0] < 0
    return crossing, exact


def _side(start: Numbers, end: Numbers, point: Numbers) -> tuple[npt.NDArray[np.int8], int]:
    """Return on which side of the line from `start` to `end` each point is: 1, -1, or 0 for a point on the line.

    The second result is the number of points for which exact sums were needed.
    """
    a, b = start - point, end - point
    left, right = a[:, 0] * b[:, 1], a[:, 1] * b[:, 0]
    magnitude = np.abs(left) + np.abs(right)
    sides = np.sign(left - right).astype(np.int8)
    uncertain = np.flatnonzero((np.abs(left - right) <= _ROUNDING * magnitude) & (magnitude > 0))
    if len(uncertain):
        sides[uncertain] = _exact_side(start[uncertain], end[uncertain], point[uncertain])
    return sides, len(uncertain)


def _exact_side(start: Numbers, end: Numbers, point: Numbers) -> list[int]:
    """Return the sides as `_side` does, with exact sums."""
    (ax, ay), (bx, by), (cx, cy) = start.T, end.T, point.T
    products = ((ax, by), (-ax, cy), (-cx, by), (-ay, bx), (ay, cx), (cy, bx))
    terms = np.stack([part for factors in products for part in _exact_product(*factors)], axis=1)
    totals = map(math.fsum, terms.tolist())  # correctly rounded, so the sign is exact
    return [(total > 0) - (total < 0) for total in totals]


def _exact_product(factor_1: Numbers, factor_2: Numbers) -> tuple[Numbers, Numbers]:
    """Return the rounded product and its rounding error, whose sum is exactly the product (Dekker 1971)."""
    product = factor_1 * factor_2
    (high_1, low_1), (high_2, low_2) = _split(factor_1), _split(factor_2)
    error = low_1 * low_2 - (((product - high_1 * high_2) - low_1 * high_2) - high_1 * low_2)
    return product, error


def _split(number: Numbers) -> tuple[Numbers, Numbers]:
    """Return the upper and the lower half of the bits of each number, as two numbers whose sum is the number."""
    scaled = _SPLITTER * number
    high = scaled - (scaled - number)
    return high, number - high
