"""Bitmaps have the same ids or the same error with and without the extra `fast`."""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from PIL import Image

from segments_hf.bitmaps import decode_bitmap, encode_bitmap
from segments_hf.bitmaps.codec import fast_png
from segments_hf.errors import BitmapError

from .making import (
    GRAY,
    GRAY_ALPHA,
    PALETTE,
    RGB,
    RGBA,
    SIGNATURE,
    bitmaps,
    chunk,
    ihdr,
    plain_png,
    png_by_hand,
    raw_png,
)

IDS = np.array([[1, 2], [3, 4]], np.uint8)
COMPRESSED = zlib.compress(b"\0\1\2\0\3\4")
HEADER, IDAT, END = chunk(b"IHDR", ihdr(2, 2, 8, GRAY)), chunk(b"IDAT", COMPRESSED), chunk(b"IEND")
SMALL_PNG = png_by_hand(np.full((2, 2, 4), 7, np.uint8), [1, 4])


def outcome(content: bytes) -> Any:
    """Return the ids, or the class of the error."""
    try:
        return decode_bitmap(content).tolist()
    except Exception as error:  # noqa: BLE001
        return type(error)


def outcome_without(content: bytes) -> Any:
    """Return the outcome without the extra."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_png, "_tools", lambda: None)
        return outcome(content)


@pytest.fixture
def extra_not_cached() -> Iterator[None]:
    """Forget whether the packages of the extra are installed, before and after a test."""
    fast_png._tools.cache_clear()
    fast_png._compiled.cache_clear()
    yield
    fast_png._tools.cache_clear()
    fast_png._compiled.cache_clear()


@given(bitmaps())
def test_ids_are_equal_with_and_without_the_extra(ids: np.ndarray) -> None:
    content = encode_bitmap(ids & (2**24 - 1))
    assert outcome(content) == outcome_without(content) == (ids & (2**24 - 1)).tolist()


@pytest.mark.parametrize("module", ["numba", "deflate"])
def test_one_package_of_the_extra_is_not_enough(
    module: str, extra_not_cached: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    content = encode_bitmap(IDS)
    assert fast_png.decode_fast(content) is None
    np.testing.assert_array_equal(decode_bitmap(content), IDS)


def test_numba_works_without_a_cache_folder(extra_not_cached: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a read-only container, numba finds no folder for its cache. The code is then compiled without a cache."""
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    np.testing.assert_array_equal(decode_bitmap(encode_bitmap(IDS)), IDS)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SIGNATURE + HEADER + IDAT + END, id="whole"),
        *(
            pytest.param(plain_png(*kind), id=f"color type {kind[1]}, {kind[0]} bits")
            for kind in [(1, GRAY), (2, GRAY), (4, GRAY), (8, RGB), (16, RGB), (8, GRAY_ALPHA), (16, RGBA)]
        ),
        pytest.param(plain_png(8, PALETTE, before=chunk(b"PLTE", bytes(30))), id="palette"),
        pytest.param(plain_png(8, GRAY, 1), id="interlaced"),
        pytest.param(plain_png(8, GRAY, before=chunk(b"tRNS", b"\0\1")), id="transparent gray"),
        pytest.param(plain_png(8, RGBA, before=chunk(b"tEXt", b"a\0b")), id="text"),
        pytest.param(SIGNATURE + chunk(b"IHDR", ihdr(2, 2, 8, GRAY), crc=5) + IDAT + END, id="wrong CRC of the header"),
        pytest.param(SIGNATURE + HEADER + chunk(b"IDAT", COMPRESSED, crc=5) + END, id="wrong CRC of the pixels"),
        pytest.param(SIGNATURE + HEADER + chunk(b"tEXt", b"a\0b", crc=5) + IDAT + END, id="wrong CRC of a text"),
        pytest.param(SIGNATURE + HEADER + chunk(b"\0\1\2\3") + IDAT + END, id="a chunk with an invalid type"),
        pytest.param(SIGNATURE + HEADER + chunk(b"pHYs", b"!") + IDAT + END, id="a short pHYs"),
        pytest.param(SIGNATURE + HEADER + chunk(b"gAMA", b"!") + IDAT + END, id="a short gAMA"),
        pytest.param(SIGNATURE + HEADER + chunk(b"acTL", b"!") + IDAT + END, id="a short acTL"),
        pytest.param(SIGNATURE + HEADER + chunk(b"iCCP", b"a\0\1") + IDAT + END, id="an invalid iCCP"),
        pytest.param(
            SIGNATURE + HEADER + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**21))) + IDAT + END, id="a long text"
        ),
        pytest.param(
            SIGNATURE
            + HEADER
            + chunk(b"IDAT", COMPRESSED[:5])
            + chunk(b"tEXt", b"a\0b")
            + chunk(b"IDAT", COMPRESSED[5:])
            + END,
            id="a text between the pixels",
        ),
        pytest.param(
            SIGNATURE
            + HEADER
            + chunk(b"IDAT", COMPRESSED[:5])
            + chunk(b"pHYs", bytes(9))
            + chunk(b"IDAT", COMPRESSED[5:])
            + END,
            id="pHYs between the pixels",
        ),
        pytest.param(SIGNATURE + IDAT + HEADER + END, id="the header after the pixels"),
        pytest.param(
            SIGNATURE + chunk(b"IHDR", ihdr(1, 1, 8, GRAY)) + IDAT + HEADER + END, id="another header after the pixels"
        ),
        pytest.param(
            SIGNATURE + HEADER + chunk(b"IHDR", ihdr(1, 3, 8, GRAY) + b"!") + IDAT + END, id="another, longer header"
        ),
        pytest.param(
            SIGNATURE
            + HEADER
            + chunk(b"acTL", struct.pack(">II", 1, 0))
            + chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 1, 1, 1, 1, 1, 1, 0, 0))
            + IDAT
            + END,
            id="an animation frame smaller than the image",
        ),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(bytes(7))), id="a byte too many"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(bytes(5))), id="a byte too few"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(b"\5\0\0\0\0\0")), id="filter 5"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), COMPRESSED + b"!"), id="a byte after the compressed data"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), COMPRESSED[:-4]), id="no checksum"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), COMPRESSED[:-1] + b"!"), id="a wrong checksum"),
    ],
)
def test_outcome_of_a_file_is_equal_with_and_without_the_extra(content: bytes) -> None:
    assert outcome(content) == outcome_without(content)


