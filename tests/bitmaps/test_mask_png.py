"""Mask PNGs store values and show colors."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from segments_hf.bitmaps import encode_mask, palette_color
from segments_hf.errors import BitmapError

from .making import SHAPES

CHANNEL = st.integers(0, 255)
COLORS = st.dictionaries(st.integers(0, 255), st.tuples(CHANNEL, CHANNEL, CHANNEL), max_size=6)


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "PNG"
    return picture


@given(hnp.arrays(np.uint8, SHAPES), COLORS)
def test_a_palette_png_stores_values_and_shows_colors(
    mask: np.ndarray, colors: dict[int, tuple[int, int, int]]
) -> None:
    picture = opened(encode_mask(mask, colors))
    assert picture.mode == "P"
    np.testing.assert_array_equal(np.asarray(picture), mask, strict=True)
    shown = np.asarray(picture.convert("RGB"))
    for value in np.unique(mask).tolist():
        expected = colors.get(value, palette_color(value - 1) if value else (0, 0, 0))
        assert (shown[mask == value] == expected).all()


@given(hnp.arrays(np.uint16, SHAPES), st.booleans())
def test_every_16_bit_mask_is_decoded_as_it_was_encoded(mask: np.ndarray, palette: bool) -> None:
    np.testing.assert_array_equal(np.asarray(opened(encode_mask(mask, palette=palette))), mask)


@pytest.mark.parametrize(
    ("largest", "colors", "palette", "mode"),
    [
        pytest.param(0, None, True, "P", id="nothing labeled"),
        pytest.param(1, None, True, "P", id="2 values"),
        pytest.param(254, None, True, "P", id="255 values"),
        pytest.param(255, None, True, "P", id="256 values"),
        pytest.param(256, None, True, "I;16", id="257 values"),
        pytest.param(65535, None, True, "I;16", id="65536 values"),
        pytest.param(1, {255: (1, 2, 3)}, True, "P", id="a color for value 255"),
        pytest.param(1, {256: (1, 2, 3)}, True, "I;16", id="a color for value 256"),
        pytest.param(1, [(1, 2, 3)] * 256, True, "P", id="256 colors"),
        pytest.param(1, [(1, 2, 3)] * 257, True, "I;16", id="257 colors"),
        pytest.param(255, None, False, "L", id="256 values, grayscale"),
        pytest.param(1, [(1, 2, 3)] * 3, False, "L", id="colors, grayscale"),
        pytest.param(256, None, False, "I;16", id="257 values, grayscale"),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint16, np.int64, np.dtype(">u4")])
def test_the_mode_depends_on_the_largest_value_or_color(
    largest: int, colors: Any, palette: bool, mode: str, dtype: Any
) -> None:
    mask = np.array([[0, largest]], dtype)
    picture = opened(encode_mask(mask, colors, palette=palette))
    assert picture.mode == mode
    np.testing.assert_array_equal(np.asarray(picture), mask)


@pytest.mark.parametrize(
    ("colors", "shown"),
    [
        pytest.param(None, [(0, 0, 0), palette_color(0), palette_color(1)], id="none"),
        pytest.param([], [(0, 0, 0), palette_color(0), palette_color(1)], id="an empty list"),
        pytest.param([(9, 8, 7), (1, 2, 3)], [(9, 8, 7), (1, 2, 3), palette_color(1)], id="a list"),
        pytest.param({2: (1, 2, 3)}, [(0, 0, 0), palette_color(0), (1, 2, 3)], id="a mapping"),
        pytest.param([[1, 2, 3], [4, 5, 6]], [(1, 2, 3), (4, 5, 6), palette_color(1)], id="lists"),
    ],
)
def test_values_without_a_color_are_shown_in_default_colors(colors: Any, shown: list[tuple[int, int, int]]) -> None:
    picture = opened(encode_mask(np.array([[0, 1, 2]]), colors)).convert("RGB")
    assert [picture.getpixel((x, 0)) for x in range(3)] == shown


@pytest.mark.parametrize(
    "color",
    [
        pytest.param((1, 2), id="two numbers"),
        pytest.param((1, 2, 3, 255), id="four numbers"),
        pytest.param((0, 0, 256), id="above 255"),
        pytest.param((0, 0, -1), id="below 0"),
    ],
)
def test_encode_mask_refuses_invalid_colors(color: Any) -> None:
    with pytest.raises(BitmapError, match="got .*expected"):
        encode_mask(np.array([[0, 1, 2]]), {1: color})


@pytest.mark.parametrize(
    ("mask", "problem"),
    [
        pytest.param(np.array([[-1]]), "-1", id="negative"),
        pytest.param(np.array([[65536]]), "65536", id="17 bits"),
        pytest.param(np.array([[1.0]]), "float64", id="not integers"),
        pytest.param(np.array([[True]]), "bool", id="booleans"),
        pytest.param(np.array([1]), r"shape \(1,\)", id="one dimension"),
        pytest.param(np.zeros((1, 1, 1), int), r"shape \(1, 1, 1\)", id="three dimensions"),
        pytest.param(np.zeros((0, 5), int), r"shape \(0, 5\)", id="no rows"),
        pytest.param(np.zeros((5, 0), int), r"shape \(5, 0\)", id="no columns"),
    ],
)
def test_encode_mask_refuses_invalid_masks(mask: np.ndarray, problem: str) -> None:
    with pytest.raises(BitmapError, match=f"{problem}.*expected"):
        encode_mask(mask)


def test_encode_mask_returns_the_same_bytes_in_every_process() -> None:
    code = """
import hashlib, numpy as np
from segments_hf.bitmaps import encode_mask
numbers = np.random.default_rng(0).integers(0, 300, (40, 40))
for mask, colors in [(numbers % 200, {7: (1, 2, 3), 3: (4, 5, 6)}), (numbers, None)]:
    print(hashlib.sha256(encode_mask(mask, colors)).hexdigest())
    print(hashlib.sha256(encode_mask(mask, colors)).hexdigest())
"""
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.split()
        for seed in "12"
    ]
    assert runs[0] == runs[1]
    assert runs[0][0] == runs[0][1] != runs[0][2] == runs[0][3]


def test_encode_mask_does_not_change_the_mask() -> None:
    mask = np.array([[0, 1], [2, 3]], np.uint8)
    mask.flags.writeable = False
    np.testing.assert_array_equal(np.asarray(opened(encode_mask(mask.T))), mask.T)
