"""Read and decompress whole files, up to a maximum size."""

from __future__ import annotations

import io
import re
import zlib
from typing import TYPE_CHECKING

from segments_hf.errors import SegmentsHFError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GZIP_MAGIC = b"\x1f\x8b"

_FIRST_PIECE = 2**12  # bytes of compressed data in the first call of zlib for a member
_CHUNK = 2**20  # bytes; the largest amount of data in one call of zlib, and in one read
_PADDING = re.compile(rb"\0+")
_GZIP = 16 + zlib.MAX_WBITS  # zlib's number for the gzip format


class TooLargeError(SegmentsHFError, ValueError):
    """A file that is larger than allowed.

    Args:
        max_bytes: The largest allowed size in bytes.
        stage: The stage at which the bytes were counted, such as ``after decompression``; empty to leave it out of
            the message.
    """

    def __init__(self, max_bytes: int, stage: str = "") -> None:
        super().__init__(max_bytes, stage)
        self.max_bytes = max_bytes
        self.stage = stage

    def __str__(self) -> str:
        return f"got more than {self.max_bytes:,} bytes{f' {self.stage}' if self.stage else ''}"


class BrokenGzipError(SegmentsHFError, ValueError):
    """Gzip data that is cut or damaged."""


def read_limited(read: Callable[[int], bytes], max_bytes: int) -> bytes:
    """Return all bytes that a function reads.

    Args:
        read: A function that takes a number of bytes, and returns at most this number of bytes; empty bytes at the end.
        max_bytes: The largest allowed size in bytes.

    Raises:
        TooLargeError: The function returns more bytes.

    >>> read_limited(io.BytesIO(b"abc").read, 3)
    b'abc'
    """
    content = io.BytesIO()  # `getvalue` returns the bytes without a copy
    while chunk := read(_CHUNK):
        if content.tell() + len(chunk) > max_bytes:
            raise TooLargeError(max_bytes)
        content.write(chunk)
    return content.getvalue()


def decompress_gzip(content: bytes | memoryview, max_bytes: int) -> bytes:
    """Return the content of a gzip file, which may have several members.

    Args:
        content: The gzip file.
        max_bytes: The largest allowed size after decompression, in bytes. At most 1 MiB more is decompressed.

    Raises:
        TooLargeError: The content is larger.
        BrokenGzipError: The file is cut or damaged.
    """
    out, data, start = io.BytesIO(), memoryview(content), 0
    while start < len(data):
        for chunk, end in _member(data, start):
            if out.tell() + len(chunk) > max_bytes:
                raise TooLargeError(max_bytes, "after decompression")
            out.write(chunk)
            start = end
        padding = _PADDING.match(data, start)
        start = padding.end() if padding else start
    return out.getvalue()


def _member(data: memoryview, start: int) -> Iterator[tuple[bytes, int]]:
    """Decompress one member: yield parts of its content, each with the offset of the next unused byte."""
    member = zlib.decompressobj(_GZIP)
    # zlib copies the bytes after the member, so the first piece is small, and each next piece is twice as long.
    piece_size = _FIRST_PIECE
    pending = b""
    while not member.eof:
        piece = b"" if pending else bytes(data[start : start + piece_size])
        try:
            chunk = member.decompress(pending or piece, _CHUNK)
        except zlib.error as error:
            raise BrokenGzipError(f"the gzip file is broken ({error})") from None
        start, piece_size = start + len(piece), min(2 * piece_size, _CHUNK)
        if not (pending or piece or chunk or member.eof):
            raise BrokenGzipError("the gzip file ends too early")
        pending = member.unconsumed_tail
        yield chunk, start - len(member.unused_data)
