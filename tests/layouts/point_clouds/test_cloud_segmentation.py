"""The layout of 3-D segmentation has a class and an instance for each point of a point cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import segments_hf
from segments_hf import OptionError, load_release, to_layout
from segments_hf.layouts.layout import LayoutOptions
from segments_hf.layouts.registry import LAYOUTS

from ..mask_making import messages, through_parquet, train
from .cloud_release import COLUMNS, NO_POINTS, SEGMENTATION, cloud_sample, segment_annotations, write_cloud_release
from .test_cloud_detection import CLASSES

POINTS = np.arange(20, dtype=np.float32).reshape(5, 4)
TASK = "pointcloud-segmentation"
LABEL = {"annotations": segment_annotations(7, 8, 9), "point_annotations": [9, 0, 7, 8, 7]}


def make_layout(
    label: Any,
    tmp_path: Path,
    points: np.ndarray = POINTS,
    way: str = "dataset",
    on_error: str = "raise",
    **options: Any,
) -> Any:
    """Return the layout of a release of one point cloud, in numpy format."""
    path = write_cloud_release(tmp_path, [cloud_sample(tmp_path, "a", points, label)], TASK)
    data = path if way == "release" else load_release(path, split="train", streaming=way == "stream", on_error=on_error)
    return train(to_layout(data, SEGMENTATION, on_error=on_error, **options)).with_format("numpy")


@pytest.mark.parametrize("way", ["release", "dataset", "stream"])
def test_points_have_the_class_and_number_of_their_annotation(tmp_path: Path, way: str) -> None:
    layout = make_layout(LABEL, tmp_path, way=way)
    (row,) = layout
    assert list(row) == COLUMNS[SEGMENTATION]
    np.testing.assert_array_equal(row["points"], POINTS)
    assert row["labels"].tolist() == [3, 0, 1, 2, 1]
    assert row["instances"].tolist() == [3, 0, 1, 2, 1]
    assert segments_hf.id2label(layout) == {0: "unlabeled", 1: "car", 2: "truck", 3: "unlabeled (102)"}
    assert [item.name for item in segments_hf.categories(layout)] == ["car", "truck", "unlabeled"]


def test_unlabeled_points_have_the_ignore_index(tmp_path: Path) -> None:
    layout = make_layout(LABEL, tmp_path, ignore_index=255)
    (row,) = layout
    assert row["labels"].tolist() == [2, 255, 0, 1, 0]
    assert row["instances"].tolist() == [3, 0, 1, 2, 1]
    assert segments_hf.id2label(layout) == {0: "car", 1: "truck", 2: "unlabeled"}


@pytest.mark.parametrize("ignore_index", [2, -1, 2**16])
def test_ignore_index_of_a_class_or_outside_of_16_bits_raises_option_error(tmp_path: Path, ignore_index: int) -> None:
    with pytest.raises(OptionError, match="ignore_index"):
        make_layout(LABEL, tmp_path, ignore_index=ignore_index)


@given(st.lists(st.integers(0, 4), max_size=20), st.permutations(range(1, 5)))
def test_each_point_has_the_class_of_the_annotation_with_its_id(ids: list[int], numbers: list[int]) -> None:
    annotations = [{"id": number, "category": index % 3} for index, number in enumerate(numbers)]
    row = {"status": "LABELED", "point_cloud": None, "annotations": annotations, "point_annotations": ids}
    columns = LAYOUTS[SEGMENTATION].make(CLASSES, LayoutOptions()).columns_of(row)
    index_of_id = {number: index for index, number in enumerate(numbers)}
    assert columns.values["labels"].tolist() == [index_of_id[number] % 3 + 1 if number else 0 for number in ids]
    assert columns.values["instances"].tolist() == [index_of_id[number] + 1 if number else 0 for number in ids]
    assert columns.left_out.total() == len(set(numbers) - set(ids))


def test_annotations_without_points_or_class_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    annotations = [*segment_annotations(7, 8), {"id": 9, "category_id": 5}]
    (row,) = make_layout({"annotations": annotations, "point_annotations": [9, 9, 7, 0, 7]}, tmp_path, on_error="keep")
    assert row["labels"].tolist() == [0, 0, 1, 0, 1]
    assert row["instances"].tolist() == [0, 0, 1, 0, 1]
    assert any("1 without a class" in text and "1 without a point" in text for text in messages(caplog))


@pytest.mark.parametrize("way", ["release", "dataset", "stream"])
def test_cloud_without_points_has_empty_arrays(tmp_path: Path, way: str) -> None:
    (row,) = make_layout({"annotations": [], "point_annotations": []}, tmp_path, NO_POINTS, way)
    assert {name: value.shape for name, value in row.items()} == {"points": (0, 4), "labels": (0,), "instances": (0,)}


def test_frames_of_a_sequence_become_rows(tmp_path: Path) -> None:
    frames = [cloud_sample(tmp_path, f"frame-{index}", POINTS + index)["attributes"] for index in range(3)]
    labels = [{**LABEL, "point_annotations": [index and 7] * 5} for index in range(3)]
    sample = cloud_sample(tmp_path, "sequence", None, {"frames": labels})
    sample["attributes"] = {"frames": frames}
    path = write_cloud_release(tmp_path, [sample], f"{TASK}-sequence")
    rows = list(to_layout(load_release(path, split="train"), SEGMENTATION).with_format("numpy"))
    assert [row["points"][0, 0] for row in rows] == [0, 1, 2]
    assert [row["labels"].tolist() for row in rows] == [[0] * 5, [1] * 5, [1] * 5]


def test_label_with_fewer_points_than_the_file_raises_an_error_that_names_the_sample(tmp_path: Path) -> None:
    rows = load_release(
        write_cloud_release(tmp_path, [cloud_sample(tmp_path, "a", POINTS, LABEL)], TASK), split="train"
    )
    shorter = rows.map(lambda row: {"point_annotations": row["point_annotations"][:-1]})
    with pytest.raises(segments_hf.AssetError, match=r"sample 'a': points: .*4 points .*5 points"):
        to_layout(shorter, SEGMENTATION)


def test_id_without_an_annotation_raises_an_error_that_names_the_sample(tmp_path: Path) -> None:
    with pytest.raises(segments_hf.PointCloudError, match=r"sample 'a': .*77"):
        make_layout({**LABEL, "point_annotations": [77] * 5}, tmp_path)


def test_layout_in_parquet_keeps_its_rows_and_names(tmp_path: Path) -> None:
    layout = make_layout(LABEL, tmp_path)
    reloaded = through_parquet(layout.with_format(None), tmp_path)
    assert reloaded.features == layout.features
    assert segments_hf.id2label(reloaded) == segments_hf.id2label(layout)
    assert segments_hf.categories(reloaded) == segments_hf.categories(layout)
    for row, expected in zip(reloaded.with_format("numpy"), layout, strict=True):
        for name in COLUMNS[SEGMENTATION]:
            np.testing.assert_array_equal(row[name], expected[name])
