"""What was fetched, kept on disk by its URL."""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from segments_hf.errors import StorageError
from segments_hf.io.atomic import write_atomically
from segments_hf.io.disk_usage import FoundFile, Usage, find_files, remove_files, usage_of
from segments_hf.io.redaction import unsigned
from segments_hf.io.urls import url_suffix

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
        return Path(self._place(url))

    def find(self, url: str) -> str | None:
        """Where an asset is kept; None if it is not."""
        place = self._place(url)
        return place if os.path.isfile(place) else None  # noqa: PTH113  (a Path for each costs more than the look)

    def store(self, url: str, content: bytes) -> str:
        """Keeps an asset and returns where.

        Raises:
            StorageError: The disk does not take it.
        """
        place = self._place(url)
        try:
            write_atomically(place, content, aside=f"{self.folder}/{_INCOMING}")
        except OSError as error:
            raise StorageError(
                f"{self.folder}: cannot keep an asset of {len(content):,} bytes ({error.strerror}); free some space, "
                "or set HF_HOME to a folder on another disk. What is there already is whole"
            ) from error
        return place

    def usage(self) -> Usage:
        """How much is kept."""
        return usage_of(self._files())

    def clear(self, older_than: float = 0.0) -> Usage:
        """Removes what is kept.

        Args:
            older_than: Only what nobody has used for so many seconds.

        Returns:
            What was removed.
        """
        removed = remove_files(self._files(), older_than)
        if removed.files:
            (self.folder / _CLEARED).touch()
        self.sweep()
        return removed

    def sweep(self) -> None:
        """Removes what killed processes have left half written."""
        remove_files(find_files(self.folder / _INCOMING), _DAY)

    def was_cleared_after(self, moment: float) -> bool:
        """Whether something was removed after a moment, in seconds since 1970: what refers to it must be made again."""
        try:
            return (self.folder / _CLEARED).stat().st_mtime > moment
        except FileNotFoundError:
            return False

    def _place(self, url: str) -> str:
        return f"{self.folder}/{_name(url)}"

    def _files(self) -> Iterator[FoundFile]:
        return (file for digit in "0123456789abcdef" for file in find_files(self.folder / digit))


@lru_cache(maxsize=256)  # it is wanted twice: to look for an asset, and to keep it
def _name(url: str) -> str:
    key = hashlib.sha256(unsigned(url).encode()).hexdigest()
    suffix = url_suffix(url)
    return f"{key[0]}/{key}{suffix if _SAFE_SUFFIX.fullmatch(suffix) else ''}"
