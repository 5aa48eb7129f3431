"""`undistort` returns the same images as OpenCV. `project` without distortion finds points in these images."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments_hf import PointCloudError
from segments_hf.points import project
from segments_hf.points.undistortion import needs_undistortion, undistort

from .test_projection import BROWN, FISHEYE, RATIONAL

HEIGHT, WIDTH = 120, 160
MATRIX = [[90.0, 0.0, 78.0], [0.0, 95.0, 61.0], [0.0, 0.0, 1.0]]
SKEWED_MATRIX = [[90.0, 4.0, 78.0], [0.0, 95.0, 61.0], [0.0, 0.0, 1.0]]
BARREL = {"k1": -0.3}  # valid up to the distance sqrt(1 / 0.9) from the principal point in the image plane
LENSES = [("brown-conrady", BROWN), ("brown-conrady", RATIONAL), ("fisheye", FISHEYE), ("fisheye", {})]
TOLERANCE = 2  # gray levels: OpenCV rounds positions to 1/32 of a pixel


def camera(model: str | None, coefficients: dict[str, float] | None = None, matrix: Any = MATRIX) -> dict[str, Any]:
    return {
        "intrinsic_matrix": matrix,
        "translation": [0.0, 0.0, 0.0],
        "rotation": [0.0, 0.0, 0.0, 1.0],
        "camera_convention": "OpenCV",
        "distortion": model and {"model": model, "coefficients": coefficients},
    }


def brightness(u: np.ndarray, v: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the values of a smooth image of three channels at the positions u, v."""
    waves = np.random.default_rng(seed).uniform(0.02, 0.06, (2, 3))
    return 128 + 60 * np.sin(u[..., None] * waves[0]) + 60 * np.cos(v[..., None] * waves[1])


def smooth_image(seed: int = 0) -> np.ndarray:
    v, u = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    return brightness(u, v, seed).round().astype(np.uint8)


def opencv_image(image: np.ndarray, model: str, coefficients: dict[str, float]) -> np.ndarray:
    names = ("k1", "k2", "k3", "k4") if model == "fisheye" else ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
    values = np.array([coefficients.get(name, 0.0) for name in names])
    if model == "fisheye":
        return cv2.fisheye.undistortImage(image, np.array(MATRIX), values, Knew=np.array(MATRIX))
    return cv2.undistort(image, np.array(MATRIX), values)


def source_positions(model: str, coefficients: dict[str, float], matrix: Any = MATRIX) -> np.ndarray:
    """Return the position in the distorted image of each pixel of the undistorted image, computed with `project`."""
    v, u = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    rays = np.stack([u, v, np.ones_like(u)], axis=-1).reshape(-1, 3) @ np.linalg.inv(matrix).T
    return project(rays, camera(model, coefficients, matrix))[:, :2].reshape(HEIGHT, WIDTH, 2)


def are_inside(positions: np.ndarray) -> np.ndarray:
    return ((positions > 0) & (positions < [WIDTH - 1, HEIGHT - 1])).all(axis=-1)


@pytest.mark.parametrize(("model", "coefficients"), LENSES)
@pytest.mark.parametrize("is_color", [True, False])
def test_image_matches_opencv(model: str, coefficients: dict[str, float], is_color: bool) -> None:
    image = smooth_image() if is_color else smooth_image()[..., 0]
    found = undistort(image, camera(model, coefficients))
    assert (found.shape, found.dtype) == (image.shape, np.uint8)
    inside = are_inside(source_positions(model, coefficients))  # at the edges, OpenCV blends the image with black
    assert inside.mean() > 0.5
    expected = opencv_image(image, model, coefficients)
    np.testing.assert_allclose(found[inside].astype(int), expected[inside], atol=TOLERANCE, rtol=0)


