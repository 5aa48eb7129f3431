"""Each annotation of a label becomes an object with a box and an area, or is left out and counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from dataset.making import bitmap
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from segments_hf.bitmaps import fill_polygons
from segments_hf.errors import BitmapError
from segments_hf.labels import BitmapLabel, CuboidLabel, VectorLabel, label_of, label_type_of

WIDTH, HEIGHT = 12, 9


def vector_row(*annotations: dict[str, Any], **rest: Any) -> dict[str, Any]:
    size = {"width": WIDTH, "height": HEIGHT}
    return {"name": "a", "status": "LABELED", **size, "annotations": list(annotations), **rest}


def vector(number: int, kind: str | None, points: Any, category: int | None = 0) -> dict[str, Any]:
    return {"id": number, "category_id": 5, "category": category, "type": kind, "points": points}


def objects_of(row: dict[str, Any]) -> Any:
    label = label_of(row)
    assert label is not None
    return label.objects()


CORNER = st.tuples(st.floats(-20, 30), st.floats(-20, 30))
GRID_CORNER = st.tuples(st.integers(-4, 16), st.integers(-4, 13))


@example([(0, 0), (-3.494963678794111, -3.494963678794111), (5, 5)])  # by rounding, this line covers one pixel
@given(st.lists(CORNER | GRID_CORNER, min_size=1, max_size=8))
def test_polygon_without_pixels_is_left_out_and_others_have_a_box_around_their_pixels(points: list[Any]) -> None:
    pixels = fill_polygons([[points]], HEIGHT, WIDTH) > 0
    found, left_out = objects_of(vector_row(vector(4, "polygon", points)))
    assert len(found) == 1 - left_out.total()
    if not pixels.any():
        assert not found
        return
    left, top, width, height = found[0].bbox
    rows, columns = np.nonzero(pixels)
    margin = 1e-9
    assert left <= columns.min() + 0.5 + margin
    assert top <= rows.min() + 0.5 + margin
    assert left + width >= columns.max() + 0.5 - margin
    assert top + height >= rows.max() + 0.5 - margin
    assert left >= 0
    assert top >= 0
    assert left + width <= WIDTH
    assert top + height <= HEIGHT
    assert 0 < found[0].area <= width * height


@given(st.integers(3, 40), st.floats(0, 3))
def test_area_of_a_simple_polygon_is_exact(corners: int, angle: float) -> None:
    angles = angle + 2 * np.pi * np.arange(corners) / corners
    points = np.stack([6 + 3 * np.cos(angles), 4.5 + 3 * np.sin(angles)], axis=1).tolist()
    exact = corners / 2 * 9 * np.sin(2 * np.pi / corners)
    (found,) = objects_of(vector_row(vector(1, "polygon", points))).found
    assert found.area == pytest.approx(exact)


STAR = [[6, 0], [8, 8.9], [0, 3], [12, 3], [4, 8.9]]


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([[1, 1], [11, 7], [11, 1], [1, 7]], id="bow tie"),
        pytest.param([[1, 1], [6, 4], [11, 1], [11, 7], [6, 4], [1, 7]], id="bow tie with a corner in its middle"),
        pytest.param(STAR, id="star whose middle is empty"),
        pytest.param(
            [[0, 0], [8, 0], [8, 8], [0, 8], [0, 0], [8, 0], [8, 8], [0, 8], [0, 4], [4, 4]],
            id="outline that goes around twice",
        ),
        pytest.param([[-9, 1], [21, 7], [21, 1], [-9, 7]], id="bow tie partly outside the image"),
    ],
)
def test_area_of_a_polygon_that_crosses_itself_is_the_number_of_its_pixels(points: Any) -> None:
    (found,) = objects_of(vector_row(vector(1, "polygon", points))).found
    assert found.area == np.count_nonzero(fill_polygons([[points]], HEIGHT, WIDTH))


def test_polygon_with_two_lobes_of_300_pixels_has_an_area_of_600_pixels() -> None:
    points = [[0, 0], [60, 20], [60, 0], [0, 20]]
    (found,) = objects_of(vector_row(vector(1, "polygon", points), width=60, height=20)).found
    assert (found.area, found.bbox) == (600, (0, 0, 60, 20))


def test_hole_that_a_seam_joins_to_the_outline_is_not_part_of_the_area() -> None:
    points = [[0, 0], [9, 0], [9, 9], [0, 9], [0, 0], [3, 3], [3, 6], [6, 6], [6, 3], [3, 3]]
    (found,) = objects_of(vector_row(vector(1, "polygon", points))).found
    assert found.area == 72


@given(arrays(np.uint32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.integers(0, 4)))
def test_objects_of_a_bitmap_match_a_loop_over_its_pixels(ids: np.ndarray) -> None:
    annotations = [{"id": number, "category_id": 1, "category": number % 2} for number in (4, 2, 1, 7)]
    row = {
        "name": "a",
        "status": "LABELED",
        "width": ids.shape[1],
        "height": ids.shape[0],
        "segmentation_bitmap": {"bytes": bitmap(ids), "path": None},
        "annotations": annotations,
    }
    found, left_out = objects_of(row)
    expected = []
    for item in annotations:
        rows, columns = np.nonzero(ids == item["id"])
        if len(rows):
            box = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
            expected.append((item["id"], item["category"], box, len(rows)))
    assert [(item.annotation.id, item.class_index, item.bbox, item.area) for item in found] == expected
    assert left_out.total() == 4 - len(expected)


@pytest.mark.parametrize(
    ("annotations", "expected", "left_out"),
    [
        ([vector(7, "bbox", [[0, 0], [4, 4]], 0), vector(7, "bbox", [[0, 0], [2, 2]], 1)], [(7, 1, 4.0)], 1),
        ([vector(7, "point", [[1, 1]]), vector(8, "bbox", [[0, 0], [2, 2]]), vector(7, "point", [[50, 1]])],
         [(8, 0, 4.0)], 2),
        ([vector(7, "bbox", [[0, 0], [2, 2]], None)], [], 1),
        ([vector(0, "bbox", [[0, 0], [2, 2]]), vector(-3, "bbox", [[0, 0], [1, 2]])], [(0, 0, 4.0), (-3, 0, 2.0)], 0),
        ([vector(1, "bbox", []), vector(2, "polyline", None), vector(3, "point", [])], [], 3),
    ],
    ids=["repeated id", "points and a box", "no class", "ids of 0 and less", "no points"],
)  # fmt: skip
def test_each_annotation_becomes_an_object_or_is_counted_as_left_out(
    annotations: Any, expected: Any, left_out: int
) -> None:
    found, counts = objects_of(vector_row(*annotations))
    assert [(item.annotation.id, item.class_index, item.area) for item in found] == expected
    assert counts.total() == left_out == len(annotations) - len(found)


@pytest.mark.parametrize(("kind", "reason"), [("ellipse", "ellipse"), (None, "without a type"), ("", "without a type")])
@pytest.mark.parametrize("points", [[[1, 1], [3, 3]], [[1], [3, 3]]], ids=["valid points", "an invalid point"])
def test_annotation_of_an_unknown_type_is_counted_with_its_type(kind: str | None, reason: str, points: Any) -> None:
    label = VectorLabel(vector_row(vector(1, kind, points), vector(2, "polyline", [[1, 1], [3, 3]])))
    expected = {reason: 1, "polyline": 1}
    raster = label.rasterize()
    assert raster is not None
    found, left_out = label.objects()
    assert [item.annotation.id for item in found] == [2]
    assert left_out == {reason: 1}
    assert label.count_without_pixels(raster) == expected
    assert label.only({"polygon"})[1] == expected
    cloud_label = CuboidLabel(
        {"ego_pose": None, "annotations": [{"id": 1, "type": kind}, {"id": 2, "type": "polyline"}]}
    )
    assert cloud_label.usable_boxes()[1] == expected


@pytest.mark.parametrize("points", [[[1]], [[1, None]], [None], [[float("nan"), 1]], [[1, 2.0**31]]], ids=str)
@pytest.mark.parametrize("kind", ["bbox", "polygon", "polyline", "point"])
def test_error_of_an_invalid_point_names_the_annotation(kind: str, points: Any) -> None:
    with pytest.raises(BitmapError, match="annotation 31: "):
        objects_of(vector_row(vector(31, kind, points)))


@pytest.mark.parametrize(
    ("columns", "label_type"),
    [
        ({"annotations", "image", "segmentation_bitmap"}, BitmapLabel),
        ({"annotations", "image"}, VectorLabel),
        ({"image", "objects"}, None),
        ({"label_attributes"}, None),
    ],
    ids=["bitmaps", "vectors", "object detection", "JSON label"],
)
def test_label_type_follows_from_the_columns(columns: set[str], label_type: Any) -> None:
    assert label_type_of(columns) is label_type


def test_row_with_null_annotations_has_no_label() -> None:
    assert label_of(vector_row() | {"annotations": None}) is None
