"""An image with its label over it: the colors at each place are those of the classes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from segments_hf import load_release
from segments_hf.bitmaps import encode_bitmap, palette_color
from segments_hf.demo import demo_release
from segments_hf.drawing import overlay
from segments_hf.drawing.classes import NO_CLASS_COLOR
from segments_hf.drawing.overlay import GROUND
from segments_hf.errors import BitmapError, OptionError
from segments_hf.release import Category

RED, BLUE = (255, 0, 0), (0, 0, 255)
CATEGORIES = [Category(3, "flower", RED), Category(8, "Blüte", BLUE)]
HALF_RED, HALF_BLUE = (178, 50, 50), (50, 50, 178)  # over the gray of the image, 100


def row(*annotations: dict[str, Any], size: tuple[int, int] = (60, 40), **more: Any) -> dict[str, Any]:
    numbered = [{"id": number, "category": 0, **item} for number, item in enumerate(annotations, start=1)]
    image = Image.new("RGB", size, (100, 100, 100))
    return {"image": image, "width": size[0], "height": size[1], "annotations": numbered, **more}


def drawn(shown: dict[str, Any], of: Any = CATEGORIES, **options: Any) -> Image.Image:
    picture = overlay(shown, of, **{"names": False, **options})
    assert picture is not None
    assert picture.mode == "RGB"
    return picture


@given(arrays(np.uint32, (9, 12), elements=st.sampled_from([0, 1, 2, 70000, 9])))
def test_masks_are_half_transparent_with_outlines(ids: np.ndarray) -> None:
    annotations = [{"id": 1, "category": 0}, {"id": 2, "category": 1}, {"id": 70000, "category": 0}]
    shown = row(*annotations, size=(12, 9), segmentation_bitmap=encode_bitmap(ids))
    pixels = np.asarray(drawn(shown))
    color = {1: RED, 2: BLUE, 70000: RED}
    known = np.where(np.isin(ids, list(color)), ids, 0)
    for y in range(9):
        for x in range(12):
            beside = [(y + down, x + right) for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0))]
            is_margin = any(0 <= j < 9 and 0 <= i < 12 and known[j, i] != known[y, x] for j, i in beside)
            whole = color.get(int(ids[y, x]))
            if whole is None:
                wanted = (100, 100, 100)
            elif is_margin:
                wanted = whole
            else:
                wanted = HALF_RED if whole == RED else HALF_BLUE
            assert tuple(pixels[y, x]) == wanted


@pytest.mark.parametrize(
    ("kind", "points", "places"),
    [
        pytest.param(
            "polygon", [[10, 10], [50, 10], [50, 30], [10, 30]], {(30, 20): HALF_RED, (30, 10): RED, (5, 5): None},
            id="polygon",
        ),
        pytest.param("bbox", [[10, 10], [50, 30]], {(10, 20): RED, (30, 20): None, (5, 5): None}, id="box"),
        pytest.param(
            "bbox", [[10, 10], [50, 10], [50, 30], [10, 30]], {(50, 20): RED, (30, 20): None}, id="box of four corners"
        ),
        pytest.param("polyline", [[10, 20], [50, 20]], {(30, 20): RED, (30, 30): None}, id="line"),
        pytest.param("point", [[30, 20], [50, 20]], {(30, 20): RED, (50, 20): RED, (40, 20): None}, id="points"),
        pytest.param("polygon", [[-1e9, 5], [1e9, 5], [1e9, 1e9]], {(50, 2): None}, id="far away"),
        pytest.param("polygon", [[30, 20]], {(30, 20): RED, (40, 20): None}, id="polygon of one point"),
    ],
)  # fmt: skip
def test_vectors(kind: str, points: list[list[float]], places: dict[tuple[int, int], Any]) -> None:
    picture = drawn(row({"type": kind, "points": points}))
    for place, color in places.items():
        assert picture.getpixel(place) == (color or (100, 100, 100))


def test_a_label_is_scaled_with_its_image() -> None:
    bitmap = np.zeros((40, 60), np.uint32)
    bitmap[10:30, 20:40] = 1
    for shown in (
        row({"type": "polygon", "points": [[20, 10], [40, 10], [40, 30], [20, 30]]}),
        row({}, segmentation_bitmap=encode_bitmap(bitmap)),
    ):
        for size in ((600, 600), (30, 30)):
            picture = drawn(shown, size=size)
            assert picture.size == (size[0], size[0] * 2 // 3)
            scale = size[0] / 60
            assert picture.getpixel((round(30 * scale), round(20 * scale))) == HALF_RED
            assert picture.getpixel((round(10 * scale), round(20 * scale))) == (100, 100, 100)


def test_names_are_written_in_the_color_of_the_class() -> None:
    size = (300, 200)
    item = {"type": "bbox", "points": [[60, 60], [200, 150]]}
    plain, named = (np.asarray(drawn(row(item, size=size), names=names)) for names in (False, True))
    changed = (plain != named).any(axis=2)
    ys, xs = np.nonzero(changed)
    assert 59 <= xs.min() <= 61  # just above the box
    assert 55 <= ys.max() <= 60
    colors = {tuple(pixel) for pixel in named[changed].tolist()}
    assert {RED, (255, 255, 255)} <= colors


@pytest.mark.parametrize("name", ["Blüte", "x" * 10**6, "a\nb\tc", "\u202eabc\ud800", "", "$\\frac{", "漢字"])
def test_any_name_can_be_written(name: str) -> None:
    shown = row({"type": "bbox", "points": [[60, 60], [200, 150]]}, size=(300, 200))
    wide = np.asarray(drawn(shown, [Category(1, name, RED)], names=True))
    plain = np.asarray(drawn(shown))
    xs = np.nonzero((wide != plain).any(axis=2))[1]
    assert xs.max() - xs.min() <= 110  # a third of the picture, and margins


def test_tags_do_not_cover_one_another_nor_the_picture() -> None:
    boxes = [{"type": "bbox", "points": [[x, y], [x + 8, y + 8]]} for x in range(0, 480, 12) for y in range(0, 320, 12)]
    plain, named = (np.asarray(drawn(row(*boxes, size=(480, 320)), names=names)) for names in (False, True))
    assert 0 < (plain != named).any(axis=2).mean() < 0.3


def test_without_the_classes_numbers_are_their_names() -> None:
    picture = drawn(row({"type": "point", "points": [[30, 20]], "category": 4}), of=None)
    assert picture.getpixel((30, 20)) == palette_color(4)


def test_an_object_without_a_class_is_gray() -> None:
    picture = drawn(row({"type": "point", "points": [[30, 20]], "category": None}), names=True)
    assert picture.getpixel((30, 20)) == NO_CLASS_COLOR


def test_categories_of_another_dataset_are_refused() -> None:
    with pytest.raises(OptionError, match="class index 7 for 2 categories"):
        drawn(row({"type": "point", "points": [[1, 1]], "category": 7}))


def test_a_point_that_is_no_place() -> None:
    with pytest.raises(BitmapError, match="annotation 1: got the point"):
        drawn(row({"type": "point", "points": [[float("nan"), 1]]}))


def test_without_an_image_the_ground_is_gray() -> None:
    item = {"type": "point", "points": [[30, 20]]}
    picture = drawn({**row(item), "image": None}, size=(120, 120))
    assert picture.size == (120, 80)
    assert picture.getpixel((60, 40)) == RED
    assert picture.getpixel((5, 5)) == GROUND
    assert overlay({**row(item), "image": None, "width": None, "height": None}, CATEGORIES) is None
    assert overlay({"image": None, "annotations": None}, CATEGORIES) is None


@pytest.mark.parametrize("annotations", [None, []])
def test_without_a_label_the_image_is_as_it_is(annotations: Any) -> None:
    shown = {**row(), "annotations": annotations}
    assert drawn(shown) == shown["image"]


def test_a_turned_image_is_drawn_as_it_is_seen() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.new("RGB", (60, 40), (100, 100, 100)).save(file, "PNG", exif=exif)
    shown = row({"type": "point", "points": [[20, 50]]}, size=(40, 60))
    for image in ({"bytes": file.getvalue(), "path": None}, Image.open(file)):
        picture = drawn({**shown, "image": image})
        assert picture.size == (40, 60)
        assert picture.getpixel((20, 50)) == RED


def test_rows_of_a_release_are_drawn_decoded_or_not() -> None:
    rows = load_release(demo_release(), split="train")
    raw = rows.cast_column("image", type(rows.features["image"])(decode=False, id=rows.features["image"].id))
    for number in (0, 3):
        assert overlay(rows[number], rows) == overlay(raw[number], demo_release())
    assert overlay(rows[3], rows).size == (360, 480)
