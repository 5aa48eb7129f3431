"""`rasterize` returns the same pixels of a label as a loop over all pixels."""

from __future__ import annotations

import random

import numpy as np
import pytest
from dataset.making import bitmap
from hypothesis import given
from hypothesis import strategies as st
from layouts.mask_making import messages

from segments_hf.errors import BitmapError
from segments_hf.labels import label_of
from segments_hf.layouts.mask_columns import raster_of

WIDTH, HEIGHT = 8, 6
EMPTY = [[0] * WIDTH] * HEIGHT


def rasterized(row):
    label = label_of(row)
    return None if label is None else label.rasterize()


def annotation(number=1, category=0, *shape):
    vector = dict(zip(("type", "points"), shape, strict=True)) if shape else {}
    return {"id": number, "category_id": 10, "category": category, "attributes": None, **vector}


def bitmap_row(content, annotations, **rest):
    image = content and {"bytes": content, "path": None}
    return {**vector_row(annotations), "segmentation_bitmap": image, **rest}


def vector_row(annotations, **rest):
    size = {"width": WIDTH, "height": HEIGHT}
    return {"name": "a", "status": "LABELED", "image": None, "annotations": annotations, **size, **rest}


def drawn(*shapes):
    """Return the pixels of shapes: each pixel has the number of the last shape that contains its center."""
    ids = np.zeros((HEIGHT, WIDTH), int)
    for number, (kind, points) in enumerate(shapes, start=1):
        for y in range(HEIGHT):
            for x in range(WIDTH):
                if is_inside(x + 0.5, y + 0.5, kind, points):
                    ids[y, x] = number
    return ids.tolist()


def is_inside(x, y, kind, points):
    if kind == "bbox" and points:
        xs, ys = sorted(point[0] for point in points), sorted(point[1] for point in points)
        return xs[0] <= x < xs[-1] and ys[0] <= y < ys[-1]
    if kind != "polygon" or not points:
        return False
    crossings = 0
    for (ax, ay), (bx, by) in zip(points, [*points[1:], *points[:1]], strict=True):
        if (ay <= y) != (by <= y) and x >= ax + (y - ay) * (bx - ax) / (by - ay):
            crossings += 1
    return crossings % 2 == 1


class TestRasterize:
    def test_rasterize_returns_the_ids_of_the_bitmap(self):
        annotations = [annotation(70000), annotation(2, None)]
        ids, found = rasterized(bitmap_row(bitmap([[0, 70000], [2, 9]]), annotations))
        assert (ids.dtype, ids.tolist()) == (np.uint32, [[0, 70000], [2, 9]])
        assert [(item["id"], item["category"]) for item in found] == [(70000, 0), (2, None)]

    @pytest.mark.parametrize("status", ["LABELED", "REVIEWED", "SKIPPED", "REJECTED", "PRELABELED", None])
    @pytest.mark.parametrize("annotations", [[], [annotation()]], ids=["no annotations", "one annotation"])
    def test_rasterize_returns_the_bitmap_for_every_status(self, status, annotations):
        ids, found = rasterized(bitmap_row(bitmap([[1]]), annotations, status=status))
        assert (ids.tolist(), found) == ([[1]], annotations)

    @pytest.mark.parametrize("status", ["UNLABELED", "SKIPPED", "REJECTED"])
    def test_rasterize_returns_none_without_a_warning_for_a_row_without_label(self, status, caplog):
        assert rasterized(bitmap_row(None, [], status=status)) is None
        assert rasterized(vector_row([], status=status)) is None
        assert messages(caplog) == []

    @pytest.mark.parametrize("status", ["LABELED", "REVIEWED", "LABELING_IN_PROGRESS"])
    def test_rasterize_returns_zeros_for_a_label_without_annotations(self, status):
        for row in (bitmap_row(None, [], status=status), vector_row([], status=status)):
            ids, found = rasterized(row)
            assert (ids.tolist(), list(found)) == (EMPTY, [])

    @pytest.mark.parametrize(
        "row",
        [
            bitmap_row(None, [annotation()], name="no bitmap"),
            vector_row([annotation(1, 0, "bbox", [[0, 0], [2, 2]])], name="no image size", width=None, height=None),
        ],
        ids=lambda row: row["name"],
    )
    def test_raster_of_warns_of_a_label_without_bitmap_or_image_size(self, row, caplog):
        assert raster_of(row) is None
        assert row["name"] in messages(caplog)[0]

    def test_rasterize_returns_none_for_null_annotations(self):
        assert rasterized(bitmap_row(bitmap([[1]]), None, status=None)) is None
        assert rasterized(vector_row(None, status=None)) is None


