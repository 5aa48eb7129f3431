"""The rectangle and the truncation of a cuboid in an image are those of its projection by OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from segments_hf.export.point_clouds.kitti.image_boxes import image_box

SIZE = (640, 480)
INTRINSICS = np.array([[500.0, 3.0, 320.0], [0.0, 520.0, 240.0], [0.0, 0.0, 1.0]])
IMAGE_CORNERS = np.array([[0, 0], [639, 0], [639, 479], [0, 479]], np.float32)
CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])  # the corners of a cube


def corners(center: np.ndarray, dimensions: np.ndarray, rotation: Rotation | None = None) -> np.ndarray:
    return (rotation or Rotation.identity()).apply(CUBE * np.asarray(dimensions) / 2) + center


def opencv_hull(points: np.ndarray) -> np.ndarray:
    pixels = points @ INTRINSICS.T
    return cv2.convexHull((pixels[:, :2] / pixels[:, 2:]).astype(np.float32))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_rectangle_and_truncation_match_opencv(seed: int) -> None:
    rng = np.random.default_rng(seed)
    depth = rng.uniform(6, 30)
    center = np.array([rng.uniform(-1, 1) * depth, rng.uniform(-0.8, 0.8) * depth, depth])
    box = corners(center, rng.uniform(1, 5, 3), Rotation.random(rng=rng))
    hull = opencv_hull(box)
    area, inside = cv2.intersectConvexConvex(hull, IMAGE_CORNERS)
    visible_share = area / cv2.contourArea(hull)
    assume(visible_share > 0.01 or visible_share == 0)
    found = image_box(box, INTRINSICS, SIZE)
    if visible_share == 0:
        assert found is None
        return
    expected = inside[:, 0] if inside is not None else hull[:, 0]
    np.testing.assert_allclose(found[:4], [*expected.min(axis=0), *expected.max(axis=0)], atol=0.05)
    assert found.truncated == pytest.approx(1 - visible_share, abs=1e-3)


def test_cuboid_that_surrounds_the_camera_fills_the_image() -> None:
    found = image_box(corners(np.zeros(3), [4, 4, 4]), INTRINSICS, SIZE)
    assert found[:4] == (0, 0, 639, 479)
    assert 0.9 < found.truncated < 1


def test_cuboid_beside_the_camera_has_the_rectangle_of_its_part_in_the_image() -> None:
    """The cuboid is from 2 m behind the camera to 6 m ahead of it, and from 1 m to 3 m left of the optical axis."""
    found = image_box(corners(np.array([-2, 0, 2]), [2, 1, 8]), INTRINSICS, SIZE)
    # The depth at which the upper right edge of the cuboid is at the left border of the image.
    depth = (500 + 3 * 0.5) / 320
    assert found.left == 0
    assert found.top == pytest.approx(240 - 520 * 0.5 / depth)
    assert found.right == pytest.approx(320 + 500 * -1 / 6 + 3 * 0.5 / 6)


@pytest.mark.parametrize("center", [[0, 0, -5], [0, 0, -1.95], [50, 0, 10], [0, -40, 10]])
def test_cuboid_behind_the_camera_or_outside_of_the_image_has_no_rectangle(center: list[float]) -> None:
    assert image_box(corners(np.array(center), [2, 2, 4]), INTRINSICS, SIZE) is None


def test_cuboid_near_a_corner_of_the_image_does_not_count_as_inside() -> None:
    """The rectangle around the projection overlaps with the image, but the projection itself does not."""
    rotation = Rotation.from_euler("z", 45, degrees=True)
    box = corners(np.array([-6.9, -5.1, 10]), [0.2, 6, 0.2], rotation)
    hull = opencv_hull(box)[:, 0]
    assert (hull.max(axis=0) > 0).all()
    assert image_box(box, INTRINSICS, SIZE) is None
