"""Mask functions return the class of every pixel, the instance of every pixel, or the pixels of every instance."""

from __future__ import annotations

import tracemalloc
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.bitmaps import binary_masks, encode_bitmap, get_semantic_bitmap, instance_mask, semantic_mask
from segments_hf.errors import BitmapError

from .making import ANNOTATIONS, CLASSES, IDS, bitmaps

BITMAP = np.array([[0, 7, 7], [8, 9, 2**24 - 1]], np.uint32)
CATEGORIES = st.dictionaries(IDS.filter(bool), CLASSES)


def smallest_dtype(values: Any) -> np.dtype[Any]:
    return np.min_scalar_type(max(values, default=0))


@given(bitmaps(), ANNOTATIONS, st.sampled_from([None, 1000, 2**16]))
def test_semantic_mask_matches_a_loop(
    bitmap: np.ndarray, annotations: list[dict[str, Any]], ignore_index: int | None
) -> None:
    increment, unlabeled = (1, 0) if ignore_index is None else (0, ignore_index)
    classes = {item["id"]: item["category"] for item in annotations if item["id"] and item["category"] is not None}
    expected = [[classes[i] + increment if i in classes else unlabeled for i in line] for line in bitmap.tolist()]
    mask = semantic_mask(bitmap, iter(annotations), ignore_index=ignore_index)
    np.testing.assert_array_equal(mask, expected)
    assert mask.dtype == smallest_dtype([unlabeled, *(index + increment for index in classes.values())])


@given(bitmaps(), ANNOTATIONS)
def test_instance_mask_matches_a_loop(bitmap: np.ndarray, annotations: list[dict[str, Any]]) -> None:
    numbers = {item["id"]: number for number, item in enumerate(annotations, start=1) if item["id"]}
    mask = instance_mask(bitmap, iter(annotations))
    np.testing.assert_array_equal(mask, [[numbers.get(i, 0) for i in line] for line in bitmap.tolist()])
    assert mask.dtype == np.uint8


@given(bitmaps(), ANNOTATIONS)
def test_binary_masks_match_a_loop(bitmap: np.ndarray, annotations: list[dict[str, Any]]) -> None:
    masks, classes = binary_masks(bitmap, iter(annotations))
    chosen = [item for item in annotations if item["category"] is not None]
    expected = [(bitmap == item["id"]) & (bitmap != 0) for item in chosen]
    np.testing.assert_array_equal(masks, np.array(expected, bool).reshape(-1, *bitmap.shape), strict=True)
    np.testing.assert_array_equal(classes, np.array([item["category"] for item in chosen], np.int64), strict=True)


@given(bitmaps(), CATEGORIES, st.integers(0, 2))
def test_get_semantic_bitmap_matches_a_loop(bitmap: np.ndarray, categories: dict[int, int], increment: int) -> None:
    annotations = [{"id": number, "category_id": category} for number, category in categories.items()]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mask = get_semantic_bitmap(bitmap, iter(annotations), increment)
    flat = bitmap.ravel().tolist()
    expected = [categories[i] + increment if i in categories else 0 for i in flat]
    np.testing.assert_array_equal(mask.ravel(), expected)
    assert mask.dtype == smallest_dtype(category + increment for category in categories.values())
    unannotated = sum(i != 0 and i not in categories for i in flat)
    assert [str(w.message).split(" with ")[0] for w in caught] == [f"got {unannotated} pixels"] * bool(unannotated)
    if unannotated:
        with pytest.raises(BitmapError, match=f"got {unannotated} pixels"):
            get_semantic_bitmap(bitmap, annotations, increment, strict=True)


@pytest.mark.parametrize(
    ("annotations", "increment", "mask", "dtype"),
    [
        pytest.param([(7, 3), (8, 255)], 0, [[0, 3, 3], [255, 0, 0]], np.uint8, id="255 fits into a byte"),
        pytest.param([(7, 3), (8, 255)], 1, [[0, 4, 4], [256, 0, 0]], np.uint16, id="256 needs two bytes"),
        pytest.param([(7, 2**16)], 0, [[0, 2**16, 2**16], [0, 0, 0]], np.uint32, id="four bytes"),
        pytest.param([(7, 2**32)], 0, [[0, 2**32, 2**32], [0, 0, 0]], np.uint64, id="eight bytes"),
        pytest.param([(2**24 - 1, 1)], 0, [[0, 0, 0], [0, 0, 1]], np.uint8, id="the largest id of a PNG"),
        pytest.param([(7, -1)], 1, [[0, 0, 0], [0, 0, 0]], np.uint8, id="value 0 after the increment"),
        pytest.param([(0, 300), (7, 3)], 0, [[0, 3, 3], [0, 0, 0]], np.uint8, id="0 is no instance"),
        pytest.param([(7, 3), (7, 4)], 0, [[0, 4, 4], [0, 0, 0]], np.uint8, id="two annotations with one id"),
        pytest.param([], 0, [[0, 0, 0], [0, 0, 0]], np.uint8, id="no annotations"),
        pytest.param(None, 5, [[0, 0, 0], [0, 0, 0]], np.uint8, id="annotations None"),
    ],
)
@pytest.mark.filterwarnings("ignore:got . pixels")
def test_get_semantic_bitmap_has_the_smallest_dtype(
    annotations: list[tuple[int, int]] | None, increment: int, mask: list[list[int]], dtype: type
) -> None:
    items = annotations and [SimpleNamespace(id=number, category_id=category) for number, category in annotations]
    np.testing.assert_array_equal(get_semantic_bitmap(BITMAP, items, increment), np.array(mask, dtype), strict=True)


