"""The format coco-panoptic, read with numpy, because panopticapi requires numpy below 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset.making import label
from PIL import Image

from segments_hf import export_dataset

from ..making import ANNOTATIONS, BOX, IDS, POLYGON, SIZE, bitmap_release, vector_release


def exported(release: Any, out: Path, **options: Any) -> dict[str, Any]:
    export_dataset(release, "coco-panoptic", out, **options)
    document: dict[str, Any] = json.loads((out / "annotations" / "panoptic_train.json").read_bytes())
    return document


def segments(out: Path, annotation: dict[str, Any]) -> np.ndarray:
    """Return the segment id of each pixel of one image: int array of shape (H, W)."""
    with Image.open(out / "annotations" / "panoptic_train" / annotation["file_name"]) as png:
        assert png.mode == "RGB"
        red, green, blue = np.array(png).astype(int).transpose(2, 0, 1)
        ids: np.ndarray = red + 256 * green + 256 * 256 * blue
        return ids


def test_segments_equal_the_objects_of_the_bitmap(tmp_path: Path) -> None:
    document = exported(bitmap_release(tmp_path, {"a/meadow.jpg": True}), tmp_path / "out")
    (annotation,) = document["annotations"]
    assert (annotation["image_id"], annotation["file_name"]) == (1, "a/meadow.png")
    ids = segments(tmp_path / "out", annotation)
    expected = np.where(IDS == 71, 70, IDS)  # the objects of a class without instances are one segment
    np.testing.assert_array_equal(ids, expected)
    category_ids = {item["id"]: item["category_id"] for item in ANNOTATIONS}
    assert [segment["id"] for segment in annotation["segments_info"]] == [5, 300, 2**24 - 1, 9, 70]
    for segment in annotation["segments_info"]:
        rows, columns = np.nonzero(ids == segment["id"])
        left, top = int(columns.min()), int(rows.min())
        assert segment["category_id"] == category_ids[segment["id"]]
        assert (segment["area"], segment["iscrowd"]) == (len(rows), 0)
        assert segment["bbox"] == [left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top]
    assert {item["id"]: (item["name"], item["isthing"]) for item in document["categories"]} == {
        0: ("ground", 0),
        3: ("flower", 1),
        8: ("leaf", 1),
    }
    assert document["images"] == [{"id": 1, "file_name": "a/meadow.jpg", "width": SIZE[0], "height": SIZE[1]}]
    assert (tmp_path / "out" / "train" / "a" / "meadow.jpg").exists()


def test_png_and_json_have_the_same_segments_and_areas(tmp_path: Path) -> None:
    """panopticapi checks this before it evaluates an export."""
    document = exported(bitmap_release(tmp_path, {"a.jpg": True, "b.jpg": None, "c.jpg": True}), tmp_path / "out")
    assert (
        [item["image_id"] for item in document["annotations"]] == [item["id"] for item in document["images"]] == [1, 3]
    )
    category_ids = {item["id"] for item in document["categories"]}
    for annotation in document["annotations"]:
        segment_ids, areas = np.unique(segments(tmp_path / "out", annotation), return_counts=True)
        listed = {segment["id"]: segment for segment in annotation["segments_info"]}
        assert len(listed) == len(annotation["segments_info"])
        png_areas = {number: area for number, area in zip(segment_ids.tolist(), areas.tolist(), strict=True) if number}
        assert {number: segment["area"] for number, segment in listed.items()} == png_areas
        assert {segment["category_id"] for segment in listed.values()} <= category_ids


def test_two_exports_of_a_release_have_the_same_bytes(tmp_path: Path) -> None:
    release = bitmap_release(tmp_path)
    documents = [exported(release, tmp_path / name, class_index=True) for name in ("first", "second")]
    assert documents[0] == documents[1]
    assert [item["category_id"] for item in documents[0]["annotations"][0]["segments_info"]] == [1, 2, 1, 2, 0]
    pngs = [(tmp_path / name / "annotations/panoptic_train/meadow.png").read_bytes() for name in ("first", "second")]
    assert pngs[0] == pngs[1]


def test_polygons_become_segments_and_boxes_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    document = exported(vector_release(tmp_path, [BOX, POLYGON]), tmp_path / "out")
    ids = segments(tmp_path / "out", document["annotations"][0])
    assert (ids == 1).sum() == 64
    assert (ids != 0).sum() == 64
    assert "1 object left out: 1 bbox" in caplog.text


def test_annotations_without_pixels_are_left_out_and_counted(tmp_path: Path) -> None:
    without_pixels = [{"id": 800, "category_id": 0}, {"id": 801, "category_id": 3}]
    bitmap_label = label(annotations=[*ANNOTATIONS, *without_pixels], segmentation_bitmap={"url": "bitmap.png"})
    result = export_dataset(bitmap_release(tmp_path, {"a.jpg": bitmap_label}), "coco-panoptic", tmp_path / "out")
    assert (result.objects, result.objects_left_out.total()) == (len(ANNOTATIONS), 2)
