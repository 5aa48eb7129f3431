"""How much room files take, and since when nobody wants them."""

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
    """A file, as it was when it was found.

    Attributes:
        path: Where it is.
        size: How many bytes it has.
        last_use: When it was last read or written, in seconds since 1970.
    """

    path: Path
    size: int
    last_use: float


@dataclass
class Usage:
    """Some files together.

    Attributes:
        files: How many.
        size: How many bytes they have.
        oldest: When the one was last used that nobody has used for the longest time; None where there is none.
    """

    files: int = 0
    size: int = 0
    oldest: float | None = None

    def add(self, file: FoundFile) -> None:
        """Counts a file."""
        self.files += 1
        self.size += file.size
        self.oldest = file.last_use if self.oldest is None else min(self.oldest, file.last_use)


def find_files(folder: Path) -> Iterator[FoundFile]:
    """The files in a folder and those below it; other processes may remove some meanwhile."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            yield FoundFile(path, status.st_size, max(status.st_atime, status.st_mtime))


def usage_of(files: Iterable[FoundFile]) -> Usage:
    """How much files take together."""
    usage = Usage()
    for file in files:
        usage.add(file)
    return usage


def remove_files(files: Iterable[FoundFile], older_than: float = 0.0) -> Usage:
    """Removes files.

    Args:
        files: The files.
        older_than: Only those that nobody has used for so many seconds.

    Returns:
        What was removed.
    """
    removed = Usage()
    before = time.time() - older_than
    for file in files:
        if file.last_use <= before:
            remove_file(file.path)
            removed.add(file)
    return removed
