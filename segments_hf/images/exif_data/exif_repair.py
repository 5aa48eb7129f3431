"""Replace the EXIF data of an image by EXIF data with only the orientation, without decoding pixels."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.images.exif_data.avif_exif import avif_exif_payload
from segments_hf.images.exif_data.exif import EXIF_PREFIX, lenient_orientation, orientation_block
from segments_hf.images.file_structure import image_format, jpeg_segments, png_chunks, png_keyword

if TYPE_CHECKING:
    from collections.abc import Iterator

_APP1 = 0xE1
# The keywords of the text chunks of a PNG that contain EXIF data.
_EXIF_KEYWORDS = {b"exif", b"Raw profile type exif", b"Raw profile type APP1"}
_RIFF_HEADER_SIZE = 12  # bytes: RIFF, the size of the rest, WEBP


class _Edit(NamedTuple):
    """An edit of a file: `new` replaces the bytes from `start` to `end`."""

    start: int
    end: int
    new: bytes


def with_orientation_only(content: bytes, orientation: int | None) -> bytes | None:
    """Replace the EXIF data of an image by EXIF data that contain only the orientation.

    Other data, such as the encoded pixels and XMP, stay the same. The EXIF data of a JPEG are padded with zeros to keep
    the length of the file if possible, because an MPO contains the offsets of its other images.

    Args:
        content: A JPEG, PNG, WebP or AVIF file.
        orientation: The orientation, 1 to 8; None to read it from the EXIF data.

    Returns:
        The new file; None if the file has another format, is a JPEG, WebP or AVIF without EXIF data, or is an AVIF
        whose EXIF data are not found by `avif_exif_payload` or are shorter than the new ones. A PNG without EXIF data
        gets them.
    """
    kind = image_format(content) or "AVIF"
    if orientation is None:
        orientation = lenient_orientation(b"".join(_exif_parts(content, kind))) or 1
    block = orientation_block(orientation)
    match kind:
        case "JPEG":
            return _edited(content, _jpeg_edits(content, block))
        case "PNG":
            return _edited(content, _png_edits(content, block))
        case "WebP":
            return _edited(content, _webp_edits(content, block))
        case _:
            return _edited(content, _avif_edits(content, block))


def _edited(content: bytes, edits: Iterator[_Edit]) -> bytes | None:
    """Return a file after edits in ascending order; None if there are no edits."""
    new, position = io.BytesIO(), 0
    for edit in edits:
        new.write(content[position : edit.start])
        new.write(edit.new)
        position = edit.end
    if not position:
        return None
    new.write(content[position:])
    return new.getvalue()


def _exif_parts(content: bytes, kind: str) -> Iterator[bytes]:
    """Yield the parts of the EXIF data of a file, without the prefix that its format adds.

    EXIF data in the text chunks of a PNG are left out.
    """
    match kind:
        case "JPEG":
            for start, end in _exif_segments(content):
                yield content[start + len(EXIF_PREFIX) : end]
        case "PNG":
            yield from (content[start:end] for chunk, start, end in png_chunks(content) if chunk == b"eXIf")
        case "WebP":
            yield from (content[start:end] for start, end in _webp_exif_chunks(content))
        case _:
            if payload := avif_exif_payload(content):
                yield content[payload[0] + 4 : payload[1]]


def _exif_segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the start and end of the parameters of each complete EXIF segment of a JPEG."""
    for marker, start, end in jpeg_segments(content):
        if marker == _APP1 and content.startswith(EXIF_PREFIX, start) and end <= len(content):
            yield start, end


def _jpeg_edits(content: bytes, block: bytes) -> Iterator[_Edit]:
    for start, end in _exif_segments(content):
        data = EXIF_PREFIX + block.ljust(end - start - len(EXIF_PREFIX), b"\0")
        yield _Edit(start - 2, end, struct.pack(">H", len(data) + 2) + data)
        block = b""  # only in the first segment, because Pillow joins the data of all segments


def _png_edits(content: bytes, block: bytes) -> Iterator[_Edit]:
    for kind, start, end in png_chunks(content):
        if kind == b"IHDR" and block:
            checksum = zlib.crc32(b"eXIf" + block)
            chunk = struct.pack(">I4s", len(block), b"eXIf") + block + struct.pack(">I", checksum)
            yield _Edit(end + 4, end + 4, chunk)
            block = b""
        elif kind == b"eXIf" or png_keyword(content, kind, start, end) in _EXIF_KEYWORDS:
            yield _Edit(start - 8, end + 4, b"")


def _webp_exif_chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the start and end of the data of each complete EXIF chunk of a WebP."""
    position = _RIFF_HEADER_SIZE
    while position + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        start, position = position + 8, position + 8 + size + size % 2
        if name == b"EXIF" and start + size <= len(content):
            yield start, start + size


def _webp_edits(content: bytes, block: bytes) -> Iterator[_Edit]:
    for start, end in _webp_exif_chunks(content):
        data = block.ljust(end - start, b"\0")
        new = struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        edit = _Edit(start - 4, end + (end - start) % 2, new)
        (size,) = struct.unpack_from("<I", content, 4)
        yield _Edit(4, 8, struct.pack("<I", size + len(new) - (edit.end - edit.start)))
        yield edit
        return  # decoders ignore further EXIF chunks


def _avif_edits(content: bytes, block: bytes) -> Iterator[_Edit]:
    payload = avif_exif_payload(content)
    data = bytes(4) + block  # the first four bytes are the offset of the EXIF data, 0
    if payload and payload[1] - payload[0] >= len(data):
        yield _Edit(*payload, data.ljust(payload[1] - payload[0], b"\0"))
