"""Turn what a disk refuses into one error that says what to do."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from segments_hf.errors import SegmentsHFError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_OTHERS = {errno.EIO, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP}
# What a system answers to who writes. Others, such as ENOENT, come from reading and from the network as well.
_OF_DISKS = _FULL | _FORBIDDEN | _OTHERS


def storage_error(error: OSError, place: str | os.PathLike[str]) -> StorageError:
    """Return the error for a place that cannot be written.

    >>> print(storage_error(OSError(errno.ENOSPC, "No space left on device"), "out"))
    out: cannot be written: No space left on device; free some space, or choose a place on another disk
    """
    if error.errno in _FULL:
        advice = "free some space, or choose a place on another disk"
    elif error.errno in _FORBIDDEN:
        advice = "choose a place that you may write to"
    elif error.errno == errno.ENAMETOOLONG:
        advice = "choose a place with a shorter path"
    else:
        advice = "choose another place"
    return StorageError(f"{os.fspath(place)}: cannot be written: {error.strerror or error}; {advice}")


@contextmanager
def storage_errors(place: str | os.PathLike[str]) -> Iterator[None]:
    """Raise `StorageError` for any `OSError` in a block that only writes.

    Args:
        place: What is written; the error names it.
    """
    try:
        yield
    except SegmentsHFError:
        raise
    except OSError as error:
        raise storage_error(error, place) from error


@contextmanager
def storage_errors_of_library(place: str | os.PathLike[str]) -> Iterator[None]:
    """Raise `StorageError` for an error of the disk in a block in which a library reads and writes.

    The error of the disk may be the cause of another one: `datasets` and pyarrow wrap it.

    Args:
        place: What is written; the error names it.
    """
    try:
        yield
    except SegmentsHFError:
        raise
    except Exception as error:
        found = disk_error_in(error)
        if found is None:
            raise
        raise storage_error(found, place) from error


def disk_error_in(error: BaseException) -> OSError | None:
    """Find the error of a disk that is the cause of an error; None if one of ours comes first, or there is none."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, SegmentsHFError):
        if isinstance(inner, OSError) and inner.errno in _OF_DISKS:
            return inner
        inner = inner.__cause__ or inner.__context__
    return None
