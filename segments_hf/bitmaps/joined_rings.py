"""The rings of an instance as one closed line, for formats that hold no more than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from segments_hf.bitmaps.outlines import Ring

    Points = npt.NDArray[np.int64]


def join_rings(rings: Sequence[Ring]) -> Points:
    """One line through the outermost pixels of an instance.

    A hole is joined by a cut through the pixels left of it; a part by a cut to the nearest point of the others, which
    touches pixels between them.

    Args:
        rings: The rings of an instance, as `outlines` gives them.

    Returns:
        int64 array of shape (n, 2): x and y of pixels. Filled by the even-odd rule and drawn, it gives the mask back.

    >>> from segments_hf.bitmaps.outlines import outlines
    >>> join_rings(outlines(np.array([[7, 7, 7], [7, 0, 7], [7, 7, 7]], np.uint32))[7]).tolist()
    [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0], [0, 0], [0, 2], [2, 2], [2, 0], [0, 0], [0, 0]]
    """
    parts = [ring.inner for ring in rings if not ring.is_hole]
    reach = np.array([[part.min(axis=0), part.max(axis=0)] for part in parts])  # which cuts to holes do not change
    # From left to right: what is left of a hole is joined already.
    for hole in sorted((ring.inner for ring in rings if ring.is_hole), key=lambda inner: int(inner[:, 0].min())):
        start = int(hole[:, 0].argmin())
        around = np.flatnonzero((reach[:, 0] <= hole[start]).all(axis=1) & (hole[start] <= reach[:, 1]).all(axis=1))
        number, place, landing = _left_of({part: parts[part] for part in around.tolist()}, hole[start])
        parts[number] = _with_detour(parts[number], place, landing, np.roll(hole, -start, axis=0))
    whole = parts[0]
    for part in parts[1:]:
        place, start = _nearest(whole, part)
        whole = _with_detour(whole, place, whole[place], np.roll(part, -start, axis=0))
    return whole


def _left_of(parts: Mapping[int, Points], point: Points) -> tuple[int, int, Points]:
    """The edge that is nearest to the left of a point: its part, the place where it begins, and the point on it."""
    x, y = point
    best = (-1, 0, 0)
    for number, part in parts.items():
        following = np.roll(part, -1, axis=0)
        is_upright = part[:, 0] == following[:, 0]
        low, high = np.minimum(part[:, 1], following[:, 1]), np.maximum(part[:, 1], following[:, 1])
        for place in np.flatnonzero(is_upright & (low <= y) & (y <= high) & (part[:, 0] <= x)).tolist():
            best = max(best, (int(part[place, 0]), number, place))
    left, number, place = best
    return number, place, np.array([left, y])


def _nearest(whole: Points, part: Points) -> tuple[int, int]:
    """The places of the two points of two lines that are nearest to each other."""
    distances = [np.square(whole - point).sum(axis=1) for point in part]
    start = int(np.argmin([distance.min() for distance in distances]))
    return int(distances[start].argmin()), start


def _with_detour(line: Points, place: int, landing: Points, detour: Points) -> Points:
    """A line that leaves its edge at a point for another closed line, and comes back."""
    return np.concatenate([line[: place + 1], [landing], detour, detour[:1], [landing], line[place + 1 :]])
