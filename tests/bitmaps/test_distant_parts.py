"""`parts_of` finds the components that scipy finds, and `distant_groups` counts groups of near parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from segments_hf.bitmaps import boxes, distant_groups
from segments_hf.bitmaps.distant_parts import Parts, parts_of

Rectangle = tuple[int, int, int, int]  # left, top, width, height


IDS = st.sampled_from([0, 1, 2])


@given(arrays(np.uint32, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=IDS))
def test_parts_of_all_instances_are_the_components_of_scipy(ids: np.ndarray) -> None:
    regions = boxes(ids)
    expected = []
    for index, (number, (left, top, width, height)) in enumerate(zip(regions.ids, regions.xywh, strict=True)):
        mask = ids[top : top + height, left : left + width] == number
        labels, _ = ndimage.label(mask, np.ones((3, 3)))
        expected += [
            (index, (labels == part).sum(), (columns.start, rows.start, columns.stop, rows.stop))
            for part, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1)
        ]
    parts = (
        parts_of(ids, regions.ids.tolist(), regions.xywh.tolist()) if regions.ids.size else Parts(*[np.zeros(0)] * 3)
    )
    found = zip(parts.instance.tolist(), parts.areas.tolist(), map(tuple, parts.bounds.tolist()), strict=True)
    assert sorted(found) == sorted(expected)


def bitmap_of(*rectangles: Rectangle) -> np.ndarray:
    """Return a bitmap of 100 x 100 pixels with rectangles of the id 7."""
    ids = np.zeros((100, 100), np.uint32)
    for left, top, width, height in rectangles:
        ids[top : top + height, left : left + width] = 7
    return ids


@pytest.mark.parametrize(
    ("rectangles", "groups"),
    [
        pytest.param([(0, 0, 10, 10)], 1, id="one part"),
        pytest.param([(x, 0, 10, 10) for x in (0, 30, 60, 90)], 4, id="four parts in a row"),
        pytest.param([(x, x, 10, 10) for x in (0, 30, 60, 90)], 4, id="four parts on a diagonal"),
        pytest.param(
            [(x, y, 10, 10) for x in (0, 16) for y in (0, 16)] + [(32, 32, 10, 10)], 5, id="gaps over half a side"
        ),
        pytest.param(
            [(x, y, 10, 10) for x in (0, 15) for y in (0, 15)] + [(32, 32, 10, 10)], 2, id="gaps of half a side"
        ),
        pytest.param([(x, 0, 10, 10) for x in (0, 16, 32, 48)], 1, id="parts cover over half of their box"),
        pytest.param([(0, 0, 40, 40), (46, 0, 40, 40)], 1, id="an object that a pole cuts in two"),
        pytest.param([(x, 0, 8, 90) for x in range(0, 100, 20)], 1, id="an object behind a fence"),
        pytest.param([(0, 0, 40, 40), *[(80, y, 3, 3) for y in (0, 30, 60, 90)]], 1, id="small parts are ignored"),
        pytest.param([(x, 0, 3, 3) for x in (0, 30, 60, 90)], 1, id="parts of fewer than 16 pixels"),
        pytest.param([(0, 0, 10, 10), (90, 0, 10, 10), (0, 90, 10, 10)], 3, id="three parts of a hidden object"),
        pytest.param([(x, y, 10, 10) for x in (0, 40, 80) for y in (0, 50)], 6, id="six parts"),
        pytest.param([(x, 0, 9, 9) for x in (0, 10, 35, 60, 91)], 4, id="near parts are one group"),
    ],
)
def test_groups_of_near_parts_are_counted(rectangles: list[Rectangle], groups: int) -> None:
    for ids in (bitmap_of(*rectangles), bitmap_of(*rectangles).T.copy()):
        assert distant_groups(ids, boxes(ids)) == ({7: groups} if groups > 3 else {})


FOUR_PARTS = [(x, 0, 10, 10) for x in (0, 30, 60, 90)]


def test_other_instances_do_not_connect_the_parts_of_an_instance() -> None:
    ids = bitmap_of(*FOUR_PARTS)
    ids[ids == 0] = 9
    assert distant_groups(ids, boxes(ids)) == {7: 4}


def test_groups_of_large_objects_are_counted() -> None:
    ids = np.kron(bitmap_of(*FOUR_PARTS), np.ones((23, 23), np.uint32))
    assert distant_groups(ids, boxes(ids)) == {7: 4}


def test_noise_has_no_groups_far_apart() -> None:
    ids = (np.random.default_rng(0).random((300, 300)) < 0.5).astype(np.uint32)
    assert not distant_groups(ids, boxes(ids))
