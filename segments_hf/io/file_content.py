"""The content of a file, in memory or on disk."""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class FileContent:
    """The content of a file. At least one of the two attributes is set.

    Attributes:
        content: The bytes; None if they are only on disk.
        path: The path of the file on disk; None if the bytes are only in memory.
    """

    content: bytes | None = None
    path: str | Path | None = None

    @property
    def size(self) -> int:
        """The size of the content in bytes.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return len(self.content)
        assert self.path is not None  # noqa: S101
        try:
            return os.stat(self.path).st_size  # faster than opening the file
        except (OSError, ValueError):
            with self.open() as file:  # raises an error that names the file
                return os.fstat(file.fileno()).st_size

    def open(self) -> BinaryIO:
        """Open the content as a binary file.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return io.BytesIO(self.content)
        assert self.path is not None  # noqa: S101
        try:
            return open(self.path, "rb")  # noqa: PTH123  (`Path.open` takes twice as long)
        except FileNotFoundError:
            raise AssetError(f"{self.path}: the file does not exist") from None
        except (OSError, ValueError) as error:  # `open` raises a ValueError for a path with a null byte
            raise AssetError(f"{self.path}: cannot read the file ({error})") from None

    @contextlib.contextmanager
    def view(self) -> Iterator[bytes | mmap.mmap]:
        """Provide the bytes without a copy. A file on disk is memory-mapped, so it must not be empty.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            yield self.content
            return
        with self.open() as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return self.content
        with self.open() as file:
            return file.read()
