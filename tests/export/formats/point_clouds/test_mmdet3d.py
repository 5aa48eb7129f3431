"""The format mmdet3d, as mmdetection3d reads it."""

from __future__ import annotations

import io
import json
import pickle
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from cloud_releases import kitti_file, pcd_file
from hypothesis import given, settings
from hypothesis import strategies as st
from points.detector_boxes import inside_mmdet3d_boxes

from segments_hf import export_dataset, load_release
from segments_hf.demo import demo_release

from ...making import files
from .detection_releases import box, planted_release, small_release


class PlainUnpickler(pickle.Unpickler):
    """Read a pickle, and raise an error if it has objects of other types than the builtin types of Python."""

    def find_class(self, module: str, name: str) -> Any:
        raise AssertionError(f"got {module}.{name} in the pickle, expected builtin types only")


def read_infos(out: Path, split: str) -> dict[str, Any]:
    """Return the content of an info file."""
    content = (out / f"custom_infos_{split}.pkl").read_bytes()
    infos: dict[str, Any] = PlainUnpickler(io.BytesIO(content)).load()
    return infos


def read_points(out: Path, info: dict[str, Any]) -> np.ndarray:
    """Return the points of a point cloud, read as `LoadPointsFromFile` of mmdet3d reads them."""
    points = np.fromfile(out / "points" / info["lidar_points"]["lidar_path"], np.float32)
    return points.reshape(-1, info["lidar_points"]["num_pts_feats"])


@settings(max_examples=4)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3, unique=True))
def test_boxes_contain_the_points_of_the_release_for_every_pose(seeds: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        release, clouds = planted_release(Path(name), seeds)
        export_dataset(release, "mmdet3d", out := Path(name) / "out")
        infos = read_infos(out, "train")
        for number, (info, cloud) in enumerate(zip(infos["data_list"], clouds, strict=True)):
            assert info["sample_idx"] == number
            points = read_points(out, info)
            np.testing.assert_array_equal(points, cloud.points)
            boxes = np.array([item["bbox_3d"] for item in info["instances"]], np.float32)
            np.testing.assert_array_equal(inside_mmdet3d_boxes(points, boxes).sum(axis=0), cloud.counts)
            assert [item["num_lidar_pts"] for item in info["instances"]] == cloud.counts.tolist()
            assert [item["bbox_label_3d"] for item in info["instances"]] == [
                item["category"] for item in cloud.row["annotations"]
            ]


def test_info_file_has_the_documented_keys(tmp_path: Path) -> None:
    samples = {"a": (kitti_file(), [box(2)]), "b": (kitti_file(), [])}
    release = small_release(tmp_path, samples, ("traffic sign", "car"))
    result = export_dataset(release, "mmdet3d", tmp_path / "out")
    lidar = {"lidar_path": "000000.bin", "num_pts_feats": 4}
    # Only the first point of `kitti_file` is in the box; the others are above it.
    instance = {"bbox_3d": [0, 0, -1, 4, 2, 1.5, 0], "bbox_label_3d": 1, "num_lidar_pts": 1}
    assert read_infos(tmp_path / "out", "train") == {
        "metainfo": {"dataset": "custom", "info_version": "1.1", "categories": {"traffic_sign": 0, "car": 1}},
        "data_list": [
            {"sample_idx": 0, "lidar_points": lidar, "instances": [instance]},
            {"sample_idx": 1, "lidar_points": lidar | {"lidar_path": "000001.bin"}, "instances": []},
        ],
    }
    assert any("1 point cloud without a box" in note for note in result.notes)


def test_each_split_has_an_info_file_with_its_own_numbers(tmp_path: Path) -> None:
    rows = load_release(demo_release("street-cuboids"), split="train")
    splits = {"train": rows.select(range(3)), "validation": rows.select(range(3, 5))}
    export_dataset(splits, "mmdet3d", tmp_path / "out")
    assert {name for name in files(tmp_path / "out") if name.endswith(".pkl")} == {
        "custom_infos_train.pkl",
        "custom_infos_val.pkl",
    }
    val = read_infos(tmp_path / "out", "val")["data_list"]
    assert [info["sample_idx"] for info in val] == [0, 1]
    assert [info["lidar_points"]["lidar_path"] for info in val] == ["000003.bin", "000004.bin"]


def test_info_file_of_a_missing_val_split_is_that_of_the_training_split_and_is_noted(tmp_path: Path) -> None:
    result = export_dataset(demo_release("street-cuboids"), "mmdet3d", tmp_path / "out")
    assert read_infos(tmp_path / "out", "val") == read_infos(tmp_path / "out", "train")
    assert any("'val'" in note for note in result.notes)


def test_infos_and_config_have_the_number_of_columns_of_the_points(tmp_path: Path) -> None:
    samples = {"a": (pcd_file(), [box(1)]), "b": (pcd_file(), [box(1)])}
    release = small_release(tmp_path, samples, ("car", "tree"))
    export_dataset(release, "mmdet3d", out := tmp_path / "out")
    infos = read_infos(out, "train")["data_list"]
    assert [read_points(out, info).shape for info in infos] == [(4, 3)] * 2
    config = yaml.safe_load((out / "custom_dataset.yaml").read_text("utf-8"))
    assert config["load_dim"] == 3
    assert config["class_names"] == config["metainfo"]["classes"] == ["car", "tree"]
    assert config["anchors"] == {"car": {"size": [4, 2, 1.5], "bottom": -1}}
    assert len(config["point_cloud_range"]) == 6


def test_config_has_no_variables_of_mmengine_in_class_names(tmp_path: Path) -> None:
    names = ("{{ fileDirname }}", "{{fileBasename}}", "{{_base_.anchors}}", "{car}")
    export_dataset(small_release(tmp_path, {"a": (kitti_file(), [box(1)])}, names), "mmdet3d", out := tmp_path / "out")
    config = yaml.safe_load((out / "custom_dataset.yaml").read_text("utf-8"))
    assert not any("{{" in name for name in config["class_names"])
    names_in_release = json.loads((out / "class_names.json").read_text("utf-8"))
    assert [names_in_release[name] for name in config["class_names"]] == list(names)
