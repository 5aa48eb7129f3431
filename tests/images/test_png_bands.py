"""A PNG that is decoded in bands of rows has the pixels from which it was made."""

from __future__ import annotations

import numpy as np
import pytest
from bitmaps.making import RGBA, chunk, ihdr, png_by_hand, raw_png
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segments_hf.errors import AssetError
from segments_hf.images.opening import inspect_image
from segments_hf.images.png_bands import can_decode_bands, png_bands
from segments_hf.io.file_content import FileContent

from .bitmap_files import color, encoded, png, with_palette

PIXELS = st.one_of(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(4))),
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9))),
    hnp.arrays(np.uint16, st.tuples(st.integers(1, 9), st.integers(1, 9))),
)


def decoded_in_bands(content: bytes, heights: list[int]) -> np.ndarray:
    with inspect_image(FileContent(content)) as image:
        assert can_decode_bands(image)
        return np.concatenate([np.asarray(band)[1:] for band in png_bands(image, content, heights)])


@given(PIXELS, st.data())
def test_bands_have_the_pixels_of_the_image(pixels: np.ndarray, data: st.DataObject) -> None:
    height = len(pixels)
    filters = data.draw(st.lists(st.integers(0, 4), min_size=height, max_size=height))
    cuts = sorted(data.draw(st.sets(st.integers(1, height - 1)))) if height > 1 else []
    heights = np.diff([0, *cuts, height]).tolist()
    np.testing.assert_array_equal(decoded_in_bands(png_by_hand(pixels, filters), heights), pixels)


def test_bands_of_an_rgb_png_with_several_idat_chunks_have_the_pixels_of_the_image() -> None:
    content = encoded(color("RGB"), "PNG")
    start = content.index(b"IDAT") + 4
    length = int.from_bytes(content[start - 8 : start - 4], "big")
    data = content[start : start + length]
    parts = b"".join(chunk(b"IDAT", data[offset : offset + 7]) for offset in range(0, length, 7))
    split = content[: start - 8] + parts + chunk(b"IEND")
    np.testing.assert_array_equal(decoded_in_bands(split, [3, 3, 4]), np.asarray(color("RGB")))


@pytest.mark.parametrize(
    "compressed", [b"", b"no zlib", encoded(color(), "PNG")[41:60]], ids=["empty", "not compressed", "cut"]
)
def test_bands_of_damaged_pixels_raise_asset_error(compressed: bytes) -> None:
    with pytest.raises(AssetError):
        decoded_in_bands(raw_png(ihdr(12, 10, 8, RGBA), compressed), [5, 5])


@pytest.mark.parametrize(
    "content",
    [
        encoded(with_palette(), "PNG"),
        png(8, 0, interlace=1),
        png(16, 2),
        encoded(color(), "TIFF"),
    ],
    ids=["palette", "interlaced", "16-bit RGB", "TIFF"],
)
def test_can_decode_bands_is_false_for_other_images(content: bytes) -> None:
    with inspect_image(FileContent(content)) as image:
        assert not can_decode_bands(image)
