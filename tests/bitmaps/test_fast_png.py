"""Fast decoding returns the pixels that Pillow decodes."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from segments_hf.bitmaps import encode_bitmap
from segments_hf.bitmaps.codec.fast_png import decode_fast

from .making import (
    GRAY,
    GRAY_ALPHA,
    PALETTE,
    RGB,
    RGBA,
    SIGNATURE,
    chunk,
    decoded_by_pillow,
    ihdr,
    plain_png,
    png_by_hand,
    raw_png,
)

KINDS = {"RGBA": (np.uint8, (4,)), "8-bit gray": (np.uint8, ()), "16-bit gray": (np.uint16, ())}
FILTERS = ["none", "sub", "up", "average", "Paeth"]
SMALL = np.array([[7, 300], [65535, 0]], np.uint16)


def noise(kind: str, height: int, width: int, *, values: int = 2**16) -> np.ndarray:
    """Return random pixels. Few values give areas of equal pixels, as in bitmaps."""
    dtype, channels = KINDS[kind]
    return np.random.default_rng(0).integers(0, values, (height, width, *channels)).astype(dtype)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[np.ndarray, list[int]]:
    """Draw pixels, and the number of the filter of each line."""
    dtype, channels = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=9))
    elements = draw(st.sampled_from([None, st.sampled_from([0, 1, 127, 128, 255])]))
    pixels = draw(hnp.arrays(dtype, (*shape, *channels), elements=elements, fill=st.nothing()))
    return pixels, draw(st.lists(st.integers(0, 4), min_size=shape[0], max_size=shape[0]))


def check(content: bytes, pixels: np.ndarray) -> None:
    found = decode_fast(content)
    assert found is not None
    np.testing.assert_array_equal(found, pixels, strict=True)
    np.testing.assert_array_equal(found, decoded_by_pillow(content), strict=True)


@given(pictures())
def test_decode_fast_undoes_any_filters(picture: tuple[np.ndarray, list[int]]) -> None:
    pixels, filters = picture
    check(png_by_hand(pixels, filters), pixels)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (33, 65)], ids=str)
@pytest.mark.parametrize("values", [3, 2**16], ids=["few values", "noise"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("filter_type", range(5), ids=FILTERS)
def test_decode_fast_undoes_one_filter(filter_type: int, kind: str, values: int, shape: tuple[int, int]) -> None:
    pixels = noise(kind, *shape, values=values)
    check(png_by_hand(pixels, [filter_type] * shape[0]), pixels)


@pytest.mark.parametrize("kind", KINDS)
def test_decode_fast_reads_files_of_pillow(kind: str) -> None:
    pixels = noise(kind, 50, 70, values=9)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    check(file.getvalue(), pixels)


def test_decode_fast_returns_a_writable_array() -> None:
    pixels = decode_fast(encode_bitmap(np.full((200, 300), 70000)))
    assert pixels is not None
    assert pixels.shape == (200, 300, 4)
    pixels[:] = 0


def test_decode_fast_reads_pixels_in_several_chunks() -> None:
    compressed = zlib.compress(b"\0\0\7\1\54" + b"\0\377\377\0\0")
    for cut in range(len(compressed) + 1):
        parts = b"".join(chunk(b"IDAT", part) for part in (compressed[:cut], b"", compressed[cut:]))
        check(SIGNATURE + chunk(b"IHDR", ihdr(2, 2, 16, GRAY)) + parts + chunk(b"IEND"), SMALL)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(png_by_hand(SMALL, [0, 0]) + b"rubbish" * 9, id="extra bytes after the image"),
        pytest.param(png_by_hand(SMALL, [0, 0]) + png_by_hand(SMALL[:1], [0]), id="a second image after the image"),
        pytest.param(png_by_hand(SMALL, [0, 0], before=chunk(b"tEXt", b"a\0b")), id="text before the pixels"),
        pytest.param(png_by_hand(SMALL, [0, 0], after=chunk(b"tEXt", b"a\0b")), id="text after the pixels"),
        pytest.param(png_by_hand(SMALL, [0, 0])[:-12], id="no end chunk"),
    ],
)
def test_decode_fast_is_correct_or_none_for_files_with_additional_chunks_or_bytes(content: bytes) -> None:
    np.testing.assert_array_equal(decoded_by_pillow(content), SMALL)
    found = decode_fast(content)
    assert found is None or (found == SMALL).all()


@pytest.mark.parametrize(
    "content",
    [
        *(
            pytest.param(plain_png(*kind), id=f"color type {kind[1]}, {kind[0]} bits")
            for kind in [(1, GRAY), (2, GRAY), (4, GRAY), (8, RGB), (16, RGB), (8, GRAY_ALPHA), (16, RGBA)]
        ),
        pytest.param(plain_png(8, PALETTE, before=chunk(b"PLTE", bytes(30))), id="palette"),
        pytest.param(plain_png(8, GRAY, 1), id="interlaced"),
        pytest.param(plain_png(8, GRAY, before=chunk(b"tRNS", b"\0\1")), id="transparent gray"),
    ],
)
def test_decode_fast_returns_none_for_other_pngs(content: bytes) -> None:
    assert decoded_by_pillow(content).shape[:2] == (2, 2)
    assert decode_fast(content) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="not a picture"),
        pytest.param(SIGNATURE, id="a signature only"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY)[:12], zlib.compress(bytes(6))), id="a short header"),
        pytest.param(raw_png(ihdr(0, 2, 8, GRAY), zlib.compress(bytes(2))), id="no width"),
        pytest.param(raw_png(ihdr(2, 0, 8, GRAY), zlib.compress(b"")), id="no height"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY, 1, 0, 0), zlib.compress(bytes(6))), id="another compression method"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY, 0, 1, 0), zlib.compress(bytes(6))), id="another filter method"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(b"\5\0\0\0\0\0")), id="filter 5 first"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(b"\0\0\0\377\0\0")), id="filter 255 last"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(bytes(5))), id="a byte too few"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(bytes(7))), id="a byte too many"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), zlib.compress(bytes(6))[:-1] + b"!"), id="a wrong checksum"),
        pytest.param(raw_png(ihdr(2, 2, 8, GRAY), b""), id="no pixels"),
        pytest.param(raw_png(ihdr(2**31, 2**31, 8, GRAY), zlib.compress(bytes(6))), id="a huge size"),
    ],
)
def test_decode_fast_returns_none_for_damaged_files(content: bytes) -> None:
    assert decode_fast(content) is None


@pytest.mark.parametrize(("limit", "is_decoded"), [(4, True), (3, False), (None, False)])
def test_decode_fast_returns_none_above_the_pixel_limit_or_without_a_limit(
    limit: int | None, is_decoded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    found: Any = decode_fast(png_by_hand(SMALL, [0, 0]))
    assert (found is not None) == is_decoded