def test_outcome_of_a_truncated_file_is_equal_with_and_without_the_extra() -> None:
    for end in range(len(SMALL_PNG)):
        found = outcome(SMALL_PNG[:end])
        assert found == outcome_without(SMALL_PNG[:end]), end
        assert found in (BitmapError, [[0x70707] * 2] * 2), end


@pytest.mark.parametrize("flip", [1, 0x20, 0xFF])
def test_outcome_of_a_damaged_file_is_equal_with_and_without_the_extra(flip: int) -> None:
    for position in range(len(SMALL_PNG)):
        content = bytearray(SMALL_PNG)
        content[position] ^= flip
        found = outcome(bytes(content))
        assert found == outcome_without(bytes(content)), position
        assert isinstance(found, list) or found is BitmapError, position


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, 6, 16])
@pytest.mark.parametrize("position", range(13))
def test_outcome_of_a_changed_header_is_equal_with_and_without_the_extra(
    position: int, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2**16)
    header = bytearray(ihdr(2, 2, 8, RGBA))
    header[position] = value
    content = raw_png(bytes(header), zlib.compress(bytes(18)))
    assert outcome(content) == outcome_without(content)


@pytest.mark.parametrize("limit", [3, 1, None])
def test_outcome_with_any_pixel_limit_is_equal_with_and_without_the_extra(
    limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    assert outcome(SMALL_PNG) == outcome_without(SMALL_PNG)
