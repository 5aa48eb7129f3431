"""The YOLO formats, as supervision reads them and as ultralytics requires them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision as sv
import yaml

from segments_hf import export_dataset, load_release

from ..making import ANNOTATIONS, BOX, IDS, LINE, POINT, POLYGON, SIZE, bitmap_release, files, vector, vector_release
from .ultralytics_rules import check_folder

CLASS_INDICES = [1, 2, 1, 2, 0, 0]


def read(out: Path, **options: Any) -> tuple[list[str], sv.Detections]:
    dataset = sv.DetectionDataset.from_yolo(
        str(out / "images/train"), str(out / "labels/train"), str(out / "data.yaml"), **options
    )
    ((_, _, detections),) = list(dataset)
    return dataset.classes, detections


def test_boxes_enclose_the_pixels_of_each_instance(tmp_path: Path) -> None:
    export_dataset(bitmap_release(tmp_path), "yolo", tmp_path / "out")
    classes, found = read(tmp_path / "out")
    assert classes == ["ground", "flower", "leaf"]
    assert found.class_id.tolist() == CLASS_INDICES
    for annotation, (left, top, right, bottom) in zip(ANNOTATIONS, found.xyxy.tolist(), strict=True):
        rows, columns = np.nonzero(annotation["id"] == IDS)
        expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert [left, top, right, bottom] == pytest.approx(expected, abs=1e-4)
    check_folder(tmp_path / "out", "detect")


def test_boxes_of_vectors_are_clipped_to_the_image(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    outside = vector("bbox", [[-5, -5], [-1, -1]])
    across_the_edge = vector("bbox", [[20, 10], [40, 40]], 8)
    release = vector_release(tmp_path, [BOX, POLYGON, outside, across_the_edge, POINT])
    result = export_dataset(release, "yolo", tmp_path / "out")
    _, found = read(tmp_path / "out")
    expected = [[2.5, 3, 10, 12.25], [12, 2, 20, 10], [20, 10, *SIZE]]
    assert found.xyxy.tolist() == [pytest.approx(box, abs=1e-4) for box in expected]
    assert found.class_id.tolist() == [1, 2, 2]
    assert result.objects_left_out == {"point": 1, "without an area in the image": 1}
    check_folder(tmp_path / "out", "detect")


def test_filled_polygons_of_bitmaps_equal_the_masks_of_the_instances(tmp_path: Path) -> None:
    """Supervision rounds the coordinates, and fills each polygon together with its outline."""
    export_dataset(bitmap_release(tmp_path), "yolo-segment", tmp_path / "out")
    _, found = read(tmp_path / "out", force_masks=True)
    assert found.class_id.tolist() == CLASS_INDICES
    for annotation, mask in zip(ANNOTATIONS, found.mask, strict=True):
        np.testing.assert_array_equal(mask, annotation["id"] == IDS)
    check_folder(tmp_path / "out", "segment")


def test_readers_that_truncate_coordinates_get_the_same_pixels_as_readers_that_round(tmp_path: Path) -> None:
    export_dataset(bitmap_release(tmp_path), "yolo-segment", tmp_path / "out")
    for row in check_folder(tmp_path / "out", "segment")["train"]:
        pixels = row[1:].reshape(-1, 2) * SIZE
        np.testing.assert_array_equal(pixels.astype(int), np.round(pixels).astype(int))


def test_polygons_of_vector_labels_are_clipped_to_the_image(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    across_the_edge = vector("polygon", [[20, 12], [30, 12], [30, 30], [20, 30]])
    result = export_dataset(
        vector_release(tmp_path, [POLYGON, across_the_edge, BOX, LINE]), "yolo-segment", tmp_path / "out"
    )
    inner_polygon, clipped_polygon = check_folder(tmp_path / "out", "segment")["train"]
    assert (inner_polygon[1:].reshape(-1, 2) * SIZE).tolist() == [pytest.approx(point) for point in POLYGON["points"]]
    assert sorted((clipped_polygon[1:].reshape(-1, 2) * SIZE).tolist()) == [
        pytest.approx(point) for point in ([20, 12], [20, 18], [24, 12], [24, 18])
    ]
    assert result.objects_left_out == {"bbox": 1, "polyline": 1}


def test_oriented_boxes_have_the_corners_of_boxes_and_diamonds(tmp_path: Path) -> None:
    diamond = vector("polygon", [[10, 2], [16, 8], [10, 14], [4, 8]])
    export_dataset(vector_release(tmp_path, [BOX, diamond]), "yolo-obb", tmp_path / "out")
    _, found = read(tmp_path / "out", is_obb=True)
    corners = found.data[sv.config.ORIENTED_BOX_COORDINATES]
    assert sorted(corners[0].tolist()) == [
        pytest.approx(point, abs=1e-4) for point in ([2.5, 3], [2.5, 12.25], [10, 3], [10, 12.25])
    ]
    assert sorted(corners[1].tolist()) == [pytest.approx(point, abs=1e-4) for point in sorted(diamond["points"])]
    check_folder(tmp_path / "out", "obb")


def test_oriented_box_of_a_rectangle_in_a_bitmap_has_its_corners(tmp_path: Path) -> None:
    export_dataset(bitmap_release(tmp_path), "yolo-obb", tmp_path / "out")
    rows = check_folder(tmp_path / "out", "obb")["train"]
    assert [int(row[0]) for row in rows] == CLASS_INDICES
    upright = rows[0][1:].reshape(4, 2) * SIZE
    assert sorted(upright.tolist()) == [pytest.approx(point) for point in ([1, 1], [1, 9], [9, 1], [9, 9])]


def test_point_is_exported_as_a_pose_of_one_keypoint(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    points = [POINT, vector("point", [[0, 0]]), vector("point", [[50, 1]])]
    result = export_dataset(vector_release(tmp_path, points, "keypoints"), "yolo-pose", tmp_path / "out")
    inner_point, corner_point = check_folder(tmp_path / "out", "pose")["train"]
    assert inner_point[:1].tolist() == [2]
    assert (inner_point[1:7].reshape(3, 2) * SIZE).ravel().tolist() == pytest.approx([6, 7.5, 1.2, 1.2, 6, 7.5])
    assert (corner_point[1:7].reshape(3, 2) * SIZE).ravel().tolist() == pytest.approx([0.3, 0.3, 0.6, 0.6, 0, 0])
    assert (inner_point[7], corner_point[7]) == (2, 2)
    assert result.objects_left_out == {"outside of the image": 1}
    assert yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())["kpt_shape"] == [1, 3]


def test_data_yaml_names_the_splits_as_ultralytics_does(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    release = bitmap_release(tmp_path, {f"{number}.jpg": True for number in range(12)})
    splits = load_release(release, splits={"train": 0.5, "validation": 0.3, "test": 0.2}, streaming=True)
    export_dataset(splits, "yolo", tmp_path / "out")
    data = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())
    assert {key: data[key] for key in ("train", "val", "test")} == {
        "train": "images/train",
        "val": "images/val",
        "test": "images/test",
    }
    assert "path" not in data  # without `path`, the paths are relative to data.yaml
    found = check_folder(tmp_path / "out", "detect")
    assert sum(map(len, found.values())) == 12 * len(ANNOTATIONS)
    assert not [record for record in caplog.records if "'val'" in record.getMessage()]


def test_data_yaml_uses_train_for_a_missing_validation_split(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    result = export_dataset(bitmap_release(tmp_path), "yolo", tmp_path / "out")
    data = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())
    assert data["val"] == data["train"] == "images/train"
    (note,) = result.notes
    assert note.startswith("got no split 'val'")
    assert note in caplog.text


def test_label_files_are_in_the_folders_that_ultralytics_reads(tmp_path: Path) -> None:
    """In the path of an image, ultralytics replaces the last folder `images` by `labels`, and the suffix by .txt."""
    names = ["a.jpg", "a.png", "images/b.jpg", "x/images/c.jpg", "labels/d.jpg"]
    export_dataset(bitmap_release(tmp_path, dict.fromkeys(names, True)), "yolo", tmp_path / "out")
    assert files(tmp_path / "out" / "images/train") == {
        "a.jpg", "a-2.png", "images_/b.jpg", "x/images_/c.jpg", "labels/d.jpg",
    }  # fmt: skip
    assert len(check_folder(tmp_path / "out", "detect")["train"]) == len(names) * len(ANNOTATIONS)


def test_image_without_objects_has_an_empty_label_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    release = vector_release(tmp_path, [])
    export_dataset(release, "yolo-segment", tmp_path / "out")
    assert (tmp_path / "out" / "labels/train/meadow.txt").read_bytes() == b""
    check_folder(tmp_path / "out", "segment")
