"""Convert the errors of file systems to `StorageError` with advice for the user."""

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
_OTHER_ERRORS = {errno.EIO, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP}
# The error numbers of failed writes. ENOENT, for example, is not among them: reads and network requests also raise it.
_WRITE_ERRORS = _FULL | _FORBIDDEN | _OTHER_ERRORS


def storage_error(error: OSError, path: str | os.PathLike[str]) -> StorageError:
    """Return the error for a path that cannot be written.

    >>> print(storage_error(OSError(errno.ENOSPC, "No space left on device"), "out"))
    out: cannot be written: No space left on device; free some space, or choose a path on another disk
    """
    if error.errno in _FULL:
        advice = "free some space, or choose a path on another disk"
    elif error.errno in _FORBIDDEN:
        advice = "choose a path that you may write to"
    elif error.errno == errno.ENAMETOOLONG:
        advice = "choose a shorter path"
    else:
        advice = "choose another path"
    return StorageError(f"{os.fspath(path)}: cannot be written: {error.strerror or error}; {advice}")


@contextmanager
def storage_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise `StorageError` for any `OSError` in a block that only writes.

    Args:
        path: The path that is written, for the message.
    """
    try:
        yield
    except SegmentsHFError:
        raise
    except OSError as error:
        raise storage_error(error, path) from error


@contextmanager
def storage_errors_of_library(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise `StorageError` for a failed write in a block in which a library reads and writes.

    The `OSError` may be the cause of another exception, because `datasets` and pyarrow wrap it.

    Args:
        path: The path that is written, for the message.
    """
    try:
        yield
    except SegmentsHFError:
        raise
    except Exception as error:
        found = disk_error_in(error)
        if found is None:
            raise
        raise storage_error(found, path) from error


def disk_error_in(error: BaseException) -> OSError | None:
    """Return the `OSError` of a failed write that caused an exception; None for any other cause.

    The search ends at a `SegmentsHFError`.
    """
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, SegmentsHFError):
        if isinstance(inner, OSError) and inner.errno in _WRITE_ERRORS:
            return inner
        inner = inner.__cause__ or inner.__context__
    return None
