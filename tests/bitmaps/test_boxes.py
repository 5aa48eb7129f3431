"""Boxes are the bounding boxes of the pixels of instances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from pycocotools import mask as coco

from segments_hf.bitmaps import boxes, encode_bitmap, present_ids

from .making import bitmaps


@given(bitmaps())
def test_boxes_match_a_loop(bitmap: np.ndarray) -> None:
    found = boxes(bitmap)
    expected = []
    for number in sorted(set(bitmap.ravel().tolist()) - {0}):
        ys, xs = np.nonzero(bitmap == number)
        left, top = xs.min(), ys.min()
        expected.append((number, len(xs), [left, top, xs.max() - left + 1, ys.max() - top + 1]))
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected
    np.testing.assert_array_equal(present_ids(bitmap), found.ids, strict=True)


@given(bitmaps())
def test_boxes_match_pycocotools(bitmap: np.ndarray) -> None:
    found = boxes(bitmap)
    masks = (
        np.asfortranarray(np.stack([bitmap == number for number in found.ids], axis=2), np.uint8)
        if len(found.ids)
        else np.zeros((*bitmap.shape, 0), np.uint8, order="F")
    )
    encoded = coco.encode(masks)
    assert len(encoded) == len(np.unique(bitmap[bitmap != 0]))
    if encoded:
        np.testing.assert_array_equal(found.areas, coco.area(encoded))
        np.testing.assert_array_equal(found.xywh, coco.toBbox(encoded))


@pytest.mark.parametrize(
    ("bitmap", "ids", "areas", "xywh"),
    [
        pytest.param([[7, 7], [7, 7]], [7], [4], [[0, 0, 2, 2]], id="one instance fills the picture"),
        pytest.param([[7], [0], [7]], [7], [2], [[0, 0, 1, 3]], id="a column with a gap"),
        pytest.param([[7, 0, 7]], [7], [2], [[0, 0, 3, 1]], id="a row with a gap"),
        pytest.param([[0, 7], [7, 0]], [7], [2], [[0, 0, 2, 2]], id="a run that continues in the next row"),
        pytest.param([[9, 3], [3, 9]], [3, 9], [2, 2], [[0, 0, 2, 2]] * 2, id="instances with equal boxes"),
        pytest.param([[2**32 - 1, 1]], [1, 2**32 - 1], [1, 1], [[1, 0, 1, 1], [0, 0, 1, 1]], id="the largest id"),
        pytest.param([[0, 0]], [], [], np.zeros((0, 4)), id="nothing labeled"),
        pytest.param(np.zeros((0, 3)), [], [], np.zeros((0, 4)), id="no rows"),
        pytest.param(np.zeros((3, 0)), [], [], np.zeros((0, 4)), id="no columns"),
    ],
)
def test_boxes_have_ids_areas_and_xywh(
    bitmap: list[list[int]], ids: list[int], areas: list[int], xywh: list[list[int]]
) -> None:
    found = boxes(np.array(bitmap, np.uint32))
    for part, expected, dtype in zip(found, (ids, areas, xywh), (np.uint32, np.int64, np.int64), strict=True):
        np.testing.assert_array_equal(part, np.array(expected, dtype), strict=True)
    np.testing.assert_array_equal(present_ids(np.array(bitmap, np.uint32)), found.ids, strict=True)


def test_boxes_read_a_png() -> None:
    assert boxes(encode_bitmap(np.array([[0, 70000]]))).xywh.tolist() == [[1, 0, 1, 1]]
