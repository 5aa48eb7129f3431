"""`project` returns the same pixels as OpenCV."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from segments_hf import PointCloudError
from segments_hf.points import project

INTRINSICS = [[900.0, 2.0, 640.0], [0.0, 950.0, 360.0], [0.0, 0.0, 1.0]]
TO_OPENGL = np.diag([1.0, -1.0, -1.0])  # from the axes of OpenCV to those of OpenGL, and back
# Coefficients like those of real lenses: the distance from the principal point increases in the whole image.
BROWN = {"k1": -0.08, "k2": 0.015, "p1": 0.001, "p2": -0.002, "k3": 0.0005}
RATIONAL = {"k1": 0.3, "k2": 0.05, "p1": 0.001, "p2": -0.002, "k3": 0.002, "k4": 0.35, "k5": 0.06, "k6": 0.003}
FISHEYE = {"k1": -0.02, "k2": 0.005, "k3": -0.002, "k4": 0.0003}


def camera(rotation: Rotation, translation: np.ndarray, convention: str, distortion: object = None) -> dict:
    """Make a camera of any convention. `rotation` is the rotation of its OpenCV axes in the frame of the sensor."""
    axes = rotation.as_matrix() @ (TO_OPENGL if convention == "OpenGL" else np.eye(3))
    return {
        "name": "front",
        "intrinsic_matrix": INTRINSICS,
        "translation": translation.tolist(),
        "rotation": Rotation.from_matrix(axes).as_quat().tolist(),
        "camera_convention": convention,
        "distortion": distortion,
    }


def points_in_front(seed: int) -> tuple[np.ndarray, np.ndarray, Rotation, np.ndarray]:
    """Make 50 points in front of a camera.

    Returns:
        The points in the frame of the camera (OpenCV axes), the points in the frame of the sensor, the rotation of the
        camera, and its position in the frame of the sensor.
    """
    rng = np.random.default_rng(seed)
    depth = rng.uniform(0.5, 80, 50)
    in_camera = np.stack([rng.uniform(-0.8, 0.8, 50) * depth, rng.uniform(-0.8, 0.8, 50) * depth, depth], axis=1)
    rotation, translation = Rotation.random(rng=rng), rng.uniform(-3, 3, 3)
    return in_camera, rotation.apply(in_camera) + translation, rotation, translation


def opencv_pixels(in_camera: np.ndarray, coefficients: dict[str, float]) -> np.ndarray:
    values = np.array(
        [coefficients[name] for name in ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6") if name in coefficients]
    )
    matrix = np.array(INTRINSICS)
    plane_points = cv2.projectPoints(in_camera, np.zeros(3), np.zeros(3), np.eye(3), values)[0][:, 0]
    return plane_points @ matrix[:2, :2].T + matrix[:2, 2]  # OpenCV ignores the skew of an intrinsic matrix


@given(st.integers(0, 2**32 - 1), st.sampled_from(["OpenGL", "OpenCV"]), st.sampled_from([{}, BROWN, RATIONAL]))
def test_pixels_match_opencv(seed: int, convention: str, coefficients: dict[str, float]) -> None:
    in_camera, in_sensor, rotation, translation = points_in_front(seed)
    distortion = {"model": "brown-conrady", "coefficients": coefficients} if coefficients else None
    found = project(in_sensor, camera(rotation, translation, convention, distortion))
    np.testing.assert_allclose(found[:, :2], opencv_pixels(in_camera, coefficients), atol=1e-6)
    np.testing.assert_allclose(found[:, 2], in_camera[:, 2], atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["OpenGL", "OpenCV"]))
def test_pixels_of_fisheye_cameras_match_opencv(seed: int, convention: str) -> None:
    in_camera, in_sensor, rotation, translation = points_in_front(seed)
    distortion = {"model": "fisheye", "coefficients": FISHEYE}
    found = project(in_sensor, camera(rotation, translation, convention, distortion))
    matrix = np.array(INTRINSICS)
    skew = matrix[0, 1] / matrix[0, 0]
    expected = cv2.fisheye.projectPoints(
        in_camera[:, None], np.zeros(3), np.zeros(3), np.array(INTRINSICS), np.array(list(FISHEYE.values())), alpha=skew
    )[0][:, 0]
    np.testing.assert_allclose(found[:, :2], expected, atol=1e-6)


def test_camera_without_convention_has_the_axes_of_opengl() -> None:
    looks_forward = {"intrinsic_matrix": INTRINSICS, "translation": [0, 0, 0], "rotation": [0.5, -0.5, -0.5, 0.5]}
    expected = project(np.array([[10, 1, 2]]), {**looks_forward, "camera_convention": "OpenGL"})
    assert expected[0, 2] == 10
    for convention in ({}, {"camera_convention": None}):
        np.testing.assert_array_equal(project(np.array([[10, 1, 2]]), {**looks_forward, **convention}), expected)


def test_points_behind_the_camera_have_a_depth_but_no_pixel() -> None:
    front = camera(Rotation.identity(), np.zeros(3), "OpenCV", {"model": "fisheye", "coefficients": FISHEYE})
    found = project(np.array([[1, 1, -2], [1, 1, 0], [np.nan, 1, 1], [1, 1, np.nan], [0, 0, 3]]), front)
    np.testing.assert_array_equal(found[:2, 2], [-2, 0])
    assert np.isnan(found[:4, :2]).all()
    np.testing.assert_array_equal(found[4], [640, 360, 3])


@pytest.mark.parametrize(
    ("model", "coefficients", "end"),
    [
        ("brown-conrady", {"k1": -0.3}, np.sqrt(1 / 0.9)),
        ("brown-conrady", {"k1": 0.1, "k4": -0.25}, None),
        ("brown-conrady", {"k1": -0.4, "k2": 0.05}, None),
        ("fisheye", {"k1": -0.3}, np.tan(np.sqrt(1 / 0.9))),
        ("fisheye", {"k1": 0.1, "k2": -0.2, "k3": 0.01}, None),
    ],
)
def test_points_beyond_the_range_of_a_lens_do_not_return_into_the_image(
    model: str, coefficients: dict[str, float], end: float | None
) -> None:
    """u increases up to the end of the range, and is NaN beyond. If `end` is None, the end is not compared."""
    x = np.linspace(0.001, 20, 20_000)
    points = np.stack([x, np.zeros_like(x), np.ones_like(x)], axis=1)
    front = camera(Rotation.identity(), np.zeros(3), "OpenCV", {"model": model, "coefficients": coefficients})
    u = project(points, front)[:, 0]
    is_seen = np.isfinite(u)
    num_seen = np.count_nonzero(is_seen)
    assert 0 < num_seen < len(x)
    assert is_seen[:num_seen].all()
    assert (np.diff(u[:num_seen]) > 0).all()
    if end is not None:
        assert x[num_seen - 1] <= end <= x[num_seen]


def test_lens_without_end_of_its_range_projects_all_points_in_front() -> None:
    lens = {"model": "brown-conrady", "coefficients": {"k1": 0.1, "k2": 0.01}}
    points = np.array([[50.0, -20, 1], [-1000, 1000, 1]])
    assert np.isfinite(project(points, camera(Rotation.identity(), np.zeros(3), "OpenCV", lens))).all()


@pytest.mark.parametrize("is_text", [False, True])
def test_distortion_may_be_json_text(is_text: bool) -> None:
    lens = {"model": "brown-conrady", "coefficients": {**BROWN, "k4": None}}
    points = np.array([[1.0, 2, 5]])
    found = project(points, camera(Rotation.identity(), np.zeros(3), "OpenCV", json.dumps(lens) if is_text else lens))
    np.testing.assert_allclose(found[:, :2], opencv_pixels(points, BROWN), atol=1e-9)


def test_distortion_may_be_null_in_json_text() -> None:
    points = np.array([[1.0, 2, 5]])
    without, null = (camera(Rotation.identity(), np.zeros(3), "OpenCV", value) for value in (None, "null"))
    np.testing.assert_array_equal(project(points, null), project(points, without))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"intrinsic_matrix": None}, "intrinsic_matrix"),
        ({"intrinsic_matrix": [[1, 0], [0, 1]]}, "intrinsic_matrix"),
        ({"intrinsic_matrix": np.array(INTRINSICS).T.tolist()}, "last row"),
        ({"translation": None}, "translation"),
        ({"rotation": [0, 0, np.nan, 1]}, "rotation"),
        ({"camera_convention": "opengl"}, "'OpenGL' or 'OpenCV'"),
        ({"distortion": {"model": "division", "coefficients": {}}}, "division"),
        ({"camera_convention": ["OpenCV"]}, "'OpenGL' or 'OpenCV'"),
        ({"distortion": {"model": ["fisheye"], "coefficients": {}}}, "model"),
        ({"distortion": {}}, "model"),
        ({"distortion": "{"}, "distortion"),
        ({"distortion": "[1]"}, "model"),
        ({"distortion": {"model": "fisheye"}}, "coefficients"),
        ({"distortion": {"model": "fisheye", "coefficients": {"p1": 1}}}, "coefficients"),
        ({"distortion": {"model": "fisheye", "coefficients": [0, 0, 0, 0]}}, "coefficients"),
        ({"distortion": {"model": "fisheye", "coefficients": {"k1": "x"}}}, "k1"),
        ({"distortion": {"model": "fisheye", "coefficients": {"k1": np.inf}}}, "k1"),
    ],
)
def test_invalid_camera_is_an_error(changes: dict, message: str) -> None:
    front = {**camera(Rotation.identity(), np.zeros(3), "OpenCV"), **changes}
    with pytest.raises(PointCloudError, match=message):
        project(np.zeros((1, 3)), front)
