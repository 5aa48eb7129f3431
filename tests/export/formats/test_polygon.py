"""The format polygon: the filled outlines of an instance equal its mask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segments_hf import export_dataset
from segments_hf.bitmaps import fill_polygons

from ..making import ANNOTATIONS, BOX, IDS, POLYGON, bitmap_release, vector_release


def exported(release: Path, out: Path) -> list[dict[str, Any]]:
    export_dataset(release, "polygon", out)
    document = json.loads((out / "annotations" / "polygons_train.json").read_bytes())
    assert [item["id"] for item in document["annotations"]] == list(range(1, len(document["annotations"]) + 1))
    annotations: list[dict[str, Any]] = document["annotations"]
    return annotations


def test_filled_outlines_equal_each_instance_of_the_bitmap(tmp_path: Path) -> None:
    annotations = exported(bitmap_release(tmp_path), tmp_path / "out")
    for found, annotation in zip(annotations, ANNOTATIONS, strict=True):
        filled = fill_polygons([found["polygons"]], *IDS.shape)
        np.testing.assert_array_equal(filled == 1, annotation["id"] == IDS)
        assert (found["image_id"], found["category_id"]) == (1, annotation["category_id"])
        assert found["attributes"] == annotation.get("attributes", {})
    # The first instance has a hole, the second has two parts.
    assert [len(found["polygons"]) for found in annotations] == [2, 2, 1, 1, 1, 1]


def test_polygons_of_vector_labels_are_unchanged_and_boxes_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (found,) = exported(vector_release(tmp_path, [BOX, POLYGON]), tmp_path / "out")
    assert found["polygons"] == [POLYGON["points"]]
    assert "1 object left out: 1 bbox" in caplog.text
