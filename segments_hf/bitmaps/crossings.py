"""Find polygons whose edges cross each other."""

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

COST_LIMIT = 2**23  # the pairs of edges of a large polygon that are compared, in a few seconds
_PAIRS_AT_ONCE = 2**18
_EXACT_COST = 16  # the time of an exact comparison, in comparisons of floating-point numbers
_LEAST_CORNERS = 4  # the edges of a triangle all have a corner in common
_ROUNDING = 3.3306690738754716e-16  # of a determinant, relative to its products (Shewchuk 1997, ccwerrboundA)
_SPLITTER = 2.0**27 + 1  # splits a number into two halves of 26 bits (Dekker 1971)


def crosses_itself(polygons: Sequence[Sequence[tuple[float, float]]]) -> list[bool | None]:
    """Tell for each polygon whether two of its edges cross at a point inside both of them.

    A polygon that only touches itself, at a corner or along an edge, does not cross itself. The result is exact: where
    rounding errors could change it, exact sums are used.

    Only pairs of edges that overlap in x (or in y if these are fewer) are compared. For most polygons, the number of
    these pairs is proportional to the number of corners.

    Args:
        polygons: The corners of each polygon: x and y, finite numbers below 2^31.

    Returns:
        Whether each polygon crosses itself; None if its edges are too many to compare all pairs, and the compared ones
        do not cross.

    >>> crosses_itself([[(0, 0), (4, 0), (4, 4), (0, 4)], [(0, 0), (4, 4), (4, 0), (0, 4)]])
    [False, True]
    """
    found: list[bool | None] = [False] * len(polygons)
    large = [number for number, polygon in enumerate(polygons) if len(polygon) >= _LEAST_CORNERS]
    if not large:
        return found
    edges = _edges_of([polygons[number] for number in large])
    pairs = _overlapping(edges, 0)
    if pairs.counts.sum() <= _PAIRS_AT_ONCE:
        first, second = pairs.between(0, len(pairs.counts))
        crossing, _ = _crossing(edges, first, second)
        for number in edges.polygon[first[crossing]].tolist():
            found[large[number]] = True
        return found
    for number in large:
        found[number] = _large_polygon_crosses_itself(_edges_of([polygons[number]]))
    return found


def _large_polygon_crosses_itself(edges: _Edges) -> bool | None:
    pairs = min((_overlapping(edges, axis) for axis in (0, 1)), key=lambda found: int(found.counts.sum()))
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
    numbers = itertools.chain.from_iterable(itertools.chain.from_iterable(polygons))
    start = np.fromiter(numbers, np.float64).reshape(-1, 2)
    lengths = np.array([len(polygon) for polygon in polygons])
    following = np.arange(1, len(start) + 1)
    following[np.cumsum(lengths) - 1] -= lengths
    return _Edges(start, start[following], np.repeat(np.arange(len(polygons)), lengths))


class _Pairs(NamedTuple):
    """The pairs of edges of the same polygon that overlap in one coordinate.

    Attributes:
        order: The indices of the edges, ordered by polygon and by their lowest coordinate.
        counts: The number of the edges after each edge in this order that overlap it: these are the next ones.
    """

    order: Indices
    counts: Indices

    def between(self, begin: int, end: int) -> tuple[Indices, Indices]:
        """Return the pairs of the edges from `begin` to `end` in the order: the indices of both edges."""
        counts = self.counts[begin:end]
        place = np.repeat(np.arange(begin, end), counts)
        first_pair = np.repeat(np.cumsum(counts) - counts, counts)
        return self.order[place], self.order[place + 1 + np.arange(len(place)) - first_pair]

    def batches(self) -> Iterator[tuple[Indices, Indices]]:
        """Yield all pairs, in batches of about `_PAIRS_AT_ONCE`."""
        cuts = np.flatnonzero(np.diff(np.cumsum(self.counts) // _PAIRS_AT_ONCE)) + 1
        ends = [*cuts.tolist(), len(self.counts)]
        for begin, end in zip([0, *ends], ends, strict=False):
            yield self.between(begin, end)


def _overlapping(edges: _Edges, axis: int) -> _Pairs:
    """Find the pairs of edges of one polygon that overlap in x (axis 0) or y (axis 1)."""
    start, end = edges.start[:, axis], edges.end[:, axis]
    low, high = _sort_keys(edges.polygon, np.minimum(start, end)), _sort_keys(edges.polygon, np.maximum(start, end))
    order = np.argsort(low)
    last = np.searchsorted(low[order], high[order], side="right")
    return _Pairs(order, last - np.arange(1, len(order) + 1))


def _sort_keys(polygon: Indices, values: Numbers) -> npt.NDArray[np.complex128]:
    """Return numbers that are sorted first by polygon, then by value: numpy sorts complex numbers by their parts."""
    keys = np.empty(len(values), np.complex128)
    keys.real, keys.imag = polygon, values
    return keys


def _crossing(edges: _Edges, first: Indices, second: Indices) -> tuple[npt.NDArray[np.bool_], int]:
    """Tell which pairs of edges cross at a point inside both, and return the number of exact comparisons."""
    one, to_one, two, to_two = edges.start[first], edges.end[first], edges.start[second], edges.end[second]
    below = np.minimum(one, to_one) < np.maximum(two, to_two)
    above = np.minimum(two, to_two) < np.maximum(one, to_one)
    crossing: npt.NDArray[np.bool_] = np.all(below & above, axis=1)
    exact = 0
    for edge, points in (((one, to_one), (two, to_two)), ((two, to_two), (one, to_one))):
        chosen = np.flatnonzero(crossing)
        if not len(chosen):
            break
        start, end = (part[chosen] for part in edge)
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
    size = np.abs(left) + np.abs(right)
    sides = np.sign(left - right).astype(np.int8)
    uncertain = np.flatnonzero((np.abs(left - right) <= _ROUNDING * size) & (size > 0))
    if len(uncertain):
        sides[uncertain] = _exact_side(start[uncertain], end[uncertain], point[uncertain])
    return sides, len(uncertain)


def _exact_side(start: Numbers, end: Numbers, point: Numbers) -> list[int]:
    (ax, ay), (bx, by), (cx, cy) = start.T, end.T, point.T
    products = ((ax, by), (-ax, cy), (-cx, by), (-ay, bx), (ay, cx), (cy, bx))
    terms = np.stack([part for one, two in products for part in _exact_product(one, two)], axis=1)
    totals = map(math.fsum, terms.tolist())  # correctly rounded, so the sign is exact
    return [(total > 0) - (total < 0) for total in totals]


def _exact_product(one: Numbers, two: Numbers) -> tuple[Numbers, Numbers]:
    """Return two numbers whose sum is exactly the product (Dekker 1971)."""
    product = one * two
    (high, low), (other_high, other_low) = _split(one), _split(two)
    error = low * other_low - (((product - high * other_high) - low * other_high) - high * other_low)
    return product, error


def _split(number: Numbers) -> tuple[Numbers, Numbers]:
    scaled = _SPLITTER * number
    high = scaled - (scaled - number)
    return high, number - high
