"""The layout of 3-D detection has the points and boxes of a point cloud in the frame of the sensor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from datasets import Array2D, ClassLabel
from hypothesis import given
from hypothesis import strategies as st
from points.detector_boxes import inside_openpcdet_boxes
from points.planting import in_rotated_world, planted_cloud
from scipy.spatial.transform import Rotation

import segments_hf
from segments_hf import OptionError, load_release, to_layout
from segments_hf.layouts.layout import LayoutOptions
from segments_hf.layouts.registry import LAYOUTS

from ..mask_making import messages, through_parquet, train
from .cloud_release import (
    COLUMNS,
    DETECTION,
    NO_POINTS,
    cloud_sample,
    cuboid,
    planted_sample,
    write_cloud_release,
    xyz,
    xyzw,
)

CLASSES = [segments_hf.Category(100 + index, name) for index, name in enumerate(["car", "truck", "unlabeled"])]
POINTS = np.arange(12, dtype=np.float32).reshape(3, 4)

# The ways to make a layout from the path of a release.
WAYS: dict[str, Callable[[Path], Any]] = {
    "release": lambda path: train(to_layout(path, DETECTION)),
    "dataset": lambda path: to_layout(load_release(path, split="train"), DETECTION),
    "dataset with bytes": lambda path: to_layout(load_release(path, split="train", embed=True), DETECTION),
    "two processes": lambda path: to_layout(load_release(path, split="train"), DETECTION, num_proc=2),
    "stream": lambda path: to_layout(load_release(path, split="train", streaming=True), DETECTION),
    "skipping stream": lambda path: to_layout(
        load_release(path, split="train", streaming=True), DETECTION, on_error="skip"
    ),
    "stream of a dataset": lambda path: to_layout(load_release(path, split="train").to_iterable_dataset(), DETECTION),
}


@given(st.integers(0, 2**32 - 1), st.integers(0, 5), st.booleans())
def test_boxes_contain_the_planted_points_for_every_pose(seed: int, num_boxes: int, is_world_rotated: bool) -> None:
    cloud = planted_cloud(seed, num_boxes, tilted_boxes=False, tilted_sensor=False)
    row = (in_rotated_world(cloud, seed) if is_world_rotated else cloud).row
    columns = LAYOUTS[DETECTION].make(CLASSES, LayoutOptions()).columns_of(row)
    inside = inside_openpcdet_boxes(cloud.points, columns.values["boxes"])
    np.testing.assert_array_equal(inside.sum(axis=0), cloud.counts)
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_quat(row["ego_pose"]["heading"]).as_matrix()
    pose[:3, 3] = row["ego_pose"]["position"]
    homogeneous = np.c_[cloud.points[:, :3], np.ones(len(cloud.points))]
    np.testing.assert_allclose(homogeneous @ columns.values["pose"].T, homogeneous @ pose.T, atol=1e-6)
    assert not columns.left_out


@pytest.mark.parametrize(
    ("way", "is_from_parquet"),
    [*((way, False) for way in WAYS), *((way, True) for way in WAYS if "stream" not in way)],
)
def test_points_and_boxes_are_those_of_the_release(tmp_path: Path, way: str, is_from_parquet: bool) -> None:
    planted = [
        planted_sample(tmp_path, seed, num_boxes=seed, tilted_boxes=False, tilted_sensor=False) for seed in (3, 1, 2)
    ]
    layout = WAYS[way](write_cloud_release(tmp_path, [sample for _, sample in planted]))
    if is_from_parquet:
        layout = through_parquet(layout, tmp_path)
    assert list(layout.features) == COLUMNS[DETECTION]
    rows = list(layout.with_format("numpy"))
    for row, (cloud, _) in zip(rows, planted, strict=True):
        np.testing.assert_array_equal(row["points"], cloud.points)
        assert row["points"].dtype == np.float32
        assert row["boxes"].shape == (len(cloud.counts), 7)
        np.testing.assert_array_equal(
            inside_openpcdet_boxes(row["points"], row["boxes"]).sum(axis=0),
            cloud.counts,
        )
        assert row["labels"].tolist() == [item["category"] for item in cloud.row["annotations"]]
        assert row["track_ids"].tolist() == [item["track_id"] for item in cloud.row["annotations"]]
        assert row["pose"].shape == (4, 4)


def test_features_have_the_class_names_and_the_categories(tmp_path: Path) -> None:
    path = write_cloud_release(tmp_path, [cloud_sample(tmp_path, "a", POINTS, {"annotations": [cuboid(1)]})])
    layout = to_layout(load_release(path, split="train"), DETECTION)
    assert layout.features["points"] == Array2D((None, 4), "float32", id=layout.features["points"].id)
    assert layout.features["boxes"] == Array2D((None, 7), "float64")
    assert layout.features["pose"] == Array2D((4, 4), "float64")
    labels = layout.features["labels"]
    class_label = labels[0] if isinstance(labels, list) else labels.feature
    assert class_label == ClassLabel(names=["car", "truck", "unlabeled"])
    assert segments_hf.id2label(layout) == {0: "car", 1: "truck", 2: "unlabeled"}
    reloaded = through_parquet(layout, tmp_path)
    assert reloaded.features == layout.features
    assert segments_hf.categories(reloaded) == segments_hf.categories(path)


def test_pose_on_disk_has_float64(tmp_path: Path) -> None:
    pose = {"position": xyz([456_000.123, 5_430_000.456, 210.789]), "heading": xyzw([0, 0, 0, 1])}
    sample = cloud_sample(tmp_path, "a", POINTS, {"annotations": []}, pose)
    (row,) = to_layout(load_release(write_cloud_release(tmp_path, [sample]), split="train"), DETECTION)
    assert np.array(row["pose"])[:3, 3].tolist() == [456_000.123, 5_430_000.456, 210.789]


@pytest.mark.parametrize("way", WAYS)
def test_clouds_without_points_and_labels_without_boxes_have_arrays_without_rows(tmp_path: Path, way: str) -> None:
    samples = [
        cloud_sample(tmp_path, "nothing", NO_POINTS, {"annotations": []}),
        cloud_sample(tmp_path, "boxes", NO_POINTS, {"annotations": [cuboid(1)]}),
        cloud_sample(tmp_path, "points", POINTS, {"annotations": []}),
    ]
    layout = WAYS[way](write_cloud_release(tmp_path, samples))
    is_stream = isinstance(layout, datasets.IterableDataset)
    for data in [layout] if is_stream else [layout, through_parquet(layout, tmp_path)]:
        shapes = [(row["points"].shape, row["boxes"].shape, len(row["labels"])) for row in data.with_format("numpy")]
        assert shapes == [((0, 4), (0, 7), 0), ((0, 4), (1, 7), 1), ((3, 4), (0, 7), 0)]


# For each reason to leave out annotations: annotations that are left out for this reason.
LEFT_OUT = {
    "without a class": [cuboid(2, category_id=9)],
    "without a volume": [cuboid(2, dimensions=xyz([4, 0, 1])), cuboid(3, dimensions=xyz([4, -1, 1]))],
    "ellipse": [{"id": 2, "category_id": 100, "type": "ellipse", "points": [[0, 0, 0], [1, 0, 0]]}],
    "polygon": [{"id": 2, "category_id": 100, "type": "polygon", "points": [[0, 0, 0], [1, 0, 0], [1, 1, 0]]}],
    "with an id that a later annotation has": [cuboid(1, category_id=101)],
}


@pytest.mark.parametrize("reason", LEFT_OUT)
@pytest.mark.parametrize("way", ["dataset", "stream"])
def test_annotations_without_a_usable_box_are_left_out_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, reason: str, way: str
) -> None:
    unusable = LEFT_OUT[reason]
    sample = cloud_sample(tmp_path, "a", POINTS, {"annotations": [*unusable, cuboid(1)]})
    path = write_cloud_release(tmp_path, [sample], "pointcloud-vector")
    caplog.clear()
    rows = load_release(path, split="train", streaming=way == "stream", on_error="keep")
    (row,) = to_layout(rows, DETECTION).with_format("numpy")
    assert row["labels"].tolist() == [0]
    np.testing.assert_allclose(row["boxes"], [[0, 0, 0, 4, 2, 1.5, 0]])
    assert any(f"{len(unusable)} {reason}" in text for text in messages(caplog))


def test_boxes_without_a_track_have_the_track_id_minus_1(tmp_path: Path) -> None:
    sample = cloud_sample(tmp_path, "a", POINTS, {"annotations": [cuboid(1), cuboid(2, track_id=0)]})
    (row,) = to_layout(load_release(write_cloud_release(tmp_path, [sample]), split="train"), DETECTION)
    assert row["track_ids"] == [-1, 0]


def test_rows_without_a_label_are_left_out_or_kept_with_null_boxes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    samples = [cloud_sample(tmp_path, "null", POINTS), cloud_sample(tmp_path, "a", POINTS, {"annotations": []})]
    samples.append(cloud_sample(tmp_path, "empty", POINTS, {}))
    samples[2]["labels"]["ground-truth"]["label_status"] = "SKIPPED"
    path = write_cloud_release(tmp_path, samples)
    rows = load_release(path, split="train")
    assert len(to_layout(rows, DETECTION)) == 1
    assert any("1 UNLABELED" in text and "1 SKIPPED" in text for text in messages(caplog))
    kept = to_layout(rows, DETECTION, keep_unlabeled=True)
    assert [np.ndim(row["boxes"]) for row in kept] == [0, 1, 0]  # null in an array is NaN
    assert [row["labels"] for row in kept] == [None, [], None]
    with pytest.raises(OptionError, match="no row is left"):
        to_layout(rows.select([0]), DETECTION)


def test_layout_is_taken_from_the_cache_only_for_the_same_fields(tmp_path: Path) -> None:
    path = write_cloud_release(tmp_path, [cloud_sample(tmp_path, "a", POINTS, {"annotations": [cuboid(1)]})])
    rows = load_release(path, split="train")
    first, again = to_layout(rows, DETECTION), to_layout(rows, DETECTION)
    assert isinstance(first, datasets.Dataset)
    assert first.cache_files == again.cache_files
    assert first.cache_files != to_layout(rows, DETECTION, fields=["x", "y", "z"]).cache_files