# Shapes in the order of the annotations.
SHAPES = {
    "box": [("bbox", [[1, 1], [3, 4]])],
    "box from any corner": [("bbox", [[3, 1], [1, 4]]), ("bbox", [[7, 5], [4, 2]])],
    "box with fractions": [("bbox", [[0.4, 0.6], [2.6, 3.4]])],
    "box partly outside the image": [("bbox", [[-5, -1e6], [2, 1e6]])],
    "box outside the image": [("bbox", [[100, 0], [110, 5]]), ("bbox", [[-9, 0], [-1, 5]]), ("bbox", [[0, 6], [8, 9]])],
    "box with equal points": [("bbox", [[3, 3], [3, 3]])],
    "box without width": [("bbox", [[3, 0], [3, 6]])],
    "box with one point": [("bbox", [[3, 3]])],
    "box of the whole image": [("bbox", [[0, 0], [8, 6]])],
    "polygon": [("polygon", [[0.1, 0.2], [7.3, 1.1], [4.2, 5.9]])],
    "polygon in reverse order": [("polygon", [[4.2, 5.9], [7.3, 1.1], [0.1, 0.2]])],
    "polygon with a closing point": [("polygon", [[0.1, 0.2], [7.3, 1.1], [4.2, 5.9], [0.1, 0.2]])],
    "polygon partly outside the image": [("polygon", [[-20.3, -3.1], [30.7, 2.4], [3.9, 44.2]])],
    "polygon around the image": [("polygon", [[-99, -99], [99, -99], [99, 99], [-99, 99]])],
    "polygon outside the image": [("polygon", [[-9, 0], [-1, 5], [-9, 5]])],
    "polygon that crosses itself": [("polygon", [[0.1, 0.1], [7.9, 5.7], [7.9, 0.1], [0.1, 5.7]])],
    "polygon with two points": [("polygon", [[0, 0], [7, 5]])],
    "polygon with one point": [("polygon", [[2.5, 2.5]])],
    "polygon without area": [("polygon", [[1, 1], [5, 1], [3, 1]])],
    "polygon with a hole": [
        ("polygon", [[0, 0], [7, 0], [7, 5], [0, 5], [0, 0], [2, 1], [2, 4], [5, 4], [5, 1], [2, 1]])
    ],
    "no points": [("polygon", []), ("bbox", []), ("polyline", []), ("point", []), ("bbox", None), ("polygon", None)],
    "lines and points": [("polyline", [[0, 0], [7, 0], [7, 5]]), ("point", [[2, 2]]), (None, [[0, 0], [5, 5]])],
    "later shapes over earlier ones": [
        ("bbox", [[0, 0], [5, 5]]),
        ("polyline", [[0, 0], [9, 9]]),
        ("polygon", [[2.2, 2.1], [7.8, 2.3], [5.1, 5.9]]),
        ("bbox", [[4, 0], [6, 4]]),
    ],
}


class TestShapes:
    @pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
    def test_shapes_are_filled_in_the_order_of_the_annotations(self, shapes):
        annotations = [annotation(9 - n, n % 2, kind, points) for n, (kind, points) in enumerate(shapes)]
        ids, found = rasterized(vector_row(annotations))
        assert ids.tolist() == drawn(*shapes)
        assert [(item["id"], item["category"]) for item in found] == [(n + 1, n % 2) for n in range(len(shapes))]

    @given(st.integers(0, 2**32))
    def test_random_shapes_have_the_pixels_of_a_loop(self, seed):
        number = random.Random(seed)
        shapes = [
            (
                number.choice(["polygon", "bbox"]),
                [[number.uniform(-6, 14), number.uniform(-6, 12)] for _ in range(number.randint(1, 7))],
            )
            for _ in range(3)
        ]
        ids, _ = rasterized(vector_row([annotation(n, 0, *shape) for n, shape in enumerate(shapes)]))
        assert ids.tolist() == drawn(*shapes)

    def test_last_of_two_annotations_with_one_id_is_drawn(self):
        boxes = [annotation(7, 0, "bbox", [[0, 0], [1, 1]]), annotation(7, 1, "bbox", [[1, 0], [2, 1]])]
        ids, found = rasterized(vector_row(boxes))
        assert ids[0, :3].tolist() == [0, 2, 0]
        assert [item["category"] for item in found] == [0, 1]

    def test_shape_without_a_class_covers_earlier_shapes(self):
        boxes = [annotation(1, 0, "bbox", [[0, 0], [4, 4]]), annotation(2, None, "bbox", [[0, 0], [1, 1]])]
        ids, found = rasterized(vector_row(boxes))
        assert ids[0, :2].tolist() == [2, 1]
        assert found[1]["category"] is None

    @pytest.mark.parametrize("kind", ["polygon", "bbox"])
    @pytest.mark.parametrize(
        "points",
        [
            [[0, 0], [1e300, 0], [1, 1]],
            [[0, 0], [1, float("nan")], [1, 1]],  # a release cannot contain NaN, a dataset can
            [[0, 0], [float("inf"), 0], [1, 1]],
            [[0], [5], [3]],
            [[0, 0], [5], [3, 3]],
            [[0, 0], [], [3, 3]],
            [[0, 0], [float("nan"), 0], [3, 3]],
            [[0, 0], [0, float("nan")], [3, 3]],
            [[0, 0], [None, 0], [3, 3]],
            [[0, 0], [0, None], [3, 3]],
        ],
        ids=str,
    )
    def test_invalid_point_raises_a_bitmap_error(self, kind, points):
        with pytest.raises(BitmapError, match="point"):
            rasterized(vector_row([annotation(1, 0, kind, points)]))
