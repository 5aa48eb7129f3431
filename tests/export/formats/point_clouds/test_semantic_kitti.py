"""The format semantic-kitti, read with the formulas of semantic-kitti-api."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_releases import cloud, cloud_label, cloud_sample, kitti_file, pcd_file, write_files
from hypothesis import given, settings
from hypothesis import strategies as st
from points.planting import planted_cloud
from scipy.spatial.transform import Rotation

from segments_hf import PointCloudError, categories, export_dataset, load_release
from segments_hf.demo import demo_release
from segments_hf.points import boxes, points_in_boxes, read_points

from ...making import files, write
from .segmented_releases import (
    expected_sizes,
    object_sizes,
    planted_sequence_sample,
    segmented_sample,
    write_named_classes,
)
from .semantic_kitti_reader import read_config, read_poses, read_scans

SEQUENCE_TASK, CLOUD_TASK = "pointcloud-segmentation-sequence", "pointcloud-segmentation"
STREET = demo_release("street-segmentation")


def test_points_and_objects_of_the_demo_equal_those_of_the_release(tmp_path: Path) -> None:
    result = export_dataset(STREET, "semantic-kitti", tmp_path / "out")
    rows = load_release(STREET, split="train", filter_by=["labeled", "reviewed"])
    scans = read_scans(tmp_path / "out", 0)
    names = read_config(tmp_path / "out")["labels"]
    stuff = [index for index, item in enumerate(categories(rows)) if item.has_instances is False]
    assert [names[index + 1] for index in stuff] == ["road", "sidewalk", "vegetation", "pole"]
    for row, scan in zip(rows, scans, strict=True):
        points = read_points(row)
        np.testing.assert_array_equal(scan.points, points[:, :3])
        np.testing.assert_array_equal(scan.remissions, points[:, 3])
        classes = scan.classes.astype(int) - 1
        assert object_sizes(classes, scan.instances) == expected_sizes(row, stuff)
        assert ((scan.instances == 0) == np.isin(classes, [-1, *stuff])).all()
    assert result.point_clouds == len(scans) == 4
    assert result.objects == sum(len(row["annotations"]) for row in rows)


@settings(max_examples=3)
@given(st.integers(0, 2**32 - 1))
def test_each_box_contains_its_planted_points_in_the_world(seed: int) -> None:
    """Poses have any rotation, and coordinates in the world are as large as those of UTM."""
    with tempfile.TemporaryDirectory() as folder:
        clouds, sample = planted_sequence_sample(Path(folder), [seed, seed + 1])
        export_dataset(write(Path(folder), [sample], SEQUENCE_TASK), "semantic-kitti", Path(folder, "out"))
        scans, poses = read_scans(Path(folder, "out"), 0), read_poses(Path(folder, "out"), 0)
    for planted, scan, pose in zip(clouds, scans, poses, strict=True):
        assert ((scan.classes > 0) == (planted.box_indices >= 0)).all()
        in_world = scan.points.astype(float) @ pose[:3, :3].T + pose[:3, 3]
        np.testing.assert_allclose(in_world, planted.in_world, atol=1e-4)  # the points in the file are float32
        heading = Rotation.from_quat(planted.row["ego_pose"]["heading"])
        position = np.array(planted.row["ego_pose"]["position"])
        np.testing.assert_allclose(in_world, heading.apply(scan.points) + position, rtol=0, atol=1e-8)
        for index, item in enumerate(planted.row["annotations"]):
            inside = _inside(in_world, item)
            assert inside.sum() == planted.counts[index]
            assert {*scan.classes[inside].tolist()} == {[2, 3, 1][index % 3]}


def test_cuboids_of_the_demo_contain_as_many_points_as_in_the_release(tmp_path: Path) -> None:
    export_dataset(STREET, "semantic-kitti", tmp_path / "out")
    scans, poses = read_scans(tmp_path / "out", 0), read_poses(tmp_path / "out", 0)
    rows = load_release(demo_release("street-cuboids"), split="train").select(range(4))
    for row, scan, pose in zip(rows, scans, poses, strict=True):
        in_world = scan.points.astype(float) @ pose[:3, :3].T + pose[:3, 3]
        counts = [int(_inside(in_world, item).sum()) for item in row["annotations"]]
        assert counts == points_in_boxes(read_points(row), boxes(row)).sum(axis=0).tolist()
        assert min(counts) > 0


def _inside(in_world: np.ndarray, cuboid: dict[str, Any]) -> np.ndarray:
    """Tell which points are in a cuboid."""
    rotation = Rotation.from_quat(cuboid["rotation"]) if cuboid["rotation"] else Rotation.from_euler("z", cuboid["yaw"])
    local = rotation.inv().apply(in_world - cuboid["position"])
    inside: np.ndarray = (np.abs(local) <= np.array(cuboid["dimensions"]) / 2).all(axis=1)
    return inside


def test_object_has_the_same_instance_in_all_frames_of_its_sequence(tmp_path: Path) -> None:
    def frame(ids: list[int], tracks: list[int | None]) -> dict[str, Any]:
        annotations = [
            {"id": number, "category_id": 3, "track_id": track} for number, track in zip(ids, tracks, strict=True)
        ]
        return {"annotations": annotations, "point_annotations": ids}

    file = write_files(tmp_path)("a.bin", kitti_file(3))
    contents = [
        frame([1, 2, 3], [70, 80, None]),
        frame([5, 4, 3], [80, 70, None]),
        frame([1, 2, 3], [70, 70, None]),  # two annotations of one track stay two objects
        frame([9, 8, 7], [90, None, 80]),
    ]
    sample = cloud_sample("a", {"frames": [cloud(file)] * 4}, cloud_label(frames=contents))
    export_dataset(write(tmp_path, [sample], SEQUENCE_TASK), "semantic-kitti", tmp_path / "out")
    found = [scan.instances.tolist() for scan in read_scans(tmp_path / "out", 0)]
    assert found == [[1, 2, 3], [2, 1, 3], [4, 5, 3], [6, 7, 2]]


def test_each_sequence_has_its_own_number_in_all_splits(tmp_path: Path) -> None:
    file = write_files(tmp_path)("a.bin", kitti_file(2))
    content = {"annotations": [{"id": 1, "category_id": 3}], "point_annotations": [0, 1]}
    samples = [
        cloud_sample(f"scene {number}", {"frames": [cloud(file)] * 2}, cloud_label(frames=[content, content]))
        for number in range(4)
    ]
    rows = load_release(write(tmp_path, samples, SEQUENCE_TASK), split="train")
    splits = {"train": rows.select(range(4)), "validation": rows.select([4, 5]), "extra": rows.select([6, 7])}
    export_dataset(splits, "semantic-kitti", tmp_path / "out")
    config = read_config(tmp_path / "out")
    assert config["split"] == {"train": [0, 1], "valid": [2], "test": [], "extra": [3]}
    assert [len(read_scans(tmp_path / "out", number)) for number in range(4)] == [2] * 4
    with (tmp_path / "out" / "samples.csv").open(newline="") as table:
        listed = [(row["file"], row["name"], row["frame_index"]) for row in csv.DictReader(table)]
    assert listed[5] == ("sequences/02/velodyne/000001.bin", "scene 2", "1")


def test_validation_splits_keep_their_names_if_one_is_named_valid(tmp_path: Path) -> None:
    rows = load_release(STREET, split="train")
    names = ["val", "validation", "valid"]
    export_dataset(dict.fromkeys(names, rows), "semantic-kitti", tmp_path / "out")
    assert read_config(tmp_path / "out")["split"] == {
        "train": [],
        "val": [0],
        "validation": [1],
        "valid": [2],
        "test": [],
    }


def test_single_validation_split_is_named_valid(tmp_path: Path) -> None:
    rows = load_release(STREET, split="train")
    for name in ("val", "validation", "valid"):
        export_dataset({"train": rows, name: rows}, "semantic-kitti", tmp_path / name)
        assert read_config(tmp_path / name)["split"] == {"train": [0], "valid": [1], "test": []}


def test_single_point_clouds_of_a_split_are_frames_of_one_sequence_with_different_objects(tmp_path: Path) -> None:
    ids = [[9, 0, 7], [9, 9, 9], [5, 0, 9]]
    samples = [segmented_sample(tmp_path, f"cloud {number}", kitti_file(3), ids[number]) for number in range(3)]
    rows = load_release(write(tmp_path, samples, CLOUD_TASK), split="train")
    splits = {"train": rows.select([0, 2]), "test": rows.select([1])}
    result = export_dataset(splits, "semantic-kitti", tmp_path / "out")
    assert read_config(tmp_path / "out")["split"] == {"train": [0], "valid": [], "test": [1]}
    assert [scan.instances.tolist() for scan in read_scans(tmp_path / "out", 0)] == [[2, 0, 1], [1, 0, 2]]
    assert len(read_scans(tmp_path / "out", 1)) == 1
    assert any("3 single point clouds" in note for note in result.notes)


def test_configuration_describes_the_classes(tmp_path: Path) -> None:
    samples = [
        segmented_sample(tmp_path, name, kitti_file(4), ids) for name, ids in {"a": [1, 1, 0, 2], "b": [0] * 4}.items()
    ]
    rows = load_release(write(tmp_path, samples, CLOUD_TASK), split="train")
    export_dataset({"train": rows.select([0]), "test": rows.select([1])}, "semantic-kitti", tmp_path / "out")
    config = read_config(tmp_path / "out")
    values = [0, 1, 2, 3]
    assert config["labels"] == dict(zip(values, ["unlabeled", "ground", "flower", "leaf"], strict=True))
    assert config["color_map"] == {0: [0, 0, 0], 1: [30, 60, 90], 2: [0, 0, 255], 3: [0, 160, 0]}  # blue, green, red
    # The share of each class in the points of the split train.
    assert config["content"] == {0: 0.25, 1: 0.0, 2: 0.75, 3: 0.0}
    assert config["learning_map"] == config["learning_map_inv"] == {value: value for value in values}
    assert config["learning_ignore"] == {0: True, 1: False, 2: False, 3: False}


@pytest.mark.parametrize("names", [["unlabeled", "unlabeled"], ["- a: [b]", "yes"], ["{{x}}\n", "a\x1b\x85"]])
def test_class_names_are_unique_in_the_configuration(tmp_path: Path, names: list[str]) -> None:
    export_dataset(write_named_classes(tmp_path, names), "semantic-kitti", tmp_path / "out")
    labels = read_config(tmp_path / "out")["labels"]
    assert [*labels] == [0, 1, 2]
    assert len({*labels.values()}) == 3
    assert all(isinstance(name, str) for name in labels.values())


@pytest.mark.parametrize("count", [3, 5])
def test_label_with_another_number_of_points_is_an_error(tmp_path: Path, count: int) -> None:
    samples = [segmented_sample(tmp_path, name, kitti_file(4), [1] * 4) for name in ("wrong", "right")]
    rows = load_release(write(tmp_path, samples, CLOUD_TASK), split="train")
    changed_rows = rows.map(lambda row, index: {"point_annotations": [1] * (4 if index else count)}, with_indices=True)
    with pytest.raises(PointCloudError, match=rf"'wrong'.*{count} numbers for 4 points"):
        export_dataset(changed_rows, "semantic-kitti", tmp_path / "out")
    result = export_dataset(changed_rows, "semantic-kitti", tmp_path / "out", on_error="skip")
    assert (result.point_clouds, result.left_out["broken"]) == (1, 1)


def test_annotations_without_points_or_class_are_left_out_and_counted(tmp_path: Path) -> None:
    sample = segmented_sample(tmp_path, "a", kitti_file(3), [1, 2, 0])
    sample["labels"]["ground-truth"]["attributes"]["annotations"].append({"id": 5, "category_id": 8})
    rows = load_release(write(tmp_path, [sample], CLOUD_TASK), split="train")
    changed_rows = rows.map(
        lambda row: {
            "annotations": [{**item, "category": None if item["id"] == 2 else 1} for item in row["annotations"]]
        }
    )
    result = export_dataset(changed_rows, "semantic-kitti", tmp_path / "out")
    (scan,) = read_scans(tmp_path / "out", 0)
    assert (scan.classes.tolist(), scan.instances.tolist()) == ([2, 0, 0], [1, 0, 0])
    assert (result.objects, result.objects_left_out.total()) == (1, 2)


def test_times_are_seconds_since_the_first_frame(tmp_path: Path) -> None:
    file = write_files(tmp_path)("a.bin", kitti_file(1))
    content = {"annotations": [], "point_annotations": [0]}
    timestamps = [["1700000000000000001", "1700000000103735901"], ["1700000000000000000", None]]
    samples = [
        cloud_sample(
            f"scene {number}",
            {"frames": [cloud(file, timestamp=timestamp) for timestamp in scene_timestamps]},
            cloud_label(frames=[content, content]),
        )
        for number, scene_timestamps in enumerate(timestamps)
    ]
    result = export_dataset(write(tmp_path, samples, SEQUENCE_TASK), "semantic-kitti", tmp_path / "out")
    assert (tmp_path / "out" / "sequences" / "00" / "times.txt").read_text() == "0.000000\n0.103736\n"
    assert "sequences/01/times.txt" not in files(tmp_path / "out")
    assert any(note.startswith("1 sequence without times.txt") for note in result.notes)


def test_missing_intensity_is_zero_and_noted(tmp_path: Path) -> None:
    samples = [
        segmented_sample(tmp_path, "a", pcd_file(2), [1, 0], "pcd"),
        segmented_sample(tmp_path, "b", kitti_file(2, first_x=1.0), [1, 0]),
    ]
    result = export_dataset(write(tmp_path, samples, CLOUD_TASK), "semantic-kitti", tmp_path / "out")
    scan_a, scan_b = read_scans(tmp_path / "out", 0)
    assert (scan_a.remissions.tolist(), scan_b.remissions.tolist()) == ([0, 0], [0.375, 0.875])
    assert any(note.startswith("1 point cloud without the field 'intensity'") for note in result.notes)


def test_points_that_are_nan_keep_their_index(tmp_path: Path) -> None:
    planted = planted_cloud(5)
    samples = [segmented_sample(tmp_path, "a", planted.points.tobytes(), [1] * len(planted.points))]
    export_dataset(write(tmp_path, samples, CLOUD_TASK), "semantic-kitti", tmp_path / "out")
    (scan,) = read_scans(tmp_path / "out", 0)
    np.testing.assert_array_equal(scan.points, planted.points[:, :3])
    assert np.isnan(scan.points[-1]).all()


@pytest.mark.slow
def test_more_objects_than_a_label_can_hold_are_an_error(tmp_path: Path) -> None:
    number = 2**16
    samples = [segmented_sample(tmp_path, "many", kitti_file(number), range(1, number + 1))]
    release = write(tmp_path, samples, CLOUD_TASK)
    with pytest.raises(PointCloudError, match=r"'many'.*65,535"):
        export_dataset(release, "semantic-kitti", tmp_path / "out")
    assert not (tmp_path / "out").exists()
