"""Values are scaled to 8 bits. Integers are scaled as in exact arithmetic, and floats keep their order."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.errors import OptionError
from segments_hf.images.depth.scaling import ValueRange, checked_range, scaled

INTEGERS = st.integers(-(2**31), 2**32 - 1)


@given(st.lists(INTEGERS, min_size=1), INTEGERS, INTEGERS)
def test_integers_are_scaled_as_in_exact_arithmetic(values: list[int], first: int, second: int) -> None:
    low, high = sorted((first, second + (first == second)))
    levels = scaled(np.array(values), ValueRange(low, high))
    shares = [Fraction(min(max(value, low), high) - low, high - low) for value in values]
    assert levels.dtype == np.uint8
    assert levels.tolist() == [(255 * share + Fraction(1, 2)).__floor__() for share in shares]


FLOATS = st.floats(-1e6, 1e6, width=32)


@given(st.lists(FLOATS, min_size=1), FLOATS, FLOATS)
def test_scaling_is_monotone_and_maps_the_ends_to_0_and_255(values: list[float], first: float, second: float) -> None:
    low, high = sorted((first, second if second != first else second + 1))
    levels = scaled(np.array([low, *sorted(values), high]), ValueRange(low, high)).tolist()
    assert levels[1:-1] == sorted(levels[1:-1])
    assert (levels[0], levels[-1]) == (0, 255)


@pytest.mark.parametrize(
    "image_range",
    [(0,), (0, 1, 2), 5, "05", "ab", (1, 1), (2, 1), (0, float("inf")), (float("nan"), 1), (None, 1), ("a", 1), 10**400,
     (0, 10**400), (-1e308, 1e308)],
)  # fmt: skip
def test_an_invalid_image_range_raises_option_error(image_range: Any) -> None:
    with pytest.raises(OptionError, match="image_range"):
        checked_range(image_range)


@pytest.mark.parametrize("image_range", [(0, 4095), [0.0, 4095.0], np.array([0, 4095])])
def test_two_numbers_in_increasing_order_are_a_range(image_range: Any) -> None:
    assert checked_range(image_range) == (0, 4095)
    assert checked_range(None) is None
