"""Run lengths are identical to those of pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as reference

from segments_hf.bitmaps import boxes, encode_bitmap, rle

from .making import bitmaps

pytestmark = pytest.mark.usefixtures("extra")


def check(ids: np.ndarray) -> None:
    found = rle(ids)
    assert found.ids.tolist() == [number for number in np.unique(ids).tolist() if number]
    assert found.size == ids.shape
    for number, area, xywh, counts in zip(*found[:4], strict=True):
        expected = reference.encode(np.asfortranarray(ids == number).astype(np.uint8))
        assert {"size": list(found.size), "counts": counts} == expected
        assert area == reference.area(expected)
        assert xywh.tolist() == reference.toBbox(expected).tolist()


@given(bitmaps())
def test_rle_matches_pycocotools(ids: np.ndarray) -> None:
    check(ids)


@given(bitmaps(), st.integers(1, 40), st.integers(1, 40))
def test_rle_matches_pycocotools_in_enlarged_bitmaps(ids: np.ndarray, scale_y: int, scale_x: int) -> None:
    check(ids.repeat(scale_y, axis=0).repeat(scale_x, axis=1))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (3, 70_000), (70_000, 3), (1200, 1000)])
@pytest.mark.parametrize("index", [0, -1])
def test_rle_encodes_long_runs(shape: tuple[int, int], index: int) -> None:
    """A run length has up to five groups of five bits, and a picture may be wider than 2^16 pixels."""
    ids = np.zeros(shape, np.uint32)
    ids.reshape(-1)[index] = 7
    check(ids)
    check(7 - ids)


@pytest.mark.parametrize("ids", [np.zeros((2, 3), np.uint32), np.zeros((0, 3), np.uint32), np.zeros((2, 0), np.uint32)])
def test_rle_of_bitmaps_without_instances_is_empty(ids: np.ndarray) -> None:
    found = rle(ids)
    assert (found.ids.size, found.areas.size, found.xywh.shape, found.counts) == (0, 0, (0, 4), [])


@given(bitmaps())
def test_rle_returns_the_ids_areas_and_bounding_boxes_that_boxes_returns(ids: np.ndarray) -> None:
    for first, second in zip(boxes(ids), rle(ids)[:3], strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("shape", [(2**20 + 3, 1), (1, 2**20 + 3)])
def test_rle_supports_pictures_with_more_than_2_to_the_20_rows_or_columns(shape: tuple[int, int]) -> None:
    ids = np.zeros(shape, np.uint32)
    ids.reshape(-1)[-9:-2] = 5
    check(ids)


@given(bitmaps())
def test_rle_reads_slices_of_arrays(ids: np.ndarray) -> None:
    check(ids[::2, ::-1])
    check(np.asfortranarray(ids))


def test_rle_reads_a_png() -> None:
    ids = np.array([[0, 2**24 - 1], [3, 3]])
    assert rle(encode_bitmap(ids)).counts == rle(ids.astype(np.uint32)).counts
