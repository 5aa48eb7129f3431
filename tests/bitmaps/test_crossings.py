"""`crosses_itself` is exact, and takes a limited time for polygons of many corners."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.bitmaps import crosses_itself

Points = list[tuple[float, float]]


def side(start: tuple[Fraction, ...], end: tuple[Fraction, ...], point: tuple[Fraction, ...]) -> int:
    """Return on which side of a line a point is: 1, -1, or 0 for a point on the line."""
    value = (start[0] - point[0]) * (end[1] - point[1]) - (start[1] - point[1]) * (end[0] - point[0])
    return (value > 0) - (value < 0)


def has_crossing_edges(polygon: Points) -> bool:
    """Compare all pairs of edges, in exact fractions."""
    corners = [(Fraction(x), Fraction(y)) for x, y in polygon]
    edges = zip(corners, corners[1:] + corners[:1], strict=True)
    return any(
        side(*one, two[0]) * side(*one, two[1]) < 0 and side(*two, one[0]) * side(*two, one[1]) < 0
        for one, two in itertools.combinations(edges, 2)
    )


SMALL = st.integers(0, 4).map(float)
TENTHS = st.integers(0, 9).map(lambda number: number / 10)  # many corners are almost on one line
FAR = st.integers(0, 9).map(lambda number: 2.0**30 + number / 10)
ANY = st.floats(-(2**31), 2**31, exclude_min=True, exclude_max=True, allow_subnormal=False)


@given(st.sampled_from([SMALL, TENTHS, FAR, ANY]).flatmap(lambda number: st.lists(st.lists(st.tuples(number, number)))))
def test_crosses_itself_agrees_with_a_comparison_of_all_pairs_of_edges(polygons: list[Points]) -> None:
    assert crosses_itself(polygons) == [has_crossing_edges(polygon) for polygon in polygons]


@pytest.mark.parametrize(
    ("polygon", "crosses"),
    [
        pytest.param([(0, 0), (4, 4), (4, 0), (0, 4)], True, id="bow tie"),
        pytest.param([(0, 0), (4, 0), (4, 4), (0, 4)], False, id="square"),
        pytest.param([(0, 0), (2, 2), (4, 0), (4, 4), (2, 2), (0, 4)], False, id="touches itself at a corner"),
        pytest.param([(0, 0), (9, 0), (9, 9), (3, 9), (3, 3), (3, 9), (0, 9)], False, id="goes back along an edge"),
        pytest.param([(0, 0), (4, 0), (4, 4), (4, 4), (0, 4)], False, id="repeated corner"),
        pytest.param([(0, 0), (4, 4)], False, id="two corners"),
        pytest.param([], False, id="no corners"),
    ],
)
def test_polygon_crosses_itself_only_where_two_edges_cross(polygon: Points, crosses: bool) -> None:
    assert crosses_itself([polygon]) == [crosses]


def ring(radii: np.ndarray) -> Points:
    """Return a polygon around the origin. Its corners have the distances `radii`, in equal steps of the angle."""
    angles = np.arange(len(radii)) * 2 * math.pi / len(radii)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1).tolist()


def test_polygons_of_many_corners_are_checked() -> None:
    circle = ring(np.full(100_000, 1e4))
    crossed_circle = [*circle[:50_000], (0.0, 2e4), (1.0, -2e4), *circle[50_000:]]
    comb = [(float(x), 500.0 * (x % 2)) for x in range(10_000)] + [(10_000.0, -5.0), (0.0, -5.0)]
    assert crosses_itself([circle, crossed_circle, comb]) == [False, True, False]


@pytest.mark.parametrize(
    "polygon",
    [
        pytest.param(ring(np.where(np.arange(20_000) % 2, 100.0, 5000.0)), id="star of 10,000 spikes"),
        pytest.param([(0.1 * (n % 2), 0.3 * (n % 2)) for n in range(20_000)] + [(0.0, 5.0)], id="edges on one line"),
    ],
)
def test_polygon_with_too_many_pairs_of_edges_has_no_result(polygon: Points) -> None:
    assert crosses_itself([polygon]) == [None]
