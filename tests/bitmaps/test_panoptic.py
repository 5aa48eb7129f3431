"""Panoptic segments are the instances of thing classes, and whole stuff classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.bitmaps import panoptic

from .making import ANNOTATIONS, CLASSES, bitmaps

BITMAP = np.array([[7, 7, 0], [8, 9, 2**32 - 1]], np.uint32)


def panoptic_by_loop(
    bitmap: np.ndarray, annotations: list[dict[str, Any]], stuff: list[int]
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Compute the segment ids and `segments_info` in a loop over the annotations."""
    with_class = [(item["id"], item["category"]) for item in annotations if item["id"] and item["category"] is not None]
    stuff_ids: dict[int, int] = {}
    for number, category in sorted(with_class, key=lambda pair: pair[0] >= 2**24):
        stuff_ids.setdefault(category, number)
    ids = np.zeros(bitmap.shape, np.uint32)
    for number, category in with_class:
        ids[bitmap == number] = stuff_ids[category] if category in stuff else number
    segments = []
    for number, category in with_class:
        ys, xs = np.nonzero(ids == number)
        if len(xs):
            left, top, right, bottom = (int(v) for v in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
            box = [left, top, right - left, bottom - top]
            segments.append({"id": number, "category_id": category, "area": len(xs), "bbox": box, "iscrowd": 0})
    return ids, segments


@given(bitmaps(), ANNOTATIONS, st.lists(CLASSES, max_size=2))
def test_panoptic_matches_a_loop(bitmap: np.ndarray, annotations: list[dict[str, Any]], stuff: list[int]) -> None:
    ids, segments = panoptic(bitmap, annotations, stuff=stuff)
    expected, expected_segments = panoptic_by_loop(bitmap, annotations, stuff)
    np.testing.assert_array_equal(ids, expected, strict=True)
    assert segments == expected_segments


@pytest.mark.parametrize(
    ("annotations", "stuff", "ids", "segments"),
    [
        pytest.param([], [], [[0, 0, 0], [0, 0, 0]], [], id="no annotations"),
        pytest.param([(7, None)], [], [[0, 0, 0], [0, 0, 0]], [], id="no class"),
        pytest.param([(0, 3)], [], [[0, 0, 0], [0, 0, 0]], [], id="id 0"),
        pytest.param(
            [(9, 0), (7, 0)],
            [],
            [[7, 7, 0], [0, 9, 0]],
            [(9, 0, 1), (7, 0, 2)],
            id="things in the order of annotations",
        ),
        pytest.param([(9, 0), (7, 0)], [0], [[9, 9, 0], [0, 9, 0]], [(9, 0, 3)], id="stuff has the first id"),
        pytest.param([(5, 0), (7, 0)], [0], [[5, 5, 0], [0, 0, 0]], [(5, 0, 2)], id="first id of stuff has no pixels"),
        pytest.param(
            [(7, 0), (8, 1), (9, 1)], [0, 1], [[7, 7, 0], [8, 8, 0]], [(7, 0, 2), (8, 1, 2)], id="two classes of stuff"
        ),
        pytest.param([(5, 0)], [], [[0, 0, 0], [0, 0, 0]], [], id="a thing without pixels"),
        pytest.param([(2**32 - 1, 1)], [], [[0, 0, 0], [0, 0, 2**32 - 1]], [(2**32 - 1, 1, 1)], id="the largest id"),
        pytest.param([(7, 3), (7, 4)], [], [[7, 7, 0], [0, 0, 0]], [(7, 4, 2)], id="two annotations with one id"),
        pytest.param([(-7, 3), (8, 4)], [], [[0, 0, 0], [8, 0, 0]], [(8, 4, 1)], id="an id below 0"),
        pytest.param([(2**32 + 8, 3), (9, 4)], [], [[0, 0, 0], [0, 9, 0]], [(9, 4, 1)], id="an id of 33 bits"),
        pytest.param(
            [(2**32 + 5, 3), (8, 3)], [3], [[0, 0, 0], [8, 0, 0]], [(8, 3, 1)], id="stuff whose first id has 33 bits"
        ),
        pytest.param(
            [(2**24, 3), (8, 3)], [3], [[0, 0, 0], [8, 0, 0]], [(8, 3, 1)], id="stuff whose first id has 25 bits"
        ),
    ],
)
def test_panoptic_returns_ids_and_segments_info(
    annotations: list[tuple[int, int | None]],
    stuff: list[int],
    ids: list[list[int]],
    segments: list[tuple[int, int, int]],
) -> None:
    found, info = panoptic(BITMAP, [{"id": number, "category": index} for number, index in annotations], stuff=stuff)
    np.testing.assert_array_equal(found, np.array(ids, np.uint32), strict=True)
    assert [(item["id"], item["category_id"], item["area"]) for item in info] == segments


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_picture_has_no_segments(shape: tuple[int, int]) -> None:
    ids, segments = panoptic(np.zeros(shape, np.uint32), [{"id": 7, "category": 0}], stuff=[0])
    assert (ids.shape, ids.dtype, segments) == (shape, np.uint32, [])


def test_segments_info_has_plain_numbers_for_json() -> None:
    _, [segment] = panoptic(BITMAP, iter([{"id": 7, "category": 0}]))
    assert [type(value) for value in segment.values()] == [int, int, int, list, int]
    assert {type(value) for value in segment["bbox"]} == {int}
