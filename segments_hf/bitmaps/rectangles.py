"""Find the convex hull of points, and the rectangle of smallest area around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def smallest_rectangle(points: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    """Return the rectangle of smallest area around points, in any rotation. One side is on a side of the convex hull.

    Args:
        points: Array of shape (n, 2): x and y. The points must not all be on one line.

    Returns:
        float64 array of shape (4, 2): the corners, clockwise if y points down.

    >>> smallest_rectangle(np.array([[0, 1], [4, 1], [5, 2], [0, 2]])).tolist()
    [[0.0, 1.0], [5.0, 1.0], [5.0, 2.0], [0.0, 2.0]]
    """
    hull = convex_hull(points)
    sides = np.roll(hull, -1, axis=0) - hull
    along = sides / np.hypot(*sides.T)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    on_along, on_across = hull @ along.T, hull @ across.T  # projections of each corner on each side: (corners, sides)
    lows = np.stack([on_along.min(axis=0), on_across.min(axis=0)], axis=1)
    highs = np.stack([on_along.max(axis=0), on_across.max(axis=0)], axis=1)
    areas = np.prod(highs - lows, axis=1)
    best = int(np.flatnonzero(areas <= areas.min() * (1 + 1e-9))[0])  # the first of nearly equal areas
    (low_u, low_v), (high_u, high_v) = lows[best], highs[best]
    corners = np.array([[low_u, low_v], [high_u, low_v], [high_u, high_v], [low_u, high_v]])
    rectangle: npt.NDArray[np.float64] = corners @ np.stack([along[best], across[best]])
    return rectangle


def convex_hull(points: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    """Return the convex hull of points, by Andrew's algorithm.

    Args:
        points: Array of shape (n, 2): x and y, finite. At least two points must differ.

    Returns:
        float64 array of shape (k, 2): the corners, clockwise if y points down; two if the points are on one line.

    >>> convex_hull(np.array([[0, 0], [2, 0], [1, 1], [2, 2], [0, 2]])).tolist()
    [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]
    """
    ordered = np.unique(np.asarray(points, np.float64), axis=0).tolist()
    chains = []
    for direction in (ordered, ordered[::-1]):
        chain: list[list[float]] = []
        for x, y in direction:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], (x, y)) <= 0:
                chain.pop()
            chain.append([x, y])
        chains.append(chain[:-1])
    return np.array(chains[0] + chains[1])


def _turn(start: list[float], corner: list[float], end: tuple[float, float]) -> float:
    """Return a positive number if the path turns clockwise (if y points down), 0 if it is straight."""
    return (corner[0] - start[0]) * (end[1] - start[1]) - (corner[1] - start[1]) * (end[0] - start[0])
