"""A polygon partly outside the image has the box, the area and the points of its part inside."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from segments_hf.bitmaps import fill_polygons, outlines
from segments_hf.labels import VectorLabel

WIDTH, HEIGHT = 6, 5
SHIFT = st.integers(-6, 3)


def objects_of(points: Any, size: tuple[int | None, int | None] = (WIDTH, HEIGHT)) -> Any:
    item = {"id": 1, "category_id": 5, "category": 0, "type": "polygon", "points": points}
    row = {"name": "a", "status": "LABELED", "width": size[0], "height": size[1], "annotations": [item]}
    return VectorLabel(row).objects().found


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # pycocotools causes this warning
@given(arrays(bool, (8, 9)), SHIFT, SHIFT)
def test_polygon_partly_outside_the_image_has_the_box_and_area_of_its_pixels(
    blob: np.ndarray, right: int, down: int
) -> None:
    for ring in outlines(blob.astype(np.uint32)).get(1, [])[:1]:
        points = (ring.corners + [right, down]).astype(float).tolist()
        pixels = fill_polygons([[points]], HEIGHT, WIDTH) > 0
        found = objects_of(points)
        assert len(found) == pixels.any()
        for item in found:
            rows, columns = np.nonzero(pixels)
            assert item.bbox == (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
            assert item.area == pixels.sum()
            assert (fill_polygons([[item.points]], HEIGHT, WIDTH) > 0).tolist() == pixels.tolist()
            (encoded,) = coco.frPyObjects([np.ravel(item.points).tolist()], HEIGHT, WIDTH)
            assert coco.decode(encoded).tolist() == pixels.tolist()


@pytest.mark.parametrize(
    ("points", "box"),
    [
        pytest.param(
            [(3, 2), (3, 4), (-2, 4), (-2, -2), (5, -2), (5, -1), (-1, -1), (-1, 2)], (0, 2, 3, 2), id="around a corner"
        ),
        pytest.param(
            [(2, 2), (2, 3), (-2, 3), (-2, -2), (8, -2), (8, 3), (5, 3), (5, 2), (7, 2), (7, -1), (-1, -1), (-1, 2)],
            (0, 2, 6, 1),
            id="an arch over the image",
        ),
        pytest.param([(-2, -2), (9, -2), (9, 9), (-2, 9)], (0, 0, 6, 5), id="around the image"),
        pytest.param([(-3, 1), (9, 1), (9, 3), (-3, 3)], (0, 1, 6, 2), id="across the image"),
    ],
)
@pytest.mark.parametrize("start", range(4))
def test_parts_outside_the_image_do_not_enlarge_the_box(points: Any, box: Any, start: int) -> None:
    for order in (1, -1):
        (found,) = objects_of([*points[start:], *points[:start]][::order])
        assert found.bbox == box


def test_clipping_adds_no_points_along_the_border_of_the_image() -> None:
    (found,) = objects_of([(3, 2), (3, 4), (-2, 4), (-2, -2), (5, -2), (5, -1), (-1, -1), (-1, 2)])
    assert sorted(found.points) == [(0, 2), (0, 4), (3, 2), (3, 4)]


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=3, max_size=7))
def test_points_of_a_clipped_polygon_are_inside_the_image(points: Any) -> None:
    for found in objects_of(points):
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in found.points)


def test_huge_polygon_on_an_image_of_unknown_size_needs_little_memory() -> None:
    zigzag = [(1000.0 * index - 3e4, (-1) ** index * 2e9) for index in range(64)]
    tracemalloc.start()
    try:
        assert len(objects_of(zigzag, (None, None))) == 1
        assert tracemalloc.get_traced_memory()[1] < 2**28
    finally:
        tracemalloc.stop()
