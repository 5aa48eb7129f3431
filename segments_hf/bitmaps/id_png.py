"""PNGs of ids written faster than by Pillow: nearly every pixel of such a picture is as the one above it.

So lines hold the differences to those above (the filter "Up" of https://www.w3.org/TR/png-3/), which are written only
where there are any.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from segments_hf.images.file_structure import PNG_HEADER, PNG_SIGNATURE

if TYPE_CHECKING:
    import numpy.typing as npt

_RGB, _RGBA = 2, 6
_UP = 2
_LEVEL = 1  # of nine; with runs alone the higher ones find nothing more


def id_png(ids: npt.NDArray[np.uint32], *, alpha: bool) -> bytes:
    """A PNG of 8-bit channels.

    Args:
        ids: Array of shape (H, W) with numbers below 2^24, in the order of the lines.
        alpha: Whether there is an alpha channel, of 255.
    """
    height, width = ids.shape
    channels = 4 if alpha else 3
    lines = np.zeros((height, 1 + channels * width), np.uint8)
    lines[:, 0] = _UP
    first = (ids[0] | np.uint32(255 << 24)).astype("<u4").view(np.uint8).reshape(width, 4)
    lines[0, 1:] = first[:, :channels].reshape(-1)
    places = np.flatnonzero(ids[1:] != ids[:-1])
    below, above = ids[1:].reshape(-1)[places], ids[:-1].reshape(-1)[places]
    rows, columns = np.divmod(places, width)
    flat = lines.reshape(-1)
    places = (rows + 1) * lines.shape[1] + 1 + channels * columns
    for channel in range(3):
        shift = np.uint32(8 * channel)
        flat[places + channel] = ((below >> shift) - (above >> shift)).astype(np.uint8)
    compressor = zlib.compressobj(_LEVEL, strategy=zlib.Z_RLE)
    content = compressor.compress(lines.data) + compressor.flush()
    header = PNG_HEADER.pack(width, height, 8, _RGBA if alpha else _RGB, 0, 0, 0)
    return PNG_SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
