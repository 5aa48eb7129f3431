"""Points may have any numbers. For any values in rows, a function returns a result or raises a PointCloudError."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segments_hf import PointCloudError
from segments_hf.points import boxes, point_labels, points_in_boxes, project, to_sensor, to_world, velocities
from segments_hf.points.undistortion import undistort

from .planting import planted_cloud

ROW = planted_cloud(0).row
CAMERA = {
    "intrinsic_matrix": [[900.0, 0, 640], [0, 900.0, 360], [0, 0, 1]],
    "translation": [0.1, 0.2, 0.3],
    "rotation": [0.5, -0.5, -0.5, 0.5],
    "distortion": {"model": "brown-conrady", "coefficients": {"k1": -0.1}},
}
LENSES = st.sampled_from([None, CAMERA["distortion"], {"model": "fisheye", "coefficients": {"k1": -0.1}}])
POINTS = st.sampled_from([np.float16, np.float32, np.float64, np.int64]).flatmap(
    lambda dtype: arrays(dtype, st.tuples(st.integers(0, 5), st.integers(3, 5)))
)
NUMBERS = st.floats() | st.just(10**400)
VALUES = (
    st.none() | NUMBERS | st.text(max_size=3) | st.lists(NUMBERS, min_size=2, max_size=5) | st.just([[1.0], [2, 3]])
)


@given(POINTS, LENSES)
def test_points_may_have_any_numbers(points: np.ndarray, distortion: Any) -> None:
    for transform in (to_world, to_sensor):
        found = transform(points, ROW["ego_pose"])
        assert (found.shape, found.dtype) == (points.shape, np.float64)
        np.testing.assert_array_equal(found[:, 3:], points[:, 3:])
    assert points_in_boxes(points, boxes(ROW)).shape == (len(points), 4)
    pixels = project(points, {**CAMERA, "distortion": distortion})
    assert pixels.shape == (len(points), 3)
    assert not np.isinf(pixels[:, :2]).any()


@given(st.sampled_from(["position", "dimensions", "yaw", "rotation"]), VALUES)
def test_cuboid_with_any_value_is_a_box_or_an_error(field: str, value: object) -> None:
    row = {**ROW, "annotations": [{**ROW["annotations"][0], "rotation": None, field: value}]}
    with contextlib.suppress(PointCloudError):
        found = boxes(row)
        assert np.isfinite(found.to_7dof()).all()
        assert np.isfinite(found.corners()).all()


@given(st.sampled_from(["position", "heading"]), VALUES)
def test_pose_with_any_value_is_a_transformation_or_an_error(field: str, value: object) -> None:
    with contextlib.suppress(PointCloudError):
        assert np.isfinite(to_world(np.ones((1, 3)), {**ROW["ego_pose"], field: value})).all()


@given(st.sampled_from(["intrinsic_matrix", "translation", "rotation", "distortion"]), VALUES)
def test_camera_with_any_value_projects_points_or_is_an_error(field: str, value: Any) -> None:
    with contextlib.suppress(PointCloudError):
        assert project(np.ones((1, 3)), {**CAMERA, field: value}).shape == (1, 3)


@given(
    st.floats(-1e12, 1e12, exclude_min=True, exclude_max=True) | st.floats(-1e-300, 1e-300),
    st.integers(0, 5),
    st.sampled_from([CAMERA["distortion"], {"model": "fisheye", "coefficients": {}}]),
)
def test_image_of_any_camera_is_undistorted_or_the_camera_is_an_error(
    number: float, index: int, distortion: Any
) -> None:
    intrinsics = np.array([[9.0, 0, 4], [0, 9.0, 3], [0, 0, 1]])
    intrinsics[divmod(index, 3)] = number
    image = np.full((7, 9), 200, np.uint8)
    with contextlib.suppress(PointCloudError):
        found = undistort(image, {**CAMERA, "intrinsic_matrix": intrinsics.tolist(), "distortion": distortion})
        assert set(found.ravel().tolist()) <= {0, 200}


@given(
    st.sampled_from(["brown-conrady", "fisheye"]),
    st.dictionaries(
        st.sampled_from(["k1", "k2", "k3", "k4", "p1"]), st.floats(-1e12, 1e12, exclude_min=True, exclude_max=True)
    ),
)
def test_lens_with_any_coefficients_returns_finite_pixels_or_nan(model: str, coefficients: dict[str, float]) -> None:
    x, y = np.meshgrid(np.linspace(-5, 5, 7), np.linspace(-5, 5, 7))
    points = np.stack([np.ones(49), x.ravel(), y.ravel()], axis=1)
    with contextlib.suppress(PointCloudError):
        pixels = project(points, {**CAMERA, "distortion": {"model": model, "coefficients": coefficients}})
        assert not np.isinf(pixels).any()


@given(st.none() | st.text() | st.floats().map(str) | st.integers().map(str))
def test_timestamp_with_any_text_gives_velocities_or_an_error(timestamp: str | None) -> None:
    with contextlib.suppress(PointCloudError):
        (found,) = velocities([{**ROW, "frame_index": 0, "timestamp": timestamp}])
        assert found.shape == (4, 3)


@given(st.lists(st.integers(-(2**31), 2**31 - 1)), st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_point_annotations_with_any_ids_give_labels_or_an_error(
    point_ids: list[int], annotation_ids: list[int]
) -> None:
    row = {"point_annotations": point_ids, "annotations": [{"id": each, "category": 0} for each in annotation_ids]}
    with contextlib.suppress(PointCloudError):
        assert set(point_labels(row).tolist()) <= {0, 1}
