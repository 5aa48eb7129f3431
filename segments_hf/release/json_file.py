"""Read release files from disk: map them into memory, decompress them, and limit their size."""

from __future__ import annotations

import mmap
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from segments_hf.errors import ReleaseError
from segments_hf.io.choices import suggestion
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.redaction import public_name
from segments_hf.io.remote.limited_reading import GZIP_MAGIC, BrokenGzipError, TooLargeError, decompress_gzip
from segments_hf.io.urls import is_url
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Buffer = bytes | memoryview
FileState = tuple[int, ...]

_BOM = b"\xef\xbb\xbf"
# A source without the name of a release, such as jane/flowers, is read as a path.
_PLATFORM_HINT = "; to read a release on Segments.ai, pass owner/dataset@release, such as jane/flowers@latest"


def file_state(source: str | os.PathLike[str]) -> FileState | None:
    """Return the inode, size and modification time of a file; None for a URL or a missing file.

    If a file is changed or replaced, its new state differs from its old state.
    """
    if is_url(os.fspath(source)):
        return None
    try:
        status = os.stat(source)
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def map_file(path: Path, max_bytes: float = MAX_RELEASE_BYTES) -> Buffer:
    """Map the content of a file into memory. All processes that map the same file share this memory.

    Args:
        path: The file.
        max_bytes: The maximum size of the file in bytes.

    Raises:
        ReleaseError: The file cannot be read, or is too large.
    """
    name = str(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        hint = suggestion(path.name, _json_files(path.parent))
        raise _unreadable(error, name, hint if hint or path.suffix else _PLATFORM_HINT) from None
    except (OSError, ValueError) as error:
        raise _unreadable(error, name) from None
    if stat.S_ISDIR(mode):
        raise ReleaseError(
            "got a folder, expected a release file; pass the JSON file. If this folder is a saved dataset, load it "
            "with datasets.load_from_disk",
            name,
        )
    if not stat.S_ISREG(mode):  # opening a pipe would block
        raise ReleaseError("got a device or a pipe, expected a file", name)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size <= max_bytes:
                return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) if size else b""
    except (OSError, ValueError) as error:
        # `from None` hides the cause. Its text has the path, and the path may be a malformed URL with a password.
        raise _unreadable(error, name) from None
    raise too_large(TooLargeError(int(max_bytes)), name)


def _unreadable(error: Exception, name: str, hint: str = "") -> ReleaseError:
    return ReleaseError(f"cannot read the file: {getattr(error, 'strerror', error)}{hint}", name)


def _json_files(folder: Path) -> Iterator[str]:
    """Yield the names of the JSON files in a folder, gzipped or not; no names if the folder cannot be read."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.lower().removesuffix(".gz").endswith(".json") and entry.is_file():
                yield entry.name


def unpack(content: Buffer, source: str, max_bytes: float = MAX_RELEASE_BYTES) -> Buffer:
    """Decompress the content of a release file if it is gzipped, and remove a byte order mark.

    Args:
        content: The content of the file.
        source: The path or URL of the file, for the error.
        max_bytes: The maximum size of decompressed JSON in bytes. If the content is not gzipped, its size is not
            checked.

    Raises:
        ReleaseError: The gzip data are damaged or contain another gzip file, or the JSON is too large.
    """
    if content[:2] == GZIP_MAGIC:
        name = public_name(source)
        try:
            content = decompress_gzip(content, int(max_bytes))
        except TooLargeError as error:
            raise too_large(error, name) from None
        except BrokenGzipError as error:
            raise ReleaseError(f"{error}; download it again", name) from None
        if content[:2] == GZIP_MAGIC:
            raise ReleaseError("got a gzip file inside a gzip file, expected JSON; decompress it first", name)
    return memoryview(content)[len(_BOM) :] if content[: len(_BOM)] == _BOM else content


def too_large(error: TooLargeError, name: str) -> ReleaseError:
    """Make the error for a release file that is larger than `max_release_bytes`."""
    return ReleaseError(f"{error}; if you trust this release, pass a larger {option('max_release_bytes')}", name)