@pytest.mark.parametrize(
    ("categories", "warning"),
    [
        pytest.param({7: 1, 8: 0, 9: 2}, r"got 1 pixels .*\(16777215\)", id="pixels of category 0 have an annotation"),
        pytest.param({}, r"got 5 pixels .*\(7, 8, 9, 16777215\)", id="no annotations"),
        pytest.param({7: 1, 8: 2, 9: 3, 2**24 - 1: 0}, None, id="every pixel has an annotation"),
    ],
)
def test_a_warning_counts_pixels_without_an_annotation(categories: dict[int, int], warning: str | None) -> None:
    annotations = [{"id": number, "category_id": category} for number, category in categories.items()]
    if warning is None:
        get_semantic_bitmap(BITMAP, annotations, strict=True)
        return
    with pytest.warns(UserWarning, match=warning) as caught:
        get_semantic_bitmap(BITMAP, annotations)
    assert [entry.filename for entry in caught] == [__file__]


@pytest.mark.parametrize(
    "annotations",
    [
        pytest.param([(7, 3), (7, 0)], id="another class"),
        pytest.param([(7, None), (7, 0)], id="a class after no class"),
        pytest.param([(7, 3), (7, None)], id="no class after a class"),
    ],
)
def test_the_later_of_two_annotations_with_one_id_is_used(annotations: list[tuple[int, int | None]]) -> None:
    items = [{"id": number, "category": index} for number, index in annotations]
    last = items[-1:]
    np.testing.assert_array_equal(semantic_mask(BITMAP, items), semantic_mask(BITMAP, last))
    np.testing.assert_array_equal(instance_mask(BITMAP, items), 2 * instance_mask(BITMAP, last))
    np.testing.assert_array_equal(binary_masks(BITMAP, items)[0].any(axis=0), binary_masks(BITMAP, last)[0].any(axis=0))


@pytest.mark.parametrize(("count", "dtype"), [(255, np.uint8), (256, np.uint16), (65536, np.uint32)])
def test_instance_numbers_have_the_smallest_dtype(count: int, dtype: type) -> None:
    bitmap = np.arange(count + 1, dtype=np.uint32)[None]
    mask = instance_mask(bitmap, [{"id": number} for number in range(1, count + 1)])
    np.testing.assert_array_equal(mask, bitmap.astype(dtype), strict=True)


def test_binary_masks_support_more_than_255_annotations() -> None:
    bitmap = np.arange(301, dtype=np.uint32)[None]
    masks, classes = binary_masks(bitmap, [{"id": number, "category": number % 7} for number in range(1, 301)])
    np.testing.assert_array_equal(masks[:, 0, 1:], np.eye(300, dtype=bool))
    assert classes.tolist() == [number % 7 for number in range(1, 301)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_picture_has_empty_masks(shape: tuple[int, int]) -> None:
    bitmap, annotations = np.zeros(shape, np.uint32), [{"id": 7, "category": 2, "category_id": 5}]
    assert semantic_mask(bitmap, annotations).shape == shape
    assert semantic_mask(bitmap, annotations, ignore_index=255).shape == shape
    assert instance_mask(bitmap, annotations).shape == shape
    assert get_semantic_bitmap(bitmap, annotations).shape == shape
    assert binary_masks(bitmap, annotations)[0].shape == (1, *shape)
    assert binary_masks(bitmap, [])[0].shape == (0, *shape)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        pytest.param(lambda: semantic_mask(BITMAP, [], ignore_index=-1), "-1", id="negative ignore_index"),
        pytest.param(
            lambda: semantic_mask(BITMAP, [{"id": 7, "category": 255}], ignore_index=255),
            "255",
            id="ignore_index of a class",
        ),
        pytest.param(lambda: semantic_mask(BITMAP, [{"id": 7, "category": -2}]), "-1", id="negative class"),
        pytest.param(
            lambda: get_semantic_bitmap(BITMAP, [{"id": 7, "category_id": -3}], 1), "-2", id="negative category"
        ),
    ],
)
def test_masks_refuse_invalid_values(make: Any, problem: str) -> None:
    with pytest.raises(BitmapError, match=f"{problem}.*expected"):
        make()


def test_large_ids_need_no_large_table() -> None:
    bitmap = np.array([[0, 2**32 - 1]], np.uint32)
    tracemalloc.start()
    mask = semantic_mask(bitmap, [{"id": 2**32 - 1, "category": 3}], ignore_index=255)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert mask.tolist() == [[255, 3]]
    assert peak < 2**20


def test_mask_functions_read_a_png() -> None:
    annotations = [{"id": 7, "category": 2, "category_id": 5}, {"id": 8, "category": None, "category_id": 6}]
    content, labeled = encode_bitmap(BITMAP), encode_bitmap(np.minimum(BITMAP, 8))
    np.testing.assert_array_equal(semantic_mask(content, annotations), [[0, 3, 3], [0, 0, 0]])
    np.testing.assert_array_equal(instance_mask(content, annotations), [[0, 1, 1], [2, 0, 0]])
    np.testing.assert_array_equal(binary_masks(content, annotations)[0], [BITMAP == 7])
    np.testing.assert_array_equal(get_semantic_bitmap(labeled, annotations), [[0, 5, 5], [6, 6, 6]])
