"""Write PNGs of bitmaps and masks faster than Pillow. Nearly all pixels of a bitmap are equal to the pixel above.

Therefore each row is stored as its differences to the row above (the filter "Up" of https://www.w3.org/TR/png-3/).
The rows are written in bands.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.images.file_structure import PNG_HEADER, PNG_SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

UP = 2  # the number of the filter "Up"
GRAY, RGB, PALETTE, RGBA = 0, 2, 3, 6  # color types
_LEVEL = 1  # the zlib level; higher levels do not compress better, because Z_RLE only encodes run lengths


def with_row_above(parts: Iterable[npt.NDArray[Any]]) -> Iterator[npt.NDArray[Any]]:
    """Yield the bands of an array, each with the row above it as its first row. The row above the first band is 0."""
    above = None
    for part in parts:
        yield np.concatenate([np.zeros_like(part[:1]) if above is None else above, part])
        above = part[-1:].copy()


def write_png(
    size: tuple[int, int],
    depth_and_color: tuple[int, int],
    lines: Iterable[npt.NDArray[np.uint8]],
    palette: bytes = b"",
) -> bytes:
    """Return a PNG file.

    Args:
        size: The width and height in pixels.
        depth_and_color: The bit depth and the color type.
        lines: The filtered lines in bands, each of shape (rows, 1 + bytes per row): the number of the filter and the
            differences.
        palette: The colors of a palette, three bytes each.
    """
    compressor = zlib.compressobj(_LEVEL, strategy=zlib.Z_RLE)
    data = [compressor.compress(band.data) for band in lines]
    content = b"".join([*data, compressor.flush()])
    header = PNG_HEADER.pack(*size, *depth_and_color, 0, 0, 0)
    palette_chunk = _chunk(b"PLTE", palette) if palette else b""
    return PNG_SIGNATURE + _chunk(b"IHDR", header) + palette_chunk + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
