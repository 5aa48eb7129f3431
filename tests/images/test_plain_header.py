"""The size of a plain picture, read without Pillow, is the size that Pillow reads."""

from __future__ import annotations

import contextlib
import io

import pytest
from assets.fetching import encoded
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from segments_hf.images.plain_header import plain_jpeg_size, plain_png_size

SIZES = st.tuples(st.integers(1, 70), st.integers(1, 70))
TEXT = PngImagePlugin.PngInfo()
TEXT.add_text("Comment", "a text")
EXIF = Image.Exif()
EXIF[0x0112] = 6


@given(SIZES, st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]))
def test_png(size, mode):
    assert plain_png_size(encoded(Image.new(mode, size), "PNG")) == size


@given(SIZES, st.sampled_from(["L", "RGB", "CMYK"]), st.booleans(), st.sampled_from([None, b"a profile"]))
def test_jpeg(size, mode, progressive, profile):
    content = encoded(Image.new(mode, size), "JPEG", progressive=progressive, icc_profile=profile, comment=b"\xff\xc0")
    assert plain_jpeg_size(content) == size


@pytest.mark.parametrize("options", [{"pnginfo": TEXT}, {"exif": EXIF}], ids=["text", "exif"])
def test_a_png_that_may_be_turned_is_left_to_pillow(options):
    assert plain_png_size(encoded(Image.new("L", (2, 3)), "PNG", **options)) is None


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("JPEG", {"exif": EXIF}),
        ("JPEG", {"xmp": b"<x:xmpmeta/>"}),
        ("MPO", {"save_all": True, "append_images": [Image.new("L", (2, 3))]}),
    ],
    ids=["exif", "xmp", "mpo"],
)
def test_a_jpeg_that_says_more_is_left_to_pillow(file_format, options):
    assert plain_jpeg_size(encoded(Image.new("L", (2, 3)), file_format, **options)) is None


PNG = encoded(Image.new("P", (5, 4)), "PNG")
JPEG = encoded(Image.new("RGB", (5, 4)), "JPEG")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("content", "plain_size"), [(PNG, plain_png_size), (JPEG, plain_jpeg_size)], ids=["png", "jpeg"]
)
@given(data=st.data())
def test_where_a_damaged_header_can_be_read_the_size_is_that_of_pillow(content, plain_size, data):
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, min(len(content) - 1, 700)))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        with Image.open(io.BytesIO(changed)) as picture:
            size = picture.size
        assert plain_size(bytes(changed)) in {size, None}
