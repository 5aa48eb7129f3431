"""If annotations have the same id, every format exports the last one and counts the others as left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dataset.making import label

from segments_hf import export_dataset
from segments_hf.export import FORMATS

from .making import ANNOTATIONS, bitmap_release, files, vector, vector_release

BITMAP_FORMATS = [entry.name for entry in FORMATS.values() if "bitmap" in entry.object_kinds]
POLYGON_FORMATS = [entry.name for entry in FORMATS.values() if "polygon" in entry.object_kinds]


def decoded_files(folder: Path) -> dict[str, Any]:
    """Return the content of each exported file except the images; JSON files are decoded."""
    contents = {name: (folder / name).read_bytes() for name in files(folder) if not name.endswith(".jpg")}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in contents.items()}


@pytest.mark.parametrize("name", BITMAP_FORMATS)
def test_last_annotation_of_a_repeated_id_determines_the_class_of_the_pixels(tmp_path: Path, name: str) -> None:
    earlier_annotation = {**ANNOTATIONS[0], "category_id": ANNOTATIONS[1]["category_id"]}
    for folder, entries in (("repeated", [earlier_annotation, *ANNOTATIONS]), ("once", ANNOTATIONS)):
        bitmap_label = label(annotations=entries, segmentation_bitmap={"url": "bitmap.png"})
        result = export_dataset(bitmap_release(tmp_path, {"a.jpg": bitmap_label}), name, tmp_path / folder)
        assert result.objects_left_out.total() == (folder == "repeated")
    assert decoded_files(tmp_path / "repeated") == decoded_files(tmp_path / "once")


@pytest.mark.parametrize("name", POLYGON_FORMATS)
def test_last_polygon_of_a_repeated_id_is_exported(tmp_path: Path, name: str) -> None:
    other_polygon = vector("polygon", [[1, 1], [5, 1], [5, 5], [1, 5]])
    last_polygon = vector("polygon", [[12, 2], [20, 2], [20, 10], [12, 10]], 8)
    earlier_polygon = {**last_polygon, "points": [[2, 10], [9, 10], [9, 16], [2, 16]]}
    for folder, entries in (
        ("repeated", [earlier_polygon, other_polygon, last_polygon]),
        ("once", [other_polygon, last_polygon]),
    ):
        result = export_dataset(vector_release(tmp_path, entries), name, tmp_path / folder)
        assert (result.objects, result.objects_left_out.total()) == (2, folder == "repeated")
    repeated, once = decoded_files(tmp_path / "repeated"), decoded_files(tmp_path / "once")
    # In these formats, the id of a polygon is its position in the label, which differs between the two releases.
    if name in {"instance", "instance-color", "coco-panoptic"}:
        assert repeated.keys() == once.keys()
    else:
        assert repeated == once


@pytest.mark.parametrize("name", POLYGON_FORMATS)
def test_later_annotation_of_another_type_replaces_a_polygon(tmp_path: Path, name: str) -> None:
    kept_polygon = vector("polygon", [[12, 2], [20, 2], [20, 10], [12, 10]], 8)
    replaced_polygon = vector("polygon", [[2, 2], [9, 2], [9, 16], [2, 16]])
    later_point = vector("point", [[5, 15]], id=replaced_polygon["id"])
    folder = tmp_path / "polygon"
    result = export_dataset(vector_release(tmp_path, [replaced_polygon, kept_polygon, later_point]), name, folder)
    assert result.objects + result.objects_left_out.total() == 3
    exports_points = "point" in FORMATS[name].object_kinds
    assert result.objects == 1 + exports_points
    if not exports_points:
        export_dataset(vector_release(tmp_path, [kept_polygon]), name, tmp_path / "once")
        assert decoded_files(folder) == decoded_files(tmp_path / "once")
