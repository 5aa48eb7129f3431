"""The bytes behind a URL, in memory or in a file."""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Asset:
    """The bytes behind a URL; at least one of the two is there.

    Attributes:
        content: The bytes, where they are in memory.
        path: The file that holds them, where there is one.
        url: Where they came from, if it was over the network just now.
    """

    content: bytes | None = None
    path: str | Path | None = None
    url: str | None = field(default=None, repr=False)  # it may be signed

    @property
    def size(self) -> int:
        """How many bytes there are.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return len(self.content)
        with self.open() as file:
            return os.fstat(file.fileno()).st_size

    def open(self) -> BinaryIO:
        """The bytes as a file.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return io.BytesIO(self.content)
        assert self.path is not None  # noqa: S101
        try:
            return open(self.path, "rb")  # noqa: PTH123  (a Path for each costs more than the rest)
        except OSError as error:
            raise AssetError(f"{self.path}: cannot read the file ({error.strerror})") from error

    @contextlib.contextmanager
    def view(self) -> Iterator[bytes | mmap.mmap]:
        """The bytes; those of a file are mapped, not read, so the file must not be empty.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            yield self.content
            return
        with self.open() as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content

    def read(self) -> bytes:
        """The bytes.

        Raises:
            AssetError: The file cannot be read.
        """
        if self.content is not None:
            return self.content
        with self.open() as file:
            return file.read()
