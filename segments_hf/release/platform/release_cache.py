"""The cache of releases from the platform. The name of each cached file is the SHA-256 of its content."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING

from segments_hf.errors import StorageError
from segments_hf.io.disk.atomic import write_atomically
from segments_hf.release.json_file import map_file

if TYPE_CHECKING:
    from segments_hf.release.json_file import Buffer


def releases_folder() -> Path:
    """Return the folder of the cache: ``segments_hf/releases`` under the folder `HF_HOME` of Hugging Face."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME).expanduser() / "segments_hf" / "releases"


def find_cached(digest: str, max_bytes: float = math.inf) -> Buffer | None:
    """Map a cached release file into memory; return None if the file is damaged or not in the cache.

    Args:
        digest: The SHA-256 of the release file.
        max_bytes: The maximum size of the file in bytes.

    Raises:
        ReleaseError: The cached file cannot be read, or is too large.
    """
    path = _path(digest)
    if not path.is_file():
        return None
    content = map_file(path, max_bytes)
    return content if hashlib.sha256(content).hexdigest() == digest else None


def add_to_cache(content: Buffer) -> str:
    """Write the content of a release file to the cache, and return its SHA-256.

    Raises:
        StorageError: The content cannot be written.
    """
    digest = hashlib.sha256(content).hexdigest()
    if find_cached(digest) is None:
        try:
            write_atomically(_path(digest), content)
        except StorageError as error:
            raise StorageError(f"cannot cache the release: {error}. Set HF_HOME to use another folder") from error
    return digest


def _path(digest: str) -> Path:
    return releases_folder() / f"{digest}.json"
