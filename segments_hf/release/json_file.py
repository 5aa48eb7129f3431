"""The JSON of a release file on this machine."""

from __future__ import annotations

import gzip
import mmap
import os
import zlib
from typing import TYPE_CHECKING

from segments_hf.errors import ReleaseError
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url

if TYPE_CHECKING:
    from pathlib import Path

Buffer = bytes | memoryview
FileState = tuple[int, ...]

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


def file_state(source: str | os.PathLike[str]) -> FileState | None:
    """What tells a file from one that has replaced or changed it since; None for a URL, and where there is no file."""
    if is_url(os.fspath(source)):
        return None
    try:
        status = os.stat(source)
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def map_file(path: Path) -> Buffer:
    """The content of a file, mapped, not read: the processes that share it share its memory.

    Raises:
        ReleaseError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return b""
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        # Its text holds the path, which may be a URL that is spelled wrongly.
        raise ReleaseError(f"cannot read the file: {getattr(error, 'strerror', error)}", str(path)) from None


def unpack(content: Buffer, source: str) -> Buffer:
    """The JSON of a release file: ungzipped, and without a byte order mark.

    Args:
        content: The content of the file.
        source: Where it came from, for the error.

    Raises:
        ReleaseError: It is a broken gzip file.
    """
    if content[:2] == _GZIP_MAGIC:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ReleaseError(f"the gzip file is broken ({error}); download it again", public_name(source)) from error
    return memoryview(content)[len(_BOM) :] if content[: len(_BOM)] == _BOM else content
