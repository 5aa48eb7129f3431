"""Decode PNGs faster than Pillow, with libdeflate and numba, which the extra ``fast`` installs.

The chunks and filters are those of the PNG specification (https://www.w3.org/TR/png-3/).
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from segments_hf.bitmaps.bands import bands
from segments_hf.images.file_structure import PNG_HEADER, PNG_SIGNATURE, png_chunks

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

# Chunks that do not change pixel values, with their lengths in bytes.
_IGNORED_CHUNKS = {b"sRGB": 1, b"gAMA": 4, b"pHYs": 9}
_DTYPES: dict[tuple[int, int], np.dtype[np.unsignedinteger[Any]]] = {  # by color type and bit depth
    (0, 8): np.dtype("u1"),
    (0, 16): np.dtype("<u2"),
    (6, 8): np.dtype("<u4"),
}
_NO_FILTER, _SUB, _UP, _AVERAGE, _PAETH = range(5)


def decode_fast(content: bytes) -> npt.NDArray[Any] | None:
    """Decode the pixels of an 8-bit RGBA PNG or of an 8- or 16-bit grayscale PNG.

    Args:
        content: The file.

    Returns:
        uint8 array of shape (H, W, 4) for RGBA, uint8 or uint16 array of shape (H, W) for grayscale, with the values
        that Pillow returns. None if the extra ``fast`` is not installed or Pillow has no pixel limit; or if the file is
        damaged, interlaced, not such a PNG or larger than the pixel limit, or has an unknown chunk, which may change
        pixel values: Pillow must then decode or refuse the file.
    """
    tools = _tools()
    header_and_data = _header_and_data(content) if tools else None
    if tools is None or header_and_data is None:
        return None
    (width, height, depth, color, *_), compressed = header_and_data
    dtype = _DTYPES[color, depth]
    inflate, unfilter, inflate_error = tools
    size = height * (1 + width * dtype.itemsize)
    try:
        raw = inflate(compressed, size)
    except inflate_error:
        return None
    if len(raw) != size:
        return None
    filters, pixels = _filters_and_pixels(np.frombuffer(raw, np.uint8), (height, width), dtype)
    if filters.max() > _PAETH:
        return None
    unfilter(pixels, filters)
    if color:
        return pixels.view(np.uint8).reshape(height, width, 4)
    return pixels.byteswap(inplace=True) if depth == 16 else pixels  # noqa: PLR2004


def _filters_and_pixels(
    raw: npt.NDArray[np.uint8], shape: tuple[int, int], dtype: np.dtype[Any]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
    """Return the number of the filter of each line, and the filtered pixels.

    The pixels are moved within `raw`, because a copy may be large.
    """
    height, width = shape
    lines = raw.reshape(height, -1)
    filters = lines[:, 0].copy()
    row_bytes = width * dtype.itemsize
    pixels = raw[: height * row_bytes].reshape(height, row_bytes)
    for rows in bands((height, row_bytes)):
        pixels[rows] = lines[rows, 1:]
    return filters, pixels.view(dtype)


def _header_and_data(content: bytes) -> tuple[tuple[int, ...], bytes] | None:
    """Return the header and the compressed lines of a supported PNG; None for any other file.

    Files with a fault, and files with a chunk that may change pixel values, are left to Pillow.
    """
    if not content.startswith(PNG_SIGNATURE):
        return None
    chunks: list[tuple[bytes, bytes]] = []
    for kind, start, end in png_chunks(content):
        data = content[start:end]
        if zlib.crc32(data, zlib.crc32(kind)) != int.from_bytes(content[end : end + 4], "big"):
            return None
        if _IGNORED_CHUNKS.get(kind) != len(data) or (chunks[-1:] and chunks[-1][0] == b"IDAT"):
            chunks.append((kind, data))
    kinds = [kind for kind, _ in chunks]
    if kinds != [b"IHDR", *[b"IDAT"] * (len(kinds) - 2), b"IEND"] or len(chunks[0][1]) != PNG_HEADER.size:
        return None
    header = PNG_HEADER.unpack(chunks[0][1])
    width, height, depth, color, *others = header
    if (color, depth) not in _DTYPES or any(others) or not 0 < width * height <= (Image.MAX_IMAGE_PIXELS or 0):
        return None
    return header, b"".join(data for _, data in chunks[1:-1])


@cache
def _tools() -> tuple[Callable[[bytes, int], bytearray], Callable[..., None], type[Exception]] | None:
    """Return the functions that decode a PNG; None if the extra ``fast`` is not installed.

    Returns:
        The function that decompresses bytes, the function that reverses the filters, and the exception that the first
        function raises.
    """
    unfilter = _compiled(_unfilter)
    try:
        import deflate
    except ImportError:
        return None
    return unfilter and (deflate.zlib_decompress, unfilter, deflate.DeflateError)


@cache
def _compiled(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return a function that numba compiles at its first call; None if numba is not installed."""
    try:
        import numba
    except ImportError:
        return None
    try:
        compiled: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba cannot write to any cache folder
        compiled = numba.njit(nogil=True)(function)
    return compiled


def _unfilter(pixels: npt.NDArray[np.unsignedinteger[Any]], filters: npt.NDArray[np.uint8]) -> None:
    """Reverse the filters of lines, in place.

    All bytes of a pixel are processed as one integer. The sums have no carries between bytes. Only Paeth's filter
    compares bytes one by one, and only if the upper left pixel differs from both the upper and the left pixel, which is
    rare in bitmaps.
    """
    low, high = np.uint32(0x7F7F7F7F), np.uint32(0x80808080)
    zero = np.uint32(0)
    bits = 8 * pixels.itemsize
    height, width = pixels.shape
    for y in range(height):
        filter_type = filters[y]
        if filter_type == _NO_FILTER:
            continue
        left, upper_left = zero, zero
        for x in range(width):
            up = np.uint32(pixels[y - 1, x]) if y else zero
            if filter_type == _SUB:
                predicted = left
            elif filter_type == _UP:
                predicted = up
            elif filter_type == _AVERAGE:
                predicted = (left & up) + (((left ^ up) >> np.uint32(1)) & low)
            elif up == upper_left:
                predicted = left
            elif left == upper_left:
                predicted = up
            else:
                predicted = zero
                for bit in range(0, bits, 8):
                    shift = np.uint32(bit)
                    a = np.int32((left >> shift) & np.uint32(255))
                    b = np.int32((up >> shift) & np.uint32(255))
                    c = np.int32((upper_left >> shift) & np.uint32(255))
                    to_a, to_b, to_c = abs(b - c), abs(a - c), abs(a + b - c - c)
                    nearest = a if to_a <= to_b and to_a <= to_c else b if to_b <= to_c else c
                    predicted |= np.uint32(nearest) << shift
            difference = np.uint32(pixels[y, x])
            left = ((predicted & low) + (difference & low)) ^ ((predicted ^ difference) & high)
            pixels[y, x] = left
            upper_left = up
