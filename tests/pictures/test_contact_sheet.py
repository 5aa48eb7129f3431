"""The contact sheet shows the classes in their colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from segments_hf import categories, load_release, to_layout
from segments_hf.bitmaps import decode_bitmap
from segments_hf.dataset.categories import class_colors
from segments_hf.demo import demo_release
from segments_hf.pictures import contact_sheet, label_picture
from segments_hf.pictures.label_picture import NO_CLASS_COLOR, UNLABELED_COLOR
from segments_hf.release import Category

COLORS = [(255, 0, 0), (0, 0, 255)]


def vector_row(*annotations: dict[str, Any]) -> dict[str, Any]:
    return {"width": 40, "height": 30, "annotations": list(annotations), "status": "LABELED"}


def test_each_pixel_has_the_colour_of_its_class() -> None:
    dataset = load_release(demo_release(), split="train", filter_by="reviewed")
    colors = class_colors(categories(dataset))
    assert colors == [(236, 72, 153), (34, 160, 90)]
    for row in dataset:
        drawn = np.asarray(label_picture(row, colors))
        bitmap = decode_bitmap(row["segmentation_bitmap"])
        assert (drawn[bitmap == 0] == UNLABELED_COLOR).all()
        for annotation in row["annotations"]:
            assert (drawn[bitmap == annotation["id"]] == colors[annotation["category"]]).all()


@pytest.mark.parametrize(
    ("kind", "points", "inside", "outside"),
    [
        pytest.param("polygon", [[5, 5], [30, 5], [30, 25], [5, 25]], (15, 15), (35, 15), id="polygon"),
        pytest.param("bbox", [[5, 5], [30, 25]], (5, 15), (15, 15), id="box"),
        pytest.param("bbox", [[30, 25], [5, 5]], (5, 15), (15, 15), id="box from its last corner"),
        pytest.param("polyline", [[5, 15], [30, 15]], (15, 15), (15, 25), id="polyline"),
        pytest.param("point", [[15, 15]], (15, 15), (25, 25), id="point"),
    ],
)
def test_vector_labels_are_drawn(
    kind: str, points: list[list[int]], inside: tuple[int, int], outside: tuple[int, int]
) -> None:
    picture = label_picture(vector_row({"type": kind, "points": points, "category": 1}), COLORS)
    assert picture is not None
    assert picture.getpixel(inside) == COLORS[1]
    assert picture.getpixel(outside) == UNLABELED_COLOR


def test_an_object_without_class_or_points_does_not_stop_it() -> None:
    row = vector_row(
        {"type": "point", "points": [[9, 9]], "category": None}, {"type": "bbox", "points": None, "category": 0}
    )
    picture = label_picture(row, COLORS)
    assert picture is not None
    assert picture.getpixel((9, 9)) == NO_CLASS_COLOR


def test_a_sheet_of_every_kind_of_row() -> None:
    dataset = load_release(demo_release(), split="train")
    sheet = contact_sheet(dataset, categories(dataset))
    assert sheet.mode == "RGB"
    colors = {color for _, color in sheet.getcolors(2**24) or ()}
    assert {(236, 72, 153), (34, 160, 90), UNLABELED_COLOR} <= colors
    assert contact_sheet(dataset, categories(dataset), n=1).width < sheet.width


def test_a_sheet_survives_missing_pictures_and_odd_names() -> None:
    row = {"name": "ü/" * 200 + "\n", "image": None, "status": None, "annotations": None, "width": None, "height": None}
    crowd = [Category(index, f"class <{index}> " * 9) for index in range(40)]
    assert isinstance(contact_sheet([row], crowd), Image.Image)


def test_no_rows() -> None:
    with pytest.raises(ValueError, match="got no rows"):
        contact_sheet([], [])


@pytest.mark.parametrize("task", ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation"])
def test_a_layout_is_drawn_as_its_rows_are(task: str) -> None:
    dataset = load_release(demo_release(), split="train", filter_by="reviewed")
    colors = class_colors(categories(dataset))
    for row, laid_out in zip(dataset, to_layout(dataset, task), strict=True):
        unlabelled = decode_bitmap(row["segmentation_bitmap"]) == 0
        wanted, drawn = np.asarray(label_picture(row, colors)), np.asarray(label_picture(laid_out, colors))
        assert (wanted[~unlabelled] == drawn[~unlabelled]).all()
        assert (drawn[unlabelled] == drawn[0, 0]).all()


def test_boxes_of_a_layout_are_drawn() -> None:
    row = {"width": 40, "height": 30, "objects": {"bbox": [[5.0, 6.0, 20.0, 10.0]], "category": [1]}}
    drawn = label_picture(row, COLORS)
    assert drawn is not None
    assert drawn.getpixel((5, 10)) == COLORS[1]
    assert drawn.getpixel((15, 11)) == UNLABELED_COLOR
