"""Measure the size and age of files, and remove old files."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.io.disk.atomic import remove_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class FoundFile(NamedTuple):
    """The path, size and last use of a file, at the time when `find_files` found it.

    Attributes:
        path: The path.
        size: The size in bytes.
        last_use: The time of the last read or write, in seconds since 1970.
    """

    path: Path
    size: int
    last_use: float


@dataclass
class Usage:
    """The number, size and age of a group of files.

    Attributes:
        files: The number of files.
        size: Their total size in bytes.
        oldest: The earliest time of last use, in seconds since 1970; None if there are no files.
    """

    files: int = 0
    size: int = 0
    oldest: float | None = None

    def add(self, file: FoundFile) -> None:
        """Count a file."""
        self.files += 1
        self.size += file.size
        self.oldest = file.last_use if self.oldest is None else min(self.oldest, file.last_use)


def find_files(folder: Path) -> Iterator[FoundFile]:
    """Yield the files in a folder and its subfolders. Other processes may remove files at the same time."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            yield FoundFile(path, status.st_size, max(status.st_atime, status.st_mtime))


def usage_of(files: Iterable[FoundFile]) -> Usage:
    """Return the number, size and age of files."""
    usage = Usage()
    for file in files:
        usage.add(file)
    return usage


def remove_files(files: Iterable[FoundFile], older_than: float = 0.0) -> Usage:
    """Remove files, by default all of them.

    Args:
        files: The files.
        older_than: Files that were used in the last `older_than` seconds are kept.

    Returns:
        The number, size and age of the removed files.
    """
    removed = Usage()
    cutoff = time.time() - older_than
    for file in files:
        if file.last_use <= cutoff:
            remove_file(file.path)
            removed.add(file)
    return removed
