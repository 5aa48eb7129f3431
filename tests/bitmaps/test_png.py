"""Bitmaps in every encoding give the same ids."""

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

from .making import GRAY, GRAY_ALPHA, chunk, ihdr, plain_png, raw_png, saved_png

pytestmark = pytest.mark.usefixtures("extra")

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=12)
IDS = hnp.arrays(np.uint32, SHAPES, elements=st.integers(0, 2**24 - 1))
TRUNCATED = encode_bitmap(np.zeros((40, 40), int))[:60]
SMALL = np.array([[0, 1, 255], [7, 0, 254]], np.uint8)


@given(IDS)
def test_decoding_is_the_inverse_of_encoding(ids: np.ndarray) -> None:
    decoded = decode_bitmap(encode_bitmap(ids))
    assert decoded.dtype == np.uint32
    np.testing.assert_array_equal(decoded, ids)


@given(IDS)
def test_encode_bitmap_matches_the_platform(ids: np.ndarray) -> None:
    picture = Image.open(io.BytesIO(encode_bitmap(ids)))
    assert picture.mode == "RGBA"
    red, green, blue, alpha = np.moveaxis(np.asarray(picture).astype(int), 2, 0)
    np.testing.assert_array_equal(red + 256 * green + 65536 * blue, ids)
    assert (alpha == 255).all()


@given(hnp.arrays(np.uint8, SHAPES.map(lambda shape: (*shape, 4))))
def test_decode_bitmap_ignores_alpha(pixels: np.ndarray) -> None:
    expected = sum(pixels[..., channel].astype(int) * 256**channel for channel in range(3))
    for channels in (pixels, pixels[..., :3]):
        np.testing.assert_array_equal(decode_bitmap(channels), expected)
        np.testing.assert_array_equal(decode_bitmap(saved_png(Image.fromarray(channels))), expected)


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
    if picture.mode != "I":  # Pillow 13 no longer writes this mode as PNG
        np.testing.assert_array_equal(decode_bitmap(saved_png(picture)), ids)


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda content, path: content, id="bytes"),
        pytest.param(lambda content, path: bytearray(content), id="bytearray"),
        pytest.param(lambda content, path: memoryview(content), id="memoryview"),
        pytest.param(lambda content, path: path, id="path"),
        pytest.param(lambda content, path: str(path), id="path as text"),
        pytest.param(lambda content, path: {"bytes": content, "path": None}, id="Image value of bytes"),
        pytest.param(lambda content, path: {"bytes": None, "path": str(path)}, id="Image value of a path"),
        pytest.param(lambda content, path: {"bytes": content, "path": "no such file"}, id="Image value of both"),
        pytest.param(lambda content, path: Image.open(io.BytesIO(content)), id="PIL image"),
        pytest.param(lambda content, path: np.asarray(Image.open(path)), id="array"),
        pytest.param(lambda content, path: np.asarray(Image.open(path))[..., :3], id="array of three channels"),
        pytest.param(lambda content, path: np.asfortranarray(np.asarray(Image.open(path))), id="Fortran array"),
    ],
)
def test_ids_are_the_same_from_every_source(wrap: Callable[[bytes, Path], Any], tmp_path: Path) -> None:
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
        pytest.param(np.array([[True]]), "bool", id="booleans"),
        pytest.param(np.array([[2**64 - 1]], np.uint64), "18446744073709551615", id="64 bits"),
        pytest.param(np.array([1]), r"shape \(1,\)", id="one dimension"),
        pytest.param(np.zeros((0, 5), int), r"shape \(0, 5\)", id="no rows"),
        pytest.param(np.zeros((5, 0), int), r"shape \(5, 0\)", id="no columns"),
    ],
)
def test_encode_bitmap_refuses_invalid_ids(ids: np.ndarray, problem: str) -> None:
    with pytest.raises(BitmapError, match=problem):
        encode_bitmap(ids)


