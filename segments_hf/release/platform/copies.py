"""Copies of releases from the platform, kept on disk by their content."""

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
    """The folder of the copies: ``segments_hf/releases`` under the Hugging Face cache home."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME).expanduser() / "segments_hf" / "releases"


def find_kept(digest: str, max_bytes: float = math.inf) -> Buffer | None:
    """The content that has a SHA-256, mapped; None where there is no copy of it, or one that is not whole.

    Raises:
        ReleaseError: There is a copy that cannot be read, or that is too large.
    """
    path = _path(digest)
    if not path.is_file():
        return None
    content = map_file(path, max_bytes)
    return content if hashlib.sha256(content).hexdigest() == digest else None


def keep(content: Buffer) -> str:
    """Keeps a copy and returns the SHA-256 of its content.

    Raises:
        StorageError: The disk does not take it.
    """
    digest = hashlib.sha256(content).hexdigest()
    if find_kept(digest) is None:
        try:
            write_atomically(_path(digest), content)
        except StorageError as error:
            raise StorageError(f"cannot keep the release: {error}. HF_HOME sets the place") from error
    return digest


def _path(digest: str) -> Path:
    return releases_folder() / f"{digest}.json"
