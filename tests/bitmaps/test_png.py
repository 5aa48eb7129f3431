"""Bitmaps in every encoding read the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from segments_hf.bitmaps import decode_bitmap, encode_bitmap
from segments_hf.errors import BitmapError

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=12)
IDS = hnp.arrays(np.uint32, SHAPES, elements=st.integers(0, 2**24 - 1))
SMALL = np.array([[0, 1, 255], [7, 0, 254]], np.uint8)


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@given(IDS)
def test_decoding_is_the_inverse_of_encoding(ids: np.ndarray) -> None:
    decoded = decode_bitmap(encode_bitmap(ids))
    assert decoded.dtype == np.uint32
    np.testing.assert_array_equal(decoded, ids)


@given(IDS)
def test_encoding_is_the_platforms(ids: np.ndarray) -> None:
    picture = Image.open(io.BytesIO(encode_bitmap(ids)))
    assert picture.mode == "RGBA"
    red, green, blue, alpha = np.moveaxis(np.asarray(picture).astype(int), 2, 0)
    np.testing.assert_array_equal(red + 256 * green + 65536 * blue, ids)
    assert (alpha == 255).all()


@given(hnp.arrays(np.uint8, SHAPES.map(lambda shape: (*shape, 4))))
def test_alpha_is_ignored_and_rgb_is_rgba(pixels: np.ndarray) -> None:
    expected = sum(pixels[..., channel].astype(int) * 256**channel for channel in range(3))
    for channels in (pixels, pixels[..., :3]):
        np.testing.assert_array_equal(decode_bitmap(channels), expected)
        np.testing.assert_array_equal(decode_bitmap(png(Image.fromarray(channels))), expected)


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param(SMALL, id="8-bit gray"),
        pytest.param(SMALL.astype(np.uint16) * 257, id="16-bit gray"),
        pytest.param(SMALL.astype(np.int32) * 65793, id="mode I"),
    ],
)
def test_grayscale_pixels_are_ids(ids: np.ndarray) -> None:
    picture = Image.fromarray(ids)
    np.testing.assert_array_equal(decode_bitmap(picture), ids)
    if picture.mode != "I":  # Pillow 13 does not write it as PNG any more
        np.testing.assert_array_equal(decode_bitmap(png(picture)), ids)


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda content, path: content, id="bytes"),
        pytest.param(lambda content, path: path, id="path"),
        pytest.param(lambda content, path: str(path), id="path as text"),
        pytest.param(lambda content, path: {"bytes": content, "path": None}, id="Image value of bytes"),
        pytest.param(lambda content, path: {"bytes": None, "path": str(path)}, id="Image value of a path"),
        pytest.param(lambda content, path: Image.open(io.BytesIO(content)), id="PIL image"),
        pytest.param(lambda content, path: np.asarray(Image.open(path)), id="array"),
    ],
)
def test_sources(wrap: Callable[[bytes, Path], Any], tmp_path: Path) -> None:
    ids = np.array([[0, 70001], [256, 3]])
    content = encode_bitmap(ids)
    path = tmp_path / "bitmap.png"
    path.write_bytes(content)
    np.testing.assert_array_equal(decode_bitmap(wrap(content, path)), ids)


@pytest.mark.parametrize(
    ("ids", "problem"),
    [
        pytest.param(np.array([[2**24]]), "16777216", id="too large"),
        pytest.param(np.array([[-1]]), "-1", id="negative"),
        pytest.param(np.array([[1.0]]), "float64", id="not integers"),
        pytest.param(np.array([1]), r"shape \(1,\)", id="one dimension"),
    ],
)
def test_ids_that_no_png_holds(ids: np.ndarray, problem: str) -> None:
    with pytest.raises(BitmapError, match=problem):
        encode_bitmap(ids)


@pytest.mark.parametrize(
    "bitmap",
    [
        pytest.param(b"<html>", id="no picture"),
        pytest.param(encode_bitmap(np.zeros((40, 40), int))[:60], id="cut PNG"),
        pytest.param(Image.new("P", (2, 2)), id="palette"),
        pytest.param(np.zeros((2, 2, 2), np.uint8), id="two channels"),
        pytest.param(np.zeros((2, 2)), id="floats"),
        pytest.param(np.array([[-1]]), id="negative"),
        pytest.param(7, id="a number"),
    ],
)
def test_what_is_no_bitmap(bitmap: Any) -> None:
    with pytest.raises(BitmapError, match="got .*wanted|got the id"):
        decode_bitmap(bitmap)
