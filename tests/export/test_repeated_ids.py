"""Of annotations with the same id, the last one is exported in every format, and the others are counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dataset.making import label

from segments_hf import export_dataset
from segments_hf.export import FORMATS

from .making import ANNOTATIONS, bitmap_release, files, vector, vector_release

BITMAPS = [made.name for made in FORMATS.values() if "bitmap" in made.takes]
POLYGONS = [made.name for made in FORMATS.values() if "polygon" in made.takes]


def written(folder: Path) -> dict[str, Any]:
    """The files of an export, JSON parsed; without the images."""
    contents = {name: (folder / name).read_bytes() for name in files(folder) if not name.endswith(".jpg")}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in contents.items()}


@pytest.mark.parametrize("name", BITMAPS)
def test_bitmaps(tmp_path: Path, name: str) -> None:
    earlier = {**ANNOTATIONS[0], "category_id": ANNOTATIONS[1]["category_id"]}
    for folder, given in (("repeated", [earlier, *ANNOTATIONS]), ("once", ANNOTATIONS)):
        whole = label(annotations=given, segmentation_bitmap={"url": "bitmap.png"})
        done = export_dataset(bitmap_release(tmp_path, {"a.jpg": whole}), name, tmp_path / folder)
        assert done.objects_left_out.total() == (folder == "repeated")
    assert written(tmp_path / "repeated") == written(tmp_path / "once")


@pytest.mark.parametrize("name", POLYGONS)
def test_polygons(tmp_path: Path, name: str) -> None:
    other = vector("polygon", [[1, 1], [5, 1], [5, 5], [1, 5]])
    last = vector("polygon", [[12, 2], [20, 2], [20, 10], [12, 10]], 8)
    earlier = {**last, "points": [[2, 10], [9, 10], [9, 16], [2, 16]]}
    for folder, given in (("repeated", [earlier, other, last]), ("once", [other, last])):
        done = export_dataset(vector_release(tmp_path, given), name, tmp_path / folder)
        assert (done.objects, done.objects_left_out.total()) == (2, folder == "repeated")
    repeated, once = written(tmp_path / "repeated"), written(tmp_path / "once")
    if name in {"instance", "instance-color", "coco-panoptic"}:  # the id of a polygon is its place in the label
        assert repeated.keys() == once.keys()
    else:
        assert repeated == once


@pytest.mark.parametrize("name", [made.name for made in FORMATS.values() if "polygon" in made.takes])
def test_a_later_annotation_of_another_kind_replaces_a_polygon(tmp_path: Path, name: str) -> None:
    kept = vector("polygon", [[12, 2], [20, 2], [20, 10], [12, 10]], 8)
    replaced = vector("polygon", [[2, 2], [9, 2], [9, 16], [2, 16]])
    later = vector("point", [[5, 15]], id=replaced["id"])
    folder = tmp_path / "polygon"
    done = export_dataset(vector_release(tmp_path, [replaced, kept, later]), name, folder)
    assert done.objects + done.objects_left_out.total() == 3
    takes_points = "point" in FORMATS[name].takes
    assert done.objects == 1 + takes_points
    if not takes_points:
        other = tmp_path / "once"
        export_dataset(vector_release(tmp_path, [kept]), name, other)
        assert written(folder) == written(other)