@settings(max_examples=20)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([*LENSES, ("brown-conrady", BARREL)]),
    st.sampled_from([MATRIX, SKEWED_MATRIX]),
)
def test_project_without_distortion_finds_points_in_the_undistorted_image(
    seed: int, lens: tuple[str, dict[str, float]], matrix: Any
) -> None:
    sources = source_positions(*lens, matrix)
    inside = are_inside(sources)
    found = undistort(smooth_image(seed), camera(*lens, matrix))
    expected = brightness(*np.moveaxis(sources[inside], -1, 0), seed)
    np.testing.assert_allclose(found[inside], expected, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize(("model", "coefficients"), [("brown-conrady", BARREL), ("fisheye", {"k1": -0.9})])
def test_pixel_beyond_the_range_of_the_lens_is_0(model: str, coefficients: dict[str, float]) -> None:
    matrix = [[50.0, 0.0, 78.0], [0.0, 50.0, 61.0], [0.0, 0.0, 1.0]]
    sources = source_positions(model, coefficients, matrix)
    found = undistort(np.full((HEIGHT, WIDTH), 200, np.uint8), camera(model, coefficients, matrix))
    is_beyond = np.isnan(sources).any(axis=-1)
    assert is_beyond.any()
    assert (found[is_beyond] == 0).all()
    assert (found[are_inside(sources)] == 200).all()


def test_pixel_whose_position_is_outside_of_the_distorted_image_is_0() -> None:
    found = undistort(np.full((HEIGHT, WIDTH), 200, np.uint8), camera("brown-conrady", {"k1": 0.5}))
    sources = source_positions("brown-conrady", {"k1": 0.5})
    is_outside = ((sources < -0.5) | (sources > [WIDTH - 0.5, HEIGHT - 0.5])).any(axis=-1)
    assert 0 < np.count_nonzero(is_outside) < is_outside.size
    np.testing.assert_array_equal(found, np.where(is_outside, 0, 200))


@pytest.mark.parametrize(
    "distortion",
    [
        None,
        "null",
        {"model": "brown-conrady", "coefficients": {}},
        {"model": "brown-conrady", "coefficients": {"k1": 0.0, "k2": 0, "p1": None}},
        json.dumps({"model": "brown-conrady", "coefficients": {"k1": 0.0}}),
    ],
)
def test_image_of_a_camera_without_distortion_is_returned_unchanged(distortion: Any) -> None:
    entry = {**camera(None), "distortion": distortion}
    image = smooth_image()
    assert needs_undistortion(entry) is False
    assert undistort(image, entry) is image


@pytest.mark.parametrize(("model", "coefficients"), [*LENSES, ("brown-conrady", {"p2": 1e-6})])
def test_camera_with_distortion_needs_undistortion(model: str, coefficients: dict[str, float]) -> None:
    entry = camera(model, coefficients)
    assert needs_undistortion(entry) is True
    assert needs_undistortion({**entry, "distortion": json.dumps(entry["distortion"])}) is True


def test_input_image_does_not_change_and_may_be_a_view() -> None:
    image = smooth_image()
    views = [image[:, :, ::-1], np.asfortranarray(image)]
    expected = undistort(image, camera("fisheye", FISHEYE))
    np.testing.assert_array_equal(undistort(views[0], camera("fisheye", FISHEYE)), expected[:, :, ::-1])
    np.testing.assert_array_equal(undistort(views[1], camera("fisheye", FISHEYE)), expected)
    np.testing.assert_array_equal(image, smooth_image())


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1, 3), (30, 40, 1), (30, 40, 4)])
def test_image_of_any_shape_keeps_its_shape(shape: tuple[int, ...]) -> None:
    matrix = [[50.0, 0, (shape[1] - 1) / 2], [0, 50.0, (shape[0] - 1) / 2], [0, 0, 1]]
    found = undistort(np.full(shape, 7, np.uint8), camera("brown-conrady", {"k1": -0.1}, matrix))
    np.testing.assert_array_equal(found, np.full(shape, 7, np.uint8), strict=True)


def test_memory_does_not_grow_with_the_image_except_for_the_result() -> None:
    image = np.zeros((1500, 2000), np.uint8)
    matrix = [[1000.0, 0, 1000], [0, 1000.0, 750], [0, 0, 1]]
    tracemalloc.start()
    try:
        undistort(image, camera("brown-conrady", BROWN, matrix))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * image.size  # coordinates of all pixels at once would take 8 bytes per pixel and axis


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"intrinsic_matrix": None}, "intrinsic_matrix"),
        ({"intrinsic_matrix": [[0, 0, 1], [0, 5, 1], [0, 0, 1]]}, "inverse"),
        ({"distortion": {"model": "division", "coefficients": {}}}, "division"),
        ({"distortion": {"model": "fisheye", "coefficients": {"k1": "x"}}}, "k1"),
    ],
)
def test_invalid_camera_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PointCloudError, match=message):
        undistort(smooth_image(), {**camera("fisheye", FISHEYE), **changes})
