"""The format openpcdet, as OpenPCDet reads it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from cloud_releases import kitti_file, pcd_file, xyz
from hypothesis import given, settings
from hypothesis import strategies as st
from points.detector_boxes import inside_openpcdet_boxes

from segments_hf import export_dataset, load_release
from segments_hf.demo import demo_release

from ...making import files
from .detection_releases import box, kitti_points, planted_release, small_release


def read_label(out: Path, cloud_id: str) -> tuple[np.ndarray, list[str]]:
    """Return the boxes and the class names of a label file, read as `CustomDataset.get_label` of OpenPCDet reads it."""
    lines = [line.strip().split(" ") for line in (out / f"labels/{cloud_id}.txt").read_text("utf-8").splitlines()]
    return np.array([line[:-1] for line in lines], np.float32)[:, :7], [line[-1] for line in lines]


def read_list(out: Path, split: str) -> list[str]:
    """Return the ids of the point clouds of a split."""
    return [line.strip() for line in (out / f"ImageSets/{split}.txt").read_text("utf-8").splitlines()]


def read_config(out: Path) -> dict[str, Any]:
    """Return the configuration."""
    config: dict[str, Any] = yaml.safe_load((out / "custom_dataset.yaml").read_text("utf-8"))
    return config


@settings(max_examples=4)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3, unique=True))
def test_boxes_contain_the_points_of_the_release_for_every_pose(seeds: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        release, clouds = planted_release(Path(name), seeds)
        result = export_dataset(release, "openpcdet", out := Path(name) / "out")
        assert read_list(out, "train") == ["000000", "000001", "000002"]
        for cloud_id, cloud in zip(read_list(out, "train"), clouds, strict=True):
            points = np.load(out / f"points/{cloud_id}.npy")
            np.testing.assert_array_equal(points, cloud.points)
            assert points.dtype == np.float32
            boxes, names = read_label(out, cloud_id)
            np.testing.assert_array_equal(inside_openpcdet_boxes(points, boxes).sum(axis=0), cloud.counts)
            assert names == [["car", "truck", "unlabeled"][item["category"]] for item in cloud.row["annotations"]]
        assert not any("tilted" in note for note in result.notes)


def test_numbers_of_boxes_are_exact(tmp_path: Path) -> None:
    position = {"x": 0.1 + 0.2, "y": 1 / 3, "z": -1e-7}
    release = small_release(tmp_path, {"a": (kitti_file(), [box(1) | {"position": position}])})
    export_dataset(release, "openpcdet", tmp_path / "out")
    line = (tmp_path / "out/labels/000000.txt").read_text().split()
    assert [float(number) for number in line[:7]] == [*position.values(), 4, 2, 1.5, 0]


def test_point_clouds_without_a_box_are_written_but_not_listed(tmp_path: Path) -> None:
    flat_box = box(1, dimensions=xyz(4, 2, 0))
    samples = {"a": (kitti_file(), [flat_box]), "b": (kitti_file(), [box(1)]), "c": (kitti_file(), [])}
    result = export_dataset(small_release(tmp_path, samples), "openpcdet", tmp_path / "out")
    assert read_list(tmp_path / "out", "train") == ["000001"]
    assert {f"points/{number:06d}.npy" for number in range(3)} < files(tmp_path / "out")
    assert (result.point_clouds, result.objects, result.objects_left_out.total()) == (3, 1, 1)
    assert any("2 point clouds without a box" in note for note in result.notes)


def test_single_validation_split_is_named_val(tmp_path: Path) -> None:
    release = small_release(tmp_path, {name: (kitti_file(), [box(1)]) for name in "abc"})
    rows = load_release(release, split="train")
    splits = {"train": rows.select([0]), "validation": rows.select([1]), "test": rows.select([2])}
    result = export_dataset(splits, "openpcdet", tmp_path / "out")
    assert {name: read_list(tmp_path / "out", name) for name in ("train", "val", "test")} == {
        "train": ["000000"],
        "val": ["000001"],
        "test": ["000002"],
    }
    assert not any("no split" in note for note in result.notes)


def test_list_of_a_missing_val_split_is_that_of_the_training_split_and_is_noted(tmp_path: Path) -> None:
    result = export_dataset(demo_release("street-cuboids"), "openpcdet", tmp_path / "out")
    assert read_list(tmp_path / "out", "val") == read_list(tmp_path / "out", "train") != []
    assert any("'val'" in note for note in result.notes)
    assert not any("splits=" in note for note in result.notes)  # one sequence cannot be divided
    assert any("tilted" in note for note in result.notes)


@pytest.mark.parametrize("order", ["with intensity first", "without intensity first"])
def test_missing_intensity_is_zero_where_other_point_clouds_have_it(tmp_path: Path, order: str) -> None:
    samples = {"a": (kitti_file(), [box(1)]), "b": (pcd_file(5), [box(1)]), "c": (pcd_file(0), [box(1)])}
    names = "abc" if order == "with intensity first" else "cba"
    release = small_release(tmp_path, {name: samples[name] for name in names})
    result = export_dataset(release, "openpcdet", tmp_path / "out")
    found = {name: np.load(tmp_path / f"out/points/{number:06d}.npy") for number, name in enumerate(names)}
    expected = np.c_[np.arange(15).reshape(5, 3) / 8, np.zeros(5)]
    expected[0, 0] = 0
    np.testing.assert_array_equal(found["b"], expected)
    assert found["a"].tobytes() == kitti_file()
    assert found["c"].shape == (0, 4)
    assert read_config(tmp_path / "out")["POINT_FEATURE_ENCODING"]["src_feature_list"] == ["x", "y", "z", "intensity"]
    assert any("2 point clouds without the field 'intensity'" in note for note in result.notes)


def test_points_have_three_columns_if_no_file_has_an_intensity(tmp_path: Path) -> None:
    release = small_release(tmp_path, {name: (pcd_file(), [box(1)]) for name in "ab"})
    result = export_dataset(release, "openpcdet", tmp_path / "out")
    assert [np.load(tmp_path / f"out/points/00000{number}.npy").shape for number in range(2)] == [(4, 3)] * 2
    config = read_config(tmp_path / "out")
    assert config["POINT_FEATURE_ENCODING"]["used_feature_list"] == ["x", "y", "z"]
    assert config["DATA_AUGMENTOR"]["AUG_CONFIG_LIST"][0]["NUM_POINT_FEATURES"] == 3
    assert any("x, y, z" in note for note in result.notes)


def test_config_has_the_classes_and_sizes_of_the_training_split(tmp_path: Path) -> None:
    small_box = box(2, 8, dimensions=xyz(0.5, 0.7, 1.8))
    large_box = box(1, 20, dimensions=xyz(6, 3, 2.5))
    samples = {"a": (kitti_file(), [box(1), large_box]), "b": (kitti_file(), [small_box])}
    rows = load_release(small_release(tmp_path, samples, ("van", "person", "tree")), split="train")
    data = {"train": rows.select([0]), "val": rows.select([1])}
    result = export_dataset(data, "openpcdet", tmp_path / "out")
    config = read_config(tmp_path / "out")
    assert config["CLASS_NAMES"] == ["van"]
    (anchors,) = config["ANCHOR_GENERATOR_CONFIG"]
    assert anchors["class_name"] == "van"
    assert anchors["anchor_sizes"] == [[5, 2.5, 2]]
    assert anchors["anchor_bottom_heights"] == [-1.25]
    assert config["MAP_CLASS_TO_KITTI"] == {"van": "Van", "person": "Pedestrian"}
    assert any("2 classes without a box" in note and "'person'" in note for note in result.notes)
    assert any("'Pedestrian'" in note for note in result.notes)


def test_range_contains_all_boxes_and_ignores_far_points(tmp_path: Path) -> None:
    points = np.zeros((1000, 4), np.float32)
    points[:, 1] = np.linspace(-20, 20, 1000)
    points[:2] = [[5e4, 0, 9e3, 1], [np.nan, np.inf, 0, 1]]
    release = small_release(tmp_path, {"a": (kitti_points(points), [box(1, 30), box(2, -7)])})
    export_dataset(release, "openpcdet", tmp_path / "out")
    config = read_config(tmp_path / "out")
    low, high = np.split(np.array(config["POINT_CLOUD_RANGE"]), 2)
    assert (low <= [-9, -19, -1]).all()
    assert (low >= [-9 - 1.6, -20 - 1.6, -2]).all()
    assert (high >= [32, 19, 0.5]).all()
    assert (high <= [32 + 1.6, 20 + 1.6, 1.5]).all()
    voxels = (high - low) / config["DATA_PROCESSOR"][2]["VOXEL_SIZE"]
    np.testing.assert_allclose(voxels[:2] / 16, (voxels[:2] / 16).round(), atol=1e-6)
    assert voxels[2] == pytest.approx(40)


def test_class_names_have_no_separators_and_are_mapped_to_those_of_the_release(tmp_path: Path) -> None:
    names = ("traffic sign", "traffic/sign", "- a: [b", "yes")
    cuboids = [box(index, 10 * index) for index in range(1, 5)]
    export_dataset(small_release(tmp_path, {"a": (kitti_file(), cuboids)}, names), "openpcdet", out := tmp_path / "out")
    _, found = read_label(out, "000000")
    assert found == ["traffic_sign", "traffic_sign_1", "-_a_[b", "yes"]
    assert read_config(out)["CLASS_NAMES"] == found
    assert json.loads((out / "class_names.json").read_text("utf-8")) == dict(zip(found, names, strict=True))
