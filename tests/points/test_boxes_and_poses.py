"""Boxes contain the same points in the frame of the sensor and in the world, for all poses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from segments_hf import OptionError, PointCloudError
from segments_hf.points import Boxes, boxes, points_in_boxes, pose_matrix, read_points, to_sensor, to_world

from .planting import planted_cloud

SEEDS = st.integers(0, 2**32 - 1)
NUMBERS = st.floats(-1e6, 1e6)
QUATERNIONS = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda numbers: np.linalg.norm(numbers) > 1e-3)
POSES = st.builds(
    lambda position, heading: {"position": list(position), "heading": list(heading)},
    st.tuples(NUMBERS, NUMBERS, NUMBERS),
    QUATERNIONS,
)


@given(SEEDS, st.integers(1, 6))
def test_boxes_contain_their_points_in_the_frame_of_the_sensor(seed: int, num_boxes: int) -> None:
    cloud = planted_cloud(seed, num_boxes)
    inside = points_in_boxes(cloud.points, boxes(cloud.row))
    np.testing.assert_array_equal(inside, cloud.box_indices[:, None] == np.arange(num_boxes))
    np.testing.assert_array_equal(inside.sum(axis=0), cloud.counts)


@given(SEEDS, st.integers(1, 6))
def test_boxes_contain_their_points_in_the_world(seed: int, num_boxes: int) -> None:
    cloud = planted_cloud(seed, num_boxes)
    in_world = to_world(cloud.points, cloud.row["ego_pose"])
    np.testing.assert_allclose(in_world[:, :3], cloud.in_world, atol=1e-4, rtol=0)
    np.testing.assert_array_equal(points_in_boxes(in_world, boxes(cloud.row, "world")).sum(axis=0), cloud.counts)


def test_read_points_returns_the_planted_points() -> None:
    cloud = planted_cloud(3)
    points = read_points(cloud.row)
    np.testing.assert_array_equal(points, cloud.points, strict=True)
    np.testing.assert_array_equal(points_in_boxes(points, boxes(cloud.row)).sum(axis=0), cloud.counts)


def test_rows_of_a_dataset_have_the_same_boxes_and_points(tmp_path: Path) -> None:
    clouds = [planted_cloud(seed) for seed in range(3)]
    Dataset.from_list([cloud.row for cloud in clouds]).to_parquet(tmp_path / "clouds.parquet")
    dataset = Dataset.from_parquet(str(tmp_path / "clouds.parquet"), cache_dir=str(tmp_path))
    for cloud, row in zip(clouds, dataset, strict=True):
        found, expected = boxes(row), boxes(cloud.row)
        np.testing.assert_array_equal(found.to_7dof(), expected.to_7dof())
        np.testing.assert_array_equal(points_in_boxes(read_points(row), found).sum(axis=0), cloud.counts)
        in_world = to_world(read_points(row), row["ego_pose"])
        np.testing.assert_array_equal(points_in_boxes(in_world, boxes(row, "world")).sum(axis=0), cloud.counts)


@given(SEEDS, POSES)
def test_boxes_contain_their_points_in_any_other_frame(seed: int, pose: dict) -> None:
    cloud = planted_cloud(seed)
    in_sensor = boxes(cloud.row)
    moved = points_in_boxes(to_world(cloud.points, pose), in_sensor.to_world(pose))
    np.testing.assert_array_equal(moved.sum(axis=0), cloud.counts)
    moved = points_in_boxes(to_sensor(cloud.points, pose), in_sensor.to_sensor(pose))
    np.testing.assert_array_equal(moved.sum(axis=0), cloud.counts)


@given(SEEDS)
def test_boxes_of_seven_numbers_contain_their_points(seed: int) -> None:
    """The formulas are those of OpenPCDet. The boxes are upright in the frame of the sensor."""
    cloud = planted_cloud(seed, tilted_boxes=False, tilted_sensor=False)
    counts = []
    for x, y, z, length, width, height, yaw in boxes(cloud.row).to_7dof():
        offset_x, offset_y, offset_z = (cloud.points[:, :3] - np.array([x, y, z])).T
        local_x = offset_x * np.cos(-yaw) - offset_y * np.sin(-yaw)
        local_y = offset_x * np.sin(-yaw) + offset_y * np.cos(-yaw)
        is_inside = (np.abs(local_x) < length / 2) & (np.abs(local_y) < width / 2) & (np.abs(offset_z) <= height / 2)
        counts.append(is_inside.sum())
    assert counts == cloud.counts.tolist()


@given(SEEDS)
def test_corners_are_the_corners_of_the_box(seed: int) -> None:
    cloud = planted_cloud(seed)
    found = boxes(cloud.row, "world").corners()
    signs = [(1, 1, -1), (1, -1, -1), (-1, -1, -1), (-1, 1, -1), (1, 1, 1), (1, -1, 1), (-1, -1, 1), (-1, 1, 1)]
    for corners, item in zip(found, cloud.row["annotations"], strict=True):
        rotation = Rotation.from_quat(item["rotation"]) if item["rotation"] else Rotation.from_euler("z", item["yaw"])
        expected = item["position"] + rotation.apply(np.array(signs) * item["dimensions"] / 2)
        np.testing.assert_allclose(corners, expected, atol=1e-6, rtol=0)


@given(POSES)
def test_poses_match_scipy(pose: dict) -> None:
    rotation = Rotation.from_quat(pose["heading"]).as_matrix()
    matrix = pose_matrix(pose)
    np.testing.assert_allclose(matrix[:3, :3], rotation, atol=1e-12)
    np.testing.assert_array_equal(matrix[:, 3], [*pose["position"], 1])
    np.testing.assert_array_equal(matrix[3], [0, 0, 0, 1])
    points = np.random.default_rng(0).uniform(-100, 100, (5, 3))
    np.testing.assert_allclose(to_world(points, pose), points @ rotation.T + pose["position"], atol=1e-8)
    np.testing.assert_allclose(to_sensor(to_world(points, pose), pose), points, atol=1e-8)


@given(QUATERNIONS)
def test_yaw_is_the_direction_of_the_length_seen_from_above(quaternion: tuple[float, ...]) -> None:
    row = cuboid_row(rotation=list(quaternion))
    yaw = boxes(row).to_7dof()[0, 6]
    x, y, _ = Rotation.from_quat(quaternion).apply([1, 0, 0])
    assert -np.pi <= yaw < np.pi
    assert np.hypot(x, y) < 1e-6 or abs(np.exp(1j * yaw) - (x + 1j * y) / np.hypot(x, y)) < 1e-6


@pytest.mark.parametrize("yaw", [np.pi, -np.pi, 3 * np.pi, 7.0, -7.0, 100.0])
def test_yaw_is_wrapped(yaw: float) -> None:
    found = boxes(cuboid_row(yaw=yaw)).to_7dof()[0, 6]
    assert -np.pi <= found < np.pi
    assert np.exp(1j * found) == pytest.approx(np.exp(1j * yaw), abs=1e-12)


@pytest.mark.parametrize("factor", [1e-160, 1e-3, 7.0, 1e11])
def test_quaternions_of_any_length_are_rotations(factor: float) -> None:
    quaternion = np.array([0.1, -0.2, 0.3, 0.9])
    expected = Rotation.from_quat(quaternion).as_matrix()
    pose = {"position": [0, 0, 0], "heading": (quaternion * factor).tolist()}
    np.testing.assert_allclose(pose_matrix(pose)[:3, :3], expected, atol=1e-12)


def test_zero_heading_is_the_identity() -> None:
    np.testing.assert_array_equal(pose_matrix({"position": [0, 0, 0], "heading": [0, 0, 0, 0]}), np.eye(4))


def test_pose_none_is_the_identity() -> None:
    points = np.array([[1, 2, 3, 4]], np.float32)
    for found in (to_world(points, None), to_sensor(points, None)):
        np.testing.assert_array_equal(found, np.array([[1, 2, 3, 4]], np.float64), strict=True)
    np.testing.assert_array_equal(pose_matrix(None), np.eye(4))


def test_transformed_points_are_float64_and_keep_the_further_columns() -> None:
    points = np.array([[1, 0, 0, 0.25, 7], [np.nan, 0, 0, 0.5, 8], [np.inf, 0, 0, 0.75, 9]], np.float32)
    found = to_world(points, {"position": [500_000.01, 0, 0], "heading": [0, 0, 0, 1]})
    assert found.dtype == np.float64
    assert found[0].tolist() == [500_001.01, 0, 0, 0.25, 7]
    assert found[1:, 3:].tolist() == [[0.5, 8], [0.75, 9]]
    assert not np.isfinite(found[1:, 0]).any()
    assert points[0].tolist() == [1, 0, 0, 0.25, 7]


def test_points_on_the_border_are_inside() -> None:
    box = boxes(cuboid_row(position=[10, 20, 30], dimensions=[4, 2, 1]))
    border = np.array([[12, 20, 30], [8, 21, 30.5], [10, 19, 29.5], [12, 21, 30.5]])
    assert points_in_boxes(border, box).all()
    outside = np.array([[12.001, 20, 30], [10, 21.001, 30], [10, 20, 29.499], [np.nan, 20, 30], [10, np.inf, 30]])
    assert not points_in_boxes(outside, box).any()


def test_points_in_many_boxes_match_scipy_for_each_box() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-20, 20, (300_000, 3)).astype(np.float32)
    centers, sizes, quaternions = rng.uniform(-20, 20, (9, 3)), rng.uniform(0.5, 30, (9, 3)), rng.normal(size=(9, 4))
    items = [
        cuboid(id=number, position=center.tolist(), dimensions=size.tolist(), rotation=quaternion.tolist())
        for number, (center, size, quaternion) in enumerate(zip(centers, sizes, quaternions, strict=True))
    ]
    inside = points_in_boxes(points, boxes({"annotations": items, "ego_pose": None}))
    assert (inside.dtype, inside.shape) == (np.bool_, (300_000, 9))
    for index in range(9):
        local = Rotation.from_quat(quaternions[index]).inv().apply(points - centers[index])
        np.testing.assert_array_equal(inside[:, index], (np.abs(local) <= sizes[index] / 2).all(axis=1))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint8])
def test_points_may_have_any_number_type(dtype: type) -> None:
    assert points_in_boxes(np.array([[1, 0, 0], [9, 0, 0]], dtype), boxes(cuboid_row())).tolist() == [[True], [False]]


def test_boxes_have_ids_classes_and_tracks() -> None:
    items = [
        cuboid(id=3, category=2, track_id=7),
        cuboid(id=4, category=None, track_id=None),
        cuboid(id=5, type="polygon", position=None),
        cuboid(id=6, type="cuboid-sync", category=0, track_id=9),
    ]
    found = boxes({"annotations": items, "ego_pose": None})
    assert len(found) == 3
    np.testing.assert_array_equal(found.ids, np.array([3, 4, 6]), strict=True)
    np.testing.assert_array_equal(found.class_indices, np.array([2, -1, 0]), strict=True)
    np.testing.assert_array_equal(found.track_ids, np.array([7, 4, 9]), strict=True)


def test_last_of_the_annotations_with_the_same_id_is_used() -> None:
    items = [cuboid(id=3, category=0), cuboid(id=4), cuboid(id=3, category=1), cuboid(id=4, type="point")]
    found = boxes({"annotations": items, "ego_pose": None})
    assert (found.ids.tolist(), found.class_indices.tolist()) == ([3], [1])


def test_boxes_can_be_selected() -> None:
    found = boxes(planted_cloud(0).row)
    for index in (np.array([True, False, True, False]), np.array([0, 2]), slice(None, None, 2)):
        selected = found[index]
        assert isinstance(selected, Boxes)
        np.testing.assert_array_equal(selected.ids, [10, 12])
        np.testing.assert_array_equal(selected.rotation, found.rotation[[0, 2]])
        np.testing.assert_array_equal(selected.to_7dof(), found.to_7dof()[[0, 2]])


def test_row_without_cuboids_has_no_boxes() -> None:
    found = boxes({"annotations": [], "ego_pose": planted_cloud(0).row["ego_pose"]})
    assert len(found) == 0
    assert (found.to_7dof().shape, found.corners().shape) == ((0, 7), (0, 8, 3))
    assert points_in_boxes(np.zeros((5, 4)), found).shape == (5, 0)
    assert points_in_boxes(np.zeros((0, 4)), boxes(cuboid_row())).shape == (0, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("position", None),
        ("position", [1, 2]),
        ("position", [1, 2, np.nan]),
        ("position", [1, 2, 1e12]),
        ("dimensions", None),
        ("dimensions", [1, np.inf, 2]),
        ("yaw", None),
        ("yaw", np.nan),
        ("rotation", [0, 0, 1]),
        ("rotation", [0, 0, 1, np.nan]),
    ],
)
def test_invalid_cuboid_is_an_error_that_names_the_annotation(field: str, value: object) -> None:
    row = {"annotations": [cuboid(id=1), cuboid(**{"id": 42, field: value})], "ego_pose": None}
    with pytest.raises(PointCloudError, match=f"annotation 42: {field}"):
        boxes(row)


@pytest.mark.parametrize(
    "pose",
    [
        {"position": [0, 0], "heading": [0, 0, 0, 1]},
        {"position": [0, 0, np.nan], "heading": [0, 0, 0, 1]},
        {"position": [0, 0, 1e300], "heading": [0, 0, 0, 1]},
        {"position": [0, 0, 0], "heading": [0, 0, 1]},
        {"position": [0, 0, 0], "heading": None},
        {"position": [0, 0, 0]},
        [[1, 0, 0, 0]],
        np.eye(4),
    ],
)
def test_invalid_pose_is_an_error(pose: object) -> None:
    for function in (to_world, to_sensor):
        with pytest.raises(PointCloudError, match="ego_pose"):
            function(np.zeros((1, 3)), pose)  # type: ignore[arg-type]
    with pytest.raises(PointCloudError, match="ego_pose"):
        boxes({**cuboid_row(), "ego_pose": pose})


@pytest.mark.parametrize("points", [np.zeros((2, 2)), np.zeros(3), np.zeros((1, 2, 3)), np.array([["a", "b", "c"]])])
def test_points_of_another_shape_or_dtype_are_an_error(points: np.ndarray) -> None:
    with pytest.raises(PointCloudError, match=r"expected the shape \(N, 3 or more\)"):
        to_world(points, None)
    with pytest.raises(PointCloudError, match=r"expected the shape \(N, 3 or more\)"):
        points_in_boxes(points, boxes(cuboid_row()))


def test_unknown_frame_is_an_error() -> None:
    with pytest.raises(OptionError, match="frame"):
        boxes(cuboid_row(), "camera")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"annotations": None, "ego_pose": None}, "annotations"),
        ({"ego_pose": None}, "annotations"),
        ({"annotations": []}, "ego_pose"),
    ],
)
def test_missing_columns_are_an_error(row: dict, message: str) -> None:
    with pytest.raises(PointCloudError, match=message):
        boxes(row)


def test_boxes_in_the_world_need_no_pose() -> None:
    assert len(boxes({"annotations": [cuboid()]}, "world")) == 1


def cuboid(**fields: object) -> dict:
    defaults = {"id": 1, "category": 0, "track_id": None, "type": "cuboid", "position": [0, 0, 0]}
    return {**defaults, "dimensions": [4, 2, 1], "yaw": 0.0, "rotation": None, **fields}


def cuboid_row(**fields: object) -> dict:
    return {"annotations": [cuboid(**fields)], "ego_pose": None}
