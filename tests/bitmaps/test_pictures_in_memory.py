"""`decode_bitmap` reads pictures that were created in memory."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "make",
    [
        pytest.param("Image.fromarray(np.full((2, 3, 4), 7, np.uint8))", id="from an array"),
        pytest.param("Image.frombuffer('RGBA', (3, 2), bytes([7] * 24), 'raw', 'RGBA', 0, 1)", id="from a buffer"),
        pytest.param("Image.new('RGBA', (3, 2), (7, 7, 7, 7))", id="new"),
        pytest.param("Image.new('RGBA', (5, 5), (7, 7, 7, 7)).crop((1, 1, 4, 3))", id="cropped"),
        pytest.param("Image.new('RGBA', (0, 2))", id="without columns"),
    ],
)
def test_decode_bitmap_reads_a_picture_in_memory(make: str) -> None:
    """The code runs in a separate process, because an invalid memory access in Pillow would crash the process."""
    code = f"""
import numpy as np
from PIL import Image
from segments_hf.bitmaps import decode_bitmap
picture = {make}
decoded = decode_bitmap(picture)
assert decoded.shape == picture.size[::-1]
assert (decoded == 0x70707).all()
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
