"""The smallest rectangle around points contains all points, and has the area of the rectangle that OpenCV finds."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from segments_hf.bitmaps import smallest_rectangle

POINTS = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=12, unique=True)


def area_of(corners: np.ndarray) -> float:
    return float(np.hypot(*(corners[1] - corners[0])) * np.hypot(*(corners[2] - corners[1])))


@given(POINTS)
def test_smallest_rectangle_matches_opencv(points: list[tuple[int, int]]) -> None:
    given_points = np.array(points)
    assume(np.linalg.matrix_rank(given_points - given_points[0]) == 2)
    corners = smallest_rectangle(given_points)
    _, (width, height), _ = cv2.minAreaRect(given_points.astype(np.float32))
    assert area_of(corners) == pytest.approx(width * height, rel=1e-3, abs=1e-2)
    along, across = corners[1] - corners[0], corners[3] - corners[0]
    assert along @ across == pytest.approx(0, abs=1e-6 * (1 + area_of(corners)))
    assert along[0] * across[1] - along[1] * across[0] > 0  # clockwise if y points down
    for axis in (along, across):
        shares = (given_points - corners[0]) @ axis / (axis @ axis)
        assert (shares > -1e-9).all()
        assert (shares < 1 + 1e-9).all()


def test_smallest_rectangle_of_upright_boxes_is_exact() -> None:
    corners = smallest_rectangle(np.array([[3, 4], [10, 4], [10, 6], [3, 6], [5, 5]]))
    assert corners.tolist() == [[3, 4], [10, 4], [10, 6], [3, 6]]
