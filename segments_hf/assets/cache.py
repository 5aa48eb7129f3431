"""What was fetched, kept on disk by its URL."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from segments_hf.urls import unsigned, url_suffix

_SAFE_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


def default_cache_folder() -> Path:
    """The folder of the cache: ``segments_hf/assets`` under the Hugging Face cache home."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME).expanduser() / "segments_hf" / "assets"


class AssetCache:
    """A folder of assets, named by a hash of their URL without its signature.

    A file in it is whole: it is written beside its place and moved.
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
        """Keeps an asset and returns where."""
        path = self.path(url)
        handle, name = self._temporary_file(path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, path)  # noqa: PTH105  (a Path of its own costs more than the move)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return path

    def _temporary_file(self, folder: Path) -> tuple[int, str]:
        try:
            return tempfile.mkstemp(dir=folder, prefix=".incoming-")
        except FileNotFoundError:
            folder.mkdir(parents=True, exist_ok=True)
            return tempfile.mkstemp(dir=folder, prefix=".incoming-")
