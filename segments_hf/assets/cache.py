"""What was fetched, kept on disk by its URL."""

from __future__ import annotations

import hashlib
import os
import re
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segments_hf.errors import StorageError
from segments_hf.urls import unsigned, url_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAFE_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_INCOMING = "incoming"
_CLEARED = "cleared"
_DAY = 86400.0  # seconds: what is older and not whole was left by a process that was killed


def default_cache_folder() -> Path:
    """The folder of the cache: ``segments_hf/assets`` under the Hugging Face cache home."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME).expanduser() / "segments_hf" / "assets"


@dataclass
class Usage:
    """Some files of a cache.

    Attributes:
        files: How many.
        size: How many bytes they have.
        oldest: When the one was last used that was not used for the longest time: seconds since 1970, or None.
    """

    files: int = 0
    size: int = 0
    oldest: float | None = None

    def add(self, status: os.stat_result) -> None:
        """Counts a file."""
        self.files += 1
        self.size += status.st_size
        self.oldest = min(_last_use(status), self.oldest or float("inf"))


class AssetCache:
    """A folder of assets, named by a hash of their URL without its signature.

    A file in it is whole: it is written beside its place and moved. Any number of processes may use it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, url: str) -> Path:
        """Where an asset is kept, or would be.

        Only the hash and a harmless suffix of the URL go into it.
        """
        key = hashlib.sha256(unsigned(url).encode()).hexdigest()
        suffix = url_suffix(url)
        return self.folder / key[0] / f"{key}{suffix if _SAFE_SUFFIX.fullmatch(suffix) else ''}"

    def find(self, url: str) -> Path | None:
        """Where an asset is kept; None if it is not."""
        path = self.path(url)
        return path if path.is_file() else None

    def store(self, url: str, content: bytes) -> Path:
        """Keeps an asset and returns where.

        Raises:
            StorageError: The disk does not take it.
        """
        path = self.path(url)
        incoming = self.folder / _INCOMING / uuid.uuid4().hex
        try:
            try:
                _write(incoming, content)
            except FileNotFoundError:
                incoming.parent.mkdir(parents=True, exist_ok=True)
                _write(incoming, content)
            _move(incoming, path)
        except OSError as error:
            incoming.unlink(missing_ok=True)
            raise StorageError(
                f"{self.folder}: cannot keep an asset of {len(content):,} bytes ({error.strerror}); free some space, "
                "or set HF_HOME to a folder on another disk. What is there already is whole"
            ) from error
        except BaseException:
            incoming.unlink(missing_ok=True)
            raise
        return path

    def usage(self) -> Usage:
        """How much is kept."""
        usage = Usage()
        for _, status in self._files():
            usage.add(status)
        return usage

    def clear(self, older_than: float = 0.0) -> Usage:
        """Removes what is kept.

        Args:
            older_than: Only what was not used for so many seconds.

        Returns:
            What was removed.
        """
        removed = Usage()
        before = time.time() - older_than
        for entry, status in self._files():
            if _last_use(status) <= before:
                Path(entry.path).unlink(missing_ok=True)
                removed.add(status)
        if removed.files:
            (self.folder / _CLEARED).touch()
        self.sweep()
        return removed

    def sweep(self) -> None:
        """Removes what killed processes have left half written."""
        before = time.time() - _DAY
        for entry, status in _scan(self.folder / _INCOMING):
            if status.st_mtime < before:
                Path(entry.path).unlink(missing_ok=True)

    def was_cleared_after(self, moment: float) -> bool:
        """Whether something was removed after a moment, in seconds since 1970: what refers to it must be made again."""
        try:
            return (self.folder / _CLEARED).stat().st_mtime > moment
        except FileNotFoundError:
            return False

    def _files(self) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
        for digit in "0123456789abcdef":
            yield from _scan(self.folder / digit)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)


def _move(source: Path, target: Path) -> None:
    try:
        os.replace(source, target)  # noqa: PTH105  (a Path of its own costs more than the move)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)  # noqa: PTH105


def _scan(folder: Path) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    """The files of a folder; other processes may remove them meanwhile."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        try:
            yield entry, entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue


def _last_use(status: os.stat_result) -> float:
    return max(status.st_atime, status.st_mtime)
