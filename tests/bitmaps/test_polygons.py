"""A pixel is inside a polygon if the center of the pixel is inside the polygon."""

from __future__ import annotations

import random
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.bitmaps import fill_polygons, polygon_coverage
from segments_hf.errors import BitmapError

Ring: TypeAlias = list[tuple[float, float]]

SIDE = 16
FAR = 2**31 - 1
SQUARE = [(1, 1), (5, 1), (5, 5), (1, 5)]
HOLE = [(2, 2), (4, 2), (4, 4), (2, 4)]
QUARTERS = st.integers(-4 * 8, 4 * (SIDE + 8)).map(lambda number: number / 4)  # `inside` computes exactly with quarters
RINGS = st.lists(st.tuples(QUARTERS, QUARTERS), max_size=7)
POLYGONS = st.lists(st.lists(RINGS, max_size=3), max_size=3)


def inside(rings: list[Ring], height: int, width: int) -> np.ndarray:
    """Apply the even-odd rule in eighths of pixels. A center on an edge is in the region right of or below the edge."""
    center_y, center_x = 8 * np.mgrid[:height, :width] + 4
    odd = np.zeros((height, width), bool)
    for ring in rings:
        points = [(round(8 * x), round(8 * y)) for x, y in ring]
        for start, end in zip(points, points[1:] + points[:1], strict=True):
            (x, y), (to_x, to_y) = sorted([start, end], key=lambda point: point[1])
            crosses = (y <= center_y) & (center_y < to_y)
            odd ^= crosses & ((center_y - y) * (to_x - x) <= (center_x - x) * (to_y - y))
    return odd


def filled(*rings: Any, height: int = SIDE, width: int = SIDE) -> np.ndarray:
    """Return which pixels are inside one polygon."""
    canvas = fill_polygons([rings], height, width)
    assert canvas.dtype == np.uint32
    assert canvas.max(initial=0) <= 1
    return canvas.astype(bool)


@given(POLYGONS, st.integers(0, SIDE), st.integers(0, SIDE))
def test_fill_polygons_matches_a_loop(polygons: list[list[Ring]], height: int, width: int) -> None:
    expected = np.zeros((height, width), np.uint32)
    for number, rings in enumerate(polygons, start=1):
        expected[inside(rings, height, width)] = number
    np.testing.assert_array_equal(fill_polygons(polygons, height, width), expected, strict=True)


@pytest.mark.parametrize(
    "ring",
    [
        pytest.param([(0, 4), (22, 4), (18, 18)], id="slope 7/9"),
        pytest.param([(0.5, -48.5), (2.5, 49.5), (20, 0)], id="slope 49"),
        pytest.param([(-6, 21), (4, 14), (9, 8)], id="slope -7/10"),
        pytest.param([(19, 13), (-7, -8), (22, 19)], id="slope 21/26"),
    ],
)
def test_a_center_on_a_slanted_edge_belongs_to_the_region_right_of_the_edge(ring: Ring) -> None:
    np.testing.assert_array_equal(filled(ring), inside([ring], SIDE, SIDE))


@given(RINGS, RINGS)
def test_one_ring_that_joins_a_ring_and_its_hole_fills_the_same_pixels(outer: Ring, hole: Ring) -> None:
    joined = outer + outer[:1] + hole + hole[:1] if outer and hole else outer + hole
    np.testing.assert_array_equal(filled(joined), filled(outer, hole))


@given(RINGS, st.integers(0, 6))
def test_start_and_direction_of_a_ring_do_not_matter(ring: Ring, start: int) -> None:
    for same in (ring[start:] + ring[:start], ring[::-1], ring + ring[:1], [(*point, 9.0) for point in ring]):
        np.testing.assert_array_equal(filled(same), filled(ring))


@pytest.mark.parametrize("seed", range(20))
def test_triangles_that_share_edges_neither_overlap_nor_leave_gaps(seed: int) -> None:
    generator = random.Random(seed)
    a, b, c, d = (-3.3, -2.1), (SIDE + 4.7, -5.9), (SIDE + 2.3, SIDE + 3.1), (-7.7, SIDE + 1.3)
    triangles = [[a, b, c], [a, c, d]]
    for _ in range(40):  # each step splits one triangle into three
        corners = triangles.pop(generator.randrange(len(triangles)))
        weights = [generator.uniform(0.2, 1) for _ in range(3)]
        middle = tuple(np.average(corners, axis=0, weights=weights).tolist())
        for corner in range(3):
            ring = [*corners[:corner], middle, *corners[corner + 1 :]]
            triangles.append(ring[::-1] if generator.random() < 0.5 else ring)
    assert (sum(filled(ring).astype(int) for ring in triangles) == 1).all()


@pytest.mark.parametrize("edge", [[(0, 4), (18, 18)], [(4, 14), (-6, 21)], [(6, -5), (1, 18)]], ids=str)
def test_a_neighbor_with_another_corner_on_the_shared_edge_leaves_no_gap(edge: Ring) -> None:
    (x, y), (to_x, to_y) = edge
    middle = ((x + to_x) / 2, (y + to_y) / 2)
    left, right = [edge[0], edge[1], (-99, 99), (-99, -99)], [edge[0], middle, edge[1], (99, 99), (99, -99)]
    together = filled(left).astype(int) + filled(right)
    assert (together[max(0, y) : to_y] == 1).all()


