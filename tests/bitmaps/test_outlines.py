"""Filling outlines by the even-odd rule gives the mask. Filling joined rings with OpenCV covers the mask."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segments_hf.bitmaps import fill_polygons, join_rings, outlines

from .making import bitmaps

MASKS = hnp.arrays(np.uint32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.sampled_from([0, 7]))


def twice_the_area(points: np.ndarray) -> int:
    next_points = np.roll(points, -1, axis=0)
    return int((points[:, 0] * next_points[:, 1] - next_points[:, 0] * points[:, 1]).sum())


@given(bitmaps())
def test_outlines_filled_by_the_even_odd_rule_give_the_mask(ids: np.ndarray) -> None:
    found = outlines(ids)
    assert sorted(found) == [number for number in np.unique(ids).tolist() if number]
    for number, rings in found.items():
        filled = fill_polygons([[ring.corners.tolist() for ring in rings]], *ids.shape)
        np.testing.assert_array_equal(filled == 1, ids == number)
        assert sum(twice_the_area(ring.corners) for ring in rings) == 2 * (ids == number).sum()
        for ring in rings:
            assert (twice_the_area(ring.corners) < 0) == ring.is_hole
            assert (ids[ring.inner[:, 1], ring.inner[:, 0]] == number).all()
            steps = np.diff(ring.corners, axis=0, append=ring.corners[:1]) != 0
            assert (steps.sum(axis=1) == 1).all()  # every edge is horizontal or vertical
            assert (steps != np.roll(steps, -1, axis=0)).all()  # horizontal and vertical edges alternate


@pytest.mark.parametrize(
    ("mask", "parts", "holes"),
    [
        pytest.param([[1]], 1, 0, id="one pixel"),
        pytest.param([[1, 0], [0, 1]], 2, 0, id="two pixels that touch at a corner"),
        pytest.param([[1, 1, 1], [1, 0, 1], [1, 1, 1]], 1, 1, id="a hole"),
        pytest.param([[1, 1, 1], [1, 0, 1], [1, 1, 0]], 1, 0, id="a hole that touches the outside at a corner"),
        pytest.param([[1] * 5, [1, 0, 1, 0, 1], [1] * 5], 1, 2, id="two holes"),
        pytest.param([[1, 1, 1], [1, 0, 2], [1, 1, 1]], 1, 0, id="a notch beside another instance"),
        pytest.param([[0, 0], [0, 0]], 0, 0, id="no instance"),
    ],
)
def test_outlines_find_parts_and_holes(mask: list[list[int]], parts: int, holes: int) -> None:
    rings = outlines(np.array(mask, np.uint32)).get(1, [])
    assert [ring.is_hole for ring in rings] == [False] * parts + [True] * holes


def painted(line: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [line.astype(np.int32).reshape(-1, 1, 2)], 1)
    return canvas


@given(MASKS)
@settings(max_examples=300)
def test_joined_rings_cover_the_mask(ids: np.ndarray) -> None:
    """All pixels of the mask are painted. If the mask has one part, no other pixels are painted."""
    for rings in outlines(ids).values():
        canvas = painted(join_rings(rings), ids.shape)
        assert (canvas[ids == 7] == 1).all()
        if sum(not ring.is_hole for ring in rings) == 1:
            np.testing.assert_array_equal(canvas, ids == 7)


def test_parts_are_joined_where_they_are_nearest() -> None:
    ids = np.zeros((9, 9), np.uint32)
    ids[:3, :3] = ids[5:, :3] = 7
    canvas = painted(join_rings(outlines(ids)[7]), ids.shape)
    assert canvas.sum() == (ids == 7).sum() + 2  # the gap between the parts is two pixels wide
