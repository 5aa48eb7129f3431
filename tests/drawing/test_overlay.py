"""An overlay shows an image, and each object of its label in the color of its class."""

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
from segments_hf.drawing.overlay import NO_IMAGE_COLOR
from segments_hf.errors import BitmapError, OptionError
from segments_hf.release import Category

RED, BLUE = (255, 0, 0), (0, 0, 255)
WHITE, BLACK, GRAY = (255, 255, 255), (0, 0, 0), (100, 100, 100)
CATEGORIES = [Category(3, "flower", RED), Category(8, "Blüte", BLUE)]
# The means of a class color and the gray of the image, (100, 100, 100).
HALF_RED, HALF_BLUE = (178, 50, 50), (50, 50, 178)


def row(*annotations: dict[str, Any], size: tuple[int, int] = (60, 40), **more: Any) -> dict[str, Any]:
    """Return a row with a gray image and numbered annotations."""
    numbered = [{"id": number, "category": 0, **item} for number, item in enumerate(annotations, start=1)]
    image = Image.new("RGB", size, (100, 100, 100))
    return {"image": image, "width": size[0], "height": size[1], "annotations": numbered, **more}


def overlay_of(image_row: dict[str, Any], of: Any = CATEGORIES, **options: Any) -> Image.Image:
    """Return the overlay of a row, without the names of the classes."""
    picture = overlay(image_row, of, **{"names": False, **options})
    assert picture is not None
    assert picture.mode == "RGB"
    return picture


@given(arrays(np.uint32, (9, 12), elements=st.sampled_from([0, 1, 2, 70000, 9])))
def test_masks_are_half_transparent_and_have_an_opaque_border_and_a_line_around_them(ids: np.ndarray) -> None:
    annotations = [{"id": 1, "category": 0}, {"id": 2, "category": 1}, {"id": 70000, "category": 0}]
    image_row = row(*annotations, size=(12, 9), segmentation_bitmap=encode_bitmap(ids))
    pixels = np.asarray(overlay_of(image_row))
    color = {1: RED, 2: BLUE, 70000: RED}
    known = np.where(np.isin(ids, list(color)), ids, 0)
    for y in range(9):
        for x in range(12):
            nearby = [(y + down, x + right) for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0))]
            neighbors = {(j, i): int(known[j, i]) for j, i in nearby if 0 <= j < 9 and 0 <= i < 12}
            own = int(known[y, x])
            after = {neighbors.get((y, x + 1), 0), neighbors.get((y + 1, x), 0)} - {0, own}
            if (own == 0 and any(neighbors.values())) or (own and after):
                expected = WHITE  # the line around an object, and between two objects that touch
            elif own == 0:
                expected = GRAY
            elif set(neighbors.values()) - {own}:
                expected = color[own]
            else:
                expected = HALF_RED if color[own] == RED else HALF_BLUE
            assert tuple(pixels[y, x]) == expected


def test_touching_instances_of_one_class_are_separated_by_a_line() -> None:
    ids = np.ones((40, 60), np.uint32)
    ids[:, 30:] = 2
    picture = overlay_of(row({}, {}, segmentation_bitmap=encode_bitmap(ids)))
    assert [picture.getpixel((x, 20)) for x in (10, 29, 50)] == [HALF_RED, WHITE, HALF_RED]


@pytest.mark.parametrize("kind", ["mask", "polygon", "bbox", "polyline", "point"])
@pytest.mark.parametrize("color", [WHITE, BLACK], ids=["white", "black"])
def test_object_is_visible_on_an_image_of_its_own_color(kind: str, color: tuple[int, int, int]) -> None:
    ids = np.zeros((40, 60), np.uint32)
    ids[10:30, 20:40] = 1
    if kind == "mask":
        image_row = row({}, segmentation_bitmap=encode_bitmap(ids))
    else:
        image_row = row({"type": kind, "points": [[20, 10], [40, 10], [40, 30], [20, 30]]})
    picture = overlay_of({**image_row, "image": Image.new("RGB", (60, 40), color)}, [Category(1, "sheep", color)])
    assert len(picture.getcolors() or ()) > 1


@pytest.mark.parametrize(
    ("kind", "points", "colors"),
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
        pytest.param("polygon", [[-1e9, 5], [1e9, 5], [1e9, 1e9]], {(50, 2): None}, id="polygon far beyond the image"),
        pytest.param("polygon", [[30, 20]], {(30, 20): RED, (40, 20): None}, id="polygon of one point"),
    ],
)  # fmt: skip
def test_vectors_are_drawn_in_the_color_of_their_class(
    kind: str, points: list[list[float]], colors: dict[tuple[int, int], Any]
) -> None:
    picture = overlay_of(row({"type": kind, "points": points}))
    for pixel, color in colors.items():
        assert picture.getpixel(pixel) == (color or (100, 100, 100))


