"""Truncated and damaged files are detected without decoding pixels, and complete files are accepted."""

from __future__ import annotations

import mmap

import numpy as np
import pytest
from assets.fetching import encoded
from fuzz.image_mutations import png_of, png_parts
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from segments_hf.images.file_structure import image_format, structure_fault

NOISE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
IMAGE = Image.fromarray(NOISE)
EXIF = Image.Exif()
EXIF[0x010E] = "a thumbnail has its own end marker: \xff\xd9"

WHOLE = {
    "png": encoded(IMAGE, "PNG"),
    "png of 1 bit": encoded(IMAGE.convert("1"), "PNG"),
    "png with a palette": encoded(IMAGE.convert("P"), "PNG", transparency=0),
    "apng": encoded(IMAGE, "PNG", save_all=True, append_images=[IMAGE.rotate(180)]),
    "jpeg": encoded(IMAGE, "JPEG"),
    "progressive jpeg": encoded(IMAGE, "JPEG", progressive=True),
    "gray jpeg": encoded(IMAGE.convert("L"), "JPEG"),
    "CMYK jpeg": encoded(IMAGE.convert("CMYK"), "JPEG"),
    "jpeg with restart markers": encoded(IMAGE, "JPEG", restart_marker_blocks=1),
    "jpeg with end markers in its metadata": encoded(IMAGE, "JPEG", exif=EXIF, comment=b"\xff\xd9\xff\xda"),
    "mpo": encoded(IMAGE, "MPO", save_all=True, append_images=[IMAGE]),
    "webp": encoded(IMAGE, "WEBP"),
    "lossless webp": encoded(IMAGE, "WEBP", lossless=True),
}


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE)
class TestComplete:
    def test_a_complete_file_has_no_fault(self, content):
        assert image_format(content)
        assert structure_fault(content) is None

    @pytest.mark.parametrize("extra", [b"\0" * 100, b"a video of two seconds", b"\xff\xd8\xff"], ids=str)
    def test_bytes_after_the_end_are_ignored(self, content, extra):
        assert structure_fault(content + extra) is None

    def test_a_complete_file_on_disk_has_no_fault(self, content, tmp_path):
        (tmp_path / "image").write_bytes(content)
        with (tmp_path / "image").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            assert structure_fault(view) is None


# The files that are tested truncated. A truncated MPO may still contain its whole first image.
TRUNCATABLE = {name: content for name, content in WHOLE.items() if name != "mpo"}


@pytest.mark.parametrize("name", TRUNCATABLE)
@given(data=st.data())
def test_a_truncated_file_has_a_fault_wherever_it_ends(name, data):
    content = TRUNCATABLE[name]
    cut = content[: data.draw(st.integers(12, len(content) - 1))]
    assert structure_fault(cut)
    # After a power failure, the end of a file may be filled with zeros. A WebP of the right length has no fault.
    assert structure_fault(cut + bytes(len(content) - len(cut))) or "webp" in name


@given(st.integers(8, len(WHOLE["png"]) - 1), st.integers(1, 255))
def test_a_png_with_a_changed_byte_has_a_fault(position, change):
    content = bytearray(WHOLE["png"])
    content[position] ^= change
    assert structure_fault(bytes(content))


def test_a_png_without_exactly_one_header_at_its_start_has_a_fault():
    first, *rest = png_parts(WHOLE["png"])
    assert structure_fault(png_of([first, *rest])) is None
    for chunks in ([first, first, *rest], [*rest], [rest[0], first, *rest[1:]], [first, *rest[:-1], first, rest[-1]]):
        assert structure_fault(png_of(chunks))


@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda rest: b"\xff\xd8\xff" + rest))
def test_structure_fault_of_any_bytes_is_none_or_a_text(content):
    fault = structure_fault(content)
    assert fault is None if image_format(content) is None else fault != ""


@pytest.mark.parametrize("file_format", ["GIF", "TIFF", "BMP", "PPM", "ICO"])
def test_other_formats_have_no_structure_fault(file_format):
    content = encoded(IMAGE, file_format)
    assert image_format(content) is None
    assert structure_fault(content) is None
