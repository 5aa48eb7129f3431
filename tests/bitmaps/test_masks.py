"""A mask says the class of every pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segments_hf.bitmaps import palette_color, semantic_mask

IDS = st.one_of(st.integers(0, 12), st.integers(0, 2**24 - 1))
BITMAPS = hnp.arrays(np.uint32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=IDS)
ANNOTATIONS = st.lists(
    st.fixed_dictionaries({"id": IDS, "category": st.one_of(st.none(), st.integers(0, 300))}),
    unique_by=lambda item: item["id"],
)


@given(BITMAPS, ANNOTATIONS)
def test_like_a_loop(bitmap: np.ndarray, annotations: list[dict[str, Any]]) -> None:
    expected = np.zeros(bitmap.shape, int)
    for item in annotations:
        if item["id"] != 0 and item["category"] is not None:
            expected[bitmap == item["id"]] = item["category"] + 1
    mask = semantic_mask(bitmap, annotations)
    np.testing.assert_array_equal(mask, expected)
    assert mask.dtype == np.min_scalar_type(
        max((item["category"] + 1 for item in annotations if item["id"] and item["category"] is not None), default=0)
    )


def test_the_palette_tells_neighbours_apart() -> None:
    colors = np.array([palette_color(index) for index in range(64)])
    assert len(np.unique(colors, axis=0)) == len(colors)
    assert (np.abs(np.diff(colors, axis=0)).sum(axis=1) > 60).all()
