"""Store downloads on disk, one file per URL, and repaired copies of images."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from segments_hf.errors import StorageError
from segments_hf.io.disk.atomic import remove_file, touch, write_atomically
from segments_hf.io.disk.disk_usage import FoundFile, Usage, find_files, remove_files, usage_of
from segments_hf.io.redaction import unsigned_url
from segments_hf.io.urls import url_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAFE_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_INCOMING = "incoming"
_CLEARED = "cleared"


def default_cache_folder() -> Path:
    """Return the folder of the cache: ``segments_hf/assets`` in the Hugging Face cache home."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME).expanduser() / "segments_hf" / "assets"


class AssetCache:
    """A folder of downloads and repaired copies of images.

    The name of a download is the hash of its URL without the signature; the name of a copy is the hash of its content.
    Every file is complete, because it is written under another name and then renamed. Several processes may use the
    folder at the same time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, url: str) -> Path:
        """Return the path of the file for a URL, even if the file does not exist."""
        return Path(self._file(url))

    def find(self, url: str) -> str | None:
        """Return the path of the file for a URL; None if it does not exist."""
        path = self._file(url)
        return path if os.path.isfile(path) else None  # noqa: PTH113  (with a Path, this takes four times as long)

    def store(self, url: str, content: bytes) -> str:
        """Write a file for a URL, and return its path.

        Raises:
            StorageError: The write failed.
        """
        return self._write(self._file(url), content)

    def store_copy(self, content: bytes, suffix: str) -> str:
        """Write a repaired copy of an image, and return its path. If the cache has the copy, nothing is written.

        Args:
            content: The content of the copy.
            suffix: The suffix of the original file.

        Raises:
            StorageError: The write failed.
        """
        path = f"{self.folder}/{_hashed_name(content, suffix)}"
        return path if os.path.isfile(path) else self._write(path, content)  # noqa: PTH113

    def _write(self, path: str, content: bytes) -> str:
        try:
            write_atomically(path, content, temporary_folder=f"{self.folder}/{_INCOMING}")
        except StorageError as error:
            raise StorageError(
                f"cannot store an asset of {len(content):,} bytes: {error}. Set HF_HOME to use another cache folder. "
                "The files that are already in the cache are unchanged"
            ) from error
        return path

    def usage(self) -> Usage:
        """Return the number and size of the files."""
        return usage_of(self._files())

    def clear(self, older_than: float = 0.0) -> Usage:
        """Remove files.

        Args:
            older_than: A number of seconds; files that were used within this time are kept.

        Returns:
            The number and size of the removed files.
        """
        removed = remove_files(self._files(), older_than)
        if removed.files:
            touch(self.folder / _CLEARED)
        self.sweep()
        return removed

    def sweep(self) -> None:
        """Remove all temporary files of killed and running processes. A running process writes its file again."""
        for file in find_files(self.folder / _INCOMING):
            with suppress(StorageError):  # the file of another user, or on Windows a file that a process is writing
                remove_file(file.path)

    def was_cleared_after(self, moment: float) -> bool:
        """Tell whether `clear` has removed files since a point in time.

        If it did, datasets that were built before the removal may refer to removed files.

        Args:
            moment: The point in time, in seconds since 1970.
        """
        try:
            return (self.folder / _CLEARED).stat().st_mtime > moment
        except FileNotFoundError:
            return False

    def _file(self, url: str) -> str:
        return f"{self.folder}/{_name(url)}"

    def _files(self) -> Iterator[FoundFile]:
        return (file for digit in "0123456789abcdef" for file in find_files(self.folder / digit))


@lru_cache(maxsize=256)  # `find` and `store` are called with the same URL
def _name(url: str) -> str:
    return _hashed_name(unsigned_url(url).encode(), url_suffix(url))


def _hashed_name(hashed: bytes, suffix: str) -> str:
    digest = hashlib.sha256(hashed).hexdigest()
    return f"{digest[0]}/{digest}{suffix if _SAFE_SUFFIX.fullmatch(suffix) else ''}"
