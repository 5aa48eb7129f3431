"""Rotation matrices and quaternions are converted to each other, for all rotations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from segments_hf.points.rotations import quaternions_of_rotations, rotations_of_quaternions

AXES = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda axis: np.linalg.norm(axis) > 1e-3)
# Angles near 0 and 180 degrees are drawn often, because simple formulas are inexact there.
ANGLES = st.floats(0, np.pi) | st.floats(0, 1e-6) | st.floats(np.pi - 1e-6, np.pi) | st.sampled_from([0.0, np.pi])


@given(AXES, ANGLES)
def test_rotation_matrix_of_a_quaternion_gives_the_same_quaternion(
    axis: tuple[float, float, float], angle: float
) -> None:
    quaternion = np.array([*np.sin(angle / 2) * np.array(axis) / np.linalg.norm(axis), np.cos(angle / 2)])
    found = quaternions_of_rotations(rotations_of_quaternions(quaternion))
    assert found[3] >= 0
    np.testing.assert_allclose(found * np.sign(found @ quaternion), quaternion, atol=1e-14, rtol=0)
    if quaternion[3] > 1e-14:
        np.testing.assert_allclose(found, quaternion, atol=1e-14, rtol=0)
    np.testing.assert_allclose(rotations_of_quaternions(found), rotations_of_quaternions(quaternion), atol=1e-14)


@given(st.integers(0, 2**32 - 1))
def test_quaternions_match_scipy(seed: int) -> None:
    rotations = Rotation.random(12, rng=np.random.default_rng(seed))
    found = quaternions_of_rotations(rotations.as_matrix().reshape(3, 4, 3, 3))
    assert (found.shape, found.dtype) == ((3, 4, 4), np.float64)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1, atol=1e-15)
    np.testing.assert_allclose(found.reshape(12, 4), rotations.as_quat(canonical=True), atol=1e-14)


@pytest.mark.parametrize("axis", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, -1, 0], [0, 1, -1], [1, -2, 3]])
def test_quaternion_of_a_half_turn_has_the_real_part_0(axis: list[float]) -> None:
    expected = np.array([*axis, 0]) / np.linalg.norm(axis)
    found = quaternions_of_rotations(rotations_of_quaternions(expected))
    assert 0 <= found[3] <= 1e-15
    np.testing.assert_allclose(found * np.sign(found @ expected), expected, atol=1e-15)


def test_empty_array_of_rotations_has_no_quaternions() -> None:
    assert quaternions_of_rotations(np.zeros((0, 3, 3))).shape == (0, 4)
