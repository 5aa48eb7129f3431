"""Cameras of all conventions become pinhole cameras with the axes of OpenCV."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from segments_hf import PointCloudError
from segments_hf.points import project
from segments_hf.points.pinhole import pinhole_camera

from .test_projection import BROWN, INTRINSICS, camera, points_in_front


@given(st.integers(0, 2**32 - 1), st.sampled_from(["OpenGL", "OpenCV"]))
def test_pinhole_camera_has_the_axes_of_opencv(seed: int, convention: str) -> None:
    in_camera, in_sensor, rotation, translation = points_in_front(seed)
    found = pinhole_camera(camera(rotation, translation, convention))
    np.testing.assert_allclose(found.rotation, rotation.as_matrix(), atol=1e-12)
    np.testing.assert_array_equal(found.translation, translation)
    np.testing.assert_array_equal(found.intrinsics, INTRINSICS, strict=True)
    np.testing.assert_allclose(found.pose.apply(in_camera), in_sensor, atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["OpenGL", "OpenCV"]))
def test_pixels_of_a_pinhole_camera_are_those_of_project_without_distortion(seed: int, convention: str) -> None:
    _, in_sensor, rotation, translation = points_in_front(seed)
    entry = camera(rotation, translation, convention, {"model": "brown-conrady", "coefficients": BROWN})
    found = pinhole_camera(entry)
    products = (in_sensor - found.translation) @ found.rotation @ found.intrinsics.T
    pixels = np.column_stack([products[:, :2] / products[:, 2:], products[:, 2]])
    np.testing.assert_allclose(project(in_sensor, {**entry, "distortion": None}), pixels, atol=1e-6)


def test_camera_without_convention_has_the_axes_of_opengl() -> None:
    entry = camera(Rotation.identity(), np.zeros(3), "OpenGL")
    for convention in ({}, {"camera_convention": None}):
        found = pinhole_camera({name: entry[name] for name in entry if name != "camera_convention"} | convention)
        np.testing.assert_allclose(found.rotation, np.eye(3), atol=1e-12)


@pytest.mark.parametrize("field", ["intrinsic_matrix", "translation", "rotation"])
def test_camera_without_calibration_is_an_error(field: str) -> None:
    with pytest.raises(PointCloudError, match=field):
        pinhole_camera({**camera(Rotation.identity(), np.zeros(3), "OpenCV"), field: None})


def test_unknown_convention_is_an_error() -> None:
    with pytest.raises(PointCloudError, match="'OpenGL' or 'OpenCV'"):
        pinhole_camera(camera(Rotation.identity(), np.zeros(3), "opengl"))
