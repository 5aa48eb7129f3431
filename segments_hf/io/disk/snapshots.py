"""Record the state of a file or folder, to detect later whether another program has changed it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.io.disk.disk_errors import storage_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Entry(NamedTuple):
    """The state of a file, link or folder. Two states of a file are equal if it was not written or replaced in between.

    Attributes:
        path: The path relative to the root of the snapshot; empty for the root.
        kind: The type of the file, as in `stat.S_IFMT`.
        inode: The number of the inode.
        size: The size in bytes; 0 for a folder.
        modified: The time of the last change of the content, in ns since 1970; 0 for a folder.
    """

    path: str
    kind: int
    inode: int
    size: int
    modified: int


class Snapshot(frozenset[_Entry]):
    """The state of a file or of a folder with its content; empty if the path does not exist."""

    __slots__ = ()


NO_FILE = Snapshot()  # of a path that does not exist


def take_snapshot(path: Path) -> Snapshot:
    """Return the state of a file or folder. A move on the same disk does not change the state.

    Raises:
        StorageError: The file or folder cannot be inspected.
    """
    try:
        return Snapshot(_entries(os.fspath(path)))
    except FileNotFoundError:
        # If the path exists, another process is removing files in the folder. The result is then a snapshot that no
        # file or folder has.
        return Snapshot([_Entry("", 0, 0, 0, 0)]) if os.path.lexists(path) else NO_FILE
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


def _entry(path: str, name: str) -> _Entry:
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    if stat.S_ISDIR(kind):  # other entries show whether the content of the folder has changed
        return _Entry(name, kind, status.st_ino, 0, 0)
    return _Entry(name, kind, status.st_ino, status.st_size, status.st_mtime_ns)
