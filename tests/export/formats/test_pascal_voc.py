"""The format pascal-voc, as supervision and Pillow read it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import supervision as sv
from PIL import Image

from segments_hf import export_dataset, load_release

from ..making import (
    ANNOTATIONS,
    BOX,
    CATEGORIES,
    IDS,
    LINE,
    POINT,
    POLYGON,
    SIZE,
    bitmap_release,
    files,
    vector_release,
)

CLASS_NAMES = {item["id"]: item["name"] for item in CATEGORIES}  # by category id
MASK_VALUES = {0: 1, 3: 2, 8: 3}  # the class index plus 1 for each category id


def read(out: Path) -> tuple[list[str], sv.Detections]:
    dataset = sv.DetectionDataset.from_pascal_voc(str(out / "JPEGImages"), str(out / "Annotations"))
    ((_, _, detections),) = list(dataset)
    return dataset.classes, detections


def mask(out: Path, folder: str) -> Image.Image:
    image = Image.open(out / folder / "meadow.png")
    assert image.mode == "P"
    return image


def test_boxes_enclose_the_pixels_of_each_instance(tmp_path: Path) -> None:
    export_dataset(bitmap_release(tmp_path), "pascal-voc", tmp_path / "out")
    classes, found = read(tmp_path / "out")
    assert [classes[index] for index in found.class_id] == [CLASS_NAMES[item["category_id"]] for item in ANNOTATIONS]
    for annotation, box in zip(ANNOTATIONS, found.xyxy.tolist(), strict=True):
        rows, columns = np.nonzero(annotation["id"] == IDS)
        assert box == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_xml_has_the_elements_of_the_voc_development_kit(tmp_path: Path) -> None:
    export_dataset(bitmap_release(tmp_path), "voc", tmp_path / "out")
    root = ET.parse(tmp_path / "out" / "Annotations" / "meadow.xml").getroot()
    texts = {node.tag: node.text for node in root.iter() if node.text and node.text.strip()}
    assert [node.tag for node in root][:5] == ["folder", "filename", "source", "size", "segmented"]
    assert (texts["filename"], texts["width"], texts["height"], texts["depth"]) == ("meadow.jpg", "24", "18", "3")
    assert root.findtext("segmented") == "1"
    first_object = root.find("object")
    assert [node.tag for node in first_object] == ["name", "pose", "truncated", "difficult", "bndbox"]
    # Coordinates start at 1, and the pixels of both corners belong to the box.
    assert [node.text for node in first_object.find("bndbox")] == ["2", "2", "9", "9"]


def test_masks_have_class_values_and_object_numbers(tmp_path: Path) -> None:
    export_dataset(bitmap_release(tmp_path), "pascal-voc", tmp_path / "out")
    classes, objects = mask(tmp_path / "out", "SegmentationClass"), mask(tmp_path / "out", "SegmentationObject")
    expected_classes, expected_objects = np.zeros((2, *IDS.shape), np.uint8)
    for number, annotation in enumerate(ANNOTATIONS, start=1):
        expected_objects[annotation["id"] == IDS] = number
        expected_classes[annotation["id"] == IDS] = MASK_VALUES[annotation["category_id"]]
    np.testing.assert_array_equal(np.array(classes), expected_classes)
    np.testing.assert_array_equal(np.array(objects), expected_objects)
    assert classes.convert("RGB").getpixel((1, 1)) == (255, 0, 0)
    assert (tmp_path / "out" / "labelmap.txt").read_text().splitlines() == [
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "ground:90,60,30::",
        "flower:255,0,0::",
        "leaf:0,160,0::",
    ]


def test_polygons_have_boxes_and_masks_but_lines_only_boxes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    result = export_dataset(vector_release(tmp_path, [POINT, BOX, LINE, POLYGON]), "pascal-voc", tmp_path / "out")
    classes, found = read(tmp_path / "out")
    assert [classes[index] for index in found.class_id] == ["flower", "ground", "leaf"]
    # Coordinates are integers: the box in the file has each pixel that overlaps with the box of the label.
    assert found.xyxy.tolist() == [[2, 3, 10, 13], [1, 1, 8, 9], [12, 2, 20, 10]]
    expected = np.zeros(SIZE[::-1], np.uint8)
    expected[2:10, 12:20] = 3
    np.testing.assert_array_equal(np.array(mask(tmp_path / "out", "SegmentationObject")), expected)
    np.testing.assert_array_equal(np.array(mask(tmp_path / "out", "SegmentationClass")), expected)
    assert result.objects_left_out == {"point": 1}


def test_release_of_boxes_has_no_masks(tmp_path: Path) -> None:
    export_dataset(vector_release(tmp_path, [BOX], "bboxes"), "pascal-voc", tmp_path / "out")
    assert files(tmp_path / "out") == {
        "Annotations/meadow.xml", "ImageSets/Main/train.txt", "ImageSets/Segmentation/train.txt",
        "JPEGImages/meadow.jpg", "labelmap.txt",
    }  # fmt: skip
    assert (tmp_path / "out" / "ImageSets/Segmentation/train.txt").read_text() == ""


def test_splits_are_lists_of_unique_file_names(tmp_path: Path) -> None:
    """The files of all splits are in the same folders, so the second file with a name gets a number."""
    train, val = bitmap_release(tmp_path / "a", {"x/1.jpg": True}), bitmap_release(tmp_path / "b", {"x/1.jpg": True})
    export_dataset(load_release({"train": train, "val": val}, streaming=True), "pascal-voc", tmp_path / "out")
    sets = tmp_path / "out" / "ImageSets"
    assert {path.relative_to(sets).as_posix(): path.read_text() for path in sets.rglob("*.txt")} == {
        "Main/train.txt": "x/1\n", "Main/val.txt": "x/1-2\n",
        "Segmentation/train.txt": "x/1\n", "Segmentation/val.txt": "x/1-2\n",
    }  # fmt: skip
    assert (tmp_path / "out" / "Annotations/x/1-2.xml").is_file()


def test_class_name_with_markup_is_escaped(tmp_path: Path) -> None:
    categories = [{"id": 3, "name": 'a<b> & "c"\x07'}]
    release = bitmap_release(
        tmp_path, task_attributes={"format_version": "0.1", "categories": categories + CATEGORIES[1:]}
    )
    export_dataset(release, "pascal-voc", tmp_path / "out")
    root = ET.parse(tmp_path / "out" / "Annotations" / "meadow.xml").getroot()
    assert root.findtext("object/name") == 'a<b> & "c"'
