"""Check the structure of an image file to find out whether it is complete, without decoding pixels."""

from __future__ import annotations

import mmap
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Content = bytes | mmap.mmap

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_HEADER = struct.Struct(">IIBBBBB")  # the data of IHDR (https://www.w3.org/TR/png-3/#11IHDR)

_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PNG_CHUNK_HEADER = struct.Struct(">I4s")  # the length of the data and the kind
_PNG_CHUNK_OVERHEAD = 12  # bytes of a chunk besides its data: the header and the checksum
_WEBP_CHUNK_HEADER = struct.Struct("<4sI")  # the kind and the length of the data
_PNG_FIRST_DATA = len(PNG_SIGNATURE) + _PNG_CHUNK_HEADER.size  # the offset of the data of the first chunk
_START_OF_SCAN = 0xDA
_PNG_TEXT_CHUNKS = {b"iTXt", b"tEXt", b"zTXt"}
_LONGEST_KEYWORD = 79  # bytes (https://www.w3.org/TR/png-3/#11textinfo)


def structure_fault(content: Content) -> str | None:
    r"""Return the fault of a PNG, JPEG or WebP file; None if the file is complete or has another format.

    A complete PNG has all chunks up to IEND, with correct checksums, and only its first chunk is a header (IHDR)
    (https://www.w3.org/TR/png-3/#5Chunk-layout). A complete JPEG has an end marker after the start of its first scan
    (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B). A complete WebP has the length that its header declares
    (https://developers.google.com/speed/webp/docs/riff_container). Bytes after the end are ignored.

    Args:
        content: The content of the file.

    >>> structure_fault(b"\xff\xd8\xff\xda\x00\x02 and a few pixels")
    'the JPEG has no end marker: it is truncated'
    """
    match image_format(content):
        case "PNG":
            return _png_fault(content)
        case "JPEG":
            return _jpeg_fault(content)
        case "WebP":
            is_complete = len(content) >= 8 + int.from_bytes(content[4:8], "little")
            return None if is_complete else "the WebP is shorter than its header declares: it is truncated"
        case _:
            return None


def image_format(content: Content) -> str | None:
    """Return the format of an image by its first bytes: ``PNG``, ``JPEG`` or ``WebP``; None for any other format."""
    if content[:8] == PNG_SIGNATURE:
        return "PNG"
    if content[:3] == _JPEG_START:
        return "JPEG"
    return "WebP" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def png_chunks(content: Content) -> Iterator[tuple[bytes, int, int]]:
    """Yield the complete chunks of a PNG up to IEND: the kind, and the start and end of the data in the file."""
    position = len(PNG_SIGNATURE)
    while position + _PNG_CHUNK_OVERHEAD <= len(content):
        length, kind = _PNG_CHUNK_HEADER.unpack_from(content, position)
        start = position + 8
        position = start + length + 4
        if position > len(content):
            return
        yield kind, start, start + length
        if kind == b"IEND":
            return


def png_keyword(content: Content, kind: bytes, start: int, end: int) -> bytes | None:
    """Return the keyword of a text chunk of a PNG; None for a chunk of another kind."""
    if kind not in _PNG_TEXT_CHUNKS:
        return None
    return content[start : min(end, start + _LONGEST_KEYWORD + 1)].partition(b"\0")[0]


def webp_chunks(content: Content) -> Iterator[tuple[bytes, int, int]]:
    """Yield the complete chunks of a WebP: the kind, and the start and end of the data in the file.

    >>> list(webp_chunks(b"RIFF" + bytes(4) + b"WEBPVP8L" + bytes([2, 0, 0, 0, 7, 7])))
    [(b'VP8L', 20, 22)]
    """
    position = len(b"RIFF....WEBP")
    while position + _WEBP_CHUNK_HEADER.size <= len(content):
        kind, length = _WEBP_CHUNK_HEADER.unpack_from(content, position)
        start = position + _WEBP_CHUNK_HEADER.size
        position = start + length + length % 2
        if start + length > len(content):
            return
        yield kind, start, start + length


def jpeg_segments(content: Content) -> Iterator[tuple[int, int, int]]:
    """Yield the segments of a JPEG up to the header of its first scan: marker, and start and end of the parameters.

    The end of the last segment of a truncated file may be after the end of the file.
    """
    position = 2
    while True:
        position = content.find(b"\xff", position)
        while position >= 0 and content[position + 1 : position + 2] == b"\xff":  # fill bytes before a marker
            position += 1
        if position < 0 or position + 4 > len(content):
            return
        marker = content[position + 1]
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        yield marker, position + 4, end
        if marker == _START_OF_SCAN:
            return
        position = end


def _png_fault(content: Content) -> str | None:
    kind = b""
    with memoryview(content) as view:
        for kind, start, end in png_chunks(content):
            if (kind == b"IHDR") != (start == _PNG_FIRST_DATA):
                return "the PNG does not begin with its header, or has several headers"
            if zlib.crc32(view[start - 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
                return f"the PNG is damaged: the checksum of its chunk {kind.decode('latin-1')!r} is wrong"
    return None if kind == b"IEND" else "the PNG has no IEND chunk: it is truncated"


def _jpeg_fault(content: Content) -> str | None:
    # Only an end marker after the first scan counts, because a thumbnail before it has its own end marker.
    scan = next((start for marker, start, _ in jpeg_segments(content) if marker == _START_OF_SCAN), None)
    if scan is None:
        return "the JPEG has no scan: it is truncated"
    return None if content.rfind(_JPEG_END, scan - 4) >= 0 else "the JPEG has no end marker: it is truncated"