@pytest.mark.parametrize(
    "bitmap",
    [
        pytest.param(b"<html>", id="not a picture"),
        pytest.param(b"", id="no bytes"),
        pytest.param("no such file", id="missing file"),
        pytest.param(TRUNCATED, id="truncated PNG"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY)[:9], b""), id="PNG with a short header"),
        pytest.param(plain_png(8, GRAY, before=chunk(b"tRNS")), id="PNG with a short tRNS"),
        pytest.param(raw_png(ihdr(2**31 - 1, 2**31 - 1, 8, GRAY), b""), id="PNG of a huge size"),
        pytest.param(Image.new("P", (2, 2)), id="palette"),
        pytest.param(Image.new("1", (2, 2)), id="one bit"),
        pytest.param(Image.new("F", (2, 2)), id="mode F"),
        pytest.param(plain_png(8, GRAY_ALPHA), id="gray with alpha"),
        pytest.param(Image.fromarray(np.array([[-1]], np.int32)), id="mode I, negative"),
        pytest.param(np.zeros((2, 2, 2), np.uint8), id="two channels"),
        pytest.param(np.zeros((2, 2, 4), np.uint16), id="channels of 16 bits"),
        pytest.param(np.zeros(4, np.uint32), id="one dimension"),
        pytest.param(np.zeros((2, 2)), id="floats"),
        pytest.param(np.zeros((2, 2), bool), id="booleans"),
        pytest.param(np.array([[-1]]), id="negative"),
        pytest.param(np.array([[2**32]]), id="33 bits"),
        pytest.param({"bytes": None, "path": None}, id="Image value without bytes and path"),
        pytest.param({}, id="empty mapping"),
        pytest.param(None, id="None"),
        pytest.param(7, id="a number"),
    ],
)
def test_decode_bitmap_refuses_other_values(bitmap: Any) -> None:
    with pytest.raises(BitmapError, match="got .*expected"):
        decode_bitmap(bitmap)


def test_decode_bitmap_refuses_a_pil_image_of_a_truncated_png() -> None:
    with pytest.raises(BitmapError, match="got .*expected"):
        decode_bitmap(Image.open(io.BytesIO(TRUNCATED)))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.uint64, np.dtype(">u4"), np.dtype("<i2")])
def test_arrays_of_integers_are_ids(dtype: Any) -> None:
    decoded = decode_bitmap(np.array([[0, 1], [126, 127]], dtype))
    np.testing.assert_array_equal(decoded, np.array([[0, 1], [126, 127]], np.uint32), strict=True)


def test_decode_bitmap_returns_uint32_arrays_without_a_copy() -> None:
    ids = np.array([[0, 2**32 - 1]], np.uint32)
    assert decode_bitmap(ids) is ids
    np.testing.assert_array_equal(decode_bitmap(ids.astype(np.int64)), ids, strict=True)


@pytest.mark.parametrize("channels", [(), (3,), (4,)], ids=str)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)], ids=str)
def test_an_empty_array_has_no_ids(shape: tuple[int, int], channels: tuple[int, ...]) -> None:
    assert decode_bitmap(np.zeros((*shape, *channels), np.uint8)).shape == shape


def test_ids_encoded_without_alpha_are_decoded_to_the_same_ids() -> None:
    ids = np.array([[0, 70001], [2**24 - 1, 3]])
    content = encode_bitmap(ids, alpha=False)
    assert Image.open(io.BytesIO(content)).mode == "RGB"
    np.testing.assert_array_equal(decode_bitmap(content), ids)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint64, np.dtype(">u4")])
def test_encode_bitmap_accepts_any_integer_dtype_and_memory_order(dtype: Any) -> None:
    ids = np.array([[0, 70001, 5], [2**24 - 1, 3, 9]], dtype)
    for array in (ids, np.asfortranarray(ids), ids.repeat(2, axis=1)[:, ::2]):
        np.testing.assert_array_equal(decode_bitmap(encode_bitmap(array)), ids)


def test_decode_bitmap_reads_a_picture_that_pillow_stores_in_several_blocks() -> None:
    ids = np.zeros((2000, 2500), np.uint32)
    ids[::7, ::3] = 70001
    np.testing.assert_array_equal(decode_bitmap(encode_bitmap(ids)), ids)
