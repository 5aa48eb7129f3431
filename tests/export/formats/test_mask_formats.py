"""Exported masks, read with Pillow, have the ids, the classes and the colors of the release."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from dataset.making import bitmap
from PIL import Image

from segments_hf import export_dataset
from segments_hf.bitmaps import decode_bitmap

from ..making import ANNOTATIONS, IDS, POLYGON, SIZE, bitmap_release, files, vector_release

COLORS = {0: (90, 60, 30), 3: (255, 0, 0), 8: (0, 160, 0)}
MASK_VALUES = {0: 1, 3: 2, 8: 3}  # the class index plus 1 for each category id


def exported(release: Path, name: str, out: Path) -> Image.Image:
    export_dataset(release, name, out)
    return Image.open(out / "masks" / "train" / "meadow.png")


@pytest.mark.parametrize(("highest", "mode"), [(2**16 - 1, "I;16"), (2**16, "RGBA"), (2**24 - 1, "RGBA"), (5, "I;16")])
def test_instance_masks_have_the_ids_of_the_bitmap(tmp_path: Path, highest: int, mode: str) -> None:
    release = bitmap_release(tmp_path)
    ids = np.minimum(IDS, highest)
    (tmp_path / "bitmap.png").write_bytes(bitmap(ids))
    mask = exported(release, "instance", tmp_path / "out")
    assert mask.mode == mode
    np.testing.assert_array_equal(decode_bitmap(mask), ids)
    if mode == "I;16":
        np.testing.assert_array_equal(np.array(mask), ids)


def test_instance_color_masks_have_one_color_for_each_instance(tmp_path: Path) -> None:
    pixels = np.array(exported(bitmap_release(tmp_path), "instance-color", tmp_path / "out"))
    assert pixels.shape == (*IDS.shape, 3)
    colors = set()
    for instance_id in np.unique(IDS).tolist():
        (color,) = np.unique(pixels[instance_id == IDS], axis=0).tolist()
        assert (color == [0, 0, 0]) == (instance_id == 0)
        colors.add(tuple(color))
    assert len(colors) == len(ANNOTATIONS) + 1


def test_semantic_masks_have_the_class_index_plus_1(tmp_path: Path) -> None:
    mask = exported(bitmap_release(tmp_path), "semantic", tmp_path / "out")
    expected = np.zeros(IDS.shape)
    for annotation in ANNOTATIONS:
        expected[annotation["id"] == IDS] = MASK_VALUES[annotation["category_id"]]
    assert mask.mode == "L"
    np.testing.assert_array_equal(np.array(mask), expected)
    id2label = json.loads((tmp_path / "out" / "id2label.json").read_bytes())
    assert id2label == {"0": "unlabeled", "1": "ground", "2": "flower", "3": "leaf"}


def test_semantic_masks_of_more_than_255_classes_have_16_bits(tmp_path: Path) -> None:
    categories = [{"id": number, "name": f"class {number}"} for number in range(-300, 9)]
    release = bitmap_release(tmp_path, task_attributes={"format_version": "0.1", "categories": categories})
    mask = exported(release, "semantic", tmp_path / "out")
    assert mask.mode == "I;16"
    assert np.array(mask)[1, 1] == 304
    assert json.loads((tmp_path / "out" / "id2label.json").read_bytes())["304"] == "class 3"


def test_semantic_color_masks_have_the_colors_of_the_categories(tmp_path: Path) -> None:
    pixels = np.array(exported(bitmap_release(tmp_path), "semantic-color", tmp_path / "out"))
    expected = np.zeros((*IDS.shape, 3))
    for annotation in ANNOTATIONS:
        expected[annotation["id"] == IDS] = COLORS[annotation["category_id"]]
    np.testing.assert_array_equal(pixels, expected)
    lines = (tmp_path / "out" / "labelmap.txt").read_text().splitlines()
    assert lines[1:] == ["unlabeled:0,0,0::", "ground:90,60,30::", "flower:255,0,0::", "leaf:0,160,0::"]


def test_images_and_masks_have_the_same_names_except_for_the_suffix(tmp_path: Path) -> None:
    names = {"a.jpg": True, "a.png": True, "b/a.jpg": True, "c.jpg": None}
    export_dataset(bitmap_release(tmp_path, names), "instance", tmp_path / "out")
    assert files(tmp_path / "out") == {
        "images/train/a.jpg", "images/train/a-2.png", "images/train/b/a.jpg",
        "masks/train/a.png", "masks/train/a-2.png", "masks/train/b/a.png",
    }  # fmt: skip


def test_semantic_masks_have_the_pixels_of_polygons(tmp_path: Path) -> None:
    mask = exported(vector_release(tmp_path, [POLYGON]), "semantic", tmp_path / "out")
    expected = np.zeros(SIZE[::-1])
    expected[2:10, 12:20] = 3
    np.testing.assert_array_equal(np.array(mask), expected)
