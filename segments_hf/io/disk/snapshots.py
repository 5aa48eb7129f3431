"""What was at a place when we looked at it, to tell later whether it is still that."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.io.disk.disk_errors import storage_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Entry(NamedTuple):
    """A file, link or folder: two are equal if nobody has written or replaced it in between."""

    path: str
    kind: int
    inode: int
    size: int
    modified: int


class Snapshot(frozenset[_Entry]):
    """A file or folder with all that is in it; empty where there is nothing."""

    __slots__ = ()


NOTHING = Snapshot()


def look(path: Path) -> Snapshot:
    """Return what is at a place. Moving it on the same disk changes nothing of this.

    Raises:
        StorageError: The place cannot be looked at.
    """
    try:
        return Snapshot(_entries(os.fspath(path)))
    except FileNotFoundError:  # something is removed just now; what was seen of it is not there any more
        return Snapshot([_Entry("", 0, 0, 0, 0)]) if os.path.lexists(path) else NOTHING
    except OSError as error:
        raise storage_error(error, path) from error


def _entries(root: str) -> Iterator[_Entry]:
    top = _entry(root, "")
    yield top
    if not stat.S_ISDIR(top.kind):
        return
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = f"{folder}/{name}"
            yield _entry(path, path[len(root) :])


def _entry(path: str, shown: str) -> _Entry:
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    if stat.S_ISDIR(kind):  # what is in it tells whether it has changed
        return _Entry(shown, kind, status.st_ino, 0, 0)
    return _Entry(shown, kind, status.st_ino, status.st_size, status.st_mtime_ns)
