"""The pixel format of an image is read from its header."""

from __future__ import annotations

import pytest

from segments_hf.images.depth.pixel_format import pixel_format
from segments_hf.io.file_content import FileContent

from .images_by_mode import CONVERTED, DEEP, PLAIN

NAMES = {
    "L PNG": "L",
    "RGB JPEG": "RGB",
    "RGB WebP": "RGB",
    "RGB JPEG2000": "RGB",
    "1 PNG": "1-bit",
    "1 PPM": "1-bit",
    "P GIF": "P",
    "LA PNG": "LA",
    "CMYK JPEG": "CMYK",
    "16-bit RGB PNG": "16-bit RGB",
    "16-bit RGBA PNG": "16-bit RGBA",
    "16-bit RGB TIFF": "16-bit RGB",
    "12-bit RGB PPM": "12-bit RGB",
    "16-bit PNG": "16-bit gray",
    "16-bit TIFF": "16-bit gray",
    "16-bit TIFF, big-endian": "16-bit gray",
    "16-bit TIFF, signed": "16-bit gray",
    "12-bit TIFF": "12-bit gray",
    "32-bit TIFF": "32-bit gray",
    "float TIFF": "32-bit float",
    "PFM": "32-bit float",
    "12-bit PGM": "12-bit gray",
    "16-bit JPEG 2000": "16-bit gray",
}
FILES = {**PLAIN, **CONVERTED, **{name: make for name, (make, *_) in DEEP.items()}}


@pytest.mark.parametrize(("file", "name"), NAMES.items())
def test_name_of_a_pixel_format_contains_a_depth_other_than_8_bits(file: str, name: str) -> None:
    assert pixel_format(FileContent(FILES[file]())).name == name


@pytest.mark.parametrize("file", FILES)
def test_is_eight_bit_is_true_only_for_8_bit_rgb_and_gray(file: str) -> None:
    assert pixel_format(FileContent(FILES[file]())).is_eight_bit == (file in PLAIN)