def test_label_is_scaled_with_its_image() -> None:
    bitmap = np.zeros((40, 60), np.uint32)
    bitmap[10:30, 20:40] = 1
    for image_row in (
        row({"type": "polygon", "points": [[20, 10], [40, 10], [40, 30], [20, 30]]}),
        row({}, segmentation_bitmap=encode_bitmap(bitmap)),
    ):
        for size in ((600, 600), (30, 30)):
            picture = overlay_of(image_row, size=size)
            assert picture.size == (size[0], size[0] * 2 // 3)
            scale = size[0] / 60
            assert picture.getpixel((round(30 * scale), round(20 * scale))) == HALF_RED
            assert picture.getpixel((round(10 * scale), round(20 * scale))) == (100, 100, 100)


def test_names_are_above_objects_in_tags_of_the_color_of_the_class() -> None:
    size = (300, 200)
    item = {"type": "bbox", "points": [[60, 60], [200, 150]]}
    plain, named = (np.asarray(overlay_of(row(item, size=size), names=names)) for names in (False, True))
    changed = (plain != named).any(axis=2)
    ys, xs = np.nonzero(changed)
    assert 59 <= xs.min() <= 61  # the left side of the box
    assert 55 <= ys.max() <= 60  # just above the box
    colors = {tuple(pixel) for pixel in named[changed].tolist()}
    assert {RED, (255, 255, 255)} <= colors


@pytest.mark.parametrize("name", ["Blüte", "x" * 10**6, "a\nb\tc", "\u202eabc\ud800", "", "$\\frac{", "漢字"])
def test_name_of_any_length_and_script_is_written_within_a_third_of_the_width(name: str) -> None:
    image_row = row({"type": "bbox", "points": [[60, 60], [200, 150]]}, size=(300, 200))
    wide = np.asarray(overlay_of(image_row, [Category(1, name, RED)], names=True))
    plain = np.asarray(overlay_of(image_row))
    xs = np.nonzero((wide != plain).any(axis=2))[1]
    assert xs.max() - xs.min() <= 110  # a third of the width of the overlay, which is 300, and a tolerance


def test_names_of_many_objects_leave_most_of_the_image_visible() -> None:
    boxes = [{"type": "bbox", "points": [[x, y], [x + 8, y + 8]]} for x in range(0, 480, 12) for y in range(0, 320, 12)]
    plain, named = (np.asarray(overlay_of(row(*boxes, size=(480, 320)), names=names)) for names in (False, True))
    assert 0 < (plain != named).any(axis=2).mean() < 0.3


def test_classes_without_categories_have_the_colors_of_the_palette() -> None:
    picture = overlay_of(row({"type": "point", "points": [[30, 20]], "category": 4}), of=None)
    assert picture.getpixel((30, 20)) == palette_color(4)


def test_object_without_a_class_is_gray() -> None:
    picture = overlay_of(row({"type": "point", "points": [[30, 20]], "category": None}), names=True)
    assert picture.getpixel((30, 20)) == NO_CLASS_COLOR


def test_class_index_without_a_category_is_refused() -> None:
    with pytest.raises(OptionError, match="2 categories .*class index 7"):
        overlay_of(row({"type": "point", "points": [[1, 1]], "category": 7}))


def test_point_that_is_not_a_number_is_an_error() -> None:
    with pytest.raises(BitmapError, match="annotation 1: "):
        overlay_of(row({"type": "point", "points": [[float("nan"), 1]]}))


def test_row_without_an_image_has_a_gray_background() -> None:
    item = {"type": "point", "points": [[30, 20]]}
    picture = overlay_of({**row(item), "image": None}, size=(120, 120))
    assert picture.size == (120, 80)
    assert picture.getpixel((60, 40)) == RED
    assert picture.getpixel((5, 5)) == NO_IMAGE_COLOR
    assert overlay({**row(item), "image": None, "width": None, "height": None}, CATEGORIES) is None
    assert overlay({"image": None, "annotations": None}, CATEGORIES) is None


@pytest.mark.parametrize("annotations", [None, []])
def test_row_without_objects_shows_its_image_unchanged(annotations: Any) -> None:
    image_row = {**row(), "annotations": annotations}
    assert overlay_of(image_row) == image_row["image"]


def test_image_is_rotated_as_its_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.new("RGB", (60, 40), (100, 100, 100)).save(file, "PNG", exif=exif)
    image_row = row({"type": "point", "points": [[20, 50]]}, size=(40, 60))
    for image in ({"bytes": file.getvalue(), "path": None}, Image.open(file)):
        picture = overlay_of({**image_row, "image": image})
        assert picture.size == (40, 60)
        assert picture.getpixel((20, 50)) == RED


def test_decoded_and_encoded_images_have_the_same_overlay() -> None:
    rows = load_release(demo_release(), split="train")
    raw = rows.cast_column("image", type(rows.features["image"])(decode=False, id=rows.features["image"].id))
    for number in (0, 3):
        assert overlay(rows[number], rows) == overlay(raw[number], demo_release())
    assert overlay(rows[3], rows).size == (360, 480)
