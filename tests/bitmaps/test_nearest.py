"""Each pixel of a resized bitmap has the value of the old pixel at its center."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.bitmaps import resize_nearest

SIDES = st.integers(1, 12)


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([np.uint8, np.uint16, np.uint32]))
def test_resize_nearest_takes_the_pixel_at_the_center(rows, columns, height, width, dtype):
    numbers = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (rows, columns), dtype, endpoint=True)
    resized = resize_nearest(numbers, (width, height))
    assert (resized.shape, resized.dtype) == ((height, width), numbers.dtype)
    for y, x in np.ndindex(height, width):
        above, left = Fraction(2 * y + 1, 2 * height) * rows, Fraction(2 * x + 1, 2 * width) * columns
        assert resized[y, x] == numbers[int(above), int(left)]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32])
def test_resize_nearest_to_the_same_size_returns_the_array(dtype):
    numbers = np.arange(6, dtype=dtype).reshape(2, 3)
    assert resize_nearest(numbers, (3, 2)) is numbers