@pytest.mark.parametrize(
    ("rings", "lines"),
    [
        pytest.param([SQUARE], ["......", ".####.", ".####.", ".####.", ".####.", "......"], id="a square"),
        pytest.param([SQUARE, HOLE], ["......", ".####.", ".#..#.", ".#..#.", ".####.", "......"], id="a hole"),
        pytest.param([SQUARE, SQUARE], ["......"] * 6, id="a hole of the same size"),
        pytest.param([SQUARE, HOLE[::-1]], ["......", ".####.", ".#..#.", ".#..#.", ".####.", "......"], id="reversed"),
        pytest.param([[(-9, -9), (9, -9), (9, 9), (-9, 9)]], ["######"] * 6, id="around the picture"),
        pytest.param([[(-9, -9), (-1, -9), (-1, 9), (-9, 9)]], ["......"] * 6, id="left of the picture"),
        pytest.param([[(6, 0), (9, 0), (9, 9), (6, 9)]], ["......"] * 6, id="right of the picture"),
        pytest.param([[(0, -9), (6, -9), (6, 0), (0, 0)]], ["......"] * 6, id="above the picture"),
        pytest.param([[(0, 6), (6, 6), (6, 9), (0, 9)]], ["......"] * 6, id="below the picture"),
        pytest.param([[(-FAR, -FAR), (FAR, -FAR), (FAR, FAR), (-FAR, FAR)]], ["######"] * 6, id="huge"),
        pytest.param(
            [[(-FAR, -FAR), (FAR, -FAR), (FAR, 3), (-FAR, 3)]], ["######"] * 3 + ["......"] * 3, id="upper half"
        ),
        pytest.param([[(2, -FAR), (FAR, 0), (2, FAR)]], ["..####"] * 6, id="a huge triangle"),
        pytest.param(
            [[(0.5, 0.5), (2.5, 0.5), (2.5, 2.5), (0.5, 2.5)]],
            ["##....", "##...."] + ["......"] * 4,
            id="on pixel centers",
        ),
        pytest.param([[(0.6, 0), (1.4, 0), (1.4, 6), (0.6, 6)]], ["......"] * 6, id="between pixel centers"),
        pytest.param([[]], ["......"] * 6, id="no points"),
        pytest.param([[(2.5, 2.5)]], ["......"] * 6, id="one point"),
        pytest.param([[(0, 0), (6, 6)]], ["......"] * 6, id="two points"),
        pytest.param([[(0, 0), (6, 6), (3, 3)]], ["......"] * 6, id="three points on a line"),
        pytest.param([[(0, 2.5), (6, 2.5), (3, 2.5)]], ["......"] * 6, id="three points on the centers of a row"),
        pytest.param([], ["......"] * 6, id="no rings"),
        pytest.param([np.array(SQUARE, np.float32)], ["......", *[".####."] * 4, "......"], id="an array"),
    ],
)
def test_fill_polygons_fills_one_polygon(rings: Any, lines: list[str]) -> None:
    found = ["".join(".#"[int(pixel)] for pixel in line) for line in filled(*rings, height=6, width=6)]
    assert found == lines


def test_later_polygons_cover_earlier_ones() -> None:
    canvas = fill_polygons([[SQUARE], [], [HOLE], [[(9, 9)]], [[(4, 4), (6, 4), (6, 6), (4, 6)]]], 6, 6)
    assert canvas[2:].tolist() == [
        [0, 1, 3, 3, 1, 0],
        [0, 1, 3, 3, 1, 0],
        [0, 1, 1, 1, 5, 5],
        [0, 0, 0, 0, 5, 5],
    ]


@pytest.mark.parametrize("shape", [(0, 0), (0, 6), (6, 0)])
def test_an_empty_picture_stays_empty(shape: tuple[int, int]) -> None:
    assert fill_polygons([[SQUARE], [SQUARE, HOLE]], *shape).shape == shape


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf"), 2.0**31, -(2.0**31)])
@pytest.mark.parametrize("axis", [0, 1], ids="xy")
def test_fill_polygons_refuses_invalid_points(wrong: float, axis: int) -> None:
    point = [1.0, 1.0]
    point[axis] = wrong
    with pytest.raises(BitmapError, match=r"got the point \("):
        fill_polygons([[[*SQUARE, point]]], 6, 6)


@given(st.lists(RINGS, min_size=1, max_size=3))
def test_small_batches_of_crossings_give_the_same_result(rings: list[Ring]) -> None:
    """A malicious polygon may have more crossings than fit into memory."""
    with pytest.MonkeyPatch.context() as patched:
        for module in ("polygons", "polygon_edges"):
            patched.setattr(f"segments_hf.bitmaps.{module}.CROSSINGS_AT_ONCE", 2)
        in_batches, counted = filled(*rings), polygon_coverage([rings, rings], SIDE, SIDE)
    assert np.array_equal(in_batches, filled(*rings))
    assert np.array_equal(counted, polygon_coverage([rings, rings], SIDE, SIDE))
    assert counted.pixels.tolist() == [np.count_nonzero(in_batches)] * 2


@given(POLYGONS)
def test_a_large_picture_has_the_same_pixels_as_a_small_one(polygons: list[list[Ring]]) -> None:
    """Polygons are drawn together or one by one, depending on which is faster for the size of the picture."""
    small, large = fill_polygons(polygons, SIDE, SIDE), fill_polygons(polygons, 300, 400)
    np.testing.assert_array_equal(small, large[:SIDE, :SIDE])


@pytest.mark.parametrize("count", [3, 3_000])
def test_many_polygons_are_drawn_in_their_order(count: int) -> None:
    random = np.random.default_rng(count)
    polygons = [[(random.uniform(-50, 350, 2) + random.uniform(-90, 90, (5, 2))).tolist()] for _ in range(count)]
    expected = np.zeros((200, 300), np.uint32)
    for number, polygon in enumerate(polygons, start=1):
        expected[fill_polygons([polygon], 200, 300) > 0] = number
    np.testing.assert_array_equal(fill_polygons(polygons, 200, 300), expected)
