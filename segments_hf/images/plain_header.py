"""Read the size from the header of a plain PNG or JPEG, several times faster than Pillow.

A file is plain if its header has only the chunks or segments that the constants below list. For a plain file, this
module reads the same size as Pillow. For any other file, it returns None, and Pillow must read the size.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from segments_hf.images.file_structure import PNG_HEADER, Content, png_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

# The bits per channel that each color type allows (https://www.w3.org/TR/png-3/#11IHDR).
_PNG_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_PALETTE_COLOR = 3
# The allowed lengths of the data of tRNS in bytes, by color type.
_TRANSPARENCY_LENGTHS = {0: range(2, 3), 2: range(6, 7), _PALETTE_COLOR: range(1, 257)}
# The chunks that a plain PNG may contain between IHDR and IDAT, and the allowed lengths of their data in bytes. The
# chunks may have any order, except that tRNS must not be before PLTE.
_OPTIONAL_PNG_CHUNKS = {
    b"sRGB": range(1, 2),
    b"gAMA": range(4, 5),
    b"cHRM": range(32, 33),
    b"pHYs": range(9, 10),
    b"tIME": range(7, 8),
    b"sBIT": range(1, 5),
    b"bKGD": range(1, 7),
    b"PLTE": range(3, 769, 3),
    b"tRNS": range(1, 257),
}

_SOF = struct.Struct(">BHHB")  # bits per channel, height, width, number of components
_SOF_MARKERS = {0xC0, 0xC1, 0xC2}  # Huffman coding: baseline, extended sequential, progressive
_SOS, _DQT, _DHT, _DRI, _COMMENT = 0xDA, 0xDB, 0xC4, 0xDD, 0xFE
_OPAQUE_SEGMENTS = {_DHT, _COMMENT}  # Pillow does not interpret the content of these segments
_TABLE_LENGTH = 65  # bytes of a quantization table of 8-bit numbers; the first byte of such a table is below 16
# The allowed application segments, by marker: the first bytes of their parameters, and the allowed lengths of the
# parameters in bytes.
_PLAIN_APPLICATION_SEGMENTS = {
    0xE0: (b"JFIF\0", range(14, 2**16)),
    0xE2: (b"ICC_PROFILE\0", range(14, 2**16)),
    0xEE: (b"Adobe", range(12, 13)),
}
_JPEG_COMPONENTS = {1, 3, 4}


def plain_png_size(content: Content) -> tuple[int, int] | None:
    """Return the size of a PNG that has only plain chunks and no orientation.

    Args:
        content: A PNG file.

    Returns:
        Width and height in pixels; None for any other PNG, for a damaged header, and for a truncated file.
    """
    chunks = png_chunks(content)
    kind, start, end = next(chunks, (b"", 0, 0))
    if kind != b"IHDR" or end - start != PNG_HEADER.size or not _has_right_checksum(content, start, end):
        return None
    width, height, depth, color, compression, filters, interlace = PNG_HEADER.unpack_from(content, start)
    if depth not in _PNG_DEPTHS.get(color, ()) or compression or filters or interlace > 1 or not (width and height):
        return None
    return (width, height) if _has_plain_chunks(content, chunks, color) else None


def _has_plain_chunks(content: Content, chunks: Iterator[tuple[bytes, int, int]], color: int) -> bool:
    """Tell whether the chunks after IHDR are plain.

    Before IDAT, only the allowed chunks may occur, each at most once; after IDAT, only IEND.

    Args:
        content: A PNG file.
        chunks: The chunks after IHDR, as `png_chunks` returns them.
        color: The color type.
    """
    found: set[bytes] = set()
    kind = b""
    for kind, start, end in chunks:
        if kind == b"IDAT":
            found.add(kind)
            continue
        if b"IDAT" in found:
            break
        lengths = _OPTIONAL_PNG_CHUNKS.get(kind)
        if lengths is None or kind in found or end - start not in lengths:
            return False
        if kind == b"tRNS" and end - start not in _TRANSPARENCY_LENGTHS.get(color, ()):
            return False
        if kind == b"PLTE" and b"tRNS" in found:
            return False
        if not _has_right_checksum(content, start, end):
            return False
        found.add(kind)
    return kind == b"IEND" and (color != _PALETTE_COLOR or b"PLTE" in found)


def _has_right_checksum(content: Content, start: int, end: int) -> bool:
    return zlib.crc32(content[start - 4 : end]) == int.from_bytes(content[end : end + 4], "big")


def plain_jpeg_size(content: Content) -> tuple[int, int] | None:
    """Return the size of a JPEG that has only plain segments and no orientation.

    Args:
        content: A JPEG file.

    Returns:
        Width and height in pixels; None for any other JPEG, and for a damaged header.
    """
    size = None
    position = 2
    while position + 4 <= len(content):  # marker and length
        marker = content[position + 1]
        start = position + 4
        end = start - 2 + int.from_bytes(content[start - 2 : start], "big")
        if content[position] != 0xFF or not start <= end <= len(content):  # noqa: PLR2004  (the first byte of each marker)
            return None
        if marker == _SOS:
            return size if size and all(size) else None
        if marker in _SOF_MARKERS:
            if size or end - start < _SOF.size:
                return None
            depth, height, width, components = _SOF.unpack_from(content, start)
            if depth != 8 or components not in _JPEG_COMPONENTS or end - start != _SOF.size + 3 * components:  # noqa: PLR2004
                return None
            size = width, height
        elif not _is_plain_segment(content, marker, start, end):
            return None
        position = end
    return None


def _is_plain_segment(content: Content, marker: int, start: int, end: int) -> bool:
    length = end - start
    if marker in _OPAQUE_SEGMENTS:
        return True
    if marker == _DQT:
        return length % _TABLE_LENGTH == 0 and all(content[table] < 16 for table in range(start, end, _TABLE_LENGTH))  # noqa: PLR2004
    if marker == _DRI:
        return length == 2  # noqa: PLR2004
    prefix, lengths = _PLAIN_APPLICATION_SEGMENTS.get(marker, (b"", range(0)))
    return length in lengths and content[start : start + len(prefix)] == prefix
