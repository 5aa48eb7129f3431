"""Decode a large PNG in bands of rows, because Pillow decodes the whole image and holds a second copy of its pixels."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.images.file_structure import PNG_HEADER, PNG_SIGNATURE, png_chunks
from segments_hf.images.opening import inspect_image
from segments_hf.io.file_content import FileContent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.ImageFile import ImageFile

# The bit depth, the color type and the bytes per pixel, by raw mode (Pillow's term for the layout of the pixels in the
# file).
_RAW_MODES = {"L": (8, 0, 1), "I;16B": (16, 0, 2), "RGB": (8, 2, 3), "RGBA": (8, 6, 4)}
_NO_COMPRESSION = 0  # a level of zlib
_NO_FILTER = b"\0"


def can_decode_bands(picture: ImageFile) -> bool:
    """Tell whether `png_bands` can decode an image.

    The image must be a PNG of 8-bit gray, RGB or RGBA, or of 16-bit gray, not interlaced, and not decoded yet.
    """
    is_png = picture.format == "PNG" and not picture.info.get("interlace")
    return is_png and _raw_mode(picture) in _RAW_MODES


def png_bands(picture: ImageFile, content: bytes, heights: Sequence[int]) -> Iterator[ImageFile]:
    """Decode a PNG in bands from top to bottom. The rows of each band are decoded as a separate PNG.

    Args:
        picture: An image for which `can_decode_bands` is true.
        content: The content of the file.
        heights: The number of rows of each band.

    Yields:
        The bands. Each band has an additional row at the top: the row of the image above the band; zeros for the first
        band.

    Raises:
        AssetError: The file is truncated or damaged.
    """
    width, raw_mode = picture.width, _raw_mode(picture)
    depth, color, pixel_bytes = _RAW_MODES[raw_mode]
    row_bytes = width * pixel_bytes
    above = bytes(row_bytes)  # PNG filters refer to the row above; above the first row, they use 0
    for rows in _inflated(content, [height * (1 + row_bytes) for height in heights]):
        header = PNG_HEADER.pack(width, 1 + len(rows) // (1 + row_bytes), depth, color, 0, 0, 0)
        data = zlib.compress(_NO_FILTER + above + rows, _NO_COMPRESSION)
        png = PNG_SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
        with inspect_image(FileContent(png)) as band:
            band.load()
            above = band.crop((0, band.height - 1, width, band.height)).tobytes("raw", raw_mode)
            yield band


def _raw_mode(picture: ImageFile) -> str:
    """Return Pillow's raw mode of an image that is not decoded yet; empty if the image is decoded."""
    return str(picture.tile[0][3]) if len(picture.tile) == 1 else ""


def _inflated(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Decompress the rows of a PNG, each of which begins with the number of its filter.

    Args:
        content: The content of the file.
        sizes: The sizes of the pieces to yield, in bytes.
    """
    inflater = zlib.decompressobj()
    data = (content[start:end] for kind, start, end in png_chunks(content) if kind == b"IDAT")
    for size in sizes:
        piece = bytearray()
        while len(piece) < size:
            compressed = inflater.unconsumed_tail or next(data, b"")
            if not compressed and inflater.eof:
                raise AssetError("got a damaged PNG: it has fewer rows than its header declares")
            inflated = inflater.decompress(compressed, size - len(piece))
            if not compressed and not inflated:
                raise AssetError("got a damaged PNG: its pixel data are truncated")
            piece += inflated
        yield bytes(piece)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
