"""Whether the file of a picture is whole, from its structure, without decoding a pixel."""

from __future__ import annotations

import mmap
import zlib

Content = bytes | mmap.mmap

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_START_OF_SCAN = 0xDA


def is_known(content: Content) -> bool:
    """Whether `fault` knows the format: PNG, JPEG or WebP."""
    return _format(content) is not None


def fault(content: Content) -> str | None:
    r"""What is wrong with a PNG, JPEG or WebP file; None where it is whole.

    A PNG's chunks are there up to IEND and have the right CRC
    (https://www.w3.org/TR/png-3/#5Chunk-layout); a JPEG has its end behind its first scan
    (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B); a WebP is as long as its header says
    (https://developers.google.com/speed/webp/docs/riff_container). Bytes behind the end do no harm.

    Args:
        content: The file.

    >>> fault(b"\xff\xd8\xff\xda\x00\x02 and a few pixels")
    'the JPEG has no end: it stops in the middle'
    """
    match _format(content):
        case "PNG":
            return _png_fault(content)
        case "JPEG":
            return _jpeg_fault(content)
        case "WebP":
            whole = len(content) >= 8 + int.from_bytes(content[4:8], "little")
            return None if whole else "the WebP is shorter than it says: it stops in the middle"
        case _:
            return None


def _format(content: Content) -> str | None:
    if content[:8] == _PNG_SIGNATURE:
        return "PNG"
    if content[:3] == _JPEG_START:
        return "JPEG"
    return "WebP" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def _png_fault(content: Content) -> str | None:
    position = len(_PNG_SIGNATURE)
    view = memoryview(content)
    try:
        while True:
            header = content[position : position + 8]
            end = position + 12 + int.from_bytes(header[:4], "big")
            if len(header) < 8 or end > len(content):  # noqa: PLR2004
                return "the PNG has no end: it stops in the middle"
            kind = header[4:]
            checksum = int.from_bytes(content[end - 4 : end], "big")
            if zlib.crc32(view[position + 4 : end - 4]) != checksum:
                return f"the PNG is damaged: the checksum of its chunk {kind.decode('latin-1')!r} is wrong"
            if kind == b"IEND":
                return None
            position = end
    finally:
        view.release()


def _jpeg_fault(content: Content) -> str | None:
    position = 2
    while True:  # over the segments before the first scan: a thumbnail in one of them has an end of its own
        position = _next_marker(content, position)
        if position < 0 or position + 4 > len(content):
            return "the JPEG has no picture: it stops before it"
        marker = content[position + 1]
        if marker == _START_OF_SCAN:
            break
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None if content.rfind(_JPEG_END, position) >= 0 else "the JPEG has no end: it stops in the middle"


def _next_marker(content: Content, position: int) -> int:
    """The place of the next marker; before it, 0xFF may stand any number of times."""
    position = content.find(b"\xff", position)
    while position >= 0 and content[position + 1 : position + 2] == b"\xff":
        position += 1
    return position
